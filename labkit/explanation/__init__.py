"""Why AWS answers a check as it does, from the policies as they are deployed.

The policies are read through IAM's own API as the administrator, made into a question for `iam_engine`, and what
the engine decides is put into words, with the smallest change that would turn the answer around. An explanation
never changes a verdict: where the engine and AWS differ, AWS's answer counts, and the difference is said.
"""

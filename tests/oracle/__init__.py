"""`iam_engine` against an independent evaluator, npm's @cloud-copilot/iam-simulate, on random questions.

For development only: `make oracle` installs the evaluator (AGPL) into a folder of its own, `.oracle`; it is no part of
the project, is not shipped with it, and runs as a program of its own.
"""

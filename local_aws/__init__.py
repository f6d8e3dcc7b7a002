"""Where a lab runs with no AWS account: an embedded AWS, started as `python -m local_aws`.

MiniStack keeps the state, speaks the protocols and checks the signatures; `iam_engine` decides who
may do what; one small module here for each thing that MiniStack does not do as AWS does.
"""

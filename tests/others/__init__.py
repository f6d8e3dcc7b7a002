"""Programs that nobody here wrote, run unchanged on the embedded AWS; they are not part of the project.

AWS's documentation examples (awsdocs/aws-doc-sdk-examples) and botocore's integration tests of its credential providers
(boto/botocore), from checkouts whose folders the user names: `make others EXAMPLES=… BOTOCORE=…`.
"""

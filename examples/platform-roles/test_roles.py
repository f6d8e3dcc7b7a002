"""What the reporting service's role may do, and what it may not: a test for each line of the story."""

from labkit.checks import (
    ADMINISTRATOR,
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    Assumed,
    Because,
    Denied,
    NotAssumed,
    Output,
    Role,
    Session,
    TrustPolicyIs,
    allow_assume_role,
    call,
)
from labkit.pytest_plugin import story

READER = Role("reporting-reader", Output("ReaderArn"))
AS_READER = Session(READER, by=ADMINISTRATOR, name="ci", external_id="reporting-2f9d")
A_STRANGER = Session(READER, by=ADMINISTRATOR, name="ci")
LIST_REPORTS = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=Output("ReportsBucket"))
LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_USERS = call("iam", "ListUsers")
ONLY_WITH_THE_ID = {"StringEquals": {"sts:ExternalId": "reporting-2f9d"}}

test_reader = story(
    TrustPolicyIs("trust", "It trusts us, with the id", READER, (allow_assume_role(AccountId(), ONLY_WITH_THE_ID),)),
    NotAssumed("stranger", "Nobody assumes it without the id", A_STRANGER),
    Assumed("assume", "We assume it with the id", AS_READER),
    Allowed("reports", "It lists the reports", AS_READER, LIST_REPORTS),
    Denied("buckets", "It lists no other buckets", AS_READER, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Denied("users", "Its boundary keeps it from IAM", AS_READER, LIST_USERS, Because("permissions boundary")),
)

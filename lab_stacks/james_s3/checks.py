"""What the James lab must prove, in the order of the document (000).

James may look at almost everything but S3. He assumes a role that may only read S3, and gives up for that
time what he may do himself.
"""

from pathlib import Path
from typing import Any

from labkit.checks import (
    ADMINISTRATOR,
    NO_IDENTITY_ALLOW,
    Allowed,
    AnyOf,
    Assumed,
    AwsPolicy,
    BucketHasExactly,
    CallerIdentity,
    CustomerPolicy,
    Denied,
    Finds,
    HasConsolePassword,
    HasOneAccessKey,
    Includes,
    Lab,
    NoActionOf,
    NotAssumed,
    Output,
    PoliciesTogetherAre,
    Role,
    RoleHasExactly,
    Says,
    Session,
    Tagged,
    TrustPolicyIs,
    UserHasExactly,
    allow_assume_role,
    call,
    load_document,
    user,
    without_service,
)

JAMES = user("James", console_password=True)
S3_ROLE = Role("James-custom-S3-role", arn=Output("RoleArn"))
AS_ROLE = Session(S3_ROLE, by=JAMES, name="Radkowski-CLI-test")
STRANGER = Session(S3_ROLE, by=ADMINISTRATOR, name="a-stranger")

VIEW_ONLY_PARTS = tuple(CustomerPolicy(f"James-custom-viewonly{suffix}") for suffix in ("", "-2", "-3", "-4"))
VIEW_ONLY_ACCESS = load_document(Path(__file__).parent / "data" / "ViewOnlyAccess.json")

BUCKET = Output("BucketName")
OBJECT: dict[str, Any] = {"Bucket": BUCKET, "Key": "assumerole-lab/no-such-object"}
PROBE: dict[str, Any] = {"Bucket": BUCKET, "Key": "assumerole-lab/probe"}
PROBE_TAG = "assumerole-lab-probe"

LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_OBJECTS = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=BUCKET)
GET_OBJECT = call("s3", "GetObject", **OBJECT)
PUT_OBJECT = call("s3", "PutObject", **PROBE, undo=call("s3", "DeleteObject", **PROBE))
DELETE_OBJECT = call("s3", "DeleteObject", **PROBE)
LIST_ROLES = call("iam", "ListRoles")
TAG_JAMES = call(
    "iam",
    "TagUser",
    UserName="James",
    Tags=[{"Key": PROBE_TAG, "Value": "wrongly-allowed"}],
    undo=call("iam", "UntagUser", UserName="James", TagKeys=[PROBE_TAG]),
)

AS_JAMES_BEFORE = (
    CallerIdentity("james-is-live", "James's access key is live", JAMES),
    Denied("before-list-buckets", "James can't list the buckets", JAMES, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Denied("before-list-objects", "James can't list a bucket", JAMES, LIST_OBJECTS, NO_IDENTITY_ALLOW),
    Denied("before-get-object", "James can't read an object", JAMES, GET_OBJECT, NO_IDENTITY_ALLOW),
    Allowed(
        "view-only-list-roles",
        "James finds the role's ARN, as view-only access allows",
        JAMES,
        LIST_ROLES,
        answer=(Finds("Roles[?RoleName == 'James-custom-S3-role'].Arn", [Output("RoleArn")]),),
    ),
    Allowed(
        "view-only-describe-instances",
        "James may look at EC2",
        JAMES,
        call("ec2", "DescribeInstances"),
    ),
    Denied("view-only-no-write", "James can't change anything", JAMES, TAG_JAMES, NO_IDENTITY_ALLOW),
)

AS_THE_ROLE = (
    Assumed("assume-role", "James assumes the role for one hour", AS_ROLE),
    CallerIdentity("role-is-live", "James is now the role's session", AS_ROLE),
    Allowed(
        "role-list-buckets",
        "The role lists every bucket",
        AS_ROLE,
        LIST_BUCKETS,
        answer=(Includes("Buckets[].Name", BUCKET),),
        same_as_administrator="Buckets[].Name",
    ),
    Allowed("role-list-objects", "The role lists a bucket", AS_ROLE, LIST_OBJECTS),
    Allowed(
        "role-get-object",
        "The role may read an object, were there one",
        AS_ROLE,
        GET_OBJECT,
        authorized_errors=("NoSuchKey",),
    ),
    Denied("role-put-object", "The role can't write an object", AS_ROLE, PUT_OBJECT, NO_IDENTITY_ALLOW),
    Denied("role-delete-object", "The role can't delete an object", AS_ROLE, DELETE_OBJECT, NO_IDENTITY_ALLOW),
    Denied(
        "role-gives-up-view-only",
        "James's own permissions are given up while he is the role",
        AS_ROLE,
        LIST_ROLES,
        NO_IDENTITY_ALLOW,
    ),
    Denied(
        "role-get-session-token",
        "Role credentials can't call GetSessionToken",
        AS_ROLE,
        call("sts", "GetSessionToken"),
        Says("Cannot call GetSessionToken with session credentials"),
    ),
    Denied(
        "role-get-federation-token",
        "Role credentials can't call GetFederationToken",
        AS_ROLE,
        call("sts", "GetFederationToken", Name="James"),
        # The role has no sts:GetFederationToken either, and AWS does not document which it looks at first.
        AnyOf((Says("Cannot call GetFederationToken with session credentials"), NO_IDENTITY_ALLOW)),
    ),
)

BACK_AS_JAMES = (
    CallerIdentity("back-to-james", "James is back as himself", JAMES),
    Denied("after-list-buckets", "S3 is shut to James again", JAMES, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    NotAssumed("stranger", "Who is not named in the trust policy can't assume the role", STRANGER),
)

AS_DEPLOYED = (
    TrustPolicyIs(
        "trust-policy",
        "The role trusts James and nobody else",
        S3_ROLE,
        trusts=(allow_assume_role(Output("UserArn")),),
    ),
    RoleHasExactly(
        "role-policies",
        "The role may read S3, and that is all",
        S3_ROLE,
        managed=(AwsPolicy("AmazonS3ReadOnlyAccess"),),
    ),
    UserHasExactly("james-policies", "James has the view-only parts, and that is all", JAMES, managed=VIEW_ONLY_PARTS),
    PoliciesTogetherAre(
        "view-only-complete",
        "The parts together are AWS's ViewOnlyAccess without S3",
        policies=VIEW_ONLY_PARTS,
        reference=without_service(VIEW_ONLY_ACCESS, "s3"),
    ),
    NoActionOf("view-only-without-s3", "No part holds an S3 action", policies=VIEW_ONLY_PARTS, service="s3"),
    HasConsolePassword("console-password", "James can sign in to the console", JAMES),
    HasOneAccessKey("one-access-key", "James has one access key, the one handed out", JAMES),
    BucketHasExactly("bucket-policy", "The bucket lets in nobody by itself", BUCKET),
    Tagged("tags", "What is the lab's says so", "lab", "james-s3", (JAMES, S3_ROLE), (BUCKET,)),
)

LAB = Lab(
    title="James assumes a role to read S3",
    stack="JamesS3",
    source="000 AWS STS-AssumeRole, steps 1-20",
    users=(JAMES,),
    roles=(S3_ROLE,),
    story=(*AS_JAMES_BEFORE, *AS_THE_ROLE, *BACK_AS_JAMES, *AS_DEPLOYED),
)

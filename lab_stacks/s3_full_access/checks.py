"""What document 002 shows: testuser may do nothing, switches to s3Access, and may do all of S3 until switching back.

The role trusts the whole account, and that alone lets nobody in: testuser2, who lacks the inline policy that testuser
has, stays outside.
"""

from typing import Any

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    Assumed,
    AwsPolicy,
    CallerIdentity,
    Denied,
    Includes,
    Lab,
    NotAssumed,
    Output,
    Role,
    RoleHasExactly,
    Session,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    allow_assume_role,
    belongings,
    call,
    user,
)

TESTUSER = user("testuser", "Testuser", console_password=True)
TESTUSER2 = user("testuser2", "Testuser2")
S3_ACCESS = Role("s3Access", arn=Output("RoleArn"))
AS_ROLE = Session(S3_ACCESS, by=TESTUSER, name="testuser")

BUCKET = Output("BucketName")
OBJECT: dict[str, Any] = {"Bucket": BUCKET, "Key": "assumerole-lab/hello.txt"}
LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_OBJECTS = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=BUCKET)
PUT_OBJECT = call("s3", "PutObject", Body=b"hello", **OBJECT, undo=call("s3", "DeleteObject", **OBJECT))
GET_OBJECT = call("s3", "GetObject", **OBJECT)
DELETE_OBJECT = call("s3", "DeleteObject", **OBJECT)
LIST_USERS = call("iam", "ListUsers")

AS_TESTUSER = (
    CallerIdentity("testuser-is-live", "testuser's access key is live", TESTUSER),
    Denied("before-list-buckets", "testuser can't list the buckets", TESTUSER, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Denied("before-put-object", "testuser can't write an object", TESTUSER, PUT_OBJECT, NO_IDENTITY_ALLOW),
)

AS_THE_ROLE = (
    Assumed("assume-role", "testuser switches to s3Access", AS_ROLE),
    CallerIdentity("role-is-live", "testuser is now the role's session", AS_ROLE),
    Allowed(
        "role-list-buckets",
        "The role lists every bucket",
        AS_ROLE,
        LIST_BUCKETS,
        answer=(Includes("Buckets[].Name", BUCKET),),
        same_as_administrator="Buckets[].Name",
    ),
    Allowed("role-put-object", "The role writes an object", AS_ROLE, PUT_OBJECT),
    Allowed("role-get-object", "The role reads it back", AS_ROLE, GET_OBJECT),
    Allowed(
        "role-list-objects",
        "The role lists it",
        AS_ROLE,
        LIST_OBJECTS,
        answer=(Includes("Contents[].Key", OBJECT["Key"]),),
    ),
    Allowed("role-delete-object", "The role deletes it", AS_ROLE, DELETE_OBJECT),
    Denied("role-list-users", "The role may do nothing but S3", AS_ROLE, LIST_USERS, NO_IDENTITY_ALLOW),
    NotAssumed(
        "role-gives-up-assume-role",
        "What testuser may do as a user is given up in the role",
        Session(S3_ACCESS, by=AS_ROLE, name="once-more"),
    ),
)

SWITCHED_BACK = (
    CallerIdentity("back-to-testuser", "testuser has switched back", TESTUSER),
    Denied("after-list-buckets", "S3 is shut to testuser again", TESTUSER, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Denied("after-put-object", "Writing is shut to testuser again", TESTUSER, PUT_OBJECT, NO_IDENTITY_ALLOW),
)

THE_TRUST_ALONE = (
    CallerIdentity("testuser2-is-live", "testuser2's access key is live", TESTUSER2),
    NotAssumed(
        "trust-alone-is-not-enough",
        "testuser2 is in the trusted account, has no allow for sts:AssumeRole, and is refused",
        Session(S3_ACCESS, by=TESTUSER2, name="testuser2"),
        NO_IDENTITY_ALLOW,
    ),
)

AS_DEPLOYED = (
    TrustPolicyIs(
        "trust-policy",
        "The role trusts the account",
        S3_ACCESS,
        trusts=(allow_assume_role(AccountId()),),
    ),
    RoleHasExactly(
        "role-policies",
        "The role may do all of S3, and that is all",
        S3_ACCESS,
        managed=(AwsPolicy("AmazonS3FullAccess"),),
    ),
    UserHasExactly(
        "testuser-policies",
        "testuser may assume s3Access, and that is all",
        TESTUSER,
        inline={"assume-s3Access": (allow("sts:AssumeRole", Output("RoleArn")),)},
    ),
    UserHasExactly("testuser2-policies", "testuser2 may do nothing", TESTUSER2),
    *belongings("s3-full-access", (TESTUSER, TESTUSER2), (S3_ACCESS,), (BUCKET,)),
)

LAB = Lab(
    title="testuser switches to a role with full access to S3",
    stack="S3FullAccess",
    source="002 AWS Assume IAM Role",
    users=(TESTUSER, TESTUSER2),
    roles=(S3_ACCESS,),
    story=(*AS_TESTUSER, *AS_THE_ROLE, *SWITCHED_BACK, *THE_TRUST_ALONE, *AS_DEPLOYED),
)

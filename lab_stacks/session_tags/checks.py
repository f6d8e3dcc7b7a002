"""What document 001 says of session tags: a principal may pass a tag only if it has that tag itself.

One role for all projects: the tag that comes with the session names the prefix that it opens. So everything hangs on
the trust policy, which lets nobody bring another project's tag, none, or one more.
"""

from typing import Any

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    Assumed,
    Call,
    CallerIdentity,
    Denied,
    Includes,
    Lab,
    NotAssumed,
    Output,
    Role,
    RoleHasExactly,
    Session,
    Text,
    TrustPolicyIs,
    User,
    UserHasExactly,
    allow,
    allow_assume_role,
    belongings,
    call,
    user,
)

ALPHA, BETA = user("alphaUser", "Alpha"), user("betaUser", "Beta")
ROLE = Role("projectRole", arn=Output("RoleArn"))
AS_ALPHA = Session(ROLE, by=ALPHA, name="alpha", tags={"project": "alpha"})
AS_BETA = Session(ROLE, by=BETA, name="beta", tags={"project": "beta"})

BUCKET, BUCKET_ARN = Output("BucketName"), Output("BucketArn")
ASSUME_AND_TAG = ("sts:AssumeRole", "sts:TagSession")
LIST_ALL = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=BUCKET)


def put(project: str) -> Call:
    what: dict[str, Any] = {"Bucket": BUCKET, "Key": f"{project}/plan.txt"}
    return call("s3", "PutObject", Body=b"secret", **what, undo=call("s3", "DeleteObject", **what))


def get(project: str) -> Call:
    return call("s3", "GetObject", Bucket=BUCKET, Key=f"{project}/plan.txt")


def list_objects(project: str) -> Call:
    return call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=BUCKET, Prefix=f"{project}/")


def with_tags(by: User, name: str, **tags: str) -> Session:
    return Session(ROLE, by=by, name=name, tags=tags)


THE_RIGHT_TAG = (
    CallerIdentity("alpha-is-live", "alphaUser's access key is live", ALPHA),
    Denied("alpha-alone", "alphaUser alone can't write", ALPHA, put("alpha"), NO_IDENTITY_ALLOW),
    Assumed("alpha-assumes", "alphaUser assumes the role with alpha's tag", AS_ALPHA),
    CallerIdentity("alpha-session-is-live", "alphaUser is now the role's session", AS_ALPHA),
    Allowed("alpha-writes", "The session writes under alpha/", AS_ALPHA, put("alpha")),
    Allowed("alpha-reads", "and reads there", AS_ALPHA, get("alpha")),
    Allowed(
        "alpha-lists",
        "and lists there",
        AS_ALPHA,
        list_objects("alpha"),
        answer=(Includes("Contents[].Key", "alpha/plan.txt"),),
    ),
)

NO_OTHER_PREFIX = (
    Denied("alpha-not-beta-write", "It can't write under beta/", AS_ALPHA, put("beta"), NO_IDENTITY_ALLOW),
    Denied("alpha-not-beta-list", "nor list there", AS_ALPHA, list_objects("beta"), NO_IDENTITY_ALLOW),
    Denied("alpha-not-all", "nor list the whole bucket", AS_ALPHA, LIST_ALL, NO_IDENTITY_ALLOW),
    CallerIdentity("beta-is-live", "betaUser's access key is live", BETA),
    Assumed("beta-assumes", "betaUser assumes the same role with beta's tag", AS_BETA),
    CallerIdentity("beta-session-is-live", "betaUser is now the role's session", AS_BETA),
    Allowed("beta-writes", "The session writes under beta/", AS_BETA, put("beta")),
    Denied("beta-not-alpha", "but can't read what alpha wrote", AS_BETA, get("alpha"), NO_IDENTITY_ALLOW),
)

NO_OTHER_TAG = (
    NotAssumed("another-s-tag", "alphaUser can't bring beta's tag", with_tags(ALPHA, "as-beta", project="beta")),
    NotAssumed("no-tag", "nor come without a tag", with_tags(ALPHA, "no-tag")),
    NotAssumed(
        "one-tag-more",
        "nor bring another tag besides",
        with_tags(ALPHA, "one-more", project="alpha", team="red"),
    ),
)

AS_DEPLOYED = (
    TrustPolicyIs(
        "trust-policy",
        "The role trusts the account, for sessions with the caller's own project tag and no other",
        ROLE,
        trusts=(
            allow_assume_role(
                AccountId(),
                {
                    "StringEquals": {"aws:RequestTag/project": "${aws:PrincipalTag/project}"},
                    "ForAllValues:StringEquals": {"aws:TagKeys": ["project"]},
                },
                actions=ASSUME_AND_TAG,
            ),
        ),
    ),
    RoleHasExactly(
        "role-policies",
        "The role opens the prefix of the session's tag, and that is all",
        ROLE,
        inline={
            "own-prefix": (
                allow("s3:ListBucket", BUCKET_ARN, {"StringLike": {"s3:prefix": "${aws:PrincipalTag/project}/*"}}),
                allow(("s3:GetObject", "s3:PutObject"), Text(BUCKET_ARN, "/${aws:PrincipalTag/project}/*")),
            )
        },
    ),
    *(
        UserHasExactly(
            f"{who.name}-policies",
            f"{who.name} has the project's tag, may assume the role with tags, and that is all",
            who,
            inline={"assume-projectRole": (allow(ASSUME_AND_TAG, ROLE.arn),)},
            tags={"project": project},
        )
        for who, project in ((ALPHA, "alpha"), (BETA, "beta"))
    ),
    *belongings("session-tags", (ALPHA, BETA), (ROLE,), (BUCKET,)),
)

LAB = Lab(
    title="Session tags decide what a session may do",
    stack="SessionTags",
    source="001 AWS Security Token Service (STS), Session tags in STS",
    users=(ALPHA, BETA),
    roles=(ROLE,),
    story=(*THE_RIGHT_TAG, *NO_OTHER_PREFIX, *NO_OTHER_TAG, *AS_DEPLOYED),
)

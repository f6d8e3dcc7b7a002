"""What document 001 says of revoking: a policy with a time denies everything to the sessions that are older.

Credentials can't be called back, but what they open can be shut. The story revokes as the console's button does
(AWSRevokeOlderSessions), and ends with what is easily forgotten: who deletes that policy too early gives the old
sessions back what they had.
"""

from labkit.checks import (
    AccountId,
    Allowed,
    Assumed,
    AwsPolicy,
    Because,
    CallerIdentity,
    Change,
    Denied,
    Lab,
    Output,
    Role,
    RoleHasExactly,
    Session,
    SessionsRevoked,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    allow_assume_role,
    belongings,
    call,
    user,
)

USER = user("revokeUser", console_password=True)
ROLE = Role("revokeRole", arn=Output("RoleArn"))
OLD = Session(ROLE, by=USER, name="old")
NEW = Session(ROLE, by=USER, name="new")

LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
DELETE_THE_POLICY = call("iam", "DeleteRolePolicy", RoleName=ROLE.name, PolicyName="AWSRevokeOlderSessions")

AS_DEPLOYED = (
    TrustPolicyIs("trust-policy", "The role trusts the account", ROLE, (allow_assume_role(AccountId()),)),
    RoleHasExactly(
        "role-policies",
        "The role may read S3, and that is all",
        ROLE,
        managed=(AwsPolicy("AmazonS3ReadOnlyAccess"),),
    ),
    UserHasExactly(
        "user-policies",
        "The user may assume the role, and that is all",
        USER,
        inline={"assume-revokeRole": (allow("sts:AssumeRole", ROLE.arn),)},
    ),
    *belongings("revoke-sessions", (USER,), (ROLE,)),
)

BEFORE = (
    CallerIdentity("user-is-live", "The user's access key is live", USER),
    Assumed("old-session", "The user assumes the role", OLD),
    CallerIdentity("old-is-live", "The user is now the role's session", OLD),
    Allowed("old-list-buckets", "The session lists the buckets", OLD, LIST_BUCKETS),
)

REVOKED = (
    SessionsRevoked(
        "revoke",
        "The administrator revokes the role's sessions until now",
        OLD,
        after=("old-list-buckets", "role-policies"),
    ),
    Denied(
        "old-denied",
        "The session can't list the buckets any more",
        OLD,
        LIST_BUCKETS,
        Because("identity-based policy", explicit=True),
        withdrawn=True,
        after="revoke",
    ),
    CallerIdentity("old-still-live", "Its credentials are still good; they just open nothing", OLD),
    Assumed("new-session", "The user assumes the role again", NEW, after="old-denied"),
    CallerIdentity("new-is-live", "The new session works", NEW),
    Allowed("new-list-buckets", "The new session lists the buckets", NEW, LIST_BUCKETS),
    Denied(
        "old-still-denied",
        "The old one still can't",
        OLD,
        LIST_BUCKETS,
        Because("identity-based policy", explicit=True),
        withdrawn=True,
        after="new-list-buckets",
    ),
)

TOO_EARLY = (
    Change("delete-the-policy", "The administrator deletes the policy", DELETE_THE_POLICY, after="old-denied"),
    Allowed(
        "old-again",
        "The old session has back what it had: the policy has to stay until such sessions have expired",
        OLD,
        LIST_BUCKETS,
        after="delete-the-policy",
    ),
)

LAB = Lab(
    title="Sessions that were given are revoked",
    stack="RevokeSessions",
    source="001 AWS Security Token Service (STS), AWSRevokeOlderSessions",
    users=(USER,),
    roles=(ROLE,),
    # What is deployed comes first: the story puts a policy on the role, and takes away the one that it finds there.
    story=(*AS_DEPLOYED, *BEFORE, *REVOKED, *TOO_EARLY),
)

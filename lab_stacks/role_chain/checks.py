"""What document 003 shows: a role can be trusted by another role, and so be a step on the way to it.

ExampleUser assumes ExampleRole, and as ExampleRole assumes ExampleChainedRole. There is no shorter way, each role may
do what the other may not, and a chained session lasts an hour at most, whatever the role itself would grant.
"""

from labkit.checks import (
    ADMINISTRATOR,
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    Assumed,
    AwsPolicy,
    CallerIdentity,
    Denied,
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
    refused_session,
    user,
)

USER = user("ExampleUser")
ROLE = Role("ExampleRole", arn=Output("RoleArn"))
CHAINED_ROLE = Role("ExampleChainedRole", arn=Output("ChainedRoleArn"), through=ROLE)
AS_ROLE = Session(ROLE, by=USER, name="ExampleSession")
CHAINED = Session(CHAINED_ROLE, by=AS_ROLE, name="ExampleSession")

LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
DESCRIBE_INSTANCES = call("ec2", "DescribeInstances")

NO_SHORTER_WAY = (
    CallerIdentity("user-is-live", "The user's access key is live", USER),
    NotAssumed(
        "user-not-chained",
        "The user can't assume ExampleChainedRole directly",
        Session(CHAINED_ROLE, by=USER, name="directly"),
    ),
    NotAssumed(
        "administrator-not-chained",
        "Not even an administrator can: the trust policy names the role alone",
        Session(CHAINED_ROLE, by=ADMINISTRATOR, name="directly"),
    ),
)

FIRST_LINK = (
    Assumed("assume-role", "The user assumes ExampleRole", AS_ROLE),
    CallerIdentity("role-is-live", "The user is now ExampleRole's session", AS_ROLE),
    Allowed("role-describe", "ExampleRole looks at EC2", AS_ROLE, DESCRIBE_INSTANCES),
    Denied("role-list-buckets", "ExampleRole can't list buckets", AS_ROLE, LIST_BUCKETS, NO_IDENTITY_ALLOW),
)

SECOND_LINK = (
    Assumed("assume-chained", "ExampleRole assumes ExampleChainedRole, for one hour", CHAINED),
    CallerIdentity("chained-is-live", "The session is now ExampleChainedRole's", CHAINED),
    Allowed(
        "chained-list-buckets",
        "ExampleChainedRole lists every bucket",
        CHAINED,
        LIST_BUCKETS,
        same_as_administrator="Buckets[].Name",
    ),
    Denied(
        "chained-gives-up-ec2",
        "What ExampleRole may do is given up in ExampleChainedRole",
        CHAINED,
        DESCRIBE_INSTANCES,
        NO_IDENTITY_ALLOW,
    ),
    refused_session(
        "chained-one-hour",
        "A chained session can't last a second longer than an hour, though the role would grant twelve",
        Session(CHAINED_ROLE, by=AS_ROLE, name="too-long", duration=3601),
        "ValidationError",
        "exceeds the 1 hour session limit for roles assumed by role chaining",
    ),
)

BACK = (
    CallerIdentity("back-to-role", "The session of ExampleRole is still there", AS_ROLE),
    CallerIdentity("back-to-user", "And so is the user", USER),
    Denied("after-list-buckets", "S3 is shut to the user", USER, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Denied("after-describe", "EC2 is shut to the user", USER, DESCRIBE_INSTANCES, NO_IDENTITY_ALLOW),
)

AS_DEPLOYED = (
    TrustPolicyIs("role-trust", "ExampleRole trusts the account", ROLE, trusts=(allow_assume_role(AccountId()),)),
    TrustPolicyIs(
        "chained-trust",
        "ExampleChainedRole trusts ExampleRole and nobody else",
        CHAINED_ROLE,
        trusts=(allow_assume_role(Output("RoleArn")),),
    ),
    RoleHasExactly(
        "role-policies",
        "ExampleRole may look at EC2 and assume ExampleChainedRole, and that is all",
        ROLE,
        managed=(AwsPolicy("AmazonEC2ReadOnlyAccess"),),
        inline={"assume-ExampleChainedRole": (allow("sts:AssumeRole", Output("ChainedRoleArn")),)},
    ),
    RoleHasExactly(
        "chained-policies",
        "ExampleChainedRole may read S3, for up to twelve hours, and that is all",
        CHAINED_ROLE,
        managed=(AwsPolicy("AmazonS3ReadOnlyAccess"),),
        longest_session=43200,
    ),
    UserHasExactly(
        "user-policies",
        "The user may assume ExampleRole, and that is all",
        USER,
        inline={"assume-ExampleRole": (allow("sts:AssumeRole", Output("RoleArn")),)},
    ),
    *belongings("role-chain", (USER,), (ROLE, CHAINED_ROLE)),
)

LAB = Lab(
    title="A role assumes another role",
    stack="RoleChain",
    source="003 How enable access to AWS STS AssumeRole",
    users=(USER,),
    roles=(ROLE, CHAINED_ROLE),
    story=(*NO_SHORTER_WAY, *FIRST_LINK, *SECOND_LINK, *BACK, *AS_DEPLOYED),
)

"""What document 004 shows: a user who may only assume roles describes EC2 instances through one.

The role does not widen what the user may do elsewhere: S3 and IAM stay shut before and after.
"""

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    Assumed,
    AwsPolicy,
    CallerIdentity,
    CustomerPolicy,
    Denied,
    Lab,
    Output,
    PoliciesTogetherAre,
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

USER = user("assume-role-user")
ROLE = Role("assume-role-role", arn=Output("RoleArn"))
AS_ROLE = Session(ROLE, by=USER, name="assume-role-session")
ASSUME_ROLE_POLICY = CustomerPolicy("assume-role-policy")

DESCRIBE_INSTANCES = call("ec2", "DescribeInstances")
CREATE_KEY_PAIR = call(
    "ec2",
    "CreateKeyPair",
    KeyName="assumerole-lab",
    undo=call("ec2", "DeleteKeyPair", KeyName="assumerole-lab"),
)
LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_USERS = call("iam", "ListUsers")

AS_THE_USER = (
    CallerIdentity("user-is-live", "The user's access key is live", USER),
    Denied("before-describe", "The user can't describe instances", USER, DESCRIBE_INSTANCES, NO_IDENTITY_ALLOW),
    Denied("before-list-buckets", "The user can't list buckets", USER, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Denied("before-list-users", "The user can't list users", USER, LIST_USERS, NO_IDENTITY_ALLOW),
)

AS_THE_ROLE = (
    Assumed("assume-role", "The user assumes the role", AS_ROLE),
    CallerIdentity("role-is-live", "The user is now the role's session", AS_ROLE),
    Allowed(
        "role-describe",
        "The role describes every instance",
        AS_ROLE,
        DESCRIBE_INSTANCES,
        same_as_administrator="Reservations[].Instances[].InstanceId",
    ),
    Allowed("role-create-key-pair", "The role may change EC2, too", AS_ROLE, CREATE_KEY_PAIR),
    Denied("role-list-buckets", "S3 stays shut to the role", AS_ROLE, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Denied("role-list-users", "IAM stays shut to the role", AS_ROLE, LIST_USERS, NO_IDENTITY_ALLOW),
)

BACK_AS_THE_USER = (
    CallerIdentity("back-to-user", "The user is back", USER),
    Denied("after-describe", "EC2 is shut to the user again", USER, DESCRIBE_INSTANCES, NO_IDENTITY_ALLOW),
)

AS_DEPLOYED = (
    TrustPolicyIs("trust-policy", "The role trusts the account", ROLE, trusts=(allow_assume_role(AccountId()),)),
    RoleHasExactly(
        "role-policies",
        "The role may do all of EC2, and that is all",
        ROLE,
        managed=(AwsPolicy("AmazonEC2FullAccess"),),
    ),
    UserHasExactly(
        "user-policies", "The user has assume-role-policy, and that is all", USER, managed=(ASSUME_ROLE_POLICY,)
    ),
    PoliciesTogetherAre(
        "assume-role-policy",
        "assume-role-policy allows sts:AssumeRole on any role, and nothing else",
        policies=(ASSUME_ROLE_POLICY,),
        reference={"Statement": [allow("sts:AssumeRole", "*")]},
    ),
    *belongings("ec2-operator", (USER,), (ROLE,)),
)

LAB = Lab(
    title="A user who may only assume roles operates EC2",
    stack="EC2Operator",
    source="004 AWS IAM Assume Role / Using aws CLI / Ubuntu 18.04",
    users=(USER,),
    roles=(ROLE,),
    story=(*AS_THE_USER, *AS_THE_ROLE, *BACK_AS_THE_USER, *AS_DEPLOYED),
)

"""What document 003 calls cross-account access: both accounts have to allow it, whichever way the role's trust is put.

Two users of the partner account differ in one thing: grantedUser has an identity policy for the roles, ungrantedUser
has none. Three roles differ in their trust. Only where the user's account and the role's agree does anybody get in.
"""

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    PARTNER,
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

GRANTED = user("grantedUser", "Granted", console_password=True, account=PARTNER)
UNGRANTED = user("ungrantedUser", "Ungranted", account=PARTNER)
ROLE = Role("crossAccountRole", arn=Output("RoleArn"))
NAMED_ROLE = Role("crossAccountNamedRole", arn=Output("NamedRoleArn"))
CLOSED_ROLE = Role("crossAccountClosedRole", arn=Output("ClosedRoleArn"))
AS_ROLE = Session(ROLE, by=GRANTED, name="granted")
AS_NAMED_ROLE = Session(NAMED_ROLE, by=GRANTED, name="granted")

BUCKET = Output("BucketName")
LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_USERS = call("iam", "ListUsers")

BOTH_ALLOW = (
    CallerIdentity("granted-is-live", "grantedUser's access key is live, in the partner account", GRANTED),
    Denied("before-list-buckets", "grantedUser can't list buckets", GRANTED, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    Assumed("assume-role", "grantedUser assumes crossAccountRole: its own account and the role's allow it", AS_ROLE),
    CallerIdentity("role-is-live", "grantedUser is now a session of the home account", AS_ROLE),
    Allowed(
        "role-list-buckets",
        "The role lists every bucket of the home account",
        AS_ROLE,
        LIST_BUCKETS,
        answer=(Includes("Buckets[].Name", BUCKET),),
        same_as_administrator="Buckets[].Name",
    ),
    Denied("role-list-users", "The role may do nothing but read S3", AS_ROLE, LIST_USERS, NO_IDENTITY_ALLOW),
    NotAssumed(
        "role-gives-up-assume-role",
        "What grantedUser may do in the partner account is given up in the role",
        Session(NAMED_ROLE, by=AS_ROLE, name="once-more"),
    ),
    Assumed("assume-named-role", "grantedUser assumes crossAccountNamedRole, which names the user", AS_NAMED_ROLE),
    CallerIdentity("named-role-is-live", "That session is of the home account, too", AS_NAMED_ROLE),
    Denied("named-role-does-nothing", "To be trusted is no permission", AS_NAMED_ROLE, LIST_BUCKETS, NO_IDENTITY_ALLOW),
)

BACK = (
    CallerIdentity("back-to-granted", "grantedUser has switched back", GRANTED),
    Denied("after-list-buckets", "S3 is shut to grantedUser again", GRANTED, LIST_BUCKETS, NO_IDENTITY_ALLOW),
)

THE_ROLES_SIDE_ALONE = (
    CallerIdentity("ungranted-is-live", "ungrantedUser's access key is live", UNGRANTED),
    NotAssumed(
        "trusted-account-is-not-enough",
        "The role trusts the whole account, but the account does not allow it to ungrantedUser",
        Session(ROLE, by=UNGRANTED, name="ungranted"),
        NO_IDENTITY_ALLOW,
    ),
    NotAssumed(
        "trusted-by-name-is-not-enough",
        "Even a trust policy that names ungrantedUser does not do without the user's own account",
        Session(NAMED_ROLE, by=UNGRANTED, name="ungranted"),
        NO_IDENTITY_ALLOW,
    ),
)

THE_USERS_SIDE_ALONE = (
    NotAssumed(
        "allowed-is-not-enough",
        "grantedUser's account allows crossAccountClosedRole, but the role does not trust it",
        Session(CLOSED_ROLE, by=GRANTED, name="granted"),
    ),
)

AS_DEPLOYED = (
    TrustPolicyIs(
        "role-trust",
        "crossAccountRole trusts the partner account",
        ROLE,
        trusts=(allow_assume_role(AccountId(PARTNER)),),
    ),
    TrustPolicyIs(
        "named-role-trust",
        "crossAccountNamedRole trusts the two users by name",
        NAMED_ROLE,
        trusts=(allow_assume_role([GRANTED.arn, UNGRANTED.arn]),),
    ),
    TrustPolicyIs(
        "closed-role-trust",
        "crossAccountClosedRole trusts the home account alone",
        CLOSED_ROLE,
        trusts=(allow_assume_role(AccountId()),),
    ),
    RoleHasExactly(
        "role-policies",
        "crossAccountRole may read S3, and that is all",
        ROLE,
        managed=(AwsPolicy("AmazonS3ReadOnlyAccess"),),
    ),
    RoleHasExactly("named-role-policies", "crossAccountNamedRole may do nothing", NAMED_ROLE),
    RoleHasExactly("closed-role-policies", "crossAccountClosedRole may do nothing", CLOSED_ROLE),
    UserHasExactly(
        "granted-policies",
        "grantedUser may assume the three roles, and that is all",
        GRANTED,
        inline={
            "assume-roles-of-the-home-account": (allow("sts:AssumeRole", [ROLE.arn, NAMED_ROLE.arn, CLOSED_ROLE.arn]),)
        },
    ),
    UserHasExactly("ungranted-policies", "ungrantedUser may do nothing", UNGRANTED),
    *belongings("cross-account", (GRANTED, UNGRANTED), (ROLE, NAMED_ROLE, CLOSED_ROLE), (BUCKET,)),
)

LAB = Lab(
    title="Users of another account assume a role, if both accounts allow it",
    stack="CrossAccount",
    source="003 How enable access to AWS STS AssumeRole; 001 When to use STS; 002 Cross-Account Access",
    users=(GRANTED, UNGRANTED),
    roles=(ROLE, NAMED_ROLE, CLOSED_ROLE),
    story=(*BOTH_ALLOW, *BACK, *THE_ROLES_SIDE_ALONE, *THE_USERS_SIDE_ALONE, *AS_DEPLOYED),
)

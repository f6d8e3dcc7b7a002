"""What documents 003 and 001 say of auditing: CloudTrail records who assumed a role, and who was refused.

No trail is needed for it: the event history of every account keeps 90 days.
"""

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    AccountId,
    Assumed,
    CallerIdentity,
    Lab,
    NotAssumed,
    Output,
    Recorded,
    Role,
    RoleHasExactly,
    Session,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    allow_assume_role,
    belongings,
    user,
)

USER = user("auditUser")
STRANGER = user("auditStranger", outputs="Stranger")
ROLE = Role("auditRole", arn=Output("RoleArn"))
ALLOWED = Session(ROLE, by=USER, name="on-the-record")
REFUSED = Session(ROLE, by=STRANGER, name="also-on-the-record")

ASKED = (
    CallerIdentity("user-is-live", "The user's access key is live", USER),
    Assumed("assume-role", "The user assumes the role", ALLOWED),
    CallerIdentity("stranger-is-live", "The stranger's access key is live", STRANGER),
    NotAssumed("stranger-refused", "The stranger is refused", REFUSED, NO_IDENTITY_ALLOW),
)

# What is deployed needs no waiting, CloudTrail does.
AS_DEPLOYED = (
    TrustPolicyIs("trust-policy", "The role trusts the account", ROLE, (allow_assume_role(AccountId()),)),
    RoleHasExactly("role-policies", "The role may do nothing", ROLE),
    UserHasExactly(
        "user-policies",
        "The user may assume the role, and that is all",
        USER,
        inline={"assume-auditRole": (allow("sts:AssumeRole", ROLE.arn),)},
    ),
    UserHasExactly("stranger-policies", "The stranger may do nothing", STRANGER),
    *belongings("audit", (USER, STRANGER), (ROLE,)),
)

ON_THE_RECORD = (
    Recorded(
        "recorded",
        "CloudTrail has recorded who assumed the role, when, and from where",
        ALLOWED,
        after="assume-role",
    ),
    Recorded(
        "refusal-recorded",
        "CloudTrail has recorded who was refused, and with which error",
        REFUSED,
        error="AccessDenied",
        after="stranger-refused",
    ),
)

LAB = Lab(
    title="Who assumed a role is on the record",
    stack="AuditTrail",
    source="003 How enable access to AWS STS AssumeRole, Logging and Auditing; "
    "001 AWS Security Token Service (STS), auditing using CloudTrail",
    users=(USER, STRANGER),
    roles=(ROLE,),
    story=(*ASKED, *AS_DEPLOYED, *ON_THE_RECORD),
)

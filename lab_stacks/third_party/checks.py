"""What document 001 tells of third parties: they are outside the zone of trust, and get in with an external id alone.

The vendor and a stranger are users of the same other account, with the same permissions there: what tells them apart
is the trust policy of vendorAccess. It names the vendor, and the external id that says on whose behalf the vendor asks.
"""

from labkit.checks import (
    ADMINISTRATOR,
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
    OnlyReachable,
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

EXTERNAL_ID = "Customer-4711"
ANOTHER_CUSTOMERS = "Customer-4712"

VENDOR = user("vendor", "Vendor", account=PARTNER)
STRANGER = user("stranger", "Stranger", account=PARTNER)
ROLE = Role("vendorAccess", arn=Output("RoleArn"), external_id=EXTERNAL_ID)
HOUSE_ROLE = Role("houseAccess", arn=Output("HouseRoleArn"))
AS_ROLE = Session(ROLE, by=VENDOR, name="vendor", external_id=EXTERNAL_ID)

BUCKET = Output("BucketName")
LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_USERS = call("iam", "ListUsers")
MAY_ASSUME = {"assume-roles-of-the-customer": (allow("sts:AssumeRole", [ROLE.arn, HOUSE_ROLE.arn]),)}

WITHOUT_THE_EXTERNAL_ID = (
    CallerIdentity("vendor-is-live", "The vendor's access key is live, in the vendor's account", VENDOR),
    Denied("before-list-buckets", "The vendor can't list buckets", VENDOR, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    NotAssumed(
        "without-external-id",
        "Without an external id the vendor is refused",
        Session(ROLE, by=VENDOR, name="vendor"),
    ),
    NotAssumed(
        "wrong-external-id",
        "With that of another customer the vendor is refused",
        Session(ROLE, by=VENDOR, name="vendor", external_id=ANOTHER_CUSTOMERS),
    ),
    NotAssumed(
        "external-id-in-lower-case",
        "An external id counts letter for letter",
        Session(ROLE, by=VENDOR, name="vendor", external_id=EXTERNAL_ID.lower()),
    ),
)

WITH_IT = (
    Assumed("assume-role", "With the external id the vendor assumes vendorAccess", AS_ROLE),
    CallerIdentity("role-is-live", "The vendor is now a session of our account", AS_ROLE),
    Allowed(
        "role-list-buckets",
        "The role lists every bucket of our account",
        AS_ROLE,
        LIST_BUCKETS,
        answer=(Includes("Buckets[].Name", BUCKET),),
        same_as_administrator="Buckets[].Name",
    ),
    Denied("role-list-users", "The role may do nothing but read S3", AS_ROLE, LIST_USERS, NO_IDENTITY_ALLOW),
)

BACK = (
    CallerIdentity("back-to-vendor", "The vendor is back", VENDOR),
    Denied("after-list-buckets", "S3 is shut to the vendor again", VENDOR, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    NotAssumed(
        "after-without-external-id",
        "And without the external id the role is, too",
        Session(ROLE, by=VENDOR, name="vendor"),
    ),
)

NOBODY_ELSE = (
    CallerIdentity("stranger-is-live", "The stranger's access key is live", STRANGER),
    NotAssumed(
        "stranger-with-external-id",
        "Another user of the vendor's account is refused, even with the external id",
        Session(ROLE, by=STRANGER, name="stranger", external_id=EXTERNAL_ID),
    ),
    NotAssumed(
        "administrator-with-external-id",
        "So is our own administrator: the trust policy names the vendor alone",
        Session(ROLE, by=ADMINISTRATOR, name="administrator", external_id=EXTERNAL_ID),
    ),
    NotAssumed(
        "vendor-not-in-the-house",
        "A role that does not trust the vendor stays shut, even with the external id",
        Session(HOUSE_ROLE, by=VENDOR, name="vendor", external_id=EXTERNAL_ID),
    ),
)

AS_DEPLOYED = (
    OnlyReachable(
        "reachable-from-outside",
        "vendorAccess is the one role of the lab that is reachable from outside our zone of trust",
        roles=(ROLE, HOUSE_ROLE),
        reachable=(ROLE,),
    ),
    TrustPolicyIs(
        "role-trust",
        "vendorAccess trusts the vendor with the external id, and nobody else",
        ROLE,
        trusts=(allow_assume_role(VENDOR.arn, {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}}),),
    ),
    TrustPolicyIs(
        "house-role-trust",
        "houseAccess trusts our own account alone",
        HOUSE_ROLE,
        trusts=(allow_assume_role(AccountId()),),
    ),
    RoleHasExactly(
        "role-policies",
        "vendorAccess may read S3, and that is all",
        ROLE,
        managed=(AwsPolicy("AmazonS3ReadOnlyAccess"),),
    ),
    RoleHasExactly("house-role-policies", "houseAccess may do nothing", HOUSE_ROLE),
    UserHasExactly(
        "vendor-policies", "The vendor may ask for the two roles, and that is all", VENDOR, inline=MAY_ASSUME
    ),
    UserHasExactly(
        "stranger-policies", "The stranger may do so, too: it is our trust that decides", STRANGER, inline=MAY_ASSUME
    ),
    *belongings("third-party", (VENDOR, STRANGER), (ROLE, HOUSE_ROLE), (BUCKET,)),
)

LAB = Lab(
    title="A vendor assumes a role with an external id",
    stack="ThirdParty",
    source="001 AWS Security Token Service (STS), Providing access to AWS accounts owned by third parties; 003",
    users=(VENDOR, STRANGER),
    roles=(ROLE, HOUSE_ROLE),
    story=(*WITHOUT_THE_EXTERNAL_ID, *WITH_IT, *BACK, *NOBODY_ELSE, *AS_DEPLOYED),
)

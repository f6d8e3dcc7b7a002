"""What document 001 says of MFA: only who signed in with an MFA device can assume the role.

The device belongs to the story: it is made, used and deleted again. A code is good once, so that the second one has to
be waited for.
"""

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    Assumed,
    AwsPolicy,
    CallerIdentity,
    Denied,
    Lab,
    MfaDevice,
    MfaDeviceAdded,
    NextCode,
    NotAssumed,
    Output,
    Role,
    RoleHasExactly,
    Says,
    Session,
    SessionToken,
    TokenGiven,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    allow_assume_role,
    belongings,
    call,
    user,
)

USER = user("mfaUser", console_password=True)
ROLE = Role("mfaRole", arn=Output("RoleArn"))
DEVICE = MfaDevice(USER, "assumerole-lab-mfa")

WITHOUT_MFA = Session(ROLE, by=USER, name="without-mfa")
WITH_MFA = Session(ROLE, by=USER, name="with-mfa", mfa=DEVICE.right_code)
TOKEN_WITHOUT_MFA = SessionToken(USER, duration=900)
TOKEN_WITH_MFA = SessionToken(USER, duration=900, mfa=DEVICE.right_code)
BY_TOKEN = Session(ROLE, by=TOKEN_WITH_MFA, name="by-token")

LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
WRONG_CODE = Says("MultiFactorAuthentication failed with invalid MFA one time pass code")
MFA_WITHIN_THE_HOUR = {
    "Bool": {"aws:MultiFactorAuthPresent": "true"},
    "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"},
}

WITHOUT = (
    CallerIdentity("user-is-live", "The user's access key is live", USER),
    Denied("user-list-buckets", "The user can't list the buckets", USER, LIST_BUCKETS, NO_IDENTITY_ALLOW),
    NotAssumed("without-mfa", "Without MFA the user can't assume the role", WITHOUT_MFA),
    TokenGiven("token-without-mfa", "GetSessionToken needs no MFA", TOKEN_WITHOUT_MFA),
    CallerIdentity("token-without-mfa-is-live", "Such a session token works", TOKEN_WITHOUT_MFA),
    NotAssumed(
        "token-without-mfa-refused",
        "but it can't assume the role",
        Session(ROLE, by=TOKEN_WITHOUT_MFA, name="token-without-mfa"),
    ),
)

WITH_A_CODE = (
    MfaDeviceAdded("mfa-device", "The user is given a virtual MFA device", DEVICE),
    NotAssumed(
        "device-not-used",
        "To have a device is not enough: without a code the user still can't assume the role",
        Session(ROLE, by=USER, name="device-not-used"),
        after="mfa-device",
    ),
    NotAssumed(
        "wrong-code",
        "A wrong code is refused",
        Session(ROLE, by=USER, name="wrong-code", mfa=DEVICE.wrong_code),
        WRONG_CODE,
        after="mfa-device",
    ),
    Assumed("right-code", "With a right code the user assumes the role", WITH_MFA, after="mfa-device"),
    CallerIdentity("with-mfa-is-live", "The user is now the role's session", WITH_MFA),
    Allowed("with-mfa-list-buckets", "The session lists the buckets", WITH_MFA, LIST_BUCKETS),
)

WITH_A_SESSION_TOKEN = (
    NextCode(
        "next-code",
        "The device shows its next code, since each is good once",
        DEVICE,
        # Where the door stands open without MFA, or is shut to all, MFA proves nothing.
        after=("without-mfa", "token-without-mfa-refused", "right-code"),
    ),
    TokenGiven("token-with-mfa", "GetSessionToken takes the code", TOKEN_WITH_MFA, after="next-code"),
    CallerIdentity("token-with-mfa-is-live", "Such a session token works", TOKEN_WITH_MFA),
    Denied(
        "token-with-mfa-list-buckets",
        "By itself it may do what the user may, and no more",
        TOKEN_WITH_MFA,
        LIST_BUCKETS,
        NO_IDENTITY_ALLOW,
    ),
    Assumed("by-token", "It assumes the role, without another code", BY_TOKEN),
    CallerIdentity("by-token-is-live", "It is now the role's session", BY_TOKEN),
    Allowed("by-token-list-buckets", "That session lists the buckets, too", BY_TOKEN, LIST_BUCKETS),
)

AS_DEPLOYED = (
    TrustPolicyIs(
        "trust-policy",
        "The role trusts the account, with MFA that is not older than an hour",
        ROLE,
        (allow_assume_role(AccountId(), MFA_WITHIN_THE_HOUR),),
    ),
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
        inline={"assume-mfaRole": (allow("sts:AssumeRole", ROLE.arn),)},
    ),
    *belongings("mfa", (USER,), (ROLE,)),
)

LAB = Lab(
    title="A role that wants MFA",
    stack="MfaProtected",
    source="001 AWS Security Token Service (STS), multi-factor authentication (MFA) protection",
    users=(USER,),
    roles=(ROLE,),
    story=(*WITHOUT, *WITH_A_CODE, *WITH_A_SESSION_TOKEN, *AS_DEPLOYED),
)

"""What documents 000 and 001 say of STS's other calls: the credentials that they give are not like a role's.

proxyApp may look at S3 and at IAM. With the same permissions it goes there with its own key, with a session token, and
as a role; and it hands a federated user what both proxyApp and a session policy allow. What each may do is set side
by side.
Source: IAM User Guide, id_credentials_sts-comparison.
"""

from typing import Any

from labkit.checks import (
    NO_IDENTITY_ALLOW,
    AccountId,
    Allowed,
    AnyOf,
    Assumed,
    AwsPolicy,
    Because,
    CallerIdentity,
    Denied,
    FederatedUser,
    Lab,
    NotAssumed,
    Output,
    Refused,
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

PROXY_APP = user("proxyApp")
ROLE = Role("appRole", arn=Output("RoleArn"))
WITH_TOKEN = SessionToken(PROXY_APP)
LIST_ONLY: dict[str, Any] = {"Version": "2012-10-17", "Statement": [allow("s3:ListAllMyBuckets", "*")]}
FEDERATED = FederatedUser(PROXY_APP, name="distributionApp", policy=LIST_ONLY)
FEDERATED_WITHOUT_POLICY = FederatedUser(PROXY_APP, name="distributionApp")
AS_ROLE = Session(ROLE, by=PROXY_APP, name="app")
MAY_LOOK = (AwsPolicy("AmazonS3ReadOnlyAccess"), AwsPolicy("IAMReadOnlyAccess"))

LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_OBJECTS = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=Output("BucketName"))
LIST_USERS = call("iam", "ListUsers")
GET_SESSION_TOKEN = call("sts", "GetSessionToken")
GET_FEDERATION_TOKEN = call("sts", "GetFederationToken", Name="distributionApp")
NO_SESSION_TOKEN = Says("Cannot call GetSessionToken with session credentials")
NO_FEDERATION_TOKEN = Says("Cannot call GetFederationToken with session credentials")
# IAM answers these credentials as if it did not know them, though STS does.
UNKNOWN_TO_IAM = "InvalidClientTokenId"

OWN_KEY = (
    CallerIdentity("own-key-is-live", "proxyApp's access key is live", PROXY_APP),
    Allowed("own-key-list-buckets", "proxyApp lists the buckets", PROXY_APP, LIST_BUCKETS),
    Allowed("own-key-list-objects", "proxyApp lists a bucket", PROXY_APP, LIST_OBJECTS),
    Allowed("own-key-iam", "proxyApp lists users", PROXY_APP, LIST_USERS),
    TokenGiven("own-key-session-token", "proxyApp gets a session token, for 12 hours", WITH_TOKEN),
    TokenGiven("own-key-federation-token", "proxyApp gets credentials for distributionApp", FEDERATED),
    Assumed("own-key-assume-role", "proxyApp assumes appRole", AS_ROLE),
)

SESSION_TOKEN = (
    CallerIdentity("token-is-live", "With a session token, proxyApp is still proxyApp", WITH_TOKEN),
    Allowed("token-list-buckets", "A session token lists the buckets", WITH_TOKEN, LIST_BUCKETS),
    Allowed("token-list-objects", "A session token lists a bucket", WITH_TOKEN, LIST_OBJECTS),
    Refused("token-iam", "A session token without MFA is nothing to IAM", WITH_TOKEN, LIST_USERS, UNKNOWN_TO_IAM),
    Denied("token-session-token", "It gets no further token", WITH_TOKEN, GET_SESSION_TOKEN, NO_SESSION_TOKEN),
    Denied("token-federation-token", "and none to hand on", WITH_TOKEN, GET_FEDERATION_TOKEN, NO_FEDERATION_TOKEN),
    Assumed("token-assume-role", "It assumes a role", Session(ROLE, by=WITH_TOKEN, name="with-token")),
)

FEDERATION_TOKEN = (
    CallerIdentity("federated-is-live", "distributionApp is somebody of its own", FEDERATED),
    Allowed("federated-list-buckets", "What proxyApp and the policy allow, it may do", FEDERATED, LIST_BUCKETS),
    Denied(
        "federated-list-objects",
        "What the policy does not hold, it may not",
        FEDERATED,
        LIST_OBJECTS,
        Because("session policy"),
    ),
    Refused("federated-iam", "It is nothing to IAM, ever", FEDERATED, LIST_USERS, UNKNOWN_TO_IAM),
    Denied("federated-session-token", "It gets no session token", FEDERATED, GET_SESSION_TOKEN),
    Denied("federated-federation-token", "It federates nobody", FEDERATED, GET_FEDERATION_TOKEN),
    NotAssumed("federated-assume-role", "It assumes no role", Session(ROLE, by=FEDERATED, name="federated")),
)

ROLE_SESSION = (
    CallerIdentity("role-is-live", "The session of appRole works", AS_ROLE),
    Allowed("role-list-buckets", "A role lists the buckets", AS_ROLE, LIST_BUCKETS),
    Allowed("role-list-objects", "A role lists a bucket", AS_ROLE, LIST_OBJECTS),
    Allowed("role-iam", "A role is known to IAM", AS_ROLE, LIST_USERS),
    Denied("role-session-token", "It gets no session token", AS_ROLE, GET_SESSION_TOKEN, NO_SESSION_TOKEN),
    Denied(
        "role-federation-token",
        "It federates nobody",
        AS_ROLE,
        GET_FEDERATION_TOKEN,
        # The role has no allow for it either, and AWS does not document which it looks at first.
        AnyOf((NO_FEDERATION_TOKEN, NO_IDENTITY_ALLOW)),
    ),
)

# After the others: it is the same federated user, as far as GetCallerIdentity can tell.
WITHOUT_A_POLICY = (
    TokenGiven("no-policy-given", "Credentials for a federated user without a policy", FEDERATED_WITHOUT_POLICY),
    CallerIdentity("no-policy-is-live", "They work", FEDERATED_WITHOUT_POLICY),
    Denied("no-policy-list-buckets", "but open nothing", FEDERATED_WITHOUT_POLICY, LIST_BUCKETS),
)

AS_DEPLOYED = (
    TrustPolicyIs("trust-policy", "The role trusts the account", ROLE, (allow_assume_role(AccountId()),)),
    RoleHasExactly("role-policies", "The role may look at S3 and IAM, and that is all", ROLE, managed=MAY_LOOK),
    UserHasExactly(
        "user-policies",
        "proxyApp may look at S3 and IAM, assume appRole and federate distributionApp, and that is all",
        PROXY_APP,
        managed=MAY_LOOK,
        inline={
            "assume-appRole": (allow("sts:AssumeRole", ROLE.arn),),
            "federate-distributionApp": (allow("sts:GetFederationToken", Output("FederatedUserArn")),),
        },
    ),
    *belongings("token-apis", (PROXY_APP,), (ROLE,), (Output("BucketName"),)),
)

LAB = Lab(
    title="What each kind of credentials may do",
    stack="TokenApis",
    source="001 AWS Security Token Service (STS), STS important APIs; 000 AWS STS-AssumeRole, Description",
    users=(PROXY_APP,),
    roles=(ROLE,),
    story=(*OWN_KEY, *SESSION_TOKEN, *FEDERATION_TOKEN, *ROLE_SESSION, *WITHOUT_A_POLICY, *AS_DEPLOYED),
    compared=(*OWN_KEY, *SESSION_TOKEN, *FEDERATION_TOKEN, *ROLE_SESSION),
)

"""The vocabulary in which a lab says what must be proven.

A lab's `checks.py` needs this module and nothing else of ours. Who asks: `User`, `Session`, `SessionToken`,
`FederatedUser`, `Profile`, `ADMINISTRATOR`. What is asked: `call`. What must come out: the checks. What the
administrator does in between: `Change`, `SessionsRevoked`, `MfaDeviceAdded`. Values that only the deployed stack
knows: `Output`, `AccountId`, `Text`.
"""

from labkit.checks.allowed import Allowed
from labkit.checks.assume import Assumed, NotAssumed, TokenGiven
from labkit.checks.attachments import GroupHasExactly, RoleHasExactly, UserHasExactly, allow
from labkit.checks.audit import Recorded
from labkit.checks.belongings import belongings
from labkit.checks.buckets import BucketHasExactly
from labkit.checks.calls import Call, Finds, Includes, call
from labkit.checks.changes import Change, SessionsRevoked
from labkit.checks.denied import Denied
from labkit.checks.documents import load_document, without_service
from labkit.checks.exposure import OnlyReachable
from labkit.checks.functions import FunctionIs
from labkit.checks.identity import CallerIdentity
from labkit.checks.lab import Lab
from labkit.checks.mfa import MfaDeviceAdded, NextCode
from labkit.checks.permissions import NoActionOf, PoliciesTogetherAre
from labkit.checks.principals import (
    ADMINISTRATOR,
    FederatedUser,
    Group,
    MfaDevice,
    Profile,
    Role,
    Session,
    SessionToken,
    User,
    user,
)
from labkit.checks.reasons import NO_IDENTITY_ALLOW, AnyOf, Because, Says
from labkit.checks.refused import Refused, refused_session
from labkit.checks.sign_in import HasConsolePassword, HasOneAccessKey
from labkit.checks.tags import Tagged
from labkit.checks.trust import TrustPolicyIs, allow_assume_role
from labkit.checks.values import PARTNER, AccountId, AwsPolicy, CustomerPolicy, Output, Text

__all__ = [
    "AccountId",
    "ADMINISTRATOR",
    "allow",
    "allow_assume_role",
    "Allowed",
    "AnyOf",
    "Assumed",
    "AwsPolicy",
    "Because",
    "belongings",
    "BucketHasExactly",
    "call",
    "Call",
    "CallerIdentity",
    "Change",
    "CustomerPolicy",
    "Denied",
    "FederatedUser",
    "Finds",
    "FunctionIs",
    "Group",
    "GroupHasExactly",
    "HasConsolePassword",
    "HasOneAccessKey",
    "Includes",
    "Lab",
    "load_document",
    "MfaDevice",
    "MfaDeviceAdded",
    "NextCode",
    "NO_IDENTITY_ALLOW",
    "NoActionOf",
    "NotAssumed",
    "OnlyReachable",
    "Output",
    "PARTNER",
    "PoliciesTogetherAre",
    "Profile",
    "Recorded",
    "Refused",
    "refused_session",
    "Role",
    "RoleHasExactly",
    "Says",
    "Session",
    "SessionsRevoked",
    "SessionToken",
    "Tagged",
    "Text",
    "TokenGiven",
    "TrustPolicyIs",
    "user",
    "User",
    "UserHasExactly",
    "without_service",
]

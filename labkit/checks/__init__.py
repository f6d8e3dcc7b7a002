"""The vocabulary in which a lab says what must be proven.

A lab's `checks.py` needs this module and nothing else of ours. Who asks: `User`, `Session`, `ADMINISTRATOR`.
What is asked: `call`. What must come out: the checks. Values that only the deployed stack knows: `Output`.
"""

from labkit.checks.allowed import Allowed
from labkit.checks.assume import Assumed, NotAssumed
from labkit.checks.attachments import RoleHasExactly, UserHasExactly
from labkit.checks.calls import Finds, Includes, call
from labkit.checks.denied import Denied
from labkit.checks.documents import load_document, without_service
from labkit.checks.identity import CallerIdentity
from labkit.checks.lab import Lab
from labkit.checks.permissions import NoActionOf, PoliciesTogetherAre
from labkit.checks.principals import ADMINISTRATOR, Role, Session, User
from labkit.checks.reasons import NO_IDENTITY_ALLOW, AnyOf, Because, Says
from labkit.checks.sign_in import HasConsolePassword, HasOneAccessKey
from labkit.checks.trust import TrustPolicyIs, allow_assume_role
from labkit.checks.values import AwsPolicy, CustomerPolicy, Output

__all__ = [
    "ADMINISTRATOR",
    "Allowed",
    "AnyOf",
    "Assumed",
    "AwsPolicy",
    "Because",
    "CallerIdentity",
    "CustomerPolicy",
    "Denied",
    "Finds",
    "HasConsolePassword",
    "HasOneAccessKey",
    "Includes",
    "Lab",
    "NO_IDENTITY_ALLOW",
    "NoActionOf",
    "NotAssumed",
    "Output",
    "PoliciesTogetherAre",
    "Role",
    "RoleHasExactly",
    "Says",
    "Session",
    "TrustPolicyIs",
    "User",
    "UserHasExactly",
    "allow_assume_role",
    "call",
    "load_document",
    "without_service",
]

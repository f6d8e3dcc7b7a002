"""Answers that only AWS gives, canned: each becomes the right verdict, with a line that says what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

import boto3
import pytest
from botocore.stub import Stubber

from labkit.aws.clients import Clients
from labkit.checks import ADMINISTRATOR, NO_IDENTITY_ALLOW, Allowed, Assumed, Denied, NotAssumed, TrustPolicyIs, call
from labkit.checks.check import Check
from labkit.checks.lab import Lab
from labkit.checks.observation import Observation
from labkit.checks.principals import Session
from labkit.deadline import Deadline
from labkit.errors import LabError
from labkit.results import CheckResult
from labkit.runner import Runner
from labkit.scene import LiveScene
from labkit.verdicts import Verdict
from labkit.verification import administrator_arn
from tests.unit.labkit.fakes import ADMIN_ARN, AS_ROLE, FACTS, JAMES, JAMES_ARN, S3_ROLE, FakeTime

SESSION = boto3.Session("AKIAEXAMPLE", "secret", region_name="eu-south-1")
KEY = json.dumps({"AccessKeyId": "AKIAJAMES", "SecretAccessKey": "secret", "UserName": "James"})
IDENTITIES = {None: ADMIN_ARN, "AKIAJAMES": JAMES_ARN}


@dataclass(frozen=True)
class Failure:
    """An error as AWS sends it."""

    code: str
    message: str = ""
    status: int = 400


Canned = Mapping[str, Failure | dict[str, Any] | list[Failure | dict[str, Any]]]


@dataclass
class CannedClients:
    """Clients whose answers come out of `canned`: by the operation's method, always the same one, or one by one.

    What is not canned are the answers of a healthy account to GetCallerIdentity and GetSecretValue.
    """

    canned: Canned
    region: str = "eu-south-1"
    kept: dict[Any, Any] = field(default_factory=dict)

    def client(self, service: str, credentials: Any = None, config: Any = None) -> Any:
        key = (service, credentials, id(config))
        if key not in self.kept:
            self.kept[key] = self._new(service, credentials, config)
        return self.kept[key]

    def _new(self, service: str, credentials: Any, config: Any) -> Any:
        client = SESSION.client(cast(Any, service), config=config)
        stubber = Stubber(client)
        key = credentials.access_key_id if credentials else None
        healthy: Canned = {
            "get_caller_identity": {"Arn": IDENTITIES[key], "Account": "123456789012", "UserId": "AIDAEXAMPLE"},
            "get_secret_value": {"SecretString": KEY},
        }
        self._answer(stubber, {**healthy, **self.canned}, client)
        return client

    def _answer(self, stubber: Stubber, canned: Canned, client: Any) -> None:
        """Let each call find the answer of its operation in front of the queue."""

        def queue(model: Any, **_: Any) -> None:
            method = {name: method for method, name in client.meta.method_to_api_mapping.items()}[model.name]
            answers = canned[method]
            answer = answers if not isinstance(answers, list) else answers.pop(0) if len(answers) > 1 else answers[0]
            if isinstance(answer, Failure):
                stubber.add_client_error(method, answer.code, answer.message, answer.status)
            else:
                stubber.add_response(method, answer)

        client.meta.events.register_first("before-parameter-build.*.*", queue)
        stubber.activate()


class Nobody:
    def waiting(self, check: Check, observation: Observation, waited: float) -> None: ...

    def decided(self, result: CheckResult) -> None: ...

    def note(self, text: str) -> None: ...


def verdict(check: Check, **canned: Any) -> tuple[CheckResult, FakeTime]:
    """What comes out of a check, with a deadline of 30 seconds."""
    time = FakeTime()
    deadline = Deadline(30, time.clock())
    scene = LiveScene(FACTS, cast(Clients, CannedClients(canned)), ADMIN_ARN, deadline=deadline)
    runner = Runner(scene, deadline, Nobody(), time.clock())
    (result,) = runner.run("lab", Lab("title", "Stack", "source", users=(), roles=(), story=(check,))).checks
    return result, time


LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
LIST_ROLES = call("iam", "ListRoles")
DESCRIBE = call("ec2", "DescribeInstances")
ALLOWED = Allowed("allowed", "title", JAMES, LIST_BUCKETS)
DENIED = Denied("denied", "title", JAMES, LIST_BUCKETS, NO_IDENTITY_ALLOW)
ASSUMED = Assumed("assumed", "title", AS_ROLE)
STRANGER = NotAssumed("stranger", "title", Session(S3_ROLE, by=ADMINISTRATOR, name="stranger"))
TRUST = TrustPolicyIs("trust", "title", S3_ROLE, trusts=())

NO_ALLOW = Failure(
    "AccessDenied",
    f"User: {JAMES_ARN} is not authorized to perform: s3:ListAllMyBuckets "
    "because no identity-based policy allows the s3:ListAllMyBuckets action",
    403,
)
NO_BUCKETS: dict[str, Any] = {"Buckets": []}

UNANSWERED = {
    "list_buckets": [
        Failure("SlowDown", "Please reduce your request rate.", 503),
        Failure("ServiceUnavailable", "Please reduce your request rate.", 503),
        Failure("InternalError", "We encountered an internal error. Please try again.", 500),
        Failure("RequestTimeout", "Your socket connection to the server was not read from or written to.", 400),
        Failure("503", "Service Unavailable", 503),
    ],
    "list_roles": [
        Failure("Throttling", "Rate exceeded", 400),
        Failure("ServiceFailure", "", 500),
        Failure("InternalFailure", "", 500),
    ],
    "describe_instances": [
        Failure("RequestLimitExceeded", "Request limit exceeded.", 503),
        Failure("Unavailable", "The service is unavailable.", 503),
        Failure("InternalError", "An internal error has occurred", 500),
    ],
    "assume_role": [
        Failure("Throttling", "Rate exceeded", 400),
        Failure("ThrottlingException", "Rate exceeded", 400),
        Failure("ServiceUnavailable", "Service is unavailable", 503),
        Failure("InternalFailure", "", 500),
    ],
}
CALLS = {"list_buckets": LIST_BUCKETS, "list_roles": LIST_ROLES, "describe_instances": DESCRIBE}


def checks_of(method: str) -> tuple[Check, Check]:
    """A check that the call is allowed, and one that it is denied."""
    if method == "assume_role":
        return ASSUMED, STRANGER
    return Allowed("allowed", "t", JAMES, CALLS[method]), Denied("denied", "t", JAMES, CALLS[method])


@pytest.mark.parametrize(
    ("method", "failure"), [(method, failure) for method, failures in UNANSWERED.items() for failure in failures]
)
def test_what_is_not_answered_to_the_deadline_is_undetermined(method: str, failure: Failure) -> None:
    for check in checks_of(method):
        result, time = verdict(check, **{method: failure})
        assert result.verdict is Verdict.UNDETERMINED
        assert "ask again later" in result.reason
        assert result.attempts > 5
        assert sum(time.slept) == pytest.approx(30, abs=1)


def test_a_throttle_that_passes_leaves_the_verdict_as_it_is() -> None:
    throttles = [Failure("SlowDown", "", 503)] * 3
    denied, _ = verdict(DENIED, list_buckets=[*throttles, NO_ALLOW])
    assert (denied.verdict, denied.attempts) == (Verdict.PROVEN, 4)
    allowed, _ = verdict(ALLOWED, list_buckets=[*throttles, NO_BUCKETS])
    assert (allowed.verdict, allowed.attempts) == (Verdict.PROVEN, 4)


def test_an_unreadable_secret_behind_a_throttle_is_read_later() -> None:
    throttle = Failure("ThrottlingException", "Rate exceeded")
    result, _ = verdict(DENIED, get_secret_value=[throttle, throttle, {"SecretString": KEY}], list_buckets=NO_ALLOW)
    assert result.verdict is Verdict.PROVEN
    assert result.attempts == 3
    never, _ = verdict(DENIED, get_secret_value=throttle, list_buckets=NO_ALLOW)
    assert never.verdict is Verdict.UNDETERMINED
    assert "ask again later" in never.reason


EARLY = Failure(
    "SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 20260101T010000Z", 403
)
LATE = Failure(
    "SignatureDoesNotMatch", "Signature not yet current: 20260101T010000Z is still later than 20260101T000000Z", 403
)
TOO_SKEWED = Failure(
    "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.", 403
)
SKEWED = [
    ("list_buckets", TOO_SKEWED),
    ("list_roles", EARLY),
    ("list_roles", LATE),
    ("describe_instances", replace(EARLY, code="AuthFailure", status=401)),
    ("assume_role", EARLY),
]


@pytest.mark.parametrize(("method", "failure"), SKEWED)
def test_a_wrong_clock_is_undetermined_at_once_and_said(method: str, failure: Failure) -> None:
    for check in checks_of(method):
        result, time = verdict(check, **{method: failure})
        assert result.verdict is Verdict.UNDETERMINED
        assert "set it right" in result.reason
        assert time.slept == []


def test_a_wrong_secret_is_no_wrong_clock() -> None:
    message = "The request signature we calculated does not match the signature you provided."
    result, _ = verdict(DENIED, list_buckets=Failure("SignatureDoesNotMatch", message, 403))
    assert result.verdict is Verdict.UNDETERMINED
    assert "clock" not in result.reason
    assert "not valid" in result.reason


EXPIRED = Failure("ExpiredToken", "The security token included in the request is expired", 403)


def test_expired_credentials_of_the_administrator_are_undetermined_at_once() -> None:
    result, time = verdict(TRUST, get_role=EXPIRED)
    assert result.verdict is Verdict.UNDETERMINED
    assert "sign in again" in result.reason
    assert time.slept == []


@pytest.mark.parametrize("identity", [JAMES, AS_ROLE])
def test_a_denial_that_is_not_known_to_be_a_live_caller_s_is_undetermined(identity: Any) -> None:
    result, _ = verdict(DENIED, list_buckets=NO_ALLOW, get_caller_identity=EXPIRED)
    assert result.verdict is Verdict.UNDETERMINED
    assert "not known to be live" in result.reason
    assert "sign in again" in result.reason


UNKNOWN_KEY = Failure("InvalidClientTokenId", "The security token included in the request is invalid.", 403)
ADMINISTRATORS = {
    "expired": (EXPIRED, "sign in again"),
    "a wrong clock": (EARLY, "set it right"),
    "a region that is not enabled": (UNKNOWN_KEY, "in a region that the account enabled"),
    "STS not active there": (
        Failure("RegionDisabledException", "STS is not activated in this region for account:123456789012.", 403),
        "enable it, or choose another region",
    ),
    "throttled for long": (Failure("Throttling", "Rate exceeded"), "Rate exceeded"),
}


@pytest.mark.parametrize("name", ADMINISTRATORS)
def test_what_the_administrator_can_do_is_said_within_20_seconds(name: str) -> None:
    failure, advice = ADMINISTRATORS[name]
    time = FakeTime()
    with pytest.raises(LabError, match=advice) as error:
        administrator_arn(cast(Clients, CannedClients({"get_caller_identity": failure})), time.clock())
    assert "\n" not in str(error.value)
    assert sum(time.slept) <= 12


def test_a_throttle_at_the_very_beginning_is_waited_for() -> None:
    time = FakeTime()
    throttled = [Failure("Throttling", "Rate exceeded")] * 6
    clients = CannedClients({"get_caller_identity": [*throttled, {"Arn": ADMIN_ARN}]})
    assert administrator_arn(cast(Clients, clients), time.clock()) == ADMIN_ARN


OPT_IN = [
    Failure("OptInRequired", "You are not subscribed to this service.", 401),
    Failure("RegionDisabledException", "The region is not enabled for this account", 403),
]


@pytest.mark.parametrize("failure", OPT_IN)
def test_a_region_that_is_not_enabled_is_undetermined_at_once(failure: Failure) -> None:
    for check in checks_of("describe_instances"):
        result, time = verdict(check, describe_instances=failure)
        assert result.verdict is Verdict.UNDETERMINED
        assert "enable it, or choose another region" in result.reason
        assert time.slept == []


def test_a_key_that_a_region_does_not_know_is_undetermined() -> None:
    result, _ = verdict(DENIED, list_buckets=Failure("InvalidAccessKeyId", "", 403))
    assert result.verdict is Verdict.UNDETERMINED
    assert "has not enabled this region" in result.reason


def by_organization(action: str, tail: str) -> Failure:
    return Failure("AccessDenied", f"User: {JAMES_ARN} is not authorized to perform: {action} {tail}", 403)


SCP = "with an explicit deny in a service control policy"


@pytest.mark.parametrize(
    "tail",
    [
        SCP,
        f"{SCP}: arn:aws:organizations::111111111111:policy/o-example/service_control_policy/p-example",
        "because no service control policy allows the s3:ListAllMyBuckets action",
        "with an explicit deny in a resource control policy",
    ],
)
def test_what_the_organization_denies_is_failed_where_it_should_be_allowed_and_hides_the_rest(tail: str) -> None:
    denial = by_organization("s3:ListAllMyBuckets", tail)
    allowed, time = verdict(ALLOWED, list_buckets=denial)
    assert allowed.verdict is Verdict.FAILED
    assert "organization" in allowed.reason
    assert time.slept == []
    denied, time = verdict(DENIED, list_buckets=denial)
    assert denied.verdict is Verdict.UNDETERMINED
    assert "organization" in denied.reason
    assert time.slept == []


def test_a_role_that_the_organization_does_not_let_be_assumed_is_failed() -> None:
    result, _ = verdict(
        ASSUMED, assume_role=by_organization("sts:AssumeRole", f"on resource: arn:aws:iam::1:role/r {SCP}")
    )
    assert result.verdict is Verdict.FAILED
    assert "organization" in result.reason


def test_an_account_that_may_not_read_the_role_is_undetermined() -> None:
    message = f"User: {ADMIN_ARN} is not authorized to perform: iam:GetRole on resource: role James-custom-S3-role"
    result, time = verdict(TRUST, get_role=Failure("AccessDenied", message, 403))
    assert result.verdict is Verdict.UNDETERMINED
    assert "verify with credentials that may" in result.reason
    assert sum(time.slept) < 20
    by_scp, time = verdict(TRUST, get_role=Failure("AccessDenied", f"{message} {SCP}", 403))
    assert by_scp.verdict is Verdict.UNDETERMINED
    assert "organization" in by_scp.reason


def test_the_same_checks_are_proven_where_nothing_is_wrong() -> None:
    assert verdict(DENIED, list_buckets=NO_ALLOW)[0].verdict is Verdict.PROVEN
    assert verdict(ALLOWED, list_buckets=NO_BUCKETS)[0].verdict is Verdict.PROVEN
    role = {
        "Path": "/",
        "RoleName": "James-custom-S3-role",
        "RoleId": "AROAEXAMPLEEXAMPLE",
        "Arn": "arn:aws:iam::123456789012:role/James-custom-S3-role",
        "CreateDate": 0,
        "AssumeRolePolicyDocument": "%7B%22Statement%22%3A%5B%5D%7D",
    }
    assert verdict(TRUST, get_role={"Role": role})[0].verdict is Verdict.PROVEN

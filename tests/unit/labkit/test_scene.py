"""What a story changes is taken back: at once or at its end, once, and also if an answer got lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import ProtocolError

from labkit.aws.answers import Kind
from labkit.aws.clients import Clients, Credentials
from labkit.checks import ADMINISTRATOR, PARTNER, call, user
from labkit.checks.values import HOME, Facts
from labkit.deadline import Deadline
from labkit.place import Place
from labkit.scene import LiveScene
from tests.unit.labkit.fakes import ADMIN_ARN, FACTS, FakeTime

THING: dict[str, Any] = {"Bucket": "b", "Key": "k"}
PUT = call("s3", "PutObject", **THING, undo=call("s3", "DeleteObject", **THING))
PUT_OTHER = call("s3", "PutObject", Bucket="b", Key="other", undo=call("s3", "DeleteObject", Bucket="b", Key="other"))


def error(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Operation")


LOST = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")


@dataclass
class FakeS3:
    """Keeps objects by their keys. `fails` maps a method to what it raises, after it has done its work or before."""

    keys: list[str] = field(default_factory=list)
    fails: dict[str, Exception] = field(default_factory=dict)

    def client(self, *_: Any) -> FakeS3:
        return self

    def can_paginate(self, _: str) -> bool:
        return False

    def put_object(self, Key: str, **_: str) -> dict[str, Any]:  # noqa: N803
        return self._do("put_object", lambda: self.keys.append(Key))

    def delete_object(self, Key: str, **_: str) -> dict[str, Any]:  # noqa: N803
        return self._do("delete_object", lambda: self.keys.remove(Key))

    def _do(self, method: str, work: Callable[[], None]) -> dict[str, Any]:
        failure = self.fails.get(method)
        if failure is None or failure is LOST:
            work()
        if failure:
            raise failure
        return {}


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3()


@pytest.fixture
def scene(s3: FakeS3) -> LiveScene:
    return LiveScene(FACTS, cast(Clients, s3), ADMIN_ARN)


def test_what_should_not_have_gone_through_is_undone_at_once(scene: LiveScene, s3: FakeS3) -> None:
    scene.ask(ADMINISTRATOR, PUT_OTHER, keep=True)
    scene.ask(ADMINISTRATOR, PUT)
    assert s3.keys == ["other"]


def test_what_should_is_kept_to_the_end(scene: LiveScene, s3: FakeS3) -> None:
    scene.ask(ADMINISTRATOR, PUT, keep=True)
    assert s3.keys == ["k"]
    assert scene.undo_all() == []
    assert s3.keys == []
    s3.fails["delete_object"] = AssertionError("undone twice")
    assert scene.undo_all() == []


@pytest.mark.parametrize("keep", [True, False])
def test_what_was_refused_is_not_undone(scene: LiveScene, s3: FakeS3, keep: bool) -> None:
    s3.fails = {"put_object": error("AccessDenied"), "delete_object": AssertionError("undone")}
    scene.ask(ADMINISTRATOR, PUT, keep=keep)
    assert scene.undo_all() == []


def test_a_later_refusal_of_the_same_call_forgets_nothing(scene: LiveScene, s3: FakeS3) -> None:
    scene.ask(ADMINISTRATOR, PUT, keep=True)
    s3.fails["put_object"] = error("AccessDenied")
    scene.ask(ADMINISTRATOR, PUT)
    assert s3.keys == ["k"]
    scene.undo_all()
    assert s3.keys == []


def test_an_answer_that_got_lost_is_undone_all_the_same(scene: LiveScene, s3: FakeS3) -> None:
    s3.fails["put_object"] = LOST
    scene.ask(ADMINISTRATOR, PUT, keep=True)
    scene.undo_all()
    assert s3.keys == []


def test_what_is_not_there_need_not_be_undone_and_what_can_t_be_is_told(scene: LiveScene, s3: FakeS3) -> None:
    scene.ask(ADMINISTRATOR, PUT, keep=True)
    s3.fails["delete_object"] = error("AccessDenied")
    assert [problem.split(" ")[0] for problem in scene.undo_all()] == ["s3:DeleteObject"]
    s3.fails["delete_object"] = error("NoSuchKey")
    assert scene.undo_all() == []


class Unsteady(FakeS3):
    """Answers its first calls of each method with these errors, after or before it has done its work."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    def _do(self, method: str, work: Callable[[], None]) -> dict[str, Any]:
        self.fails = {method: self.errors.pop(0)} if self.errors else {}
        return super()._do(method, work)


def unsteady(seconds: float, *errors: Exception) -> tuple[LiveScene, Unsteady, FakeTime]:
    s3, time = Unsteady(*errors), FakeTime()
    return LiveScene(FACTS, cast(Clients, s3), ADMIN_ARN, deadline=Deadline(seconds, time.clock())), s3, time


def test_a_call_that_is_not_answered_is_made_again_soon_and_counted() -> None:
    scene, _, time = unsteady(60, error("Throttling"), error("SlowDown"))
    assert scene.ask(ADMINISTRATOR, PUT, keep=True).kind is Kind.ALLOWED
    assert scene.asked_again == 2
    assert 0.1 < sum(time.slept) < 0.4


def test_a_call_is_not_made_again_for_ever_nor_after_the_deadline() -> None:
    scene, _, _ = unsteady(60, *[error("Throttling")] * 10)
    assert scene.ask(ADMINISTRATOR, PUT, keep=True).kind is Kind.TRANSIENT
    assert scene.asked_again == 3
    scene, _, _ = unsteady(0, error("Throttling"))
    assert scene.ask(ADMINISTRATOR, PUT, keep=True).kind is Kind.TRANSIENT
    assert scene.asked_again == 0


def test_what_is_an_answer_is_not_asked_for_again() -> None:
    for code in ("AccessDenied", "NoSuchKey", "InvalidAccessKeyId"):
        scene, _, _ = unsteady(60, error(code))
        assert scene.ask(ADMINISTRATOR, PUT).code == code
        assert scene.asked_again == 0


def test_a_call_whose_first_answer_got_lost_is_undone_though_the_second_is_refused() -> None:
    scene, s3, _ = unsteady(60, LOST, error("PreconditionFailed"))
    scene.ask(ADMINISTRATOR, PUT)
    assert s3.keys == []


def test_an_answer_that_is_cut_off_is_none() -> None:
    for cut_off in (ProtocolError("Connection broken"), ResponseParserError("no element found")):
        scene, _, _ = unsteady(0, cut_off)
        assert scene.ask(ADMINISTRATOR, PUT, keep=True).kind is Kind.TRANSIENT


@dataclass
class TwoAccounts:
    """Clients of one account, whose secrets hold keys of that account. `used`: the keys that others asked with."""

    account: str
    used: list[str] = field(default_factory=list)

    def client(self, service: str, credentials: Credentials | None = None, *_: Any, **__: Any) -> TwoAccounts:
        self.used += [credentials.access_key_id] if credentials else []
        return self

    def can_paginate(self, _: str) -> bool:
        return False

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:  # noqa: N803
        key = {"AccessKeyId": f"key of {SecretId} in {self.account}", "SecretAccessKey": "s"}
        return {"SecretString": json.dumps(key)}

    def get_caller_identity(self) -> dict[str, Any]:
        return {"Arn": self.account}


def test_users_of_one_name_in_two_accounts_have_keys_of_their_own() -> None:
    home, partner = TwoAccounts("home"), TwoAccounts("partner")
    theirs = Place(cast(Clients, partner), "arn:aws:iam::210987654321:user/admin")
    facts = Facts(
        {"VendorAccessKeySecretArn": "x"}, FACTS.account, Facts({"VendorAccessKeySecretArn": "x"}, theirs.account)
    )
    scene = LiveScene(facts, cast(Clients, home), ADMIN_ARN, partner=theirs)
    for account in (HOME, PARTNER):
        assert scene.caller_identity(user("vendor", "Vendor", account=account)).data == {"Arn": account}
    assert (home.used, partner.used) == (["key of x in home"], ["key of x in partner"])

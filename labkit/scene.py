"""A lab that stands, as its checks see it: who can ask with which credentials, and what is put right afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from labkit.aws.answers import Answer, Kind, from_error
from labkit.aws.clients import ASK_ONCE, PERSIST, Clients, Credentials, ask
from labkit.aws.profiles import credentials_of
from labkit.checks.assume import aws_time
from labkit.checks.authenticator import Authenticator
from labkit.checks.calls import Call
from labkit.checks.check import UnreadableSecretError
from labkit.checks.principals import (
    ADMINISTRATOR,
    Administrator,
    Identity,
    MfaDevice,
    OneTimeCode,
    Profile,
    Temporary,
    User,
)
from labkit.checks.questions import Question
from labkit.checks.values import HOME, PARTNER, Facts, resolve
from labkit.deadline import Deadline, wait_before
from labkit.place import Place

_GET_CALLER_IDENTITY = Call("sts", "GetCallerIdentity")
_CHANGED_NOTHING = (Kind.DENIED, Kind.REFUSED, Kind.CREDENTIALS)
_NOTHING_TO_UNDO = ("NoSuchEntity", "NoSuchKey")
# A throttle or a 5xx in one of a check's calls must not send the whole check back to its start.
_QUICK_ATTEMPTS = 4
_READS = ("Get", "List", "Describe", "Head", "Assume", "Simulate")


@dataclass(frozen=True)
class Heard:
    """A call as it was made, and AWS's answer without its data, which may hold credentials."""

    who: Identity
    call: Call
    answer: Answer

    def lets(self, question: Question) -> bool | None:
        """Whether IAM let the call through; None where the answer says nothing of that."""
        if self.answer.kind is Kind.ALLOWED or self.answer.code in question.authorized_errors:
            return True
        return False if self.answer.kind is Kind.DENIED else None


@dataclass
class LiveScene:
    """The scene of one verification of one lab. Implements `labkit.checks.check.Scene`.

    `administrator_arn`: the ARN that the administrator's own GetCallerIdentity gave; `partner`: the second account of a
    lab across two. `heard` (the calls of the check that is run) and `changes` (how many calls went through that may
    have changed something) are for who explains the answers. A call that AWS does not answer is made again, a few
    times and until the `deadline`; `asked_again` counts how often.
    """

    facts: Facts
    clients: Clients
    administrator_arn: str
    heard: list[Heard] = field(default_factory=list, repr=False)
    changes: int = 0
    deadline: Deadline = field(default_factory=lambda: Deadline(0))
    asked_again: int = 0
    partner: Place | None = None
    _keys: dict[User | Profile, Credentials] = field(default_factory=dict, repr=False)
    _sessions: dict[Temporary, Credentials] = field(default_factory=dict, repr=False)
    _opened: dict[Temporary, datetime] = field(default_factory=dict)
    _answered: dict[Temporary, Answer] = field(default_factory=dict, repr=False)
    _to_undo: list[Call] = field(default_factory=list)
    _devices: dict[MfaDevice, Authenticator] = field(default_factory=dict, repr=False)

    def ask(self, who: Identity, call: Call, *, all_pages: bool = False, keep: bool = False) -> Answer:
        """Make `call` as `who`. If it says how to undo it, that is done at once, or (`keep`) by `undo_all`."""
        to_undo = [call.undo] if call.undo and call.undo not in self._to_undo else []
        # Before the call: an answer that gets lost on its way has changed something all the same.
        self._to_undo += to_undo
        asked_again = self.asked_again
        answer = self._send(who, call, all_pages=all_pages)
        # So one that was made again may have: the answer to the first time is what got lost.
        if answer.kind in _CHANGED_NOTHING and self.asked_again == asked_again:
            self._undone(to_undo)
        elif not keep:
            self._undo(to_undo)
        return answer

    def open(self, session: Temporary) -> Answer:
        """Have AWS give the credentials of `session`, and keep them."""
        answer = self.try_to_open(session)
        if answer.kind is Kind.ALLOWED:
            given = answer.data["Credentials"]
            self._sessions[session] = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
            self._opened[session] = aws_time(answer.data)
        return answer

    def try_to_open(self, session: Temporary) -> Answer:
        """Have AWS give the credentials of `session`, and forget them."""
        answer = self._send(session.by, session.call)
        self._answered[session] = replace(answer, data={})
        return answer

    def answered(self, session: Temporary) -> Answer | None:
        """What AWS answered when they were last asked for, without them; None if they never were."""
        return self._answered.get(session)

    def is_open(self, session: Temporary) -> bool:
        """Whether AWS has given the credentials of `session`."""
        return session in self._sessions

    def opened_at(self, session: Temporary) -> datetime:
        """When it gave them, by AWS's clock, in whole seconds."""
        return self._opened[session]

    def last_heard(self, question: Question) -> Heard | None:
        """The last time that the question was put; parameters that are made when it is asked may differ."""
        wanted = (question.who, question.call.service, question.call.operation)
        same = [each for each in self.heard if (each.who, each.call.service, each.call.operation) == wanted]
        exact = [each for each in same if each.call == question.call]
        return next(reversed(exact or same), None)

    def expected_arn(self, who: Identity) -> str:
        """The ARN that GetCallerIdentity must give for `who`."""
        if not isinstance(who, Administrator):
            return who.expected_arn(self.facts)
        return self.partner.administrator if who.account == PARTNER and self.partner else self.administrator_arn

    def caller_identity(self, who: Identity) -> Answer:
        """GetCallerIdentity as `who`."""
        return self._send(who, _GET_CALLER_IDENTITY)

    def hold(self, device: MfaDevice, authenticator: Authenticator) -> None:
        """Keep an MFA device, so that its codes can be used."""
        self._devices[device] = authenticator

    def authenticator(self, device: MfaDevice) -> Authenticator | None:
        """The MFA device that is held, None for none."""
        return self._devices.get(device)

    def undo_all(self) -> list[str]:
        """Undo what is still to be undone, as the administrator; return what could not be, in words."""
        return self._undo(list(reversed(self._to_undo)))

    def _undo(self, calls: Sequence[Call]) -> list[str]:
        problems = []
        for call in calls:
            answer = self._send(ADMINISTRATOR, call, config=PERSIST)
            if answer.kind is Kind.ALLOWED or answer.code in _NOTHING_TO_UNDO:
                self._undone([call])
            else:
                problems.append(f"{call.text(self.facts)}: {answer}")
        return problems

    def _undone(self, calls: Sequence[Call]) -> None:
        self._to_undo[:] = [call for call in self._to_undo if call not in calls]

    def _send(self, who: Identity, call: Call, *, all_pages: bool = False, config: Config = ASK_ONCE) -> Answer:
        answer = self._send_once(who, call, all_pages, config)
        for attempt in range(2, _QUICK_ATTEMPTS + 1):
            remaining = self.deadline.remaining()
            if answer.kind is not Kind.TRANSIENT or remaining <= 0:
                break
            self.deadline.clock.sleep(wait_before(attempt, remaining))
            self.asked_again += 1
            answer = self._send_once(who, call, all_pages, config)
        return answer

    def _send_once(self, who: Identity, call: Call, all_pages: bool, config: Config) -> Answer:
        try:
            client = self._clients_of(who).client(call.service, self._credentials(who), config)
        except UnreadableSecretError as error:
            return Answer(error.kind, error.code, str(error))
        except BotoCoreError as error:
            return from_error(error)
        parameters = {name: self._with_code(value) for name, value in call.parameters.items()}
        answer = ask(client, call.operation, resolve(parameters, self.facts), all_pages=all_pages)
        self.heard.append(Heard(who, call, replace(answer, data={})))
        if answer.kind is Kind.ALLOWED and not call.operation.startswith(_READS):
            self.changes += 1
        return answer

    def _with_code(self, value: Any) -> Any:
        """The value, or the code that it stands for. Raises `NoCodeYetError`."""
        if not isinstance(value, OneTimeCode):
            return value
        device = self._devices[value.device]
        return device.code() if value.right else device.wrong_code()

    def _credentials(self, who: Identity) -> Credentials | None:
        if isinstance(who, Administrator):
            return None
        if isinstance(who, Temporary):
            return self._sessions[who]
        if isinstance(who, Profile):
            return self._of_profile(who)
        if who not in self._keys:
            secret = resolve(who.access_key, self.facts)
            self._keys[who] = read_access_key(self._clients_of(who).client, secret)
        return self._keys[who]

    def _of_profile(self, who: Profile) -> Credentials:
        """The credentials of a profile that is who it should be. Raises `UnreadableSecretError`.

        Also where AWS denies the profile its role: that is no denial of what is asked here.
        """
        if who not in self._keys:
            try:
                credentials = credentials_of(who.name)
            except (BotoCoreError, ClientError) as error:
                raise _no_credentials(who, from_error(error)) from error
            answer = ask(self.clients.client("sts", credentials, ASK_ONCE), "GetCallerIdentity", {})
            if answer.kind is not Kind.ALLOWED:
                raise _no_credentials(who, answer)
            if answer.data["Arn"] != self.expected_arn(who):
                message = f"the {who.label} is {answer.data['Arn']}, not {self.expected_arn(who)}"
                raise UnreadableSecretError(message, code="WrongCaller")
            self._keys[who] = credentials
        return self._keys[who]

    def _clients_of(self, who: Identity) -> Clients:
        """The clients of the account that a user or administrator belongs to; to a session any will do."""
        account = who.account if isinstance(who, Administrator | User) else HOME
        if account == HOME:
            return self.clients
        if self.partner is None:
            raise UnreadableSecretError(f"{who.label} is in a second account, and none was given")
        return self.partner.clients


def _no_credentials(who: Profile, answer: Answer) -> UnreadableSecretError:
    """Why a profile can't ask; `answer`: AWS's, or botocore's, which calls what it does not find transient."""
    gone = answer.kind is Kind.TRANSIENT and answer.code != "ProfileNotFound"
    kind = Kind.TRANSIENT if gone else Kind.CREDENTIALS
    return UnreadableSecretError(f"the {who.label} gives no valid credentials: {answer}", kind, answer.code)


def read_access_key(client: Callable[[str], Any], secret_arn: str) -> Credentials:
    """The access key in the secret `secret_arn`. Raises `UnreadableSecretError`, never showing what it read."""
    secret = read_secret(client, secret_arn)
    try:
        return Credentials(secret["AccessKeyId"], secret["SecretAccessKey"])
    except KeyError as error:
        raise UnreadableSecretError(f"the secret {secret_arn} has no {error}") from None


def read_secret(client: Callable[[str], Any], secret_arn: str) -> dict[str, str]:
    """The JSON object in the secret `secret_arn`. Raises `UnreadableSecretError`, never showing what it read."""
    try:
        text = client("secretsmanager").get_secret_value(SecretId=secret_arn)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        answer = from_error(error)
        kind = Kind.TRANSIENT if answer.kind is Kind.TRANSIENT else Kind.CREDENTIALS
        raise UnreadableSecretError(f"the secret {secret_arn} can't be read: {answer}", kind) from error
    try:
        secret = json.loads(text)
    except ValueError:
        secret = None
    if not isinstance(secret, dict):
        raise UnreadableSecretError(f"the secret {secret_arn} holds no JSON object")
    return secret

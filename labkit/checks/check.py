"""What every check is: an id, a title, who asks what, what must come out, and one attempt at seeing it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Protocol

from labkit.aws.advice import advice_on, denied_from_outside
from labkit.aws.answers import Answer, Kind
from labkit.checks.authenticator import Authenticator
from labkit.checks.calls import Call
from labkit.checks.observation import Observation, State
from labkit.checks.principals import Identity, MfaDevice, Temporary
from labkit.checks.questions import Question
from labkit.checks.values import Facts


class Scene(Protocol):
    """What a check can do in a lab that stands. `labkit.scene` implements it."""

    facts: Facts

    def ask(self, who: Identity, call: Call, *, all_pages: bool = False, keep: bool = False) -> Answer:
        """Make `call` as `who`; where the call says how, undo what it did: at once, or (`keep`) after the story."""
        ...

    def open(self, session: Temporary) -> Answer:
        """Have AWS give the credentials of `session`; keep them for the checks that follow."""
        ...

    def try_to_open(self, session: Temporary) -> Answer:
        """Have AWS give the credentials of `session` and forget them."""
        ...

    def answered(self, session: Temporary) -> Answer | None:
        """What AWS answered when the credentials of `session` were last asked for, without them; None if never."""
        ...

    def is_open(self, session: Temporary) -> bool: ...

    def opened_at(self, session: Temporary) -> datetime:
        """When `session` was opened, by AWS's clock; to be asked of an open one."""
        ...

    def expected_arn(self, who: Identity) -> str:
        """The ARN that GetCallerIdentity must give for `who`."""
        ...

    def caller_identity(self, who: Identity) -> Answer: ...

    def hold(self, device: MfaDevice, authenticator: Authenticator) -> None:
        """Keep the device, so that those who prove to have it can ask with its codes."""
        ...

    def authenticator(self, device: MfaDevice) -> Authenticator | None:
        """The device that is held, None for none."""
        ...


class UnreadableSecretError(Exception):
    """A caller's access key could not be had; the message says why, `kind` what that is good for, `code` briefly."""

    def __init__(self, message: str, kind: Kind = Kind.CREDENTIALS, code: str = "NoAccessKey") -> None:
        super().__init__(message)
        self.kind = kind
        self.code = code


@dataclass(frozen=True)
class Check:
    """The base of all checks. `id` is unique in its lab; `title` says in a sentence what is proven.

    `after`: the ids of earlier checks without which this one proves nothing: unless they were all proven, it is not
    even asked. A single one may stand by itself. `deadline`: seconds that it may take by itself, where AWS is known to
    take its time; they don't count towards the deadline of the verification.
    """

    # Whether asking again costs several calls, and is not worth them until all else has stayed.
    costly: ClassVar[bool] = False
    # What else than policies makes the outcome, in a sentence, of a check that has no `questions`.
    remark: ClassVar[str] = "No policy decides this."
    # Whether it changes what AWS decides afterwards, so that what follows has to wait until that has spread.
    changes: ClassVar[bool] = False

    id: str
    title: str
    after: str | tuple[str, ...] = field(default=(), kw_only=True)
    deadline: float | None = field(default=None, kw_only=True)

    @property
    def needs(self) -> tuple[str, ...]:
        """The ids in `after`."""
        return (self.after,) if isinstance(self.after, str) else self.after

    @property
    def identity(self) -> Identity:
        """Who asks."""
        raise NotImplementedError

    def call_text(self, facts: Facts) -> str:
        """What is asked, for a report."""
        raise NotImplementedError

    def expected(self, facts: Facts) -> str:
        """What AWS must answer, for a report."""
        raise NotImplementedError

    def questions(self, facts: Facts) -> tuple[Question, ...]:
        """What IAM decides when the check asks; nothing for a check whose outcome is no matter of policies."""
        return ()

    def observe(self, scene: Scene) -> Observation:
        """Ask once and say what was seen."""
        raise NotImplementedError


def unknown(answer: Answer, observed: str = "") -> Observation:
    """No conclusion can be drawn from this answer. `observed`: how to show it, where that is not its own text."""
    advice = advice_on(answer)
    return Observation(
        State.UNKNOWN,
        observed or str(answer),
        advice.text,
        patience=0.0 if advice.lasts else None,
        may_spread=answer.kind is Kind.CREDENTIALS and not advice.lasts,
    )


def not_live(scene: Scene, who: Identity) -> Observation | None:
    """Why an answer to `who` may not be believed: its credentials are not those of the expected caller.

    A denial counts only from a caller whose key is live; None says that it is.
    """
    answer = scene.caller_identity(who)
    if answer.kind is not Kind.ALLOWED:
        seen = unknown(answer, f"GetCallerIdentity: {answer}")
        return replace(seen, reason=f"the caller's key is not known to be live: {seen.reason}")
    if answer.data["Arn"] != scene.expected_arn(who):
        return Observation(
            State.WRONG,
            f"GetCallerIdentity: {answer.data['Arn']}",
            f"the caller is not {scene.expected_arn(who)}",
        )
    return None


def refused_though_expected(answer: Answer, reason: str) -> Observation:
    """A denial where a call should be allowed: what still spreads may explain it, an organization's policy does not."""
    if denied_from_outside(answer):
        return Observation(State.WRONG, str(answer), f"{reason}: {advice_on(answer).text}")
    return Observation(State.UNSETTLED, str(answer), reason)

"""Who plays in a lab, what they hold and what they asked AWS for: what a picture of the lab is drawn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from labkit.checks.check import Check
from labkit.checks.lab import Lab
from labkit.checks.principals import ADMINISTRATOR, FederatedUser, Identity, Session, SessionToken, Temporary, User
from labkit.checks.questions import Question
from labkit.checks.values import PARTNER, MissingOutputError, resolve
from labkit.explanation.askers import Asker, asker
from labkit.explanation.policies import Held
from labkit.explanation.reading import UnreadableError, reader_of
from labkit.explanation.resources import resource_arn
from labkit.results import Asked, CheckResult, Player
from labkit.scene import LiveScene

_KINDS = {Session: "role session", SessionToken: "session token", FederatedUser: "federated user"}


@dataclass
class Sketcher:
    """Puts into results what a picture needs; see `labkit.results.Asked` and `Player`."""

    scene: LiveScene

    def annotate(self, check: Check, result: CheckResult) -> CheckResult:
        """The same result with what the check asked AWS for."""
        try:
            questions = check.questions(self.scene.facts)
            return replace(result, asked=tuple(self._asked(check, question) for question in questions))
        except MissingOutputError:
            return result

    def players(self, lab: Lab) -> tuple[Player, ...]:
        """Everybody who asks for something in the story, in order; those whom a session comes from before it."""
        found: dict[str, Player] = {}
        for check in lab.story:
            asks = check.identity != ADMINISTRATOR or bool(check.questions(self.scene.facts))
            for who in _chain(check.identity) if asks else ():
                if who.label not in found:
                    found[who.label] = self._player(who)
        return tuple(found.values())

    def _asked(self, check: Check, question: Question) -> Asked:
        heard = self.scene.last_heard(question)
        facts, call = self.scene.facts, question.call
        parameters = resolve(call.parameters, facts)
        named = str(resolve(call.resource, facts))
        resource = named or resource_arn(call, parameters, facts.account, str(self.scene.clients.region))
        session = getattr(check, "session", None)
        opens = session.label if session is not None and session.call == call else ""
        return Asked(call.iam_action, resource, heard.lets(question) if heard else None, opens)

    def _player(self, who: Identity) -> Player:
        kind = _KINDS.get(type(who), "administrator" if who == ADMINISTRATOR else "IAM user")
        name = _name(who)
        by = who.by.label if isinstance(who, Temporary) else ""
        try:
            read = asker(who, self.scene, reader_of(self.scene))
        except (UnreadableError, MissingOutputError):
            return Player(who.label, kind, name, by=by)
        if who == ADMINISTRATOR:
            name = read.label
        return Player(who.label, kind, name, tuple(_notes(who, read)), tuple(map(_policy, read.identity)), by)


def _name(who: Identity) -> str:
    """The name that stands in IAM, where a label says more."""
    if isinstance(who, Session):
        return who.role.name
    if isinstance(who, SessionToken):
        return who.by.name
    return who.name if isinstance(who, FederatedUser) else who.label


def _chain(who: Identity) -> tuple[Identity, ...]:
    return (*_chain(who.by), who) if isinstance(who, Temporary) else (who,)


def _notes(who: Identity, read: Asker) -> Iterator[str]:
    if isinstance(who, Session):
        yield f"session {who.name}"
        yield from (f"tag {key}={value}" for key, value in who.tags.items())
    if isinstance(who, User) and who.account == PARTNER:
        yield f"in the partner account {read.principal.account}"
    if read.session is not None:
        yield "with a session policy"
    if read.boundary:
        yield f"boundary {read.boundary.short_name}"


def _policy(held: Held) -> str:
    return f"{held.short_name} ({held.holder})" if held.holder.startswith("group ") else held.short_name

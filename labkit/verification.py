"""Proves what is deployed: finds the labs' stacks, and runs every check of every lab."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from labkit.aws.advice import advice_on
from labkit.aws.answers import Answer, Kind, from_error
from labkit.aws.clients import Clients, ask
from labkit.catalogue import Entry
from labkit.checks.principals import ADMINISTRATOR
from labkit.checks.values import Facts
from labkit.deadline import Clock, Deadline, wait_before
from labkit.errors import LabError
from labkit.explanation.explainer import Explainer
from labkit.place import Place, Site, lacks_partner, partner_advice, require_partner, sites
from labkit.results import CheckResult, LabResult, Report
from labkit.runner import Audience, Runner
from labkit.scene import LiveScene
from labkit.side_by_side import side_by_side
from labkit.sketch import Sketcher
from labkit.stacks import Stack, find_stack
from labkit.verdicts import Verdict

# An attempt takes at most 8 seconds, and none begins after 10: the command goes on, or has ended, within 20 s.
_FIRST_CALL = Config(connect_timeout=4, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 1})
_FIRST_CALL_S = 10.0
_CONNECTION_ATTEMPTS = 3
# More would only wait for one another: on AWS for its limits, on the embedded AWS for the processor.
_AT_ONCE = 4


def administrator_arn(clients: Clients, clock: Clock | None = None) -> str:
    """The ARN of the administrator (GetCallerIdentity). Raises `LabError` with what to do, within 20 s."""
    if not clients.region:
        raise LabError("no AWS region is set; give --region, or set AWS_REGION")
    answer = _first_answer(clients, Deadline(_FIRST_CALL_S, clock or Clock()))
    if answer.kind is Kind.ALLOWED:
        return str(answer.data["Arn"])
    if answer.kind is Kind.CREDENTIALS:
        advice = advice_on(answer)
        what_to_do = (
            advice.text if advice.lasts else "sign in or choose a profile, in a region that the account enabled"
        )
        raise LabError(f"AWS does not accept the administrator's credentials ({answer}); {what_to_do}")
    if answer.code == "NoConnection":
        raise LabError(f"AWS can't be reached ({answer.message}); check the endpoint and the network")
    raise LabError(f"AWS does not say who the administrator is ({answer}); check credentials and region")


def _first_answer(clients: Clients, deadline: Deadline) -> Answer:
    attempt = 1
    while True:
        try:
            answer = ask(clients.client("sts", config=_FIRST_CALL), "GetCallerIdentity", {})
        except BotoCoreError as error:
            answer = from_error(error)
        no_connection = answer.code == "NoConnection" and attempt == _CONNECTION_ATTEMPTS
        if answer.kind is not Kind.TRANSIENT or no_connection or deadline.remaining() <= 0:
            return answer
        attempt += 1
        deadline.clock.sleep(wait_before(attempt, deadline.remaining()))


@dataclass(frozen=True)
class Standing:
    """A lab, with its stacks as they stand. `stack` is None only for a lab that lacks its second account."""

    entry: Entry
    stack: Stack | None
    partner: Stack | None = None

    def facts(self, place: Place) -> Facts:
        """What the lab's values are resolved against. Raises `LabError` without the second account, if it needs one."""
        require_partner((self.entry,), place)
        partner = Facts(self.partner.outputs, place.partner.account) if self.partner and place.partner else None
        return Facts(self.stack.outputs if self.stack else {}, place.account, partner)

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs of both stacks."""
        return {key: value for stack in (self.partner, self.stack) if stack for key, value in stack.outputs.items()}


def standing(entries: tuple[Entry, ...], place: Place, *, named: bool) -> list[Standing]:
    """The labs that stand, with their stacks.

    If the labs were `named`, each has to stand; otherwise those that are not deployed are left out. Of one across two
    accounts, where there is only one, nothing can be told: it stands if it was named, or its stack here does.
    Raises `LabError` for one that does not stand as it should, or if none stands.
    """
    found = []
    for entry in entries:
        stacks = [_stack_of(site) for wave in sites((entry,), place) for site in wave]
        if lacks_partner(entry, place):
            stack = _stack_of(Site(entry, entry.lab.stack, place))
            found += [Standing(entry, stack)] if named or stack else []
        elif all(stacks):
            *partner, stack = stacks
            found.append(Standing(entry, stack, *partner))
        elif any(stacks):
            raise LabError(f"{entry.name} is only half deployed; run: lab up {entry.name}")
        elif named:
            raise LabError(f"{entry.name} is not deployed here (no stack {entry.lab.stack}); run: lab up {entry.name}")
    if not found:
        raise LabError("no lab stands here; deploy one first: lab up")
    return found


def _stack_of(site: Site) -> Stack | None:
    """The stack, None if there is none. Raises `LabError` if it does not stand as it should."""
    try:
        stack = find_stack(site.place.cloudformation, site.stack)
    except (BotoCoreError, ClientError) as error:
        raise LabError(f"CloudFormation does not show the stack {site.stack}: {from_error(error)}") from error
    if stack is None or stack.status == "REVIEW_IN_PROGRESS":
        return None
    if not stack.stands:
        raise LabError(_not_standing(site.entry, stack))
    return stack


def _not_standing(entry: Entry, stack: Stack) -> str:
    if stack.busy:
        return f"{stack.name} is being changed ({stack.status}); wait until that is done and try again"
    return f"{stack.name} is only half deployed ({stack.status}); run: lab down {entry.name}, then lab up {entry.name}"


@dataclass(frozen=True)
class Extras:
    """What a verification puts into its report besides verdicts: `explain` each check; `sketch` who asked for what."""

    explain: bool = False
    sketch: bool = False


NOTHING_MORE = Extras()


def verify(
    labs: Sequence[Standing],
    place: Place,
    deadline: Deadline,
    audience: Audience,
    *,
    strict: bool = False,
    extras: Extras = NOTHING_MORE,
    until: str | None = None,
) -> Report:
    """Run the story of each lab against its stacks, up to the check `until` if one is named.

    Several at once, each under `deadline` counted from its own start; a lab that fails does not stop the others. One
    across two accounts is not applicable where there is only one.
    When this process is told to stop, every story that has begun still puts back what it changed.
    """
    stop = threading.Event()
    # Who waits wakes up when it is time to stop.
    clock = Clock(deadline.clock.now, stop.wait)
    began = datetime.now(UTC)

    def run(lab: Standing) -> LabResult:
        entry = lab.entry
        if lacks_partner(entry, place):
            return _not_applicable(entry, audience)
        own_deadline = Deadline(deadline.seconds, clock)
        scene = LiveScene(
            lab.facts(place), place.clients, place.administrator, deadline=own_deadline, partner=place.partner
        )
        explainer, sketcher = Explainer(scene), Sketcher(scene)
        annotate = [
            *([explainer.annotate] if extras.explain else []),
            *([sketcher.annotate] if extras.sketch else []),
        ]
        runner = Runner(scene, own_deadline, audience, clock, annotate, stop)
        result = runner.run(entry.name, entry.lab, until)
        return replace(result, players=sketcher.players(entry.lab)) if extras.sketch else result

    jobs = [functools.partial(run, lab) for lab in labs]
    started = clock.now()
    results = side_by_side(jobs, stop, _AT_ONCE, audience.note)
    return Report(tuple(results), strict, clock.now() - started, place.account.id, began)


def _not_applicable(entry: Entry, audience: Audience) -> LabResult:
    """What is said of a lab across two accounts where there is only one."""
    check = CheckResult(
        id="second-account",
        title="There is a second account",
        identity=ADMINISTRATOR.label,
        call="sts:GetCallerIdentity as the partner's administrator",
        expected="an administrator of another account",
        observed="not asked",
        verdict=Verdict.NOT_APPLICABLE,
        reason=partner_advice(entry),
        attempts=1,
        seconds=0.0,
    )
    audience.decided(check)
    return LabResult(entry.name, entry.lab.stack, (check,), 0.0, title=entry.lab.title)

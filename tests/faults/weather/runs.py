"""One verification in bad weather: an embedded AWS of its own, the lab deployed on it, and verified at once."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import boto3
import botocore.session

from labkit.aws.answers import Answer, Kind
from labkit.aws.clients import Clients, ask
from labkit.catalogue import find_labs
from labkit.checks.check import Check
from labkit.checks.observation import Observation
from labkit.deadline import Deadline
from labkit.environment import on_instance
from labkit.instance import Instance
from labkit.place import Place
from labkit.results import CheckResult, Report
from labkit.stacks import Stack
from labkit.verdicts import Verdict
from labkit.verification import Standing, administrator_arn, verify
from tests.faults.weather.templates import BREAKS, STACK, broken
from tests.local.callers import start_embedded, stop_embedded

# Service models are read once for all runs of a process: reading them would eat into the deadlines.
_LOADER = botocore.session.get_session().get_component("data_loader")
_PATIENCE_S = 120.0


@dataclass(frozen=True)
class Weather:
    """What one run is up against. Times are seconds.

    `delay`: until a change in IAM is seen by decisions, `read_delay`: by IAM's reads; `deadline`: the
    verification's; `lab`: how the lab is broken, None for the healthy one.
    """

    delay: float
    read_delay: float
    deadline: float
    lab: str | None = None
    more: tuple[str, ...] = ()
    seed: int = 0

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults as `--fault` takes them."""
        return (f"propagation={self.delay}+{self.read_delay}", *self.more, f"seed={self.seed}")

    @property
    def is_short(self) -> bool:
        """Whether the deadline may come before everything has spread."""
        return self.deadline < 2 * self.delay + 2

    def __str__(self) -> str:
        return f"{self.lab or 'healthy'}, deadline {self.deadline:g} s, {' '.join(self.faults)}"


@dataclass(frozen=True)
class Outcome:
    """What came out of a run: each check's verdict, in all and in seconds; the attempts of all checks."""

    weather: Weather
    verdict: Verdict
    checks: Mapping[str, Verdict]
    seconds: float
    attempts: int
    waits: int
    problems: tuple[str, ...] = field(default=())

    @property
    def wrong(self) -> list[str]:
        """What is untrue in it, in words.

        Within a short deadline what has not come yet can't be told from what never will: there the lab as a
        whole counts, which must not be proven.
        """
        fails = BREAKS[self.weather.lab].fails if self.weather.lab else frozenset()
        found = ["the broken lab is proven"] if self.weather.lab and self.verdict is Verdict.PROVEN else []
        if not self.weather.is_short:
            found += [f"{name} is proven" for name in self._with(Verdict.PROVEN) & fails]
            found += [f"{name} is failed" for name in self._with(Verdict.FAILED) - fails]
        return sorted(found)

    @property
    def unfinished(self) -> list[str]:
        """What should have been found out and was not, in words."""
        if self.weather.is_short:
            return []
        if self.weather.lab is None:
            return sorted(f"{name} is undetermined" for name in self._with(Verdict.UNDETERMINED))
        return [] if self.verdict is Verdict.FAILED else ["the broken lab is not failed"]

    def _with(self, verdict: Verdict) -> frozenset[str]:
        return frozenset(name for name, each in self.checks.items() if each is verdict)


class _Waits:
    """Counts what a user would be told of waiting."""

    def __init__(self) -> None:
        self.told = 0

    def waiting(self, check: Check, observation: Observation, waited: float) -> None:
        self.told += 1

    def decided(self, result: CheckResult) -> None: ...

    def note(self, text: str) -> None: ...


def run(weather: Weather, template: str) -> Outcome:
    """Deploy the lab, verify it at once, and say what came out."""
    with _embedded(weather.faults) as clients:
        administrator = administrator_arn(clients)
        stack = _deploy(clients, broken(template, weather.lab))
        (entry,) = find_labs(("james-s3",))
        waits = _Waits()
        report = verify([Standing(entry, stack)], Place(clients, administrator), Deadline(weather.deadline), waits)
    return _outcome(weather, report, waits)


def _outcome(weather: Weather, report: Report, waits: _Waits) -> Outcome:
    checks = {check.id: check.verdict for check in report.checks}
    said = tuple(
        f"{check.id}: {check.verdict}: {check.observed} ({check.reason}) after {check.attempts} attempts"
        for check in report.checks
        if check.verdict is not Verdict.PROVEN
    )
    seconds, attempts = sum(lab.seconds for lab in report.labs), sum(check.attempts for check in report.checks)
    return Outcome(weather, report.verdict, checks, seconds, attempts, waits.told, said)


@contextmanager
def _embedded(faults: tuple[str, ...]) -> Iterator[Clients]:
    """Clients of the administrator of an embedded AWS with these faults; this process's environment is its own."""
    embedded = start_embedded(*(option for fault in faults for option in ("--fault", fault)))
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(on_instance(before, Instance.from_line(json.dumps(embedded.document))))
        session = botocore.session.get_session()
        session.register_component("data_loader", _LOADER)
        yield Clients(boto3.Session(botocore_session=session))
    finally:
        os.environ.clear()
        os.environ.update(before)
        assert stop_embedded(embedded) == 0


def _deploy(clients: Clients, template: str) -> Stack:
    asked = {"StackName": STACK, "TemplateBody": template, "Capabilities": ["CAPABILITY_NAMED_IAM"]}
    created = _patiently(clients, "CreateStack", **asked)
    # A connection that was lost after the call had been carried out makes a second one late.
    assert created.kind is Kind.ALLOWED or created.code == "AlreadyExistsException", created
    status = "CREATE_IN_PROGRESS"
    while status.endswith("IN_PROGRESS"):
        (found,) = _patiently(clients, "DescribeStacks", StackName=STACK).data["Stacks"]
        status = found["StackStatus"]
    assert status == "CREATE_COMPLETE", found.get("StackStatusReason")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found["Outputs"]}
    return Stack(STACK, found["StackId"], status, outputs, found["CreationTime"])


def _patiently(clients: Clients, operation: str, **parameters: object) -> Answer:
    """CloudFormation's answer, however often it has to be asked."""
    give_up = time.monotonic() + _PATIENCE_S
    while True:
        answer = ask(clients.client("cloudformation"), operation, parameters)
        if answer.kind is not Kind.TRANSIENT:
            return answer
        assert time.monotonic() < give_up, answer

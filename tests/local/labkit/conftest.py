"""Labs that stand on the embedded AWS, deployed straight from their templates and taken down again.

`place`   the embedded AWS as labkit sees it, through nothing but the environment.
`stand`   `stand("james-s3")`: a lab, freshly deployed for one test; whatever the test does to it is taken down with it.
`james`   the James lab that way.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from labkit.aws.clients import Clients
from labkit.catalogue import Entry, find_labs
from labkit.checks.check import Check
from labkit.checks.observation import Observation
from labkit.checks.values import Facts
from labkit.deadline import Deadline
from labkit.deployment import additions, prove_absence, stack_resources
from labkit.environment import on_instance
from labkit.instance import Instance
from labkit.place import Place, Site, given_parameters, read_template, sites
from labkit.results import CheckResult, Report
from labkit.stacks import find_stack
from labkit.target import embedded_place
from labkit.teardown.absence import Presence, overall
from labkit.teardown.additions import remove
from labkit.verdicts import Verdict
from labkit.verification import NOTHING_MORE, Extras, standing, verify
from tests.local.callers import Embedded

ROOT = Path(__file__).resolve().parents[3]
CDK = Path(sys.executable).parent / "cdk"
# Long enough for what is refused to be asked again, short enough for a test that expects a failure.
DEADLINE_S = 0.5


class Nobody:
    """Listens to a verification and says nothing."""

    def waiting(self, check: Check, observation: Observation, waited: float) -> None: ...

    def decided(self, result: CheckResult) -> None: ...

    def note(self, text: str) -> None: ...


@dataclass
class StandingLab:
    """A lab that stands: its place, and what a test does with it."""

    entry: Entry
    place: Place

    def client(self, service: str) -> Any:
        """The administrator's client."""
        return self.place.clients.client(service)

    @property
    def outputs(self) -> dict[str, str]:
        stack = find_stack(self.place.cloudformation, self.entry.lab.stack)
        assert stack
        return dict(stack.outputs)

    @property
    def facts(self) -> Facts:
        """What its values are resolved against."""
        (lab,) = standing((self.entry,), self.place, named=True)
        return lab.facts(self.place)

    def verify(self, deadline: float = DEADLINE_S, extras: Extras = NOTHING_MORE) -> Report:
        labs = standing((self.entry,), self.place, named=True)
        return verify(labs, replace(self.place, clients=Clients()), Deadline(deadline), Nobody(), extras=extras)

    def failed(self) -> set[str]:
        """The ids of the checks that fail; the report's exit code must say the same."""
        report = self.verify()
        failed = {check.id for check in report.checks if check.verdict is Verdict.FAILED}
        assert report.exit_code == (1 if failed else 2 if report.verdict is Verdict.UNDETERMINED else 0)
        return failed


Stand = Callable[[str], StandingLab]


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the templates that the CDK synthesizes for the labs."""
    assembly = tmp_path_factory.mktemp("assembly")
    command = [str(CDK), "synth", "--quiet", "--output", str(assembly)]
    environment = {**os.environ, "CDK_HOME": str(assembly / "home"), "CDK_VALIDATION": "false"}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return assembly


def open_place(embedded: Embedded, environment: pytest.MonkeyPatch) -> Place:
    """Make `embedded` the AWS of this process's environment."""
    instance = Instance.from_line(json.dumps(embedded.document))
    for name, value in on_instance({}, instance).items():
        environment.setenv(name, value)
    return embedded_place(instance)


@contextlib.contextmanager
def stand_on(place: Place, assembly: Path) -> Iterator[Stand]:
    """What deploys labs on `place`, and takes them down at the end."""
    standing: list[Site] = []

    def deployed(name: str) -> StandingLab:
        (entry,) = find_labs((name,))
        for site in chain.from_iterable(sites((entry,), place)):
            standing.append(site)
            template = read_template(assembly, site.stack)
            deploy(site.place, site.stack, json.dumps(template), given_parameters(template, place))
        return StandingLab(entry, place)

    yield deployed
    for site in reversed(standing):
        take_down(site.place, site.stack)


@pytest.fixture
def place(embedded: Embedded, monkeypatch: pytest.MonkeyPatch) -> Place:
    return open_place(embedded, monkeypatch)


@pytest.fixture
def stand(place: Place, assembly: Path) -> Iterator[Stand]:
    with stand_on(place, assembly) as stand:
        yield stand


@pytest.fixture
def james(stand: Stand) -> StandingLab:
    return stand("james-s3")


def deploy(place: Place, name: str, template: str, parameters: Mapping[str, str] = {}) -> None:
    cloudformation = place.cloudformation
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=template,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400}
    )


def take_down(place: Place, name: str) -> None:
    """Remove what was added by hand, then the stack, then make sure that it is gone."""
    stack = find_stack(place.cloudformation, name)
    if not stack:
        return
    for addition in additions(place, stack):
        remove(place.clients, addition)
    existed = stack_resources(place, name)
    place.cloudformation.delete_stack(StackName=name)
    place.cloudformation.get_waiter("stack_delete_complete").wait(
        StackName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400}
    )
    traces = prove_absence(place, [name], existed)
    assert overall(traces) is Presence.GONE, [str(trace) for trace in traces]

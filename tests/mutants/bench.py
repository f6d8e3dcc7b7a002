"""Deploys mutants on an embedded AWS, lets the lab be verified, and says what became of them.

Several embedded AWSs stand side by side, each with a process of its own that works through mutants one after the
other. Whatever a mutant leaves behind costs the embedded AWS its life, never the next mutant its verdict.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from labkit.aws.clients import Clients
from labkit.catalogue import Entry, find_labs
from labkit.checks.check import Check
from labkit.checks.observation import Observation
from labkit.deadline import Deadline
from labkit.deployment import stack_resources
from labkit.embedded import throw_away
from labkit.environment import on_instance
from labkit.instance import AccountKey
from labkit.place import Place, given_parameters
from labkit.results import CheckResult, Report
from labkit.runner import Audience
from labkit.stacks import find_stack, first_failure
from labkit.teardown.additions import find_additions, remove
from labkit.verdicts import ExitCode, Verdict
from labkit.verification import administrator_arn, standing, verify
from tests.mutants.model import HEALTHY, Cause, Fate, LabTemplates, Mutant, Outcome, Stack
from tests.mutants.words import Deployed

# Where nothing has to spread, a refusal will not change, and all that is asked is answered at the first attempt.
DEADLINE_S = 0.0
_DEPLOYMENT_S = 60.0
_POLL_S = 0.06


class NotDeployedError(Exception):
    """CloudFormation, or the service, refused; the message is its reason."""


class _Nobody:
    """Listens to a verification and says nothing."""

    def waiting(self, check: Check, observation: Observation, waited: float) -> None: ...

    def decided(self, result: CheckResult) -> None: ...

    def note(self, text: str) -> None: ...


class _EnoughError(Exception):
    """A failed check has named the cause: `result`. Nothing that comes later in the verification can undo that."""

    def __init__(self, result: CheckResult) -> None:
        super().__init__(result.id)
        self.result = result


@dataclass
class _Judge(_Nobody):
    """Listens to a verification until it is certain that a mutant is killed."""

    causes: Sequence[Cause]

    def decided(self, result: CheckResult) -> None:
        if result.verdict is Verdict.FAILED and _names(result, self.causes):
            raise _EnoughError(result)


@dataclass
class Bench:
    """One embedded AWS. `places`: how labkit sees its accounts, by "home" and "partner"."""

    places: Mapping[str, Place]

    def deploy(self, stacks: Sequence[Stack]) -> dict[str, Deployed]:
        """Deploy the stacks in their order; by name, what was made of them. Raises `NotDeployedError`."""
        return {stack.name: self._deploy(stack) for stack in stacks}

    def verify(self, entry: Entry, audience: Audience) -> Report:
        """What `lab verify` reports."""
        labs = standing((entry,), self._home, named=True)
        return verify(labs, self._home, Deadline(DEADLINE_S), audience)

    def take_down(self, stacks: Sequence[Stack]) -> None:
        """Delete the stacks, the last one first; what hangs on their principals goes first where it has to."""
        for stack in reversed(stacks):
            place = self.places[stack.account]
            if self._delete(place, stack.name) == "DELETE_COMPLETE":
                continue
            found = stack_resources(place, stack.name)
            for addition in find_additions(place.clients, found, stack.template, place.account):
                remove(place.clients, addition)
            self._delete(place, stack.name)

    def inventory(self, accounts: Iterable[str]) -> dict[str, object]:
        """How much there is in these accounts of what a mutant could leave behind."""
        return {account: _inventory(self.places[account]) for account in accounts}

    @property
    def _home(self) -> Place:
        return replace(self.places["home"], partner=self.places["partner"])

    def _delete(self, place: Place, name: str) -> str:
        stack = find_stack(place.cloudformation, name)
        if stack is None:
            return "DELETE_COMPLETE"
        place.cloudformation.delete_stack(StackName=stack.id)
        return self._settled(place, stack.id)

    def _deploy(self, stack: Stack) -> Deployed:
        place = self.places[stack.account]
        parameters = given_parameters(stack.template, self._home)
        try:
            place.cloudformation.create_stack(
                StackName=stack.name,
                TemplateBody=json.dumps(stack.template),
                Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
        except (ClientError, BotoCoreError) as error:
            raise NotDeployedError(str(error)) from error
        if self._settled(place, stack.name) != "CREATE_COMPLETE":
            raise NotDeployedError(first_failure(place.cloudformation, stack.name) or "no reason given")
        physical_ids = {each.logical_id: each.physical_id for each in stack_resources(place, stack.name)}
        return Deployed(stack.template, {**physical_ids, **parameters}, place.account)

    def _settled(self, place: Place, name: str) -> str:
        end = time.monotonic() + _DEPLOYMENT_S
        while True:
            # No stack is made or deleted sooner than that; to ask before would cost more than to wait.
            time.sleep(_POLL_S)
            stack = find_stack(place.cloudformation, name)
            if stack is None or not stack.status.endswith("_IN_PROGRESS"):
                return stack.status if stack else "DELETE_COMPLETE"
            if time.monotonic() > end:
                raise TimeoutError(f"{name} is still {stack.status}")


def work_through(jobs: Iterable[Mutant | LabTemplates], whole: bool = True) -> list[Outcome]:
    """The outcomes of these mutants, and of one verification of each lab as it is.

    `whole`: verify to the end even where a failed check has already named the cause.
    """
    outcomes = []
    left = iter(jobs)
    job = next(left, None)
    while job is not None:
        with _bench() as bench:
            clean = bench.inventory(bench.places)
            untouched = True
            while job is not None and untouched:
                outcomes.append(_outcome(bench, job, whole))
                touched = bench.inventory({stack.account for stack in job.stacks})
                untouched = touched == {account: clean[account] for account in touched}
                job = next(left, None)
    return outcomes


def _outcome(bench: Bench, job: Mutant | LabTemplates, whole: bool) -> Outcome:
    if isinstance(job, Mutant):
        fate, words = _try(bench, job, whole)
        return Outcome(job.lab.name, job.operator, job.id, fate, words)
    fate, words = _try_healthy(bench, job)
    return Outcome(job.name, HEALTHY, f"{job.name} as it is", fate, words)


def _try(bench: Bench, mutant: Mutant, whole: bool) -> tuple[Fate, str]:
    (entry,) = find_labs((mutant.lab.name,))
    place = bench.places[next(stack.account for stack in mutant.stacks if stack.name == mutant.stack)]
    try:
        deployed = bench.deploy(mutant.stacks)
        for step in mutant.change.steps:
            _do(place, step.service, step.operation, deployed[mutant.stack].resolve(dict(step.parameters)))
        causes = [deployed[mutant.stack].resolve(list(cause)) for cause in mutant.change.causes]
        return judge(bench.verify(entry, _Nobody() if whole else _Judge(causes)), causes)
    except NotDeployedError as error:
        return Fate.INVALID, str(error)
    except _EnoughError as enough:
        return Fate.KILLED, _words([enough.result])
    finally:
        bench.take_down(mutant.stacks)
        for step in mutant.change.afterwards:
            # Where that fails, the inventory tells.
            with contextlib.suppress(NotDeployedError):
                _do(place, step.service, step.operation, dict(step.parameters))


def _try_healthy(bench: Bench, lab: LabTemplates) -> tuple[Fate, str]:
    (entry,) = find_labs((lab.name,))
    try:
        bench.deploy(lab.stacks)
        report = bench.verify(entry, _Nobody())
    finally:
        bench.take_down(lab.stacks)
    return judge(report, [])


def judge(report: Report, causes: Sequence[Cause]) -> tuple[Fate, str]:
    """The fate of a mutant, by what its verification reports. `causes` are resolved: plain strings."""
    if report.exit_code == ExitCode.PROVEN:
        return Fate.SURVIVED, "every check is proven"
    if report.exit_code != ExitCode.FAILED:
        open_checks = [check for check in report.checks if check.verdict is Verdict.UNDETERMINED]
        return Fate.UNDETERMINED, _words(open_checks)
    failed = [check for check in report.checks if check.verdict is Verdict.FAILED]
    for check in failed:
        if _names(check, causes):
            return Fate.KILLED, _words([check])
    return Fate.MISNAMED, f"none names {' or '.join(map(str, causes))}: {_words(failed)}"


def _names(check: CheckResult, causes: Iterable[Cause]) -> bool:
    """Whether the check says what any one of the causes demands."""
    said = f"{check.title} {check.observed} {check.reason}".casefold()
    return any(all(str(word).casefold() in said for word in cause) for cause in causes)


def _words(checks: Sequence[CheckResult]) -> str:
    return " | ".join(f"{check.id}: {check.observed} ({check.reason})" for check in checks)


def _do(place: Place, service: str, operation: str, parameters: dict[str, Any]) -> None:
    client = place.clients.client(service)
    by_operation = {client.meta.method_to_api_mapping[name]: name for name in client.meta.method_to_api_mapping}
    try:
        getattr(client, by_operation[operation])(**parameters)
    except (ClientError, BotoCoreError) as error:
        raise NotDeployedError(f"{service}:{operation}: {error}") from error


def _inventory(place: Place) -> object:
    iam, s3, secrets = (place.clients.client(service) for service in ("iam", "s3", "secretsmanager"))
    counted = ("Users", "Groups", "Roles", "Policies")
    summary = iam.get_account_summary()["SummaryMap"]
    buckets = sorted(found["Name"] for found in s3.list_buckets()["Buckets"])
    return [summary[name] for name in counted], buckets, len(secrets.list_secrets()["SecretList"])


@contextmanager
def _bench() -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder, throw_away(Path(folder)) as pending:
        instance = pending.ready()
        # Checks see the AWS of this process's environment, so a process works on one embedded AWS at a time.
        os.environ.update(on_instance({}, instance))
        yield Bench({name: _place(key) for name, key in instance.accounts.items()})


def _place(key: AccountKey) -> Place:
    session = boto3.Session(aws_access_key_id=key.access_key_id, aws_secret_access_key=key.secret_access_key)
    clients = Clients(session)
    return Place(clients, administrator_arn(clients))

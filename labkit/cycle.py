"""The full cycle on a throw-away embedded AWS: deploy, verify, destroy, prove that nothing is left."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labkit import embedded
from labkit.catalogue import Entry
from labkit.cdk import Cdk, CdkError
from labkit.deadline import Deadline
from labkit.deployment import deploy, destroy
from labkit.environment import enter, on_instance, without_aws
from labkit.errors import LabError
from labkit.instance import Instance
from labkit.interruption import signals_deferred
from labkit.place import Place
from labkit.reports.terminal import Terminal
from labkit.results import CheckResult, LabResult, Report
from labkit.run_folder import remove_leftovers, run_folder
from labkit.target import embedded_place
from labkit.teardown.absence import Trace
from labkit.verdicts import Verdict
from labkit.verification import NOTHING_MORE, Extras, standing, verify


@dataclass(frozen=True)
class CycleOptions:
    """What a run takes from `verify`: `deadline` in seconds, `strict`, `extras`."""

    deadline: float
    strict: bool
    extras: Extras = NOTHING_MORE


@dataclass(frozen=True)
class CycleResult:
    """What a run found: the verification, and what is known of each resource after the stacks were destroyed."""

    report: Report
    traces: Sequence[Trace]


def run_cycle(entries: Sequence[Entry], options: CycleOptions, home: Path, terminal: Terminal) -> CycleResult:
    """Run `entries` through the full cycle. Nothing is left running, whatever happens. Raises `LabError`."""
    for removed in remove_leftovers(home):
        terminal.note(removed)
    labs = [entry.name for entry in entries]
    with (
        run_folder(home) as folder,
        embedded.throw_away(folder) as pending,
        Cdk(folder / "cdk.out", folder / "cdk.log", terminal.note) as cdk,
    ):
        place = embedded_place(_synthesize(cdk, labs, pending, terminal))
        try:
            failures = deploy(cdk, entries, place, terminal)
            report = _verify(entries, failures, options, place, terminal)
        except BaseException:
            with signals_deferred(terminal.note):
                _destroy_after_failure(cdk, entries, place, terminal)
            raise
        with signals_deferred(terminal.note):
            return CycleResult(report, destroy(cdk, entries, place, terminal))


def _synthesize(cdk: Cdk, labs: Sequence[str], pending: embedded.PendingInstance, terminal: Terminal) -> Instance:
    """Synthesize while the embedded AWS starts; enter its environment. Raises `LabError`."""
    with terminal.stage("starting the embedded AWS and synthesizing the stacks"):
        enter(without_aws(os.environ))
        synthesis = cdk.start_synthesis(labs)
        instance = pending.ready()
        enter(on_instance(os.environ, instance))
        try:
            synthesis.wait()
        except CdkError as error:
            raise LabError(f"the stacks could not be synthesized: {error}") from error
    return instance


def _verify(
    entries: Sequence[Entry], failures: Mapping[str, str], options: CycleOptions, place: Place, terminal: Terminal
) -> Report:
    """The report on all of `entries`: verified, or never deployed for the reason in `failures` (by lab).

    Raises `LabError` if none was deployed.
    """
    if len(failures) == len(entries):
        raise LabError("; ".join(failures.values()))
    labs = standing(tuple(entry for entry in entries if entry.name not in failures), place, named=True)
    with terminal.stage("verifying"):
        report = verify(
            labs,
            place,
            Deadline(options.deadline),
            terminal,
            strict=options.strict,
            extras=options.extras,
        )
    undeployed = (_undeployed(entry, failures[entry.name]) for entry in entries if entry.name in failures)
    return replace(report, labs=(*report.labs, *undeployed))


def _undeployed(entry: Entry, reason: str) -> LabResult:
    check = CheckResult(
        id="deployment",
        title="The stack is deployed",
        identity="administrator",
        call=f"cdk deploy {entry.lab.stack}",
        expected="a stack that stands",
        observed="not deployed",
        verdict=Verdict.UNDETERMINED,
        reason=reason,
        attempts=1,
        seconds=0.0,
    )
    return LabResult(entry.name, entry.lab.stack, (check,), 0.0)


def _destroy_after_failure(cdk: Cdk, entries: Sequence[Entry], place: Place, terminal: Terminal) -> None:
    """Destroy all the same; a second problem is shown and does not hide the first."""
    try:
        destroy(cdk, entries, place, terminal)
    except LabError as error:
        terminal.note(f"while cleaning up: {error}")

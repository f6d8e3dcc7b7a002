"""`lab run`: the full cycle on a throw-away embedded AWS."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import click

from labkit.catalogue import all_labs, find_labs
from labkit.checkout import require_checkout
from labkit.commands.options import VerifyOptions, labs_argument, verify_options
from labkit.cycle import CycleOptions, run_cycle
from labkit.deadline import deadline_seconds
from labkit.environment import LOCAL_DEADLINE_S
from labkit.reports import files
from labkit.reports.terminal import Terminal
from labkit.state import lab_home
from labkit.teardown.absence import Presence, Trace, overall
from labkit.verdicts import ExitCode


@click.command("run")
@labs_argument
@verify_options
def command(labs: tuple[str, ...], **given: Any) -> int:
    """Deploy, verify and destroy labs on an embedded AWS of their own (no LAB: all of them)."""
    entries = find_labs(labs) if labs else all_labs()
    require_checkout("lab run")
    options = VerifyOptions(**given)
    files.require_writable(options.files)
    seconds = deadline_seconds(options.deadline, {"LAB_DEADLINE": os.environ.get("LAB_DEADLINE") or LOCAL_DEADLINE_S})
    terminal = Terminal()
    cycle = CycleOptions(seconds, options.strict, options.extras)
    result = run_cycle(entries, cycle, lab_home(os.environ), terminal)
    files.write(result.report, options.files)
    terminal.report(result.report)
    return _combined(result.report.exit_code, show_absence(result.traces, terminal))


def show_absence(traces: Sequence[Trace], terminal: Terminal) -> int:
    """Say whether anything is left, and return the exit code that it calls for."""
    presence = overall(traces)
    if presence is Presence.GONE:
        terminal.say(f"Nothing is left: {len(traces)} resources looked for, all gone.")
        return ExitCode.PROVEN
    for trace in traces:
        if trace.presence is not Presence.GONE:
            terminal.say(f"not gone: {trace}")
    return ExitCode.FAILED if presence is Presence.PRESENT else ExitCode.UNDETERMINED


def _combined(*codes: int) -> int:
    """A failure outweighs what is undetermined, and that what is proven."""
    return next((code for code in (ExitCode.FAILED, ExitCode.UNDETERMINED) if code in codes), ExitCode.PROVEN)

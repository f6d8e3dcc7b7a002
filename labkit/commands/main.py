"""The command `lab`: finds its subcommands, and turns what goes wrong into one line and an exit code."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence

import click
from botocore.exceptions import BotoCoreError, ClientError

from labkit.aws.answers import from_error
from labkit.checkout import version
from labkit.errors import LabError
from labkit.interruption import Interrupted, signals_interrupt
from labkit.verdicts import ExitCode

# Loaded only when it is called: no command pays for the imports of another.
_COMMANDS = {
    "list": "list_labs",
    "run": "run",
    "local": "local",
    "up": "up",
    "status": "status",
    "verify": "verify",
    "explain": "explain",
    "down": "down",
    "env": "env",
    "shell": "shell",
    "credentials": "credentials",
}


class LazyGroup(click.Group):
    """A group that imports a subcommand when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"labkit.commands.{_COMMANDS[cmd_name]}")
        command: click.Command = module.command
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, expose_value=False, help="Show tracebacks (may stand anywhere).")
@click.version_option(version(), prog_name="AssumeRole Lab")
def lab() -> None:
    """AssumeRole Lab: S3 is denied before and allowed after a role is assumed, proven against AWS itself."""


def main(arguments: Sequence[str] | None = None, command: click.Command = lab) -> int:
    """Run the command line and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    debug = _take_debug(arguments)
    try:
        with signals_interrupt():
            result = command.main(arguments, prog_name=command.name, standalone_mode=False)
    except Exception as error:  # noqa: BLE001 (the outermost frame: all that goes wrong ends here, in an exit code)
        if debug:
            traceback.print_exc()
        return _complain(_one_line(error))
    except Interrupted as signal:
        return _complain(f"stopped by {signal}")
    return result if isinstance(result, int) else ExitCode.PROVEN


def script() -> None:
    """The door of an installed `lab`."""
    sys.exit(main())


def _take_debug(arguments: list[str]) -> bool:
    """Remove --debug wherever it stands, but not from a command after `--` that is somebody else's."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    debug = "--debug" in arguments[:end]
    arguments[:end] = [argument for argument in arguments[:end] if argument != "--debug"]
    return debug


def _one_line(error: Exception) -> str:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.format_message()
    if isinstance(error, click.UsageError):
        where = error.ctx.command_path if error.ctx else "lab"
        return f"{error.format_message()} (see {where} --help)"
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, click.Abort):
        return "stopped"
    if isinstance(error, LabError):
        return str(error)
    if isinstance(error, BotoCoreError | ClientError):
        return f"AWS answers: {from_error(error)}"
    if isinstance(error, BrokenPipeError):
        return "the reader of the output has gone"
    return f"unexpected {type(error).__name__}: {error} (--debug shows where)"


def _complain(text: str) -> int:
    print(f"lab: {text}" if "\n" not in text else text, file=sys.stderr)
    return ExitCode.USAGE

"""Writes docs/reference: what can be imported, from the docstrings, and the commands, from their help.

Run it when a docstring or an option has changed: `.venv/bin/python scripts/refresh_reference.py`. A test keeps it
fresh.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT))

from labkit.commands.main import lab  # noqa: E402

FOLDER = CHECKOUT / "docs" / "reference"
WRITTEN = "Written by `scripts/refresh_reference.py` from the docstrings.\n"
# What the modules are called in a heading, and what of them is public where `__all__` does not say so.
MODULES = {
    "checks": ("labkit.checks", "The vocabulary of checks", ()),
    "pytest": ("labkit.pytest_plugin", "The pytest plugin", ("story",)),
    "session": ("labkit.session", "Stories from Python", ("open_aws", "OpenAws")),
    "iam_engine": ("iam_engine", "The engine", ()),
}


def pages() -> dict[str, str]:
    """The text of every page, by its file name."""
    written = {
        f"{page}.md": "\n".join(_module(importlib.import_module(module), title, names))
        for page, (module, title, names) in MODULES.items()
    }
    return {**written, "commands.md": "\n".join(_commands())}


def _module(module: ModuleType, title: str, names: tuple[str, ...]) -> Iterator[str]:
    yield f"# {title}: `{module.__name__}`\n\n{WRITTEN}"
    yield f"{_text(module)}\n"
    for name in sorted(names or module.__all__, key=str.lower):
        yield from _entry(name, getattr(module, name))


def _entry(name: str, thing: object) -> Iterator[str]:
    yield f"## {name}\n"
    if isinstance(thing, type) or inspect.isfunction(thing):
        yield f"```text\n{name}{_signature(thing)}\n```\n"
        yield f"{_text(thing)}\n"
        for method, function in sorted(vars(thing).items()) if isinstance(thing, type) else ():
            yield from _method(name, method, function)
    else:
        yield f"`{thing!r}`\n"


def _method(owner: str, name: str, thing: object) -> Iterator[str]:
    """A public method of a class that has words of its own; those of the checks are for the runner."""
    function = thing.__func__ if isinstance(thing, classmethod) else thing
    if owner in ("OpenAws", "Policy") and not name.startswith("_") and inspect.isfunction(function):
        yield f"### {owner}.{name}\n\n```text\n{name}{_signature(function)}\n```\n\n{_text(function)}\n"


def _signature(thing: object) -> str:
    """The parameters as they are written, and for a class without the default values that only repr could show."""
    if isinstance(thing, type) and issubclass(thing, str):
        values = ", ".join(repr(str(member)) for member in thing)  # type: ignore[attr-defined]
        return f": one of {values}"
    if isinstance(thing, type) and issubclass(thing, Exception):
        return ": raised"
    signature = inspect.signature(thing)  # type: ignore[arg-type]
    parameters = [each for each in signature.parameters.values() if each.name not in ("self", "cls")]
    shown = [_parameter(each) for each in parameters]
    by_name = [each.kind is inspect.Parameter.KEYWORD_ONLY for each in parameters]
    if any(by_name) and not any(each.kind is inspect.Parameter.VAR_POSITIONAL for each in parameters):
        shown.insert(by_name.index(True), "*")
    arrow = "" if isinstance(thing, type) else f" -> {signature.return_annotation}"
    return f"({', '.join(shown)}){arrow}"


def _parameter(parameter: inspect.Parameter) -> str:
    stars = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
    default = ""
    if parameter.default is not inspect.Parameter.empty:
        plain = isinstance(parameter.default, str | int | float | tuple | bool | None)
        default = f" = {parameter.default!r}" if plain else " = …"
    annotation = parameter.annotation if isinstance(parameter.annotation, str) else parameter.annotation.__name__
    return f"{stars}{parameter.name}: {annotation}{default}"


def _text(thing: object) -> str:
    return inspect.cleandoc(getattr(thing, "__doc__", None) or "")


def _commands() -> Iterator[str]:
    yield "# The commands\n\nWritten by `scripts/refresh_reference.py` from each command's `--help`.\n"
    yield from _help(lab, "lab", None)


def _help(command: click.Command, path: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(
        command, info_name=path.rsplit(" ", 1)[-1], parent=parent, help_option_names=["-h", "--help"]
    )
    context.terminal_width = 100
    yield f"## {path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            subcommand = command.get_command(context, name)
            if subcommand:
                yield from _help(subcommand, f"{path} {name}", context)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for file, text in pages().items():
        (FOLDER / file).write_text(text, encoding="utf-8")

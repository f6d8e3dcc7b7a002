"""Writes the reports that were asked for into files, and finds out beforehand whether that will work."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from labkit.errors import LabError
from labkit.reports import as_html, as_json, as_junit, as_markdown
from labkit.results import Report

Render = Callable[[Report], str]

FORMATS: Mapping[str, Render] = {"json": as_json.render, "junit": as_junit.render, "html": as_html.render}
_STDOUT = Path("/dev/stdout")
_STEP_SUMMARY = "GITHUB_STEP_SUMMARY"


def require_writable(files: Mapping[str, Path]) -> None:
    """Raise `LabError` for the first file that can't be written, before anything is deployed for its sake."""
    for path in files.values():
        if path.is_dir():
            raise LabError(f"{path} is a folder; name a file for the report")
        folder = path.absolute().parent
        if not folder.exists():
            raise LabError(f"the report {path} can't be written: there is no folder {folder}")
        for place in (path, folder) if _is_replaced(path) else (path,):
            if place.exists() and not os.access(place, os.W_OK):
                raise LabError(f"the report {path} can't be written: no permission for {place}")


def write(report: Report, files: Mapping[str, Path], environment: Mapping[str, str] = os.environ) -> None:
    """Write each report into its file, whole or not at all; `files` maps formats ("json", "junit", "html") to paths.

    Where the environment names the summary page of a GitHub Actions step, it gets a summary in Markdown. Raises
    `LabError`. Source: GitHub Actions, "Workflow commands", "Adding a job summary".
    """
    for name, path in files.items():
        _write(path, FORMATS[name](report))
    if environment.get(_STEP_SUMMARY):
        _append(Path(environment[_STEP_SUMMARY]), as_markdown.render(report))


def _write(path: Path, text: str) -> None:
    try:
        if path == _STDOUT:
            # Opened anew it would be written from its beginning, over what has been said there already.
            sys.stdout.write(text)
        elif _is_replaced(path):
            _replace(path.resolve(), text)
        else:
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise LabError(f"the report {path} can't be written: {error.strerror}") from error


def _is_replaced(path: Path) -> bool:
    """Whether a whole new file takes the place of this one; not for a pipe or a device such as /dev/stdout."""
    return path != _STDOUT and (path.is_file() or not path.exists())


def _replace(path: Path, text: str) -> None:
    """Write beside the file and move it into its place, so that nobody ever reads half a report."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with beside.open("x", encoding="utf-8") as file:
            file.write(text)
        if path.exists():
            beside.chmod(path.stat().st_mode & 0o777)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise LabError(f"the summary ${_STEP_SUMMARY} ({path}) can't be written: {error.strerror}") from error

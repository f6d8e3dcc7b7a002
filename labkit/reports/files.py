"""Writes the reports that were asked for into files, and finds out beforehand whether that will work."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from labkit.errors import LabError
from labkit.reports import as_json, as_junit
from labkit.results import Report

Render = Callable[[Report], str]

FORMATS: Mapping[str, Render] = {"json": as_json.render, "junit": as_junit.render}


def require_writable(files: Mapping[str, Path]) -> None:
    """Raise `LabError` for the first file that can't be written, before anything is deployed for its sake."""
    for path in files.values():
        if path.is_dir():
            raise LabError(f"{path} is a folder; name a file for the report")
        place = path if path.exists() else path.absolute().parent
        if not place.exists():
            raise LabError(f"the report {path} can't be written: there is no folder {place}")
        if not os.access(place, os.W_OK):
            raise LabError(f"the report {path} can't be written: no permission for {place}")


def write(report: Report, files: Mapping[str, Path]) -> None:
    """Write each report into its file; `files` maps formats ("json", "junit") to paths. Raises `LabError`."""
    for name, path in files.items():
        try:
            path.write_text(FORMATS[name](report), encoding="utf-8")
        except OSError as error:
            raise LabError(f"the report {path} can't be written: {error.strerror}") from error

"""Where the lab keeps what it has to remember between two commands: one private folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from labkit.checkout import ROOT, is_checkout
from labkit.errors import LabError


def lab_home(environment: Mapping[str, str]) -> Path:
    """The state folder: $LAB_HOME, else `.lab` in the checkout; installed, in the current folder.

    Made where it is missing, for its owner only.

    Raises `LabError` where it can't be made or written.
    """
    home = Path(environment.get("LAB_HOME") or (ROOT if is_checkout() else Path.cwd()) / ".lab").absolute()
    return private_folder(home)


def private_folder(folder: Path) -> Path:
    """`folder`, made where it is missing, readable by its owner alone. Raises `LabError`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LabError(f"{folder} can't be made ({error.strerror}); set LAB_HOME to a folder you may write") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise LabError(f"{folder} can't be written; set LAB_HOME to a folder you may write")
    return folder

"""The wheel, built as pip builds it but with nothing downloaded, and the files that it installs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_DOOR = "from labkit.commands.main import script; script()"


@dataclass(frozen=True)
class Installed:
    """The wheel's files in the folder `site`, which an interpreter finds through its path, as if installed."""

    wheel: Path
    site: Path

    @property
    def names(self) -> list[str]:
        """The files of the wheel."""
        return zipfile.ZipFile(self.wheel).namelist()

    def python(self, folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run Python in `folder` on the installed packages, in an environment with no setting of AWS or the lab."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "LAB_", "PYTHON"))}
        environment = {**kept, "PYTHONPATH": str(self.site), **variables}
        command = [sys.executable, "-P", *arguments]
        return subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    def lab(self, folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the installed command `lab` in `folder`."""
        return self.python(folder, "-c", _DOOR, *arguments, **variables)


def install(folder: Path) -> Installed:
    """Build the wheel of the checkout and unpack it below `folder`."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return Installed(wheel, folder / "site")

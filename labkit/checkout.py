"""Where this code lies: in a checkout, which can deploy labs, or installed, which can prove and explain what stands."""

from __future__ import annotations

import importlib.metadata
import tomllib
from pathlib import Path

from labkit.errors import LabError

DISTRIBUTION = "assumerole-lab"
# In a checkout its root; installed, the folder that the packages were put into.
ROOT = Path(__file__).resolve().parent.parent


def is_checkout(root: Path = ROOT) -> bool:
    """Whether the CDK app, which no wheel holds, lies beside the packages."""
    return (root / "app.py").is_file() and (root / "cdk.json").is_file()


def require_checkout(command: str, root: Path = ROOT) -> None:
    """Raise `LabError` for `command` ("lab up") where there is no CDK app to deploy from."""
    if not is_checkout(root):
        raise LabError(
            f"{command} needs the CDK app of a checkout of AssumeRole Lab, and this is an installed package: "
            f"run it there, after `make setup`"
        )


def version(root: Path = ROOT) -> str:
    """The version, which pyproject.toml alone states: read there in a checkout, else as it was installed."""
    if is_checkout(root):
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        return str(project["version"])
    return importlib.metadata.version(DISTRIBUTION)

"""The CDK app: a stack for every lab, or for those named in the context (`cdk synth -c labs=james-s3,…`).

A lab is a folder of `lab_stacks`; its name is the folder's, with dashes. Its `stack.py`, and its
`partner_stack.py` where there is one, each define one `LabStack`, whose class name is the stack's name.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType

import aws_cdk as cdk

from lab_stacks.lab_stack import LabStack

LAB_STACKS = Path(__file__).resolve().parent / "lab_stacks"
# The partner's stack is deployed first, so it comes first.
STACK_MODULES = ("partner_stack", "stack")


class AppError(Exception):
    """The app can't be synthesized; the message says why in one line."""


def lab_folders(root: Path = LAB_STACKS) -> dict[str, Path]:
    """The folder of every lab that has a stack, by the lab's name."""
    folders = (stack.parent for stack in sorted(root.glob("*/stack.py")))
    return {folder.name.replace("_", "-"): folder for folder in folders}


def requested_labs(context: object, labs: dict[str, Path]) -> dict[str, Path]:
    """Those of `labs` that `context` (names with commas between them, None: all) asks for. Raises `AppError`."""
    if context is None:
        return labs
    names = [name.strip() for name in str(context).split(",") if name.strip()]
    unknown = [name for name in names if name not in labs]
    if unknown or not names:
        problem = f"there is no lab {unknown[0]!r}" if unknown else "no lab is named in the context `labs`"
        raise AppError(f"{problem}; the labs are: {', '.join(labs)}")
    return {name: labs[name] for name in names}


def stack_classes(folder: Path) -> list[type[LabStack]]:
    """The stacks that a lab's folder defines. Loads no other lab. Raises `AppError`."""
    modules = [name for name in STACK_MODULES if (folder / f"{name}.py").exists()]
    package = f"{folder.parent.name}.{folder.name}"
    return [_only_stack(importlib.import_module(f"{package}.{name}")) for name in modules]


def add_stacks(app: cdk.App, root: Path = LAB_STACKS) -> None:
    """Add the stacks of the labs that the app's context asks for. Raises `AppError`."""
    requested = requested_labs(app.node.try_get_context("labs"), lab_folders(root))
    for lab, folder in requested.items():
        for stack in stack_classes(folder):
            stack(app, lab)


def _only_stack(module: ModuleType) -> type[LabStack]:
    stacks = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, LabStack) and value.__module__ == module.__name__
    ]
    if len(stacks) != 1:
        raise AppError(f"{module.__name__} must define one LabStack; it defines {len(stacks)}")
    return stacks[0]


def main() -> int:
    """Synthesize; return 0, or 2 with one line on what is wrong."""
    app = cdk.App(
        # It would add a resource to every template.
        analytics_reporting=False,
        # Nobody reads the construct tree, and the tests validate the templates: both cost time at every start.
        tree_metadata=False,
        builtin_cloud_formation_validation=False,
    )
    try:
        add_stacks(app)
    except AppError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())

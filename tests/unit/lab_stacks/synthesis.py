"""Synthesizes the labs for the tests, with the CDK as `cdk.json` sets it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aws_cdk as cdk

import app as cdk_app
from lab_stacks.lab_stack import LabStack

CHECKOUT = Path(cdk_app.__file__).resolve().parent
# The one that `make setup` installs.
CDK_CLI = str(Path(sys.executable).parent / "cdk")

Template = dict[str, Any]


@dataclass(frozen=True)
class Synthesized:
    """All labs: the folder of the assembly, its manifest, and the stacks and templates by the stacks' names."""

    folder: Path
    manifest: dict[str, Any]
    stacks: dict[str, LabStack]
    templates: dict[str, Template]


def new_app(folder: Path, **context: str) -> cdk.App:
    """An app as `app.py` makes it, with the context of `cdk.json`, that writes into `folder`."""
    settings = json.loads((CHECKOUT / "cdk.json").read_text())["context"]
    return cdk.App(
        outdir=str(folder),
        context={**settings, **context},
        analytics_reporting=False,
        builtin_cloud_formation_validation=False,
    )


def synthesize(folder: Path, add_stacks: Callable[[cdk.App], object] = cdk_app.add_stacks) -> Synthesized:
    """Synthesize what `add_stacks` adds to a new app, by default all labs."""
    app = new_app(folder)
    add_stacks(app)
    app.synth()
    stacks = {stack.stack_name: stack for stack in app.node.children if isinstance(stack, LabStack)}
    templates = {name: json.loads((folder / f"{name}.template.json").read_text()) for name in stacks}
    return Synthesized(folder, json.loads((folder / "manifest.json").read_text()), stacks, templates)


def resources_of(template: Template, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of a template's resources of one type, by logical id."""
    return {
        logical_id: resource.get("Properties", {})
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == kind
    }

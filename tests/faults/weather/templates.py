"""The James lab's template, whole and broken in ways that checks must notice."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]
STACK = "JamesS3"
_CDK = Path(sys.executable).parent / "cdk"
_S3_READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"

Resources = Mapping[str, Any]


def synthesize(folder: Path) -> str:
    """The template that the CDK makes of the lab; `folder` is for its work."""
    command = [str(_CDK), "synth", "--quiet", "--output", str(folder / "assembly"), "--context", "labs=james-s3"]
    environment = {**os.environ, "LAB_HOME": str(folder / "home")}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return (folder / "assembly" / f"{STACK}.template.json").read_text()


def _of_type(resources: Resources, kind: str) -> dict[str, Any]:
    """The properties of the first resource of a type."""
    return next(each["Properties"] for each in resources.values() if each["Type"] == f"AWS::IAM::{kind}")


def _inline(resources: Resources, kind: str, effect: str, action: str) -> None:
    document = {"Version": "2012-10-17", "Statement": [{"Effect": effect, "Action": action, "Resource": "*"}]}
    _of_type(resources, kind)["Policies"] = [{"PolicyName": "extra", "PolicyDocument": document}]


def _trust(resources: Resources) -> dict[str, Any]:
    statement: dict[str, Any] = _of_type(resources, "Role")["AssumeRolePolicyDocument"]["Statement"][0]
    return statement


def _attach_s3_to_james(resources: Resources) -> None:
    _of_type(resources, "User")["ManagedPolicyArns"].append(_S3_READ)


@dataclass(frozen=True)
class Break:
    """A way to break the lab: `change` is made to the template's resources; these checks fail and no others."""

    change: Callable[[Resources], object]
    fails: frozenset[str]


_BEFORE = frozenset({"before-list-buckets", "before-list-objects", "before-get-object", "after-list-buckets"})
_AS_ROLE = frozenset({"role-list-buckets", "role-list-objects", "role-get-object"})

BREAKS: Mapping[str, Break] = {
    "James reads S3 himself": Break(_attach_s3_to_james, _BEFORE | {"james-policies"}),
    "James may tag users": Break(
        lambda resources: _inline(resources, "User", "Allow", "iam:TagUser"),
        frozenset({"view-only-no-write", "james-policies"}),
    ),
    "James may not list roles": Break(
        lambda resources: _inline(resources, "User", "Deny", "iam:ListRoles"),
        frozenset({"view-only-list-roles", "james-policies"}),
    ),
    "the role may write objects": Break(
        lambda resources: _inline(resources, "Role", "Allow", "s3:PutObject"),
        frozenset({"role-put-object", "role-policies"}),
    ),
    "the role without its policy": Break(
        lambda resources: _of_type(resources, "Role").update(ManagedPolicyArns=[]), _AS_ROLE | {"role-policies"}
    ),
    "the role trusts everybody": Break(
        lambda resources: _trust(resources).update(Principal={"AWS": "*"}), frozenset({"trust-policy", "stranger"})
    ),
    "the role asks for an external id": Break(
        lambda resources: _trust(resources).update(Condition={"StringEquals": {"sts:ExternalId": "x"}}),
        frozenset({"assume-role", "trust-policy"}),
    ),
}


def broken(template: str, name: str | None) -> str:
    """The template broken in the way of that name; the whole one for None."""
    if name is None:
        return template
    document = copy.deepcopy(json.loads(template))
    BREAKS[name].change(document["Resources"])
    return json.dumps(document)

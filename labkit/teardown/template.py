"""What a stack's template declares on its principals, so that what was added by hand can be told from it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from labkit.checks.values import Account


def parse_template(body: Any) -> Mapping[str, Any]:
    """A template as CloudFormation's GetTemplate gives it: a mapping, or JSON or YAML text.

    The CDK writes intrinsic functions in their long form (`Fn::GetAtt`), which plain YAML can read.
    """
    if isinstance(body, Mapping):
        return body
    try:
        parsed: Mapping[str, Any] = json.loads(body)
    except ValueError:
        parsed = yaml.safe_load(body)
    return parsed


def declared_values(value: Any, physical_ids: Mapping[str, str], account: Account) -> Any:
    """`value` with `Ref`, `Fn::GetAtt` … `Arn`, `Fn::Join` and `Fn::Sub` of plain names put in place.

    `physical_ids` maps logical ids to what CloudFormation made of them. What can't be told stays as it is: it
    then equals nothing, and is taken for an addition only if it is deployed under another name.
    """
    if isinstance(value, list):
        return [declared_values(item, physical_ids, account) for item in value]
    if not isinstance(value, Mapping):
        return value
    if not _is_function(value):
        return {key: declared_values(item, physical_ids, account) for key, item in value.items()}
    ((function, argument),) = value.items()
    if function == "Ref":
        return _pseudo(account).get(argument, physical_ids.get(argument, value))
    if function == "Fn::Join":
        separator, parts = argument
        return separator.join(str(declared_values(part, physical_ids, account)) for part in parts)
    if function == "Fn::Sub" and isinstance(argument, str):
        for name, text in {**physical_ids, **_pseudo(account)}.items():
            argument = argument.replace(f"${{{name}}}", text)
        return argument
    return value


def _pseudo(account: Account) -> dict[str, str]:
    return {"AWS::AccountId": account.id, "AWS::Partition": account.partition}


def _is_function(value: Mapping[str, Any]) -> bool:
    return len(value) == 1 and all(key == "Ref" or key.startswith("Fn::") for key in value)

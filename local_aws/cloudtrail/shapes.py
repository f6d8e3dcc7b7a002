"""Values of a request or an answer, read and shown by the shapes of botocore's models.

AWS: the examples in IAM User Guide, "Logging IAM and AWS STS API calls with AWS CloudTrail", and in the other
services' pages on CloudTrail: members begin with a small letter, what is secret is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

Parameters = Mapping[str, Sequence[str]]

# What the models do not mark as sensitive: credentials and codes; CloudFormation's values (CloudFormation User Guide,
# "Logging AWS CloudFormation API calls": only the keys are shown) and its templates, EC2's user data, which may
# hold anything.
_LEFT_OUT = frozenset(
    {
        "AuthenticationCode1",
        "AuthenticationCode2",
        "ParameterValue",
        "SecretAccessKey",
        "SessionToken",
        "TemplateBody",
        "TokenCode",
        "UserData",
    }
)


def shown(shape: Any, value: Any) -> Any:
    """A value as events show it; None for what they leave out. Members may have their names of the wire."""
    if value is None or shape.metadata.get("sensitive") or shape.type_name == "blob":
        return None
    if shape.type_name == "structure":
        return _structure(shape, value) if isinstance(value, Mapping) else None
    if shape.type_name == "list":
        return [shown(shape.member, each) for each in value] if isinstance(value, list) else None
    if shape.type_name == "map":
        return {key: shown(shape.value, each) for key, each in value.items()} if isinstance(value, Mapping) else None
    return value.strftime("%b %-d, %Y, %-I:%M:%S %p") if isinstance(value, datetime) else value


def _structure(shape: Any, value: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, member in shape.members.items():
        if name not in _LEFT_OUT:
            each = shown(member, value.get(name, value.get(member.serialization.get("name", name))))
            if each is not None:
                found[_small(name)] = each
    return found


def _small(name: str) -> str:
    return name.lower() if name.isupper() else name[:1].lower() + name[1:]


def from_query(shape: Any, parameters: Parameters, *, ec2: bool, prefix: str = "") -> Any:
    """A value out of a form in the Query protocol (`Tags.member.1.Key` …) or in EC2's; None where it is absent."""
    if prefix and not any(key == prefix or key.startswith(f"{prefix}.") for key in parameters):
        return None
    if shape.type_name == "structure":
        found = {
            name: from_query(member, parameters, ec2=ec2, prefix=_joined(prefix, _wire_name(name, member, ec2=ec2)))
            for name, member in shape.members.items()
        }
        return {name: value for name, value in found.items() if value is not None}
    if shape.type_name == "list":
        flat = ec2 or shape.serialization.get("flattened")
        base = prefix if flat else f"{prefix}.{shape.member.serialization.get('name', 'member')}"
        return [from_query(shape.member, parameters, ec2=ec2, prefix=each) for each in _numbered(base, parameters)]
    if shape.type_name == "map":
        base = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
        return {
            (parameters.get(f"{each}.key") or parameters.get(f"{each}.Name") or [""])[0]: from_query(
                shape.value, parameters, ec2=ec2, prefix=f"{each}.{shape.value.serialization.get('name', 'value')}"
            )
            for each in _numbered(base, parameters)
        }
    return _scalar(shape.type_name, next(iter(parameters.get(prefix, ())), None))


def _wire_name(name: str, member: Any, *, ec2: bool) -> str:
    wire: str = member.serialization.get("name", name)
    if ec2:
        wire = member.serialization.get("queryName") or wire[:1].upper() + wire[1:]
    return wire


def _joined(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _numbered(base: str, parameters: Parameters) -> Iterable[str]:
    number = 1
    while any(key == f"{base}.{number}" or key.startswith(f"{base}.{number}.") for key in parameters):
        yield f"{base}.{number}"
        number += 1


def _scalar(type_name: str, text: str | None) -> Any:
    if text is None:
        return None
    if type_name == "boolean":
        return text.lower() == "true"
    if type_name in ("integer", "long"):
        return int(text) if text.removeprefix("-").isdecimal() and len(text) < 20 else text
    return text

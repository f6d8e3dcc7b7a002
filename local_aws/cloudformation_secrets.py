"""CloudFormation's `AWS::SecretsManager::Secret`, through the Secrets Manager API.

AWS: Ref gives the secret's ARN (CloudFormation Template Reference Guide, AWS::SecretsManager::Secret, "Return values");
a name that is taken is refused; a generated value obeys all of GenerateSecretString; the caller needs the permissions;
so it does for a dynamic reference to a secret; a generated name leaves out the stack's. Stock MiniStack gives the
name for Ref, puts the stack's into it, overwrites a secret that has the name, ignores ExcludePunctuation,
RequireEachIncludedType and others, draws passwords from a generator that is not meant for secrets, and asks nobody for
permission.
Hook: the type's entry in `_RESOURCE_HANDLERS` (updates and deletions go on through MiniStack's, by name), and
`engine._resolve_dynamic_reference`.
"""

from __future__ import annotations

import json
import re
import secrets
import string
from collections.abc import Mapping
from typing import Any

from local_aws import upstream
from local_aws.cloudformation_resources import Made, Properties, ResourceError, answer, failure, require

_TYPE = "AWS::SecretsManager::Secret"
_SERVICE = "SecretsManager"
_NAME_CHARACTERS = string.ascii_letters + string.digits
_GENERATED = "GenerateSecretString"
# CloudFormation User Guide, "Get a secret or secret value from Secrets Manager".
_REFERENCE = re.compile(r"\{\{resolve:secretsmanager:(?:(?P<arn>arn(?::[^:}]*){6})|(?P<name>[^:}]+))")
# Properties of GenerateSecretString that are parameters of GetRandomPassword.
_SWITCHES = (
    "ExcludeLowercase",
    "ExcludeNumbers",
    "ExcludePunctuation",
    "ExcludeUppercase",
    "IncludeSpace",
    "RequireEachIncludedType",
)


def install() -> None:
    """Put this type in the place of MiniStack's."""
    provisioners = upstream.module("services.cloudformation.provisioners")
    update, delete = provisioners._sm_secret_update, provisioners._sm_secret_delete
    provisioners._RESOURCE_HANDLERS[_TYPE] = {
        "create": _create,
        "update": lambda arn, *rest: _update(update, arn, *rest),
        "update_with_logical_id": True,
        "delete": lambda arn, properties: _delete(delete, arn, properties),
    }
    # MiniStack's update calls these two where it replaces a secret or its value.
    upstream.replace("services.cloudformation.provisioners", "_sm_secret_create", _create)
    upstream.replace("services.cloudformation.provisioners", "_sm_secret_string", _secret_string)
    _check_dynamic_references()


def _create(logical_id: str, properties: Properties, stack: str) -> Made:
    name = properties.get("Name") or _generated_name(logical_id)
    tags = properties.get("Tags") or []
    tagging = ("secretsmanager:TagResource",) if tags else ()
    require(_SERVICE, "secretsmanager:CreateSecret", *tagging, resource=_arn_to_be(name), context=_tag_keys(tags))
    given = {key: properties[key] for key in ("Description", "KmsKeyId") if properties.get(key)}
    made = answer(
        _SERVICE,
        _secrets_manager()._create_secret(
            {"Name": name, "SecretString": _secret_string(properties), "Tags": tags, **given}
        ),
    )
    if properties.get("ReplicaRegions"):
        upstream.module("services.cloudformation.provisioners")._sm_secret_replicate(name, properties["ReplicaRegions"])
    return made["ARN"], _attributes(made["ARN"])


def _update(stock: Any, arn: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Made:
    name = _name(arn)
    if name is None:
        raise failure(_SERVICE, 400, "Secrets Manager can't find the specified secret.", "NotFound")
    retagged = old.get("Tags") != new.get("Tags")
    tagging = ("secretsmanager:TagResource", "secretsmanager:UntagResource") if retagged else ()
    require(_SERVICE, "secretsmanager:UpdateSecret", *tagging, resource=arn, context=_tag_keys(new.get("Tags") or []))
    updated, attributes = stock(name, old, new, stack, logical_id)
    return (arn if updated == name else updated), attributes


def _delete(stock: Any, arn: str, properties: Properties) -> None:
    # A predecessor that MiniStack's update deletes comes by its name.
    name = _name(arn)
    if name is not None:
        require(_SERVICE, "secretsmanager:DeleteSecret", resource=arn)
        stock(name, properties)


def _generated_name(logical_id: str) -> str:
    """LOGICALID-RANDOM: this type leaves out the name of the stack, unlike most."""
    return f"{logical_id}-{''.join(secrets.choice(_NAME_CHARACTERS) for _ in range(12))}"


def _secret_string(properties: Properties) -> str:
    """The value that the template gives or asks to be generated."""
    generate = properties.get(_GENERATED)
    if generate is None:
        return str(properties.get("SecretString", ""))
    if "SecretString" in properties:
        raise ResourceError(f"You can't specify both SecretString and {_GENERATED}")
    require(_SERVICE, "secretsmanager:GetRandomPassword", resource="*")
    wanted: dict[str, Any] = {key: _is_true(generate[key]) for key in _SWITCHES if key in generate}
    wanted["ExcludeCharacters"] = generate.get("ExcludeCharacters", "")
    wanted["PasswordLength"] = int(generate.get("PasswordLength", 32))
    password = answer(_SERVICE, _secrets_manager()._get_random_password(wanted))["RandomPassword"]
    template, key = generate.get("SecretStringTemplate"), generate.get("GenerateStringKey")
    if not template and not key:
        return str(password)
    return json.dumps({**_template(template), key: password})


def _template(template: str | None) -> dict[str, Any]:
    try:
        value = json.loads(template or "")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ResourceError("SecretStringTemplate must be a JSON object, and needs GenerateStringKey beside it")
    return value


def _check_dynamic_references() -> None:
    resolve = upstream.module("services.cloudformation.engine")._resolve_dynamic_reference

    def _resolve_dynamic_reference(literal: str) -> Any:
        if reference := _REFERENCE.match(literal):
            _name, secret = _secrets_manager()._resolve(reference["arn"] or reference["name"])
            if secret:
                require(_SERVICE, "secretsmanager:GetSecretValue", resource=secret["ARN"])
        return resolve(literal)

    upstream.replace("services.cloudformation.engine", "_resolve_dynamic_reference", _resolve_dynamic_reference)


def _name(arn: str) -> str | None:
    name, _secret = _secrets_manager()._resolve(arn)
    return None if name is None else str(name)


def _arn_to_be(name: str) -> str:
    responses = upstream.module("core.responses")
    # What stands for the six characters that Secrets Manager will add.
    return f"arn:aws:secretsmanager:{responses.get_region()}:{responses.get_account_id()}:secret:{name}-??????"


def _tag_keys(tags: list[Mapping[str, str]]) -> dict[str, Any]:
    keys: dict[str, Any] = {f"aws:RequestTag/{tag['Key']}": tag.get("Value", "") for tag in tags}
    return {**keys, "aws:TagKeys": [tag["Key"] for tag in tags]} if tags else {}


def _attributes(arn: str) -> dict[str, str]:
    return {"Id": arn}


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _secrets_manager() -> Any:
    return upstream.module("services.secretsmanager")

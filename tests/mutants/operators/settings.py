"""Operators on what a principal is beside its policies: session limits, names, paths, tags, keys, passwords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.mutants.model import Cause, Change, Template, Word
from tests.mutants.places import properties, put, removed, resources, text, with_resource

_HOUR, _TWELVE_HOURS = 3600, 43200
_NAMES: Mapping[str, str] = {
    "AWS::IAM::User": "UserName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
}
_TAGGED = (
    "AWS::IAM::User",
    "AWS::IAM::Role",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
    "AWS::Lambda::Function",
)
_EXAMPLE_KEY_ID = "AKIAIOSFODNN7EXAMPLE"


def change_session_limit(template: Template) -> Iterator[Change]:
    """Sessions of a role may last longer or shorter."""
    for logical_id, props in resources(template, "AWS::IAM::Role"):
        now = props.get("MaxSessionDuration", _HOUR)
        for seconds in {_HOUR, _TWELVE_HOURS} - {now}:
            mutant = put(template, properties(logical_id, "MaxSessionDuration"), seconds)
            yield Change(f"{logical_id} {seconds} s", (({"Ref": logical_id}, str(seconds)),), mutant)


def rename(template: Template) -> Iterator[Change]:
    """Another name."""
    for kind, name in _NAMES.items():
        for logical_id, props in resources(template, kind):
            if isinstance(props.get(name), str):
                mutant = put(template, properties(logical_id, name), f"{props[name]}-mutant")
                yield Change(logical_id, ((props[name],),), mutant)


def change_path(template: Template) -> Iterator[Change]:
    """Another path, and so another ARN."""
    for logical_id, _ in resources(template, *_NAMES):
        mutant = put(template, properties(logical_id, "Path"), "/mutant/")
        yield Change(logical_id, (("/mutant/",), _not_found(template, logical_id)), mutant)


def drop_tag(template: Template) -> Iterator[Change]:
    """A tag is missing, on the first resource of each type."""
    for logical_id, index, tag in _tags(template):
        mutant = removed(template, properties(logical_id, "Tags", index))
        yield Change(f"{logical_id} {tag['Key']}", (({"Ref": logical_id}, tag["Key"]),), mutant)


def change_tag(template: Template) -> Iterator[Change]:
    """A tag has another value, on the first resource of each type."""
    for logical_id, index, tag in _tags(template):
        mutant = put(template, properties(logical_id, "Tags", index, "Value"), "mutant")
        yield Change(f"{logical_id} {tag['Key']}", (({"Ref": logical_id}, tag["Key"]),), mutant)


def no_password(template: Template) -> Iterator[Change]:
    """No login profile, or one whose password has to be changed first."""
    for logical_id, props in resources(template, "AWS::IAM::User"):
        if "LoginProfile" in props:
            path = properties(logical_id, "LoginProfile")
            name: Word = {"Ref": logical_id}
            yield Change(f"{logical_id} none", ((name, "password"),), removed(template, path))
            reset = not props["LoginProfile"].get("PasswordResetRequired", False)
            mutant = put(template, (*path, "PasswordResetRequired"), reset)
            yield Change(f"{logical_id} reset", (("password", "reset"),), mutant)


def add_password(template: Template) -> Iterator[Change]:
    """A login profile where the lab has none."""
    for logical_id, props in resources(template, "AWS::IAM::User"):
        if "LoginProfile" not in props:
            profile = {"Password": "Mutant-passw0rd-for-a-test!", "PasswordResetRequired": False}
            mutant = put(template, properties(logical_id, "LoginProfile"), profile)
            yield Change(logical_id, (({"Ref": logical_id}, "login profile"),), mutant)


def change_key(template: Template) -> Iterator[Change]:
    """An access key that is inactive, or a second one."""
    for logical_id, props in resources(template, "AWS::IAM::AccessKey"):
        causes: tuple[Cause, ...] = ((props["UserName"], "key"),)
        inactive = put(template, properties(logical_id, "Status"), "Inactive")
        yield Change(f"{logical_id} inactive", causes, inactive)
        second = with_resource(template, "MutantKey", "AWS::IAM::AccessKey", UserName=props["UserName"])
        yield Change(f"{logical_id} and another", causes, second)


def change_secret(template: Template) -> Iterator[Change]:
    """A secret holds something else than what the lab hands out."""
    for logical_id, props in resources(template, "AWS::SecretsManager::Secret"):
        for what, path, value, cause in _secret_changes(logical_id, props):
            yield Change(f"{logical_id} {what}", (cause,), put(template, path, value))


def _secret_changes(logical_id: str, props: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any, Cause]]:
    generated = props.get("GenerateSecretString", {}).get("SecretStringTemplate")
    if isinstance(generated, str):
        path = properties(logical_id, "GenerateSecretString", "SecretStringTemplate")
        yield "another user name", path, '{"username": "mutant"}', ("secret", "user")
    secret = props.get("SecretString")
    if isinstance(secret, Mapping) and "Fn::Join" in secret:
        for index, part in enumerate(secret["Fn::Join"][1]):
            path = properties(logical_id, "SecretString", "Fn::Join", 1, index)
            if isinstance(part, Mapping):
                other = _EXAMPLE_KEY_ID if "Ref" in part else "mutant" * 6
                yield f"another {text(part)}[{index}]", path, other, ("key", "secret")
    if secret is not None:
        yield "not JSON", properties(logical_id, "SecretString"), "mutant", ("secret",)


def open_bucket(template: Template) -> Iterator[Change]:
    """A bucket does not block public access, in one way or another."""
    for logical_id, props in resources(template, "AWS::S3::Bucket"):
        ways = list(props.get("PublicAccessBlockConfiguration", {}).items())
        for way, blocked in ways[:1] + ways[1:][-1:]:
            mutant = put(template, properties(logical_id, "PublicAccessBlockConfiguration", way), not blocked)
            yield Change(f"{logical_id} {way}", (({"Ref": logical_id}, "public"),), mutant)


def _tags(template: Template) -> Iterator[tuple[str, int, Mapping[str, str]]]:
    for kind in _TAGGED:
        first = next(((logical_id, props) for logical_id, props in resources(template, kind) if "Tags" in props), None)
        if first:
            for index, tag in enumerate(first[1]["Tags"]):
                yield first[0], index, tag


def _not_found(template: Template, logical_id: str) -> Cause:
    return ("not", {"Ref": logical_id})

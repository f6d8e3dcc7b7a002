"""What a row's set-up makes: users, roles, buckets, sessions … under names that nobody else uses."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from tests.decisions.clients import Clients
from tests.decisions.codes import Codes
from tests.decisions.documents import document
from tests.decisions.placeholders import fill, unknown
from tests.decisions.table import KINDS, Call, SetUp, TableError
from tests.local.callers import Caller

HOME, PARTNER = "123456789012", "210987654321"
ACCOUNTS = {"home": HOME, "partner": PARTNER}
_DOCUMENTS = frozenset({"PolicyDocument", "AssumeRolePolicyDocument", "Policy"})
_NOBODY = "nobody"

Spec = Mapping[str, Any]


class World:
    """The things of one set-up, by the names that the table gives them.

    `administrators`: the callers called `admin` and `partner`. `around`: the world of the row's group, whose names
    are known here too. `facts` holds what `<name>` stands for.
    """

    def __init__(self, clients: Clients, administrators: Mapping[str, Caller], around: World | None = None) -> None:
        self._clients = clients
        self._administrators = {"home": administrators["admin"], "partner": administrators["partner"]}
        self._callers: dict[str, Caller] = {**administrators, **(around._callers if around else {})}
        self.facts: dict[str, Any] = {**ACCOUNTS, **(around.facts if around else {})}
        self._token = uuid.uuid4().hex[:8]
        self._endpoint = administrators["admin"].endpoint

    def make(self, given: SetUp) -> None:
        """Make everything; errors of AWS's go through."""
        for kind in KINDS:
            for word, spec in given.get(kind, {}).items():
                self._announce(kind, word, spec or {})
        for kind in KINDS:
            for word, spec in given.get(kind, {}).items():
                self._MAKERS[kind](self, word, self.filled(spec or {}))

    def call(self, call: Call) -> Any:
        """Make a call and return boto3's answer; errors go through."""
        who, operation, parameters = call
        service, _, method = operation.partition(".")
        filled = self.filled(parameters)
        return getattr(self._client(who, service), method)(
            **{name: _value(name, each) for name, each in filled.items()}
        )

    def filled(self, value: Any) -> Any:
        """The value with everything in it that was set up. Raises TableError for what was not."""
        filled = fill(value, self.facts)
        if missing := unknown(filled):
            raise TableError(f"nothing was set up as {missing}")
        return filled

    def _client(self, who: str, service: str) -> Any:
        return self._clients.of(None if who == _NOBODY else self._callers[who], service)

    def _iam(self, spec: Spec) -> Any:
        return self._administrator(spec, "iam")

    def _administrator(self, spec: Spec, service: str) -> Any:
        return self._clients.of(self._administrators[spec.get("in", "home")], service)

    def _announce(self, kind: str, word: str, spec: Any) -> None:
        """Put names and ARNs on record before anything is made, so that documents can name each other."""
        name = f"{word}-{self._token}"
        self.facts |= {f"{word}.name": name, f"{word}.suffix": f"-{self._token}"}
        if kind == "buckets":
            self.facts[word] = name
            return
        if kind in ("devices", "sessions"):
            return
        account = ACCOUNTS[spec.get("in", "home")] if isinstance(spec, Mapping) else HOME
        path = spec.get("path", "/") if isinstance(spec, Mapping) else "/"
        singular = {"policies": "policy", "groups": "group", "users": "user", "roles": "role"}[kind]
        self.facts[word] = f"arn:aws:iam::{account}:{singular}{path}{name}"

    def _name(self, word: str) -> str:
        return str(self.facts[f"{word}.name"])

    def _policy(self, word: str, spec: Any) -> None:
        given = spec if isinstance(spec, Mapping) and "document" in spec else {"document": spec}
        self._iam(given).create_policy(PolicyName=self._name(word), PolicyDocument=document(given["document"]))

    def _group(self, word: str, spec: Spec) -> None:
        iam, name = self._iam(spec), self._name(word)
        iam.create_group(GroupName=name, Path=spec.get("path", "/"))
        for number, each in enumerate(spec.get("policies", ())):
            iam.put_group_policy(GroupName=name, PolicyName=f"policy-{number}", PolicyDocument=document(each))
        for arn in spec.get("attached", ()):
            iam.attach_group_policy(GroupName=name, PolicyArn=arn)

    def _user(self, word: str, spec: Spec) -> None:
        iam, name = self._iam(spec), self._name(word)
        made = iam.create_user(UserName=name, Path=spec.get("path", "/"), **_common(spec))["User"]
        self.facts[f"{word}.id"] = made["UserId"]
        for number, each in enumerate(spec.get("policies", ())):
            iam.put_user_policy(UserName=name, PolicyName=f"policy-{number}", PolicyDocument=document(each))
        for arn in spec.get("attached", ()):
            iam.attach_user_policy(UserName=name, PolicyArn=arn)
        for group in spec.get("groups", ()):
            iam.add_user_to_group(UserName=name, GroupName=self._name(group))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        self.facts[f"{word}.key"] = key["AccessKeyId"]
        self._callers[word] = Caller(self._endpoint, key["AccessKeyId"], key["SecretAccessKey"])

    def _role(self, word: str, spec: Spec) -> None:
        iam, name = self._iam(spec), self._name(word)
        longest = {"MaxSessionDuration": spec["longest"]} if "longest" in spec else {}
        made = iam.create_role(
            RoleName=name,
            Path=spec.get("path", "/"),
            AssumeRolePolicyDocument=document(_trust(spec["trust"])),
            **_common(spec),
            **longest,
        )["Role"]
        self.facts[f"{word}.id"] = made["RoleId"]
        for number, each in enumerate(spec.get("policies", ())):
            iam.put_role_policy(RoleName=name, PolicyName=f"policy-{number}", PolicyDocument=document(each))
        for arn in spec.get("attached", ()):
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)

    def _bucket(self, word: str, spec: Spec) -> None:
        s3, name = self._administrator(spec, "s3"), self._name(word)
        s3.create_bucket(Bucket=name)
        for key in spec.get("objects", ()):
            s3.put_object(Bucket=name, Key=key, Body=b"text")
        if "policy" in spec:
            s3.put_bucket_policy(Bucket=name, Policy=document(spec["policy"]))

    def _device(self, word: str, spec: Spec) -> None:
        """A virtual MFA device, enabled for the user `of` if one is named; `<word.code>` is a code not used yet."""
        iam, name = self._iam(spec), self._name(word)
        made = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]
        codes = Codes.of(bytes(made["Base32StringSeed"]).decode())
        self.facts |= {word: made["SerialNumber"]} | {f"{word}.{kind}": code for kind, code in codes.by_kind().items()}
        if "of" in spec:
            iam.enable_mfa_device(
                UserName=self._name(spec["of"]),
                SerialNumber=made["SerialNumber"],
                AuthenticationCode1=codes.before,
                AuthenticationCode2=codes.used,
            )

    def _session(self, word: str, spec: Any) -> None:
        who, operation, *rest = spec
        given = dict(rest[0]) if rest else {}
        if operation == "sts.assume_role":
            given = {"RoleSessionName": word, **given}
        answer = self.call((who, operation, given))
        made = answer.get("AssumedRoleUser") or answer.get("FederatedUser") or {}
        self.facts[word] = made.get("Arn") or self.facts[who]
        self.facts[f"{word}.key"] = answer["Credentials"]["AccessKeyId"]
        self._callers[word] = self._callers[who].with_credentials(answer["Credentials"])

    _MAKERS: Mapping[str, Callable[[World, str, Any], None]] = {
        "policies": _policy,
        "groups": _group,
        "users": _user,
        "roles": _role,
        "buckets": _bucket,
        "devices": _device,
        "sessions": _session,
    }


def _common(spec: Spec) -> dict[str, Any]:
    """Parameters that CreateUser and CreateRole have in common."""
    made: dict[str, Any] = {"Tags": _tags(spec["tags"])} if "tags" in spec else {}
    return {**made, "PermissionsBoundary": spec["boundary"]} if "boundary" in spec else made


def _trust(spec: Any) -> Any:
    """A trust policy; a text or a list of texts is whom it lets in."""
    bare = isinstance(spec, str) or (isinstance(spec, list) and all(isinstance(each, str) for each in spec))
    return [{"allow": "sts:AssumeRole", "to": spec}] if bare else spec


def _value(name: str, value: Any) -> Any:
    """A parameter's value: documents as text, tags as AWS's SDKs take them."""
    if name in _DOCUMENTS:
        return document(value)
    return _tags(value) if name == "Tags" and isinstance(value, Mapping) else value


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": str(value)} for key, value in tags.items()]

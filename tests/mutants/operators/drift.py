"""Operators on a lab that stands: what somebody changes by hand after the deployment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.mutants.model import Change, Document, Step, Template, Word
from tests.mutants.operators.principals import is_account
from tests.mutants.places import ACCOUNT_ROOT, ACCOUNT_WORDS, Kind, resources, statements, text, values, word

_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
_NAME = "mutant-inline"
_GROUP = "mutant-group"
_EVERYTHING = Document(({"Effect": "Allow", "Action": "*", "Resource": "*"},))
_NOTHING = Document(({"Effect": "Deny", "Action": "*", "Resource": "*"},))
_TAG = {"Key": "mutant", "Value": "mutant"}
_PRINCIPALS: Mapping[str, str] = {"AWS::IAM::User": "User", "AWS::IAM::Role": "Role"}


def by_hand_policies(template: Template) -> Iterator[Change]:
    """Policies are attached, detached, written and deleted."""
    for logical_id, kind, props in _principals(template):
        name = _named(logical_id, kind)
        attach = _iam(f"Attach{kind}Policy", **name, PolicyArn=_ADMINISTRATOR)
        yield _change(logical_id, "attached AdministratorAccess", attach, "AdministratorAccess")
        for _, policy in values(props.get("ManagedPolicyArns")):
            gone = _iam(f"Detach{kind}Policy", **name, PolicyArn=policy)
            yield _change(logical_id, f"detached {text(policy)}", gone, word(policy))
        for what, document in (("Allow", _EVERYTHING), ("Deny", _NOTHING)):
            written = _iam(f"Put{kind}Policy", **name, PolicyName=_NAME, PolicyDocument=document)
            yield _change(logical_id, f"inline {what}", written, _NAME)
        for inline in props.get("Policies", []):
            deleted = _iam(f"Delete{kind}Policy", **name, PolicyName=inline["PolicyName"])
            yield _change(
                logical_id, f"deleted inline {text(inline['PolicyName'])}", deleted, word(inline["PolicyName"])
            )


def by_hand_boundary(template: Template) -> Iterator[Change]:
    """A permissions boundary is set or taken away."""
    for logical_id, kind, props in _principals(template):
        name = _named(logical_id, kind)
        put = _iam(f"Put{kind}PermissionsBoundary", **name, PermissionsBoundary=_ADMINISTRATOR)
        yield _change(logical_id, "set", put, "AdministratorAccess")
        if boundary := props.get("PermissionsBoundary"):
            yield _change(logical_id, "deleted", _iam(f"Delete{kind}PermissionsBoundary", **name), word(boundary))


def by_hand_tags(template: Template) -> Iterator[Change]:
    """A tag is added, or one of the lab's is taken away."""
    for logical_id, kind, props in _principals(template):
        name = _named(logical_id, kind)
        yield _change(logical_id, "added", _iam(f"Tag{kind}", **name, Tags=[_TAG]), "mutant")
        for tag in props.get("Tags", []):
            yield _change(
                logical_id, f"removed {tag['Key']}", _iam(f"Untag{kind}", **name, TagKeys=[tag["Key"]]), tag["Key"]
            )


def by_hand_groups(template: Template) -> Iterator[Change]:
    """A user is put into a group, or taken out of one."""
    for logical_id, _ in resources(template, "AWS::IAM::User"):
        joined = (
            Step("iam", "CreateGroup", {"GroupName": _GROUP}),
            Step("iam", "AttachGroupPolicy", {"GroupName": _GROUP, "PolicyArn": _ADMINISTRATOR}),
            Step("iam", "AddUserToGroup", {"GroupName": _GROUP, "UserName": {"Ref": logical_id}}),
        )
        emptied = (
            Step("iam", "DetachGroupPolicy", {"GroupName": _GROUP, "PolicyArn": _ADMINISTRATOR}),
            Step("iam", "DeleteGroup", {"GroupName": _GROUP}),
        )
        causes = (({"Ref": logical_id}, _GROUP),)
        yield Change(f"{logical_id} in {_GROUP}", causes, steps=joined, afterwards=emptied)
    for user, group in _memberships(template):
        left = Step("iam", "RemoveUserFromGroup", {"GroupName": group, "UserName": user})
        yield Change(f"{text(user)} out of {text(group)}", ((word(user), word(group)),), steps=(left,))


def by_hand_keys(template: Template) -> Iterator[Change]:
    """A user's access keys: a second one, the lab's own inactive, deleted, or replaced."""
    for logical_id, props in resources(template, "AWS::IAM::AccessKey"):
        user = props["UserName"]
        key = {"UserName": user, "AccessKeyId": {"Ref": logical_id}}
        create, delete = Step("iam", "CreateAccessKey", {"UserName": user}), Step("iam", "DeleteAccessKey", key)
        off = Step("iam", "UpdateAccessKey", {**key, "Status": "Inactive"})
        changes = {"a second": (create,), "inactive": (off,), "deleted": (delete,), "replaced": (delete, create)}
        for what, steps in changes.items():
            yield Change(f"{text(user)} {what}", ((word(user), "key"),), steps=steps)


def by_hand_password(template: Template) -> Iterator[Change]:
    """A user's login profile is deleted, made, or made to be reset."""
    for logical_id, props in resources(template, "AWS::IAM::User"):
        name = {"UserName": {"Ref": logical_id}}
        if "LoginProfile" in props:
            yield _change(logical_id, "deleted", Step("iam", "DeleteLoginProfile", name), "password")
            reset = Step("iam", "UpdateLoginProfile", {**name, "PasswordResetRequired": True})
            yield Change(f"{logical_id} to be reset", (("password", "reset"),), steps=(reset,))
        else:
            made = Step("iam", "CreateLoginProfile", {**name, "Password": "Mutant-passw0rd-for-a-test!"})
            yield _change(logical_id, "made", made, "login profile")


def by_hand_trust(template: Template) -> Iterator[Change]:
    """A role's trust policy is written anew."""
    for logical_id, _, props in _principals(template):
        if "AssumeRolePolicyDocument" not in props:
            continue
        own = tuple(statement.content for statement in statements(template, Kind.TRUST) if logical_id in statement.path)
        with_mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
        bound = tuple({**s, "Condition": {**s.get("Condition", {}), **with_mfa}} for s in own)
        everybody = ('"AWS": ["*"]', '"Principal": ["*"]')
        trusts: Mapping[str, tuple[tuple[Mapping[str, Any], ...], tuple[Word, ...]]] = {
            "everybody": ((_trust("*"),), everybody),
            "everybody as well": ((*own, _trust("*")), everybody),
            "only with MFA": (bound, ("aws:MultiFactorAuthPresent",)),
            "nobody": (tuple({**s, "Effect": "Deny"} for s in own), ("Deny",)),
        }
        if not any(_trusts_the_account(statement) for statement in own):
            trusts = {
                **trusts,
                "the account": ((_trust(ACCOUNT_ROOT),), ACCOUNT_WORDS),
                "the account as well": ((*own, _trust(ACCOUNT_ROOT)), ACCOUNT_WORDS),
            }
        for what, (written, words) in trusts.items():
            if written == own:
                continue
            step = _iam("UpdateAssumeRolePolicy", RoleName={"Ref": logical_id}, PolicyDocument=Document(written))
            causes = tuple(({"Ref": logical_id}, named) for named in words)
            yield Change(f"{logical_id} {what}", causes, steps=(step,))


def by_hand_session_limit(template: Template) -> Iterator[Change]:
    """A role's sessions may last longer."""
    for logical_id, props in resources(template, "AWS::IAM::Role"):
        seconds = 7200 if props.get("MaxSessionDuration") != 7200 else 10800
        step = _iam("UpdateRole", RoleName={"Ref": logical_id}, MaxSessionDuration=seconds)
        yield _change(logical_id, f"{seconds} s", step, str(seconds))


def by_hand_policy_version(template: Template) -> Iterator[Change]:
    """A managed policy says something else by a new version."""
    for logical_id, _ in resources(template, "AWS::IAM::ManagedPolicy"):
        said = {"Allow": (_EVERYTHING, "Allow * on *"), "Deny": (_NOTHING, "Deny * on *")}
        for what, (document, named) in said.items():
            parameters = {"PolicyArn": {"Ref": logical_id}, "PolicyDocument": document, "SetAsDefault": True}
            step = Step("iam", "CreatePolicyVersion", parameters)
            yield Change(f"{logical_id} {what}", ((named,),), steps=(step,))


def by_hand_bucket(template: Template) -> Iterator[Change]:
    """A bucket is deleted, or its own policy lets somebody in or shuts somebody out."""
    principals = [{"Fn::GetAtt": [logical_id, "Arn"]} for logical_id, _, _ in _principals(template)]
    for logical_id, _ in resources(template, "AWS::S3::Bucket"):
        bucket: Word = {"Ref": logical_id}
        arn = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", bucket]]}
        inside = {"Fn::Join": ["", [arn, "/*"]]}
        deleted = Step("s3", "DeleteBucket", {"Bucket": bucket})
        yield Change(f"{logical_id} deleted", (("bucket",),), steps=(deleted,))
        for number, principal in enumerate(principals):
            for effect in ("Allow", "Deny") if number == 0 else ("Allow",):
                statement = {
                    "Effect": effect,
                    "Principal": {"AWS": principal},
                    "Action": "s3:*",
                    "Resource": [arn, inside],
                }
                step = Step("s3", "PutBucketPolicy", {"Bucket": bucket, "Policy": Document((statement,))})
                yield Change(f"{logical_id} {effect} {text(principal)}", (("bucket",), ("object",)), steps=(step,))


def by_hand_secret(template: Template) -> Iterator[Change]:
    """A secret is given another value, or deleted."""
    for logical_id, _ in resources(template, "AWS::SecretsManager::Secret"):
        secret = {"SecretId": {"Ref": logical_id}}
        emptied = Step("secretsmanager", "PutSecretValue", {**secret, "SecretString": "{}"})
        yield Change(f"{logical_id} emptied", (("secret",),), steps=(emptied,))
        deleted = Step("secretsmanager", "DeleteSecret", {**secret, "ForceDeleteWithoutRecovery": True})
        yield Change(f"{logical_id} deleted", (("secret",),), steps=(deleted,))


def by_hand_role_deleted(template: Template) -> Iterator[Change]:
    """A role is gone."""
    for logical_id, props in resources(template, "AWS::IAM::Role"):
        name = {"RoleName": {"Ref": logical_id}}
        detach = tuple(
            Step("iam", "DetachRolePolicy", {**name, "PolicyArn": policy})
            for _, policy in values(props.get("ManagedPolicyArns"))
        )
        inline = tuple(
            Step("iam", "DeleteRolePolicy", {**name, "PolicyName": each["PolicyName"]})
            for each in props.get("Policies", [])
        )
        steps = (*detach, *inline, Step("iam", "DeleteRole", name))
        yield Change(logical_id, (({"Ref": logical_id},),), steps=steps)


def _principals(template: Template) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Users and roles: logical id, "User" or "Role", properties."""
    for kind, short in _PRINCIPALS.items():
        for logical_id, props in resources(template, kind):
            yield logical_id, short, props


def _memberships(template: Template) -> Iterator[tuple[Word, Word]]:
    for logical_id, props in resources(template, "AWS::IAM::User"):
        for group in props.get("Groups", []):
            yield {"Ref": logical_id}, group
    for _, props in resources(template, "AWS::IAM::UserToGroupAddition"):
        for user in props.get("Users", []):
            yield user, props["GroupName"]


def _named(logical_id: str, kind: str) -> dict[str, Word]:
    return {f"{kind}Name": {"Ref": logical_id}}


def _iam(operation: str, **parameters: Any) -> Step:
    return Step("iam", operation, parameters)


def _change(logical_id: str, what: str, step: Step, named: Word) -> Change:
    """A change of one principal; a failed check has to name it and `named`."""
    return Change(f"{logical_id} {what}", (({"Ref": logical_id}, named),), steps=(step,))


def _trusts_the_account(statement: Mapping[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    return isinstance(principal, Mapping) and any(is_account(value) for _, value in values(principal.get("AWS")))


def _trust(principal: Word) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"}

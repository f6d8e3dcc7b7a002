"""Bucket policies are checked before they are stored, and mean the principals that they name by their ids.

AWS: Amazon S3 User Guide, bucket-policies; IAM User Guide, reference_policies_elements_principal: MalformedPolicy for
a document that breaks the grammar, names no principal, names one that does not exist, or is about another bucket. A
user or role that is deleted leaves its id behind, and whoever gets its name later is not let in. Stock MiniStack
stores whatever comes, and then lets nobody in by it, or lets in who was not meant.
Hooks: `services.s3._put_bucket_policy`; DeleteUser and DeleteRole.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local_aws import policy_documents, trust_principals, upstream
from local_aws.iam_api import IamError, do_around, parameter

_NO_JSON = "Policies must be valid JSON and the first byte must be '{'"
_BUCKET = "arn:aws:s3:::"


def install() -> None:
    """Check policies when they come, and keep ids when a principal is deleted."""
    ministack = upstream.module("services.s3")._put_bucket_policy

    def put_bucket_policy(name: str, body: bytes) -> Any:
        s3 = upstream.module("services.s3")
        if name in s3._buckets:
            try:
                check(body.decode("utf-8", "replace"), name)
            except IamError as error:
                return s3._error("MalformedPolicy", error.message, 400, f"/{name}")
        return ministack(name, body)

    upstream.replace("services.s3", "_put_bucket_policy", put_bucket_policy)
    do_around(("DeleteUser",), lambda given: _forgetting("user", parameter(given, "UserName")))
    do_around(("DeleteRole",), lambda given: _forgetting("role", parameter(given, "RoleName")))


def check(text: str, bucket: str) -> None:
    """Raise IamError unless this is a policy of this bucket, whose principals exist."""
    statements = policy_documents.check_resource(text, _NO_JSON)
    for statement in statements:
        for resource in policy_documents.values(statement.get("Resource", statement.get("NotResource"))):
            if not _is_about(resource, bucket):
                raise IamError("MalformedPolicy", "Policy has invalid resource")
    trust_principals.with_principals({"Statement": statements}, _existing)


def _is_about(resource: str, bucket: str) -> bool:
    """Whether a resource is the bucket, or objects in it; a pattern may stand for its name."""
    name = resource.removeprefix(_BUCKET).partition("/")[0]
    return resource.startswith(_BUCKET) and policy_documents.matches(name, bucket)


def _existing(kind: str, named: str) -> str:
    return named if kind == "CanonicalUser" else trust_principals.resolve(kind, named)


def _forgetting(kind: str, name: str) -> Callable[[], None]:
    """What is to be done once this user or role is gone."""
    by_id = trust_principals.ids_for(kind, name)

    def rewrite() -> None:
        policies = upstream.module("services.s3")._bucket_policies
        for (account, bucket), text in list(policies.to_dict().items()):
            document = json.loads(text)
            changed = trust_principals.with_principals(document, by_id)
            if changed != document:
                policies.set_scoped(account, None, bucket, json.dumps(changed))

    return rewrite

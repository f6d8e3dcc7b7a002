from __future__ import annotations

import json

import pytest

from iam_engine import Effect, Policies, Principal, PrincipalKind, Request, decide
from local_aws.compiled_policies import compiled, reads_resource_tags

ALLOW = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
REQUEST = Request(
    Principal(PrincipalKind.USER, "arn:aws:iam::123456789012:user/James", "123456789012"), "s3:X", "*", "123456789012"
)


def test_compiled_once() -> None:
    assert compiled(json.dumps(ALLOW), "name") is compiled(json.dumps(ALLOW), "name")
    assert compiled(ALLOW, "name") is compiled(json.dumps(ALLOW), "name")
    assert compiled(ALLOW, "other").name == "other"


@pytest.mark.parametrize("document", ["", "{", "[]", '{"Statement": [{"Effect": "Allow"}]}'])
def test_what_cannot_be_read_denies_everything(document: str) -> None:
    assert decide(REQUEST, Policies(identity=(compiled(ALLOW, "allow"),))).allowed
    unreadable = compiled(document, "broken")
    for policies in (
        Policies(identity=(compiled(ALLOW, "allow"), unreadable)),
        Policies(identity=(compiled(ALLOW, "allow"),), resource=unreadable),
        Policies(identity=(compiled(ALLOW, "allow"),), boundary=unreadable),
        Policies(identity=(compiled(ALLOW, "allow"),), session=(unreadable,)),
    ):
        assert decide(REQUEST, policies).effect is Effect.EXPLICIT_DENY


def test_resource_tags() -> None:
    condition = {"StringEquals": {"aws:resourcetag/team": "blue"}}
    with_tags = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}}
    assert reads_resource_tags(with_tags)
    assert not reads_resource_tags(ALLOW)
    assert not reads_resource_tags(None)

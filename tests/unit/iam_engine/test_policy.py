"""Reading policy documents. Source: IAM User Guide, reference_policies_grammar."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iam_engine import Policy, PolicyError

GOOD = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def document(**changes: Any) -> dict[str, Any]:
    statement = {**GOOD, **changes}
    return {
        "Version": "2012-10-17",
        "Statement": [{key: value for key, value in statement.items() if value is not None}],
    }


READABLE = [
    document(),
    document(Sid="Read", Condition={}),
    document(Action=["s3:Get*"], Resource=["*"]),
    document(Action=None, NotAction="iam:*", Resource=None, NotResource="*"),
    document(Principal="*"),
    document(Principal={"AWS": ["*"], "Service": "ec2.amazonaws.com"}, Resource=None),
    document(NotPrincipal={"AWS": "123456789012"}),
    {"Version": "2008-10-17", "Id": "id", "Statement": GOOD},
    {"Statement": [GOOD, {**GOOD, "Effect": "Deny"}]},
]


@pytest.mark.parametrize("readable", READABLE)
def test_a_document_is_read_as_text_and_as_a_mapping(readable: dict[str, Any]) -> None:
    for given in (readable, json.dumps(readable)):
        policy = Policy.parse(given, "arn:aws:iam::123456789012:policy/read")
        assert policy.name == "arn:aws:iam::123456789012:policy/read"
        statements = readable["Statement"]
        assert len(policy.statements) == (len(statements) if isinstance(statements, list) else 1)


def test_what_is_read() -> None:
    policy = Policy.parse({"Statement": [GOOD, {**GOOD, "Effect": "Deny", "Sid": "No"}]}, "inline")
    assert policy.version == "2008-10-17"
    assert [(s.index, s.sid, s.allows) for s in policy.statements] == [(0, None, True), (1, "No", False)]


UNREADABLE = [
    ("not JSON", "{"),
    ("not JSON", ""),
    ("not JSON", "[" * 100_000),
    ("block of elements", "[]"),
    ("block of elements", '"*"'),
    ("block of elements", {"Statement": ["*"]}),
    ("no Statement", {"Version": "2012-10-17"}),
    ("Version", {"Version": "2020-01-01", "Statement": GOOD}),
    ("Version", {"Version": ["2012-10-17"], "Statement": GOOD}),
    ("unknown element statement", {"statement": GOOD}),
    ("unknown element condition", document(condition={"Bool": {"aws:SecureTransport": "true"}})),
    ("Effect", document(Effect="allow")),
    ("Effect", document(Effect=None)),
    ("Sid", document(Sid=7)),
    ("no Action", document(Action=None)),
    ("Action is no text", document(Action=[])),
    ("Action is no text", document(Action={"s3": "*"})),
    ("Action is no text", document(Action=["s3:*", 1])),
    ("Action is no text", document(Action="")),
    ("Resource is no text", document(Resource=[""])),
    ("both Action and NotAction", document(NotAction="s3:*")),
    ("both Resource and NotResource", document(NotResource="*")),
    ("both Principal and NotPrincipal", document(Principal="*", NotPrincipal="*")),
    ("neither Resource nor Principal", document(Resource=None)),
    ("block of elements", document(Principal="123456789012")),
    ("unknown element Aws", document(Principal={"Aws": "*"})),
    ("Principal is empty", document(Principal={})),
    ("AWS is no text", document(Principal={"AWS": []})),
    ("twice", '{"Statement": {"Effect": "Allow", "Effect": "Deny", "Action": "*", "Resource": "*"}}'),
]


@pytest.mark.parametrize(("reason", "unreadable"), UNREADABLE)
def test_what_can_not_be_read_is_refused_with_its_name_and_the_reason(reason: str, unreadable: Any) -> None:
    with pytest.raises(PolicyError, match=reason) as refusal:
        Policy.parse(unreadable, "the-policy")
    assert str(refusal.value).startswith("the-policy: ")

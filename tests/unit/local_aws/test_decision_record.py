from __future__ import annotations

import json
from datetime import datetime, timedelta

from iam_engine import Policies, Policy, Principal, PrincipalKind, Request, decide
from local_aws.decision_record import DecisionRecord

PRINCIPAL = Principal(PrincipalKind.USER, "arn:aws:iam::123456789012:user/James", "123456789012")
ALLOW = Policy.parse(
    {"Version": "2012-10-17", "Statement": {"Sid": "List", "Effect": "Allow", "Action": "s3:List*", "Resource": "*"}},
    "James-custom-viewonly",
)


def _add(record: DecisionRecord, action: str) -> None:
    request = Request(PRINCIPAL, action, "*", "123456789012")
    record.add(request, decide(request, Policies(identity=(ALLOW,))))


def test_what_decided() -> None:
    record = DecisionRecord()
    _add(record, "s3:ListAllMyBuckets")
    _add(record, "s3:GetObject")
    allowed, denied = (json.loads(json.dumps(each.summary())) for each in record.last(2))
    assert (allowed["decision"], allowed["policy"], allowed["statement"], allowed["sid"]) == (
        "allow",
        "James-custom-viewonly",
        0,
        "List",
    )
    assert (denied["decision"], denied["layer"], denied["policy"]) == ("implicit deny", "identity-based policy", None)
    assert denied["principal"] == PRINCIPAL.arn
    assert denied["trace"] == [
        {
            "layer": "identity-based policy",
            "answer": "implicit deny",
            "note": "",
            "statements": [
                {
                    "policy": "James-custom-viewonly",
                    "statement": 0,
                    "sid": "List",
                    "effect": "allow",
                    "failed_on": "action",
                    "conditions": [],
                }
            ],
        }
    ]
    assert datetime.fromisoformat(denied["time"]).utcoffset() == timedelta(0)


def test_bounded_and_newest_last() -> None:
    record = DecisionRecord(kept=3)
    for number in range(5):
        _add(record, f"s3:Get{number}")
    assert [each.request.action for each in record.last(10)] == ["s3:Get2", "s3:Get3", "s3:Get4"]
    assert [each.request.action for each in record.last(1)] == ["s3:Get4"]
    assert record.last(0) == []

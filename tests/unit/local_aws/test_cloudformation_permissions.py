"""Which action a resource type's creation and deletion are taken for."""

from __future__ import annotations

import pytest

from local_aws.cloudformation_permissions import deleting, making


@pytest.mark.parametrize(
    ("kind", "made_by", "deleted_by"),
    [
        ("AWS::SNS::Topic", "sns:CreateTopic", "sns:DeleteTopic"),
        ("AWS::SQS::Queue", "sqs:CreateQueue", "sqs:DeleteQueue"),
        ("AWS::SSM::Parameter", "ssm:PutParameter", "ssm:DeleteParameter"),
        ("AWS::DynamoDB::Table", "dynamodb:CreateTable", "dynamodb:DeleteTable"),
        ("AWS::StepFunctions::StateMachine", "states:CreateStateMachine", "states:DeleteStateMachine"),
        ("AWS::SNS::Subscription", "sns:Subscribe", "sns:Unsubscribe"),
        ("AWS::Route53::RecordSet", "route53:UnknownOperation", "route53:UnknownOperation"),
        ("AWS::Nobody::Thing", "nobody:UnknownOperation", "nobody:UnknownOperation"),
    ],
)
def test_actions(kind: str, made_by: str, deleted_by: str) -> None:
    assert (making(kind), deleting(kind)) == (made_by, deleted_by)

"""What a template declares is read well enough to tell it from what was added by hand."""

import pytest

from labkit.checks.values import Account
from labkit.teardown.template import declared_values, parse_template

ACCOUNT = Account("123456789012")
IDS = {"Policy": "arn:aws:iam::123456789012:policy/p", "User": "James"}


@pytest.mark.parametrize("body", [{"Resources": {}}, '{"Resources": {}}', "Resources: {}\n"])
def test_every_form_that_cloudformation_gives(body: object) -> None:
    assert parse_template(body) == {"Resources": {}}


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("plain", "plain"),
        ({"Ref": "Policy"}, IDS["Policy"]),
        ([{"Ref": "User"}, "x"], ["James", "x"]),
        (
            {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::aws:policy/AmazonS3ReadOnlyAccess"]]},
            "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
        ),
        (
            {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:user/${User}"},
            "arn:aws:iam::123456789012:user/James",
        ),
        ({"Fn::GetAtt": ["User", "Arn"]}, {"Fn::GetAtt": ["User", "Arn"]}),
    ],
)
def test_intrinsic_functions(declared: object, value: object) -> None:
    assert declared_values(declared, IDS, ACCOUNT) == value

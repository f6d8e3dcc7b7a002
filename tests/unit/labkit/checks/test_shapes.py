"""Each check on what is deployed accepts exactly what the lab declares, and tells every way to differ from it."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

import pytest

from labkit.aws.answers import Answer, Kind, allowed
from labkit.checks import (
    AccountId,
    AwsPolicy,
    BucketHasExactly,
    CustomerPolicy,
    Group,
    GroupHasExactly,
    HasConsolePassword,
    HasOneAccessKey,
    NoActionOf,
    Output,
    PoliciesTogetherAre,
    RoleHasExactly,
    Tagged,
    TrustPolicyIs,
    UserHasExactly,
    allow,
    allow_assume_role,
)
from labkit.checks.check import Check
from labkit.checks.observation import Observation, State
from tests.unit.labkit.fakes import JAMES, JAMES_ARN, ROLE_ARN, S3_ROLE, FakeScene, bad_key, denied, refused, throttled

Data = dict[str, Any]
S3_READ = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
VIEW = "arn:aws:iam::123456789012:policy/view"
REFERENCE = {"Statement": [{"Effect": "Allow", "Action": ["iam:ListRoles", "ec2:DescribeInstances"], "Resource": "*"}]}


OWN = allow("s3:GetObject", "arn:aws:s3:::b/*")


@dataclass
class Healthy:
    """A check, and the answers with which it is proven."""

    check: Check
    answers: dict[str, Data]

    def observe(self, change: Callable[[Data], object] | None = None, **replies: Answer) -> Observation:
        answers = deepcopy(self.answers)
        if change:
            change(answers)
        scripted = {("administrator", name): allowed(data) for name, data in answers.items()}
        scripted |= {("administrator", name): reply for name, reply in replies.items()}
        return self.check.observe(FakeScene(dict(scripted)))


def refused_key(message: str) -> Answer:
    return Answer(Kind.CREDENTIALS, "SignatureDoesNotMatch", message)


def role() -> Data:
    trust = {"Version": "2012-10-17", "Statement": [allow_assume_role(JAMES_ARN)]}
    name = {"RoleName": "James-custom-S3-role", "Path": "/", "Arn": ROLE_ARN}
    return {"Role": {**name, "AssumeRolePolicyDocument": trust, "Tags": [{"Key": "lab", "Value": "james-s3"}]}}


TRUST = Healthy(
    TrustPolicyIs("id", "title", S3_ROLE, trusts=(allow_assume_role(Output("UserArn")),)), {"GetRole": role()}
)
ROLE = Healthy(
    RoleHasExactly("id", "title", S3_ROLE, managed=(AwsPolicy("AmazonS3ReadOnlyAccess"),), inline={"own": [OWN]}),
    {
        "GetRole": role(),
        "ListAttachedRolePolicies": {"AttachedPolicies": [{"PolicyName": "x", "PolicyArn": S3_READ}]},
        "ListRolePolicies": {"PolicyNames": ["own"]},
        "GetRolePolicy": {"PolicyName": "own", "PolicyDocument": {"Statement": OWN}},
    },
)
USER = Healthy(
    UserHasExactly("id", "title", JAMES, managed=(CustomerPolicy("view"),), tags={"team": "red"}),
    {
        "GetUser": {
            "User": {
                "UserName": "James",
                "Path": "/",
                "Arn": JAMES_ARN,
                "Tags": [
                    {"Key": "lab", "Value": "james-s3"},
                    {"Key": "aws:cloudformation:stack-name", "Value": "JamesS3"},
                    {"Key": "team", "Value": "red"},
                ],
            }
        },
        "ListAttachedUserPolicies": {"AttachedPolicies": [{"PolicyName": "view", "PolicyArn": VIEW}]},
        "ListUserPolicies": {"PolicyNames": []},
        "GetUserPolicy": {"PolicyName": "extra", "PolicyDocument": {"Statement": OWN}},
        "ListGroupsForUser": {"Groups": []},
        "GetLoginProfile": {"LoginProfile": {"UserName": "James"}},
    },
)
GROUP = Healthy(
    GroupHasExactly("id", "title", Group("team"), members=("James",), inline={"own": [OWN]}),
    {
        "GetGroup": {"Group": {"GroupName": "team", "Path": "/"}, "Users": [{"UserName": "James"}]},
        "ListAttachedGroupPolicies": {"AttachedPolicies": []},
        "ListGroupPolicies": {"PolicyNames": ["own"]},
        "GetGroupPolicy": {"PolicyName": "own", "PolicyDocument": {"Statement": OWN}},
    },
)
TOGETHER = Healthy(
    PoliciesTogetherAre("id", "title", policies=(CustomerPolicy("view"),), reference=REFERENCE),
    {
        "GetPolicy": {"Policy": {"DefaultVersionId": "v1"}},
        "GetPolicyVersion": {"PolicyVersion": {"Document": REFERENCE}},
    },
)
WITHOUT_S3 = Healthy(NoActionOf("id", "title", policies=(CustomerPolicy("view"),), service="s3"), TOGETHER.answers)
PASSWORD = Healthy(
    HasConsolePassword("id", "title", JAMES),
    {
        "GetLoginProfile": {"LoginProfile": {"UserName": "James", "PasswordResetRequired": False}},
        "GetSecretValue": {"SecretString": json.dumps({"username": "James", "password": "correct horse"})},
    },
)
KEY_SECRET = {"AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "battery staple", "UserName": "James"}
KEY = Healthy(
    HasOneAccessKey("id", "title", JAMES),
    {
        "ListAccessKeys": {"AccessKeyMetadata": [{"AccessKeyId": "AKIAEXAMPLE", "Status": "Active"}]},
        "GetSecretValue": {"SecretString": json.dumps(KEY_SECRET)},
    },
)
LAB_TAG = [{"Key": "other", "Value": "x"}, {"Key": "lab", "Value": "james-s3"}]
TAGS = Healthy(
    Tagged("id", "title", "lab", "james-s3", (JAMES, S3_ROLE), (Output("Bucket"),), (Output("Function"),)),
    {
        "GetUser": {"User": {"UserName": "James", "Tags": LAB_TAG}},
        "GetRole": {"Role": {"RoleName": "James-custom-S3-role", "Tags": LAB_TAG}},
        "DescribeSecret": {"Tags": LAB_TAG},
        "GetBucketTagging": {"TagSet": LAB_TAG},
        "GetFunction": {"Configuration": {}, "Tags": {"lab": "james-s3", "other": "x"}},
    },
)
BLOCKED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
READERS = {"Effect": "Allow", "Principal": {"AWS": JAMES_ARN}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
BUCKET = Healthy(
    BucketHasExactly(
        "id",
        "title",
        Output("Bucket"),
        policy=({**READERS, "Principal": {"AWS": Output("UserArn")}},),
    ),
    {
        "GetBucketPolicy": {"Policy": json.dumps({"Statement": [{**READERS, "Sid": "any"}]})},
        "GetPublicAccessBlock": {"PublicAccessBlockConfiguration": BLOCKED},
    },
)
ALL = {
    "bucket": BUCKET,
    "trust": TRUST,
    "role": ROLE,
    "user": USER,
    "group": GROUP,
    "together": TOGETHER,
    "s3": WITHOUT_S3,
    "pass": PASSWORD,
    "key": KEY,
    "tags": TAGS,
}


@pytest.mark.parametrize("name", ALL)
def test_what_is_declared_is_proven(name: str) -> None:
    observation = ALL[name].observe()
    assert observation.state is State.PROVEN, observation


def trust_statements(answers: Data) -> list[Data]:
    statements: list[Data] = answers["GetRole"]["Role"]["AssumeRolePolicyDocument"]["Statement"]
    return statements


@pytest.mark.parametrize(
    ("healthy", "change", "names"),
    [
        (TRUST, lambda a: trust_statements(a).append(allow_assume_role("*")), "*"),
        (TRUST, lambda a: trust_statements(a).append(trust_statements(a)[0]), "twice"),
        (TRUST, lambda a: trust_statements(a).clear(), "lacks"),
        (TRUST, lambda a: trust_statements(a)[0].update(Principal="*"), "also says"),
        (
            TRUST,
            lambda a: trust_statements(a)[0].update(Principal={"AWS": [JAMES_ARN, "210987654321"]}),
            "210987654321",
        ),
        (TRUST, lambda a: trust_statements(a)[0].update(Action=["sts:AssumeRole", "sts:TagSession"]), "tagsession"),
        (TRUST, lambda a: trust_statements(a)[0].update(Effect="Deny"), "Deny"),
        (TRUST, lambda a: trust_statements(a)[0].update(Condition={"Bool": {"aws:x": "true"}}), "aws:x"),
        (ROLE, lambda a: a["ListAttachedRolePolicies"]["AttachedPolicies"].clear(), "is missing"),
        (ROLE, lambda a: a["ListAttachedRolePolicies"]["AttachedPolicies"].append({"PolicyArn": VIEW}), VIEW),
        (ROLE, lambda a: a["ListRolePolicies"]["PolicyNames"].append("extra"), "inline policy extra"),
        (ROLE, lambda a: a["GetRole"]["Role"].update(PermissionsBoundary={"PermissionsBoundaryArn": VIEW}), "boundary"),
        (ROLE, lambda a: a["ListRolePolicies"]["PolicyNames"].clear(), "inline policy own"),
        (
            ROLE,
            lambda a: a["GetRolePolicy"].update(PolicyDocument={"Statement": [OWN, OWN | {"Effect": "Deny"}]}),
            "Deny",
        ),
        (ROLE, lambda a: a["GetRole"]["Role"].update(MaxSessionDuration=43200), "session limit 43200 s"),
        (GROUP, lambda a: a["GetGroup"]["Users"].append({"UserName": "Eve"}), "member Eve"),
        (GROUP, lambda a: a["GetGroup"]["Users"].clear(), "member James is missing"),
        (GROUP, lambda a: a["ListAttachedGroupPolicies"]["AttachedPolicies"].append({"PolicyArn": VIEW}), VIEW),
        (GROUP, lambda a: a["ListGroupPolicies"]["PolicyNames"].clear(), "inline policy own"),
        (USER, lambda a: a["GetUser"]["User"]["Tags"].append({"Key": "a", "Value": "b"}), "tag a=b"),
        (USER, lambda a: a["GetUser"]["User"]["Tags"].pop(), "tag team=red is missing"),
        (USER, lambda a: a["ListAttachedUserPolicies"]["AttachedPolicies"].clear(), "is missing"),
        (USER, lambda a: a["ListAttachedUserPolicies"]["AttachedPolicies"].append({"PolicyArn": S3_READ}), S3_READ),
        (ROLE, lambda a: a["GetRole"]["Role"].update(Path="/team/"), "James-custom-S3-role: path /team/"),
        (ROLE, lambda a: a["GetRole"]["Role"]["Tags"].append({"Key": "team", "Value": "red"}), "tag team=red"),
        (GROUP, lambda a: a["GetGroup"]["Group"].update(Path="/team/"), "team: path /team/"),
        (USER, lambda a: a["GetUser"]["User"].update(Path="/team/"), "James: path /team/"),
        (USER, lambda a: a["ListUserPolicies"]["PolicyNames"].append("extra"), "inline policy extra"),
        (USER, lambda a: a["ListGroupsForUser"]["Groups"].append({"GroupName": "admins"}), "group admins"),
        (USER, lambda a: a["GetUser"]["User"].update(PermissionsBoundary={"PermissionsBoundaryArn": VIEW}), "boundary"),
        (PASSWORD, lambda a: a["GetLoginProfile"]["LoginProfile"].update(PasswordResetRequired=True), "reset"),
        (KEY, lambda a: a["ListAccessKeys"]["AccessKeyMetadata"].clear(), "0 access keys"),
        (KEY, lambda a: a["ListAccessKeys"]["AccessKeyMetadata"][0].update(Status="Inactive"), "not an active key"),
        (KEY, lambda a: a["ListAccessKeys"]["AccessKeyMetadata"][0].update(AccessKeyId="AKIAEXAMPLE2"), "secret"),
        (
            KEY,
            lambda a: a["ListAccessKeys"]["AccessKeyMetadata"].append({"AccessKeyId": "x", "Status": "Inactive"}),
            "2 access keys",
        ),
        (KEY, lambda a: hold(a, {**KEY_SECRET, "UserName": "Jane"}), "does not name James"),
        (KEY, lambda a: hold(a, {**KEY_SECRET, "SecretAccessKey": ""}), "is not that of James's key"),
        (KEY, lambda a: hold(a, {}), "not an active key"),
        (KEY, lambda a: hold(a, []), "holds no JSON object"),
        (PASSWORD, lambda a: hold(a, {"username": "Jane", "password": "x"}), "does not name James"),
        (PASSWORD, lambda a: hold(a, {"username": "James"}), "holds no password"),
        (PASSWORD, lambda a: a["GetSecretValue"].update(SecretString="{"), "holds no JSON object"),
        (BUCKET, lambda a: allow_by_bucket(a, READERS, {**READERS, "Action": "s3:*"}), "s3:*"),
        (BUCKET, lambda a: allow_by_bucket(a), "s3:getobject"),
        (BUCKET, lambda a: allow_by_bucket(a, {**READERS, "Principal": "*"}), "the bucket b"),
        (
            BUCKET,
            lambda a: a["GetPublicAccessBlock"].update(
                PublicAccessBlockConfiguration={**BLOCKED, "RestrictPublicBuckets": False}
            ),
            "does not block all public access",
        ),
        (TAGS, lambda a: a["GetUser"]["User"].update(Tags=[]), "the tag lab of James is missing"),
        (TAGS, lambda a: a["GetRole"]["Role"].pop("Tags"), "the tag lab of James-custom-S3-role is missing"),
        (TAGS, lambda a: a["DescribeSecret"]["Tags"][1].update(Value="other"), "the tag lab of arn:key is other"),
        (TAGS, lambda a: a["GetFunction"].pop("Tags"), "the tag lab of f is missing"),
        (TAGS, lambda a: a["GetBucketTagging"]["TagSet"].clear(), "the tag lab of b is missing"),
    ],
)
def test_a_difference_is_told_and_fails_once_it_lasts(
    healthy: Healthy, change: Callable[[Data], object], names: str
) -> None:
    observation = healthy.observe(change)
    assert observation.state is State.UNSETTLED
    assert names in observation.reason
    assert observation.patience is not None


def test_a_login_profile_is_there_if_the_lab_hands_out_a_password_and_only_then() -> None:
    missing = USER.observe(GetLoginProfile=refused("NoSuchEntity"))
    assert (missing.state, "login profile James is missing" in missing.reason) == (State.UNSETTLED, True)
    without_password = replace(JAMES, password=None)
    check = replace(USER.check, user=without_password)
    surplus = Healthy(check, USER.answers).observe()
    assert (surplus.state, "login profile James should not be there" in surplus.reason) == (State.UNSETTLED, True)
    assert Healthy(check, USER.answers).observe(GetLoginProfile=refused("NoSuchEntity")).state is State.PROVEN


def allow_by_bucket(answers: Data, *statements: Data) -> None:
    answers["GetBucketPolicy"]["Policy"] = json.dumps({"Statement": list(statements)})


def test_a_bucket_needs_neither_a_policy_nor_a_block_to_be_read() -> None:
    """S3 has an error for each that is not there: no policy may be right, no block never is."""
    unblocked = BUCKET.observe(GetPublicAccessBlock=refused("NoSuchPublicAccessBlockConfiguration"))
    assert (unblocked.state, "does not block" in unblocked.reason) == (State.UNSETTLED, True)
    bare = Healthy(BucketHasExactly("id", "title", Output("Bucket")), BUCKET.answers)
    assert bare.observe(GetBucketPolicy=refused("NoSuchBucketPolicy")).state is State.PROVEN
    assert bare.observe().state is State.UNSETTLED


def hold(answers: Data, content: Any) -> None:
    answers["GetSecretValue"]["SecretString"] = json.dumps(content)


def test_a_bucket_without_any_tag_lacks_the_lab_s() -> None:
    observation = TAGS.observe(GetBucketTagging=refused("NoSuchTagSet"))
    assert observation.state is State.UNSETTLED
    assert "the tag lab of b is missing" in observation.reason


@pytest.mark.parametrize("code", ["ResourceNotFoundException", "InvalidRequestException"])
def test_a_secret_that_is_gone_is_a_difference(code: str) -> None:
    assert KEY.observe(GetSecretValue=refused(code)).state is State.UNSETTLED
    assert PASSWORD.observe(GetSecretValue=refused(code)).state is State.UNSETTLED


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (refused_key("The request signature we calculated does not match the signature you provided."), "unsettled"),
        (refused_key("Signature expired: 20260101T000000Z is now earlier than 20260101T001500Z"), "proven"),
        (bad_key(), "proven"),
    ],
)
def test_a_secret_access_key_is_wrong_only_if_aws_says_that_it_signs_wrongly(answer: Answer, state: str) -> None:
    """Whether the key is live is another check's business: here a wrong clock and a new key are no difference."""
    replies = {("administrator", name): allowed(data) for name, data in KEY.answers.items()}
    observation = KEY.check.observe(FakeScene({**replies, ("James", "GetCallerIdentity"): answer}))
    assert observation.state.name.lower() == state


def test_what_a_secret_holds_is_never_shown() -> None:
    for healthy in (KEY, PASSWORD):
        for content in ({**KEY_SECRET, "AccessKeyId": "AKIAOTHER"}, {"username": "battery staple"}, ["battery staple"]):
            shown = str(healthy.observe(lambda a, content=content: hold(a, content)))
            assert "battery staple" not in shown
            assert "AKIAOTHER" not in shown


def deploy(statement: Data) -> Callable[[Data], object]:
    def change(answers: Data) -> None:
        answers["GetPolicyVersion"]["PolicyVersion"]["Document"] = {"Statement": statement}

    return change


ALLOW_ALL = {"Effect": "Allow", "Resource": "*"}


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ({**ALLOW_ALL, "Action": ["iam:ListRoles"]}, "lack: Allow ec2:DescribeInstances"),
        (
            {**ALLOW_ALL, "Action": ["iam:ListRoles", "ec2:DescribeInstances", "iam:GetRole"]},
            "also hold: Allow iam:GetRole",
        ),
        ({**ALLOW_ALL, "Action": ["iam:ListRoles", "ec2:*"]}, "also hold: Allow ec2:* on *"),
        ({"Effect": "Deny", "Resource": "*", "Action": ["iam:ListRoles", "ec2:DescribeInstances"]}, "Deny"),
        (
            {"Effect": "Allow", "Resource": "arn:x", "Action": ["iam:ListRoles", "ec2:DescribeInstances"]},
            "on arn:x",
        ),
        (
            {
                **ALLOW_ALL,
                "Action": ["iam:ListRoles", "ec2:DescribeInstances"],
                "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
            },
            "aws:MultiFactorAuthPresent",
        ),
        ({**ALLOW_ALL, "NotAction": ["s3:*"]}, "also hold"),
    ],
)
def test_permissions_are_compared_statement_for_statement(statement: Data, names: str) -> None:
    observation = TOGETHER.observe(deploy(statement))
    assert observation.state is State.UNSETTLED
    assert names in observation.reason


def test_the_way_a_statement_is_written_does_not_matter() -> None:
    split = [{**ALLOW_ALL, "Action": "iam:ListRoles"}, {**ALLOW_ALL, "Sid": "x", "Action": ["ec2:DescribeInstances"]}]
    observation = TOGETHER.observe(
        lambda a: a["GetPolicyVersion"]["PolicyVersion"].update(Document={"Statement": split})
    )
    assert observation.state is State.PROVEN


@pytest.mark.parametrize("action", ["s3:GetObject", "S3:ListBucket", "s3:*", "*", "s*:ListRoles", "?3:List*"])
def test_an_action_of_the_service_is_found_by_name_or_wildcard(action: str) -> None:
    observation = WITHOUT_S3.observe(deploy({**ALLOW_ALL, "Action": action}))
    assert observation.state is State.UNSETTLED
    assert action in observation.reason


def test_not_action_may_reach_the_service() -> None:
    assert WITHOUT_S3.observe(deploy({**ALLOW_ALL, "NotAction": "iam:*"})).state is State.UNSETTLED


def test_other_services_with_similar_names_are_not_the_service() -> None:
    harmless = {**ALLOW_ALL, "Action": ["s3-outposts:ListEndpoints", "ec2:*"]}
    assert WITHOUT_S3.observe(deploy(harmless)).state is State.PROVEN


def test_an_account_may_be_written_by_its_id_or_its_arn() -> None:
    check = TrustPolicyIs("id", "title", S3_ROLE, trusts=(allow_assume_role(AccountId()),))
    for principal, state in (
        ("123456789012", State.PROVEN),
        ("arn:aws:iam::123456789012:root", State.PROVEN),
        ("210987654321", State.UNSETTLED),
        ("arn:aws:iam::123456789012:user/root", State.UNSETTLED),
    ):
        document = {"Statement": [allow_assume_role(principal)]}
        answer = allowed({"Role": {"AssumeRolePolicyDocument": document}})
        assert check.observe(FakeScene({("administrator", "GetRole"): answer})).state is state


def test_a_missing_login_profile_is_a_difference() -> None:
    observation = PASSWORD.observe(GetLoginProfile=refused("NoSuchEntity"))
    assert observation.state is State.UNSETTLED
    assert "no console password" in observation.reason


@pytest.mark.parametrize(
    ("reply", "state"),
    [(refused("NoSuchEntity"), State.UNSETTLED), (denied("no"), State.UNKNOWN), (throttled(), State.UNKNOWN)],
)
def test_what_can_t_be_read_is_not_proven(reply: Answer, state: State) -> None:
    assert TRUST.observe(GetRole=reply).state is state
    assert ROLE.observe(ListRolePolicies=reply).state is state
    assert USER.observe(ListGroupsForUser=reply).state is state
    assert TOGETHER.observe(GetPolicyVersion=reply).state is state
    assert KEY.observe(ListAccessKeys=reply).state is state
    assert KEY.observe(GetSecretValue=reply).state is state
    assert PASSWORD.observe(GetSecretValue=reply).state is state
    assert TAGS.observe(GetBucketTagging=reply).state is state
    assert BUCKET.observe(GetBucketPolicy=reply).state is state
    assert BUCKET.observe(GetPublicAccessBlock=reply).state is state
    assert TAGS.observe(DescribeSecret=reply).state is state

"""Explanations on the embedded AWS: what they say and propose is true. That every check has one: `test_every_lab`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import boto3
import pytest

from labkit.aws.answers import Answer, Kind, read_denial
from labkit.aws.clients import Clients, ask
from labkit.checks import ADMINISTRATOR, Allowed, Denied, Output, Role, Session, User, call
from labkit.checks.calls import Call
from labkit.checks.check import Check
from labkit.checks.principals import Identity
from labkit.checks.values import Account, Facts
from labkit.explanation.case import Case
from labkit.explanation.cases import build_case
from labkit.explanation.explainer import Explainer
from labkit.explanation.explanation import Explanation
from labkit.explanation.policies import Kind as PolicyKind
from labkit.explanation.reading import Reader
from labkit.explanation.search import smallest_change
from labkit.place import Place
from labkit.results import CheckResult
from labkit.scene import Heard, LiveScene
from labkit.verdicts import Verdict
from labkit.verification import Extras
from tests.local.callers import Caller, Name, NewRole, NewUser, allow, deny, policy, trust
from tests.local.labkit.conftest import StandingLab

JAMES = User("James", Output("UserArn"), Output("AccessKeySecretArn"))
S3_ROLE = Role("James-custom-S3-role", Output("RoleArn"))
AS_ROLE = Session(S3_ROLE, JAMES, "why")
BUCKET = Output("BucketName")
LIST_BUCKETS = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
GET_TAGS = call("s3", "GetBucketTagging", Bucket=BUCKET)
LIST_ROLES = call("iam", "ListRoles")


def explained(lab: StandingLab) -> dict[str, CheckResult]:
    return {check.id: check for check in lab.verify(extras=Extras(explain=True)).checks}


def why(check: CheckResult) -> Explanation:
    assert check.explanation
    return check.explanation


def scene_of(lab: StandingLab, clients: Clients | None = None) -> LiveScene:
    facts = Facts(lab.outputs, lab.place.account)
    return LiveScene(facts, clients or lab.place.clients, lab.place.administrator)


def test_an_explanation_names_the_statement_that_decided(james: StandingLab) -> None:
    checks = explained(james)
    (source,) = why(checks["role-list-buckets"]).sources
    assert source.title == "the AWS managed policy AmazonS3ReadOnlyAccess of role James-custom-S3-role"
    assert source.document["Statement"][source.statement or 0]["Effect"] == "Allow"
    (source,) = why(checks["assume-role"]).sources
    assert (source.title, source.statement) == ("the trust policy of role James-custom-S3-role", 0)
    parts = why(checks["before-list-buckets"]).sources
    assert [source.statement for source in parts] == [None] * 4


def test_explaining_changes_no_verdict(james: StandingLab) -> None:
    james.client("iam").detach_role_policy(
        RoleName=S3_ROLE.name, PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    )
    plain = {check.id: check.verdict for check in james.verify().checks}
    checks = explained(james)
    assert {check.id: check.verdict for check in checks.values()} == plain
    assert plain["role-list-buckets"] is Verdict.FAILED
    assert "has no identity-based policy at all" in why(checks["role-list-buckets"]).why
    assert "AmazonS3ReadOnlyAccess is missing" in why(checks["role-policies"]).why


# A question, and who is to ask it again once the proposed change is made.
QUESTIONS: Mapping[str, tuple[Identity, Call]] = {
    "denied for want of an action": (JAMES, LIST_BUCKETS),
    "denied for want of a statement": (JAMES, call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=BUCKET)),
    "allowed by a part": (JAMES, LIST_ROLES),
    "assumed": (JAMES, Call("sts", "AssumeRole", {"RoleArn": Output("RoleArn"), "RoleSessionName": "why"})),
    "not assumed": (ADMINISTRATOR, Call("sts", "AssumeRole", {"RoleArn": Output("RoleArn"), "RoleSessionName": "why"})),
    "allowed to the role": (AS_ROLE, LIST_BUCKETS),
    "denied to the role": (AS_ROLE, LIST_ROLES),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_smallest_change_turns_aws_s_answer_around(james: StandingLab, name: str) -> None:
    who, question = QUESTIONS[name]
    scene = scene_of(james)
    if isinstance(who, Session):
        assert scene.open(who).kind is Kind.ALLOWED
    before = scene.ask(who, question)
    assert before.kind in (Kind.ALLOWED, Kind.DENIED)
    case, _ = build_case(scene.heard[-1], scene, Reader(scene.clients, scene.facts.account.id))
    assert case.decide()[1].allowed is (before.kind is Kind.ALLOWED)
    (*_, last) = smallest_change(case)
    make(james, case, last.case)
    after = scene.ask(who, question)
    assert {before.kind, after.kind} == {Kind.ALLOWED, Kind.DENIED}


def make(lab: StandingLab, before: Case, after: Case) -> None:
    """Put the policies of `after` into place through IAM's API, as somebody would who reads the explanation."""
    iam = lab.client("iam")
    kept = {held.key: held for held in before.held}
    for held in after.held:
        if kept.get(held.key) == held:
            continue
        document, (kind, holder) = json.dumps(held.document), held.holder.split(" ", 1)
        if held.kind is PolicyKind.INLINE and kind == "user":
            iam.put_user_policy(UserName=holder, PolicyName=held.name, PolicyDocument=document)
        elif held.kind is PolicyKind.INLINE:
            iam.put_role_policy(RoleName=holder, PolicyName=held.name, PolicyDocument=document)
        elif held.kind is PolicyKind.TRUST:
            iam.update_assume_role_policy(RoleName=holder, PolicyDocument=document)
        else:
            assert held.kind is PolicyKind.MANAGED
            iam.create_policy_version(PolicyArn=held.name, PolicyDocument=document, SetAsDefault=True)


def result_of(check: Check) -> CheckResult:
    return CheckResult(check.id, check.title, check.identity.label, "", "", "", Verdict.PROVEN, "", 1, 0.0)


@pytest.mark.parametrize(
    ("check", "answer", "should", "did"),
    [
        (
            Allowed("id", "title", JAMES, LIST_ROLES),
            Answer(Kind.DENIED, "AccessDenied", "by an SCP"),
            "allowed",
            "by an SCP",
        ),
        (Denied("id", "title", JAMES, LIST_BUCKETS), Answer(Kind.ALLOWED), "denied", "AWS allowed it"),
    ],
)
def test_where_the_policies_say_otherwise_aws_s_answer_counts(
    james: StandingLab, check: Check, answer: Answer, should: str, did: str
) -> None:
    scene = scene_of(james)
    (question,) = check.questions(scene.facts)
    scene.heard.append(Heard(question.who, question.call, answer))
    explanation = Explainer(scene).explain(check, result_of(check))
    assert explanation.difference.startswith("AWS answers otherwise, and that counts")
    assert f"it should be {should}" in explanation.difference
    assert did in explanation.difference
    assert "service control" in explanation.difference
    assert explanation.change == ""


def test_where_aws_denies_for_another_reason_its_reason_counts(james: StandingLab) -> None:
    scene = scene_of(james)
    check = Denied("id", "title", JAMES, LIST_BUCKETS)
    explained_by = []
    for message in (
        "because no identity-based policy allows the s3:ListAllMyBuckets action",
        "with an explicit deny in a service control policy",
    ):
        denial = read_denial(message)
        assert denial.layer
        scene.heard[:] = [Heard(JAMES, LIST_BUCKETS, Answer(Kind.DENIED, "AccessDenied", message, denial=denial))]
        explained_by.append(Explainer(scene).explain(check, result_of(check)))
    same, other = explained_by
    assert (same.difference, bool(same.change)) == ("", True)
    assert other.difference.startswith("AWS gives another reason, and that counts: AccessDenied: with an explicit deny")
    assert other.change == ""


def test_a_fault_of_the_explanation_costs_no_verdict(james: StandingLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Explainer, "explain", lambda *_: {}["no such key"])
    checks = explained(james)
    assert {check.verdict for check in checks.values()} == {Verdict.PROVEN}
    assert {why(check).why for check in checks.values()} == {
        "It can't be explained for a fault of this program: KeyError('no such key')."
    }


def test_what_was_not_asked_is_not_explained(james: StandingLab) -> None:
    check = Allowed("id", "title", AS_ROLE, LIST_BUCKETS)
    assert Explainer(scene_of(james)).explain(check, result_of(check)).why.startswith("AWS was not asked")


def test_an_administrator_who_may_not_read_is_told_so(james: StandingLab, new_user: NewUser) -> None:
    reader: Caller = new_user(policy(allow("iam:GetUser")))
    session = boto3.Session(reader.access_key_id, reader.secret_access_key, region_name="us-east-1")
    scene = scene_of(james, Clients(session))
    scene.heard.append(Heard(JAMES, LIST_ROLES, Answer(Kind.ALLOWED)))
    check = Allowed("id", "title", JAMES, LIST_ROLES)
    explanation = Explainer(scene).explain(check, result_of(check))
    assert explanation.why.startswith("It can't be explained from here: iam:ListGroupsForUser answers AccessDenied")


Arrange = Callable[[Any, str], Call]


def through_a_group(iam: Any, user: str) -> None:
    iam.create_group(GroupName=user)
    iam.add_user_to_group(GroupName=user, UserName=user)
    iam.put_group_policy(GroupName=user, PolicyName="of-group", PolicyDocument=policy(allow("iam:ListRoles")))


def within_a_boundary(iam: Any, user: str) -> None:
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=policy(allow("iam:*")))
    arn = iam.create_policy(PolicyName=user, PolicyDocument=policy(allow("iam:ListUsers")))["Policy"]["Arn"]
    iam.put_user_permissions_boundary(UserName=user, PermissionsBoundary=arn)


def by_a_tag(iam: Any, user: str) -> None:
    iam.tag_user(UserName=user, Tags=[{"Key": "team", "Value": "red"}])
    condition = {"StringEquals": {"aws:PrincipalTag/team": "red"}}
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=policy(allow("iam:*", Condition=condition)))


def by_a_variable(iam: Any, user: str) -> None:
    document = policy(allow("iam:*", "arn:aws:iam::*:user/${aws:username}"))
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=document)


def by_a_deny(iam: Any, user: str) -> None:
    iam.put_user_policy(UserName=user, PolicyName="own", PolicyDocument=policy(allow("iam:*"), deny("iam:List*")))


@pytest.mark.parametrize(
    ("arrange", "operation", "says"),
    [
        (through_a_group, "ListRoles", "the statement of the inline policy of-group of group"),
        (through_a_group, "ListUsers", "no Allow in of-group names the action"),
        (within_a_boundary, "ListUsers", "of the permissions boundary"),
        (within_a_boundary, "ListRoles", "what the boundary leaves out"),
        (by_a_tag, "ListRoles", "StringEquals aws:PrincipalTag/team 'red' (the request has 'red')"),
        (by_a_variable, "GetUser", "iam:* on arn:aws:iam::*:user/${aws:username}"),
        (by_a_deny, "ListUsers", "Statement 2 of the inline policy own of user"),
    ],
)
def test_whatever_a_user_s_permissions_come_from(
    place: Place, admin: Caller, new_user: NewUser, arrange: Callable[[Any, str], None], operation: str, says: str
) -> None:
    caller: Caller = new_user()
    name = caller.arn.rsplit("/", 1)[-1]
    arrange(admin.client("iam"), name)
    question = Call("iam", operation, {"UserName": name} if operation == "GetUser" else {})
    live = ask_as(caller, question)
    who = User(name, Output("Arn"), Output("Key"))
    scene = LiveScene(Facts({"Arn": caller.arn}, Account("123456789012")), place.clients, place.administrator)
    scene.heard.append(Heard(who, question, live))
    check = Allowed("id", "title", who, question)
    explanation = Explainer(scene).explain(check, result_of(check))
    assert explanation.difference == ""
    assert says.lower() in explanation.why.lower()


def ask_as(caller: Caller, question: Call) -> Answer:
    return replace(ask(caller.client(question.service), question.operation, question.parameters), data={})


def test_a_change_that_the_story_makes_is_seen(
    place: Place, admin: Caller, new_user: NewUser, new_role: NewRole, name: Name
) -> None:
    """What was read before the change must not explain what comes after it."""
    caller: Caller = new_user()
    user_name = caller.arn.rsplit("/", 1)[-1]
    secret = admin.client("secretsmanager").create_secret(
        Name=name("key"),
        SecretString=json.dumps({"AccessKeyId": caller.access_key_id, "SecretAccessKey": caller.secret_access_key}),
    )["ARN"]
    role = new_role(trust(caller.arn))
    facts = Facts({"Arn": caller.arn, "Key": secret, "Role": role}, Account("123456789012"))
    who = User(user_name, Output("Arn"), Output("Key"))
    scene = LiveScene(facts, place.clients, place.administrator)
    explainer = Explainer(scene)
    before, after = Denied("before", "", who, LIST_ROLES), Allowed("after", "", who, LIST_ROLES)
    before.observe(scene)
    assert "no identity-based policy at all" in explainer.explain(before, result_of(before)).why
    document = policy(allow("iam:ListRoles"))
    put = call("iam", "PutUserPolicy", UserName=user_name, PolicyName="new", PolicyDocument=document)
    assert scene.ask(ADMINISTRATOR, put).kind is Kind.ALLOWED
    scene.heard.clear()
    after.observe(scene)
    explanation = explainer.explain(after, result_of(after))
    assert "the inline policy new of user" in explanation.why
    assert explanation.difference == ""

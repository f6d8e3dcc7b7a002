"""The pytest plugin against an embedded AWS: a role that is too wide fails, a key that is not valid is an error."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from tests.local.callers import ROOT, Caller, Embedded, NewRole, NewUser, allow, policy, trust

pytest_plugins = ["pytester"]

HEAD = """
from labkit.checks import *
from labkit.pytest_plugin import story
LIST = call("s3", "ListBuckets", action="s3:ListAllMyBuckets")
def session(arn):
    return Session(Role(arn.rsplit("/", 1)[-1], arn), by=ADMINISTRATOR, name="ci")
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, embedded: Embedded, admin: Caller):  # type: ignore[no-untyped-def]
    """Runs pytest with a story on the AWS of the environment, which is `embedded` as its administrator."""
    for name, value in {
        "AWS_ENDPOINT_URL": embedded.endpoint,
        "AWS_ACCESS_KEY_ID": admin.access_key_id,
        "AWS_SECRET_ACCESS_KEY": admin.secret_access_key,
        "AWS_REGION": "us-east-1",
        "AWS_CONFIG_FILE": str(pytester.path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(pytester.path / "credentials"),
        "LAB_DEADLINE": "0.5",
        "PYTHONPATH": str(ROOT),
    }.items():
        monkeypatch.setenv(name, value)

    def run(text: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_roles=HEAD + text)
        options = ("-p", "labkit.pytest_plugin", "--lab-target", "environment", *options)
        return pytester.runpytest_inprocess(*options)

    return run


def keep_profile(folder: Path, name: str, key: str, secret: str) -> None:
    with (folder / "credentials").open("a") as file:
        file.write(f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")


def test_a_role_that_is_too_wide_fails(run, new_role: NewRole, admin: Caller) -> None:  # type: ignore[no-untyped-def]
    wide = new_role(trust(admin.arn), policy(allow("s3:*")))
    narrow = new_role(trust(admin.arn), policy(allow("s3:GetObject")))
    text = f"""
def expectations(arn):
    who = session(arn)
    return (
        Assumed("assume", "We assume it", who),
        Denied("list", "It lists no buckets", who, LIST, NO_IDENTITY_ALLOW),
    )
test_wide = story(*expectations({wide!r}))
test_narrow = story(*expectations({narrow!r}))
"""
    result = run(text, "--lab-explain", "-v")
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(["*test_wide?list? FAILED*", "*observed *allowed", "*why *policy-0*"])


def test_a_role_that_may_not_be_assumed_leaves_the_rest_undetermined(  # type: ignore[no-untyped-def]
    run, new_role: NewRole, new_user: NewUser
) -> None:
    role = new_role(trust(new_user().arn), policy(allow("s3:ListAllMyBuckets")))
    text = f"""
WHO = session({role!r})
test_role = story(Assumed("assume", "", WHO), Allowed("list", "", WHO, LIST), Denied("not", "", WHO, LIST))
"""
    run(text).assert_outcomes(failed=1, errors=2)


def test_a_profile_is_who_it_should_be(run, pytester: pytest.Pytester, new_user: NewUser) -> None:  # type: ignore[no-untyped-def]
    may, may_not = new_user(policy(allow("s3:ListAllMyBuckets"))), new_user()
    keep_profile(pytester.path, "may", may.access_key_id, may.secret_access_key)
    keep_profile(pytester.path, "may-not", may_not.access_key_id, may_not.secret_access_key)
    text = f"""
MAY, MAY_NOT = Profile("may", {may.arn!r}), Profile("may-not", {may_not.arn!r})
MISTAKEN = Profile("may", {may_not.arn!r})
test_profiles = story(
    CallerIdentity("who", "", MAY),
    Allowed("may", "", MAY, LIST),
    Denied("may-not", "", MAY_NOT, LIST, NO_IDENTITY_ALLOW),
    CallerIdentity("mistaken", "", MISTAKEN),
    Allowed("of-another", "", MISTAKEN, LIST),
    Denied("of-another-denied", "", MISTAKEN, call("iam", "ListUsers")),
)
"""
    result = run(text, "-v")
    result.assert_outcomes(passed=3, errors=3)
    result.stdout.fnmatch_lines(["*?mistaken? ERROR*", "*?of-another? ERROR*"])
    result.stdout.fnmatch_lines([f"*WrongCaller: the profile may is {may.arn}, not {may_not.arn}*"])


def test_a_key_that_is_not_valid_is_an_error(run, pytester: pytest.Pytester, new_user: NewUser) -> None:  # type: ignore[no-untyped-def]
    user = new_user(policy(allow("s3:ListAllMyBuckets")))
    keep_profile(pytester.path, "mistyped", user.access_key_id, "x" * 40)
    keep_profile(pytester.path, "right", user.access_key_id, user.secret_access_key)
    text = f"""
RIGHT, MISTYPED, MISSING = (Profile(name, {user.arn!r}) for name in ("right", "mistyped", "missing"))
test_right = story(Allowed("right", "", RIGHT, LIST))
test_profiles = story(
    Denied("mistyped", "", MISTYPED, LIST),
    Denied("missing", "", MISSING, LIST),
)
"""
    result = run(text)
    result.assert_outcomes(passed=1, errors=2)
    assert user.secret_access_key not in result.stdout.str()


def test_a_wrong_key_of_the_administrator_is_an_error_in_one_line(run, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
    result = run('test_admin = story(Allowed("list", "", ADMINISTRATOR, LIST))')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["AWS does not accept the administrator's credentials (SignatureDoesNotMatch*"])


def test_an_output_that_is_not_there_is_an_error(run) -> None:  # type: ignore[no-untyped-def]
    result = run("""
LIST_ONE = call("s3", "ListObjectsV2", action="s3:ListBucket", Bucket=Output("Bucket"))
test_admin = story(Denied("list", "", ADMINISTRATOR, LIST_ONE))
""")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no output Bucket; deploy what is declared here*"])


def test_what_is_called_aws_is_aws(run) -> None:  # type: ignore[no-untyped-def]
    result = run('test_admin = story(Allowed("list", "", ADMINISTRATOR, LIST))', "--lab-target", "aws")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["AWS_ENDPOINT_URL is set, so this is not AWS*"])


def test_what_a_story_changed_is_put_back(run, admin: Caller, new_user: NewUser) -> None:  # type: ignore[no-untyped-def]
    name = new_user().arn.rsplit("/", 1)[-1]
    text = f"""
WHO = dict(UserName={name!r}, PolicyName="added")
DELETE = call("iam", "DeleteUserPolicy", **WHO)
PUT = call("iam", "PutUserPolicy", PolicyDocument='{policy(allow("s3:*"))}', undo=DELETE, **WHO)
test_admin = story(Allowed("put", "", ADMINISTRATOR, PUT))
"""
    run(text).assert_outcomes(passed=1)
    assert admin.client("iam").list_user_policies(UserName=name)["PolicyNames"] == []


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the example, and an environment in which it finds the packages, but no AWS."""
    for name in ("LAB_TARGET", "LAB_DEADLINE", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    shutil.copytree(ROOT / "examples" / "platform-roles", pytester.path, dirs_exist_ok=True)
    return pytester.path


def test_the_example_broken(pytester: pytest.Pytester, project: Path) -> None:
    """A wider policy, seen in two workers, each with an embedded AWS of its own; a story stays in one of them."""
    template = project / "template.yaml"
    text = template.read_text()
    wider = text.replace("Action: s3:ListBucket\n", "Action: s3:*\n").replace(
        "!GetAtt Reports.Arn\n              #", '"*"\n              #'
    )
    assert wider != text
    template.write_text(wider)
    options = ("-p", "xdist", "-n", "2", "--dist", "loadgroup")
    result = pytester.runpytest_subprocess("-p", "labkit.pytest_plugin", *options)
    result.assert_outcomes(passed=5, failed=1)
    result.stdout.fnmatch_lines(["FAILED *test_reader?buckets?*"])


def test_the_environment_is_as_before_afterwards(pytester: pytest.Pytester, project: Path) -> None:
    program = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from labkit.session import open_aws
os.environ.update(AWS_PROFILE="mine", AWS_REGION="eu-west-1", AWS_CONFIG_FILE="/nowhere")
before = dict(os.environ)
with open_aws("local") as aws:
    os.environ["OF_A_TEST"] = "1"
    inside = [os.environ.get("AWS_PROFILE"), aws.account, aws.client("sts").get_caller_identity()["Arn"]]
assert os.environ.pop("OF_A_TEST") == "1"
print(json.dumps([inside, dict(os.environ) == before]))
"""
    done = pytester.run(sys.executable, "-c", program, str(ROOT))
    inside, restored = json.loads(done.outlines[-1])
    assert inside[:2] == [None, "123456789012"]
    assert inside[2].startswith("arn:aws:iam::123456789012:user/")
    assert restored

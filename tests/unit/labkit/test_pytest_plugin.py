"""The pytest plugin: verdicts become outcomes, and nothing that proves nothing passes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from labkit.checks import ADMINISTRATOR, Allowed, call
from labkit.pytest_plugin import story

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[3]
# An AWS of which each check's verdict is known beforehand: it stands in the check's title.
CONFTEST = """
import pytest
from labkit.results import CheckResult, LabResult
from labkit.verdicts import Verdict

def result(id, title, verdict):
    said = ("James", "s3:ListBuckets", "AccessDenied", "allowed")
    return CheckResult(id, title, *said, Verdict(verdict), "for a reason", 1, 0.0)

class Aws:
    told = 0
    def prove(self, checks, outputs, deadline, *, explain):
        self.told += 1
        print("told", self.told, "deadline", deadline, "explain", explain)
        results = [result(check.id, check.title, check.title) for check in checks]
        left = [result("clean-up", "put back", "undetermined") for check in checks if check.id == "messy"]
        return LabResult("", "", (*results, *left), 0.0)

@pytest.fixture(scope="session")
def lab_aws():
    return Aws()
"""
HEAD = """
from labkit.checks import ADMINISTRATOR, Allowed, call
from labkit.pytest_plugin import story

def check(id, verdict):
    return Allowed(id, verdict, ADMINISTRATOR, call("s3", "ListBuckets"))
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    monkeypatch.delenv("LAB_TARGET", raising=False)
    monkeypatch.delenv("LAB_DEADLINE", raising=False)
    pytester.makeconftest(CONFTEST)

    def run(text: str, *options: str) -> pytest.RunResult:
        pytester.makepyfile(test_roles=HEAD + text)
        return pytester.runpytest("-p", "labkit.pytest_plugin", "--strict-markers", *options)

    return run


def test_proven_passes(run) -> None:  # type: ignore[no-untyped-def]
    result = run('test_james = story(check("a", "proven"), check("b", "proven"))', "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["test_roles.py::test_james?a? PASSED*", "test_roles.py::test_james?b? PASSED*"])


def test_failed_fails_and_says_what_was_asked_expected_and_observed(run) -> None:  # type: ignore[no-untyped-def]
    result = run('test_james = story(check("a", "proven"), check("b", "failed"))')
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    outcomes = result.parseoutcomes()
    assert (outcomes["passed"], outcomes["failed"]) == (1, 1)
    result.stdout.fnmatch_lines(
        [
            "failed: failed",
            "*who *James",
            "*asked *s3:ListBuckets",
            "*expected *AccessDenied",
            "*observed *allowed",
            "*reason *for a reason",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py*")


def test_undetermined_is_an_error(run) -> None:  # type: ignore[no-untyped-def]
    result = run('test_james = story(check("a", "undetermined"), check("b", "proven"))')
    result.assert_outcomes(errors=1, passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_not_applicable_is_skipped_with_its_reason(run) -> None:  # type: ignore[no-untyped-def]
    result = run('test_james = story(check("a", "not_applicable"))', "-rs")
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["*SKIPPED*for a reason*"])


def test_strict_makes_it_an_error(run) -> None:  # type: ignore[no-untyped-def]
    run('test_james = story(check("a", "not_applicable"))', "--lab-strict").assert_outcomes(errors=1)


def test_junit_says_the_same(run, pytester: pytest.Pytester) -> None:  # type: ignore[no-untyped-def]
    run('test_james = story(check("a", "undetermined"), check("b", "failed"))', "--junit-xml=r.xml")
    text = (pytester.path / "r.xml").read_text()
    assert text.count("<error ") == 1
    assert '<property name="observed" value="allowed"' in text
    assert '<failure message="Failed: failed: failed' in text


def test_what_could_not_be_put_back_is_an_error_whatever_the_checks_came_to(run) -> None:  # type: ignore[no-untyped-def]
    result = run('test_james = story(check("a", "failed"), check("messy", "proven"))', "-k", "a]")
    result.assert_outcomes(failed=1, errors=1, deselected=1)
    result.stdout.fnmatch_lines(["*put back*"])


def test_a_story_is_told_once_and_whole(run) -> None:  # type: ignore[no-untyped-def]
    text = 'test_a = story(check("a", "proven"), check("b", "proven"))\ntest_b = story(check("a", "undetermined"))'
    result = run(text, "-s", "--lab-deadline", "7")
    result.assert_outcomes(passed=2, errors=1)
    told = [line for line in result.outlines if "deadline" in line]
    assert [line[line.index("told") :] for line in told] == [f"told {n} deadline 7.0 explain False" for n in (1, 2)]


def test_one_check_alone_is_decided_by_the_whole_story(run) -> None:  # type: ignore[no-untyped-def]
    result = run('test_a = story(check("a", "undetermined"), check("b", "proven"))', "-k", "b]", "--lab-explain", "-s")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["*told 1 deadline 120.0 explain True*"])


def test_a_story_that_would_never_be_asked_is_refused(run) -> None:  # type: ignore[no-untyped-def]
    result = run('james = story(check("a", "failed"))')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the story james would never be asked; call it test_james*"])


def test_the_marker_leaves_stories_out(run) -> None:  # type: ignore[no-untyped-def]
    run('test_a = story(check("a", "failed"))', "-m", "not lab").assert_outcomes(deselected=1)


@pytest.mark.parametrize("options", [["--lab-target", "moon"], ["--lab-deadline", "-1"], ["--lab-deadline", "soon"]])
def test_an_option_that_is_wrong_is_a_usage_error(run, options: list[str]) -> None:  # type: ignore[no-untyped-def]
    assert run('test_a = story(check("a", "proven"))', *options).ret == pytest.ExitCode.USAGE_ERROR


def test_a_target_of_the_environment_that_is_wrong_is_an_error(run, pytester, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("LAB_TARGET", "moon")
    (pytester.path / "conftest.py").unlink()
    result = run('test_a = story(check("a", "proven"))')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["there is no target 'moon'; it is one of local, aws, environment"])


def test_tests_that_are_no_stories_are_left_alone(run, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("LAB_TARGET", "moon")
    text = """
class Touchy:
    def __getattribute__(self, name):
        raise RuntimeError(name)
touchy = Touchy()
def test_other():
    pass
"""
    run(text).assert_outcomes(passed=1)


def test_the_plugin_is_no_burden_where_no_story_is() -> None:
    program = "import sys, labkit.pytest_plugin; sys.exit(any(name.startswith('boto') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


A = Allowed("a", "A", ADMINISTRATOR, call("s3", "ListBuckets"))


def test_no_checks_are_no_story() -> None:
    with pytest.raises(ValueError, match="proves nothing"):
        story()


def test_two_checks_of_one_id_are_refused() -> None:
    with pytest.raises(ValueError, match="the id 'a' is taken"):
        story(A, A)


def test_what_is_no_check_is_refused() -> None:
    with pytest.raises(TypeError, match="is no check"):
        story("a")  # type: ignore[arg-type]

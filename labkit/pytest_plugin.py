"""The pytest plugin: what principals of your own may and may not do, proven against AWS, a test for each check.

    from labkit.checks import ADMINISTRATOR, NO_IDENTITY_ALLOW, Allowed, Assumed, Denied, Output, Role, Session, call
    from labkit.pytest_plugin import story

    AS_READER = Session(Role("reader", Output("ReaderArn")), by=ADMINISTRATOR, name="ci")

    test_reader = story(
        Assumed("assume", "We assume the role", AS_READER),
        Allowed("list", "It lists the buckets", AS_READER, call("s3", "ListBuckets", action="s3:ListAllMyBuckets")),
        Denied("users", "It lists no users", AS_READER, call("iam", "ListUsers"), NO_IDENTITY_ALLOW),
    )

Each check is a test: *proven* passes, *failed* fails with what was asked, expected and observed, *undetermined* (a key
that is not valid, a throttle, no connection, a session that was never opened) is an **error**, never a pass, and *not
applicable* is skipped with its reason (`--lab-strict`: an error).

Fixtures, all for the whole session:

`lab_aws`      the AWS that is asked (`labkit.session.OpenAws`): `lab_aws.account`, `lab_aws.client("iam")`,
               `lab_aws.outputs_of("stack", template)`. From the first test that needs it to the end of the session,
               the environment of this process is that AWS's.
`lab_outputs`  what `Output("…")` stands for in your stories, a mapping; empty. Override it in your conftest.py.

Options: `--lab-target local|aws|environment` (local: an embedded AWS of this session's own, thrown away at its end),
`--lab-deadline SECONDS`, `--lab-explain`, `--lab-strict`. Marker: `lab`, on every check (`-m "not lab"`).
With pytest-xdist every worker has an embedded AWS of its own; `--dist loadgroup` keeps a story in one worker.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import TYPE_CHECKING, Any

import pytest

# Every pytest session of an environment loads this module: what takes long to import is imported when it is used.
if TYPE_CHECKING:
    from labkit.checks.check import Check
    from labkit.results import CheckResult, LabResult
    from labkit.session import OpenAws

TARGETS = ("local", "aws", "environment")
CLEAN_UP = "clean-up"


@dataclass(frozen=True)
class Story:
    """Checks that are asked one after the other. `place`: the file and line that declare it."""

    place: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class _Expectation:
    """What one test is about: the check `id` of `story`."""

    story: Story
    id: str


def story(*checks: Check) -> Callable[..., None]:
    """A test function for pytest, parametrized by `checks`; bind it to a name that begins with `test_`.

    The checks are asked in their order, all together, as soon as one of the tests needs an answer: what
    comes before a check may be what makes AWS answer so. Raises `ValueError` for no check or two of one id, and
    `TypeError` for what is no check.
    """
    _require_story(checks)

    def expectation(lab_check: CheckResult) -> None:
        if lab_check.verdict.value == "failed":
            pytest.fail(_words(lab_check), pytrace=False)

    frame = sys._getframe(1)
    file, line = frame.f_code.co_filename, frame.f_lineno
    # The test is where the story is declared, not here.
    expectation.__code__ = expectation.__code__.replace(co_filename=file, co_firstlineno=line)
    expectation.__module__ = frame.f_globals["__name__"]
    told = Story(f"{Path(file).name}:{line}", checks)
    expectation.lab_story = told  # type: ignore[attr-defined]
    parameters = [pytest.param(_Expectation(told, check.id), id=check.id) for check in checks]
    marks = (
        pytest.mark.parametrize("lab_check", parameters, indirect=True),
        pytest.mark.xdist_group(told.place),
        pytest.mark.lab,
    )
    for mark in marks:
        mark(expectation)
    return expectation


def _require_story(checks: tuple[Check, ...]) -> None:
    from labkit.checks.check import Check

    if not checks:
        raise ValueError("a story without checks proves nothing")
    for check in checks:
        if not isinstance(check, Check):
            raise TypeError(f"{check!r} is no check; labkit.checks holds those there are")
    ids = [check.id for check in checks]
    twice = [id for id in dict.fromkeys(ids) if ids.count(id) > 1 or id == CLEAN_UP]
    if twice:
        raise ValueError(f"the id {twice[0]!r} is taken; every check of a story needs one of its own")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("lab", "AssumeRole Lab: what principals may do, proven against AWS")
    group.addoption(
        "--lab-target",
        choices=TARGETS,
        help="Which AWS is asked: local (an embedded one for this session), aws, or environment (whatever AWS the "
        "environment names) [default: $LAB_TARGET, else local].",
    )
    group.addoption(
        "--lab-deadline",
        type=_seconds,
        metavar="S",
        help="Seconds after which nothing of a story is asked again [default: $LAB_DEADLINE, else 5 on the embedded "
        "AWS and 120 elsewhere].",
    )
    group.addoption("--lab-explain", action="store_true", help="Say of each check that is not proven why.")
    group.addoption("--lab-strict", action="store_true", help="A check that is not applicable is an error.")


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 86400:
        raise ValueError(text)
    return seconds


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "lab: a check that an AWS is asked for (labkit).")
    # pytest-xdist's own, which may not be there.
    config.addinivalue_line("markers", "xdist_group(name): tests of a group run in one worker (pytest-xdist).")


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """Refuse a story that pytest would pass over in silence, since it is not called as a test is."""
    # What else stands in a module may mind being asked for an attribute.
    if type(obj) is FunctionType and hasattr(obj, "lab_story") and not collector.funcnamefilter(name):  # type: ignore[attr-defined]
        raise pytest.Collector.CollectError(f"the story {name} would never be asked; call it test_{name}")


@pytest.fixture(scope="session")
def lab_aws(request: pytest.FixtureRequest) -> Iterator[OpenAws]:
    """The AWS that is asked: `labkit.session.OpenAws`. Until the session's end the environment is that AWS's."""
    from labkit.errors import LabError
    from labkit.session import open_aws

    target = request.config.getoption("--lab-target") or os.environ.get("LAB_TARGET") or "local"
    try:
        with open_aws(target) as opened:
            yield opened
    except LabError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture(scope="session")
def lab_outputs() -> Mapping[str, str]:
    """What `Output("…")` stands for in a story. Override it, in most cases by `lab_aws.outputs_of("my-stack")`."""
    return {}


@pytest.fixture(scope="session")
def _lab_told() -> Iterator[dict[Any, LabResult]]:
    """What came out of the stories that were asked, so that each is asked once.

    At the session's end an error for what a story could not put back, whatever its checks came to.
    """
    told: dict[Any, LabResult] = {}
    yield told
    left = [_words(result) for story in told.values() for result in story.checks if result.id == CLEAN_UP]
    if left:
        pytest.fail("\n".join(left), pytrace=False)


@pytest.fixture
def lab_check(
    request: pytest.FixtureRequest,
    lab_aws: OpenAws,
    lab_outputs: Mapping[str, str],
    _lab_told: dict[Any, LabResult],
) -> CheckResult:
    """The result of one check of a story that is proven or failed; any other ends the test here. For `story` alone."""
    wanted: _Expectation = request.param
    key = (wanted.story.place, id(wanted.story), tuple(sorted(lab_outputs.items())))
    if key not in _lab_told:
        _lab_told[key] = _tell(wanted.story, lab_aws, lab_outputs, request.config)
    results = {result.id: result for result in _lab_told[key].checks}
    result = results[wanted.id]
    request.node.user_properties.extend((name, getattr(result, name)) for name in ("expected", "observed"))
    strict = request.config.getoption("--lab-strict")
    # An outcome of the set-up, which pytest calls an error: there is no verdict that the test could pass or fail by.
    if result.verdict.value == "undetermined" or (strict and result.verdict.value == "not_applicable"):
        pytest.fail(_words(result), pytrace=False)
    if result.verdict.value == "not_applicable":
        pytest.skip(result.reason)
    return result


def _tell(told: Story, aws: OpenAws, outputs: Mapping[str, str], config: pytest.Config) -> LabResult:
    from labkit.deadline import deadline_seconds
    from labkit.errors import LabError

    try:
        seconds = deadline_seconds(config.getoption("--lab-deadline"), os.environ)
    except LabError as error:
        pytest.fail(str(error), pytrace=False)
    return aws.prove(told.checks, outputs, seconds, explain=config.getoption("--lab-explain"))


def _words(result: CheckResult) -> str:
    """A check that is not proven, in lines."""
    from labkit.reports.wording import WORDS, facts

    lines = [f"{WORDS[result.verdict]}: {result.title}"]
    return "\n".join([*lines, *(f"  {heading:<9} {text}" for heading, text in facts(result))])

"""The documentation: its links lead somewhere, its reference is fresh, commands that no test runs exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from labkit.catalogue import all_labs
from labkit.commands.main import lab as lab_command
from scripts.refresh_reference import FOLDER, pages
from tests.documentation import LINKED, PAGES, ROOT, anchors, blocks, commands, links, prose
from tests.unit.test_workflows import ACTIONS

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ON_AWS = "--target aws --profile my-sandbox --region eu-west-1"
# Commands that are told but not run: they need an account, or a network. All of them, so that none is forgotten.
NOT_RUN = {
    "docs/learner.md": ["make setup", 'export PATH="$PWD/.venv/bin:$PATH"'],
    "docs/instructor.md": [
        f"lab up james-s3 {ON_AWS}",
        f"lab verify james-s3 {ON_AWS}",
        f"lab credentials james-s3 James --csv james.csv {ON_AWS}",
        f"lab verify james-s3 --explain --html report.html {ON_AWS}",
        f"lab down james-s3 --dry-run {ON_AWS}",
        f"lab down james-s3 {ON_AWS}",
    ],
    "docs/ci.md": [
        "lab up james-s3 --target aws --yes",
        "lab verify james-s3 --target aws --junit junit.xml",
        "lab down james-s3 --target aws --yes",
    ],
    "docs/platform-engineer.md": ["pip install '.[local]' pytest", "pytest --lab-target aws"],
    "examples/platform-roles/README.md": [
        "pip install '../..[local]' pytest",
        "aws cloudformation deploy --stack-name reporting --template-file template.yaml"
        " --capabilities CAPABILITY_NAMED_IAM",
        "pytest -v --lab-target aws",
    ],
}
LANGUAGES = {"bash", "sh", "python", "text", "yaml", "console", "mermaid"}


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in links(page):
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), target
        assert found.is_relative_to(ROOT), target
        if anchor:
            assert anchor in anchors(found), target


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One: `two`\n[a](b.md#c) [d](https://example.com)\n```text\n[e](f)\n# not a heading\n```\n")
    assert links(page) == ["b.md#c"]
    assert anchors(page) == {"one-two"}


def test_every_page_can_be_reached_from_the_index() -> None:
    seen, ahead = set(), [ROOT / "docs" / "index.md"]
    while ahead:
        page = ahead.pop()
        seen.add(page)
        targets = ((page.parent / target.partition("#")[0]).resolve() for target in links(page))
        ahead += [target for target in targets if target in PAGES and target not in seen]
    assert seen >= set(PAGES)


@pytest.mark.parametrize("file", sorted(pages()))
def test_the_reference_is_fresh(file: str) -> None:
    assert (FOLDER / file).read_text(encoding="utf-8") == pages()[file], "run scripts/refresh_reference.py"


def test_the_reference_holds_nothing_else_and_no_address() -> None:
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted(pages())
    assert not any(re.search(r"0x[0-9a-f]{6}| at /", text) for text in pages().values())


def test_everything_public_has_words() -> None:
    for file, text in pages().items():
        for section in text.split("\n## ")[1:]:
            assert len(section.splitlines()) > 2, f"{file}: {section}"


def test_the_commands_that_are_not_run_are_these() -> None:
    told = {name(page): [command.line for command in commands(page, "sh")] for page in PAGES}
    assert {page: lines for page, lines in told.items() if lines} == NOT_RUN


@pytest.mark.parametrize("line", [line for lines in NOT_RUN.values() for line in lines])
def test_what_is_not_run_exists(line: str) -> None:
    check(line)


@pytest.mark.parametrize("line", ["lab up --nope", "lab nope", "make nope", "pytest --lab-nope", "curl example.com"])
def test_what_does_not_exist_is_seen(line: str) -> None:
    with pytest.raises((AssertionError, click.UsageError, pytest.fail.Exception, StopIteration)):
        check(line)


def check(line: str) -> None:
    """Fail unless the program is known and takes these options."""
    program, *words = shlex.split(line)
    if program == "lab":
        command = lab_command.get_command(click.Context(lab_command), words[0])
        assert command, line
        asked = command.make_context(words[0], words[1:]).params
        assert set(asked.get("labs", ())) <= {entry.name for entry in all_labs()}
    elif program == "make":
        assert re.search(rf"^{words[0]}:", MAKEFILE, re.MULTILINE), line
    elif program == "pytest":
        source = (ROOT / "labkit" / "pytest_plugin.py").read_text(encoding="utf-8")
        assert all(f'"{word}"' in source for word in words if word.startswith("--")), line
    elif program == "aws":
        assert words[:2] == ["cloudformation", "deploy"]
        options = {"--stack-name", "--template-file", "--capabilities"}
        assert {word for word in words if word.startswith("--")} <= options
    else:
        assert program in ("pip", "export"), line


def test_blocks_are_in_languages_that_say_whether_they_are_run() -> None:
    for page in PAGES:
        fences = re.findall(r"^```(\w*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(fences[::2]) <= LANGUAGES, page


def test_workflows_that_are_shown_use_what_ours_use() -> None:
    shown = [*blocks(ROOT / "docs" / "ci.md", "yaml")]
    shown += [file.read_text(encoding="utf-8") for file in (ROOT / "examples").rglob(".github/workflows/*.yml")]
    assert len(shown) == 2
    for text in shown:
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {"contents": "read"}
        steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
        assert {step["uses"] for step in steps if "uses" in step} <= ACTIONS
        for line in (step["run"] for step in steps if "run" in step):
            assert line.split()[0] in ("make", "pip", "pytest")
            if not line.startswith("pytest --junit-xml"):
                check(line.replace(" --junit-xml=roles-on-aws.xml", ""))


def test_the_ten_lines_of_python_are_those_of_the_example() -> None:
    (shown,) = blocks(ROOT / "docs" / "platform-engineer.md", "python")
    example = (ROOT / "examples" / "platform-roles" / "test_roles.py").read_text(encoding="utf-8")
    assert all(line in example for line in shown.splitlines() if line.strip())


def test_the_differences_are_told_once_and_the_readme_keeps_some() -> None:
    table = [line for line in prose(ROOT / "docs" / "differences.md").splitlines() if line.startswith("|")]
    readme = prose(ROOT / "README.md").split("## Where the embedded AWS differs from AWS")[1].split("\n## ")[0]
    kept = [line for line in readme.splitlines() if line.startswith("|")]
    assert len(kept) == 7
    assert set(kept) <= set(table)

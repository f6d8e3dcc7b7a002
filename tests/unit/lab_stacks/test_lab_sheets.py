"""Every lab's sheet is in step with its stack and its checks: names, ARNs, users, check ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from labkit.catalogue import find_labs
from labkit.checks.lab import Lab
from tests.lab_sheets import LABS, SECTIONS, Sheet, sheet
from tests.unit.lab_stacks.synthesis import Synthesized, Template

# How the sheet has to name a thing that the template names.
NAMES = ("UserName", "RoleName", "GroupName", "ManagedPolicyName", "FunctionName")
KINDS = {"user": "UserName", "role": "RoleName", "group": "GroupName", "policy": "ManagedPolicyName"}


@pytest.fixture(params=LABS)
def a_sheet(request: pytest.FixtureRequest) -> Sheet:
    return sheet(request.param)


@pytest.fixture
def lab(a_sheet: Sheet) -> Lab:
    (entry,) = find_labs((a_sheet.lab,))
    return entry.lab


@pytest.fixture
def templates(a_sheet: Sheet, labs: Synthesized) -> list[Template]:
    return [labs.templates[name] for name, stack in labs.stacks.items() if stack.lab == a_sheet.lab]


def named(templates: list[Template], *properties: str) -> set[str]:
    """The names that resources of the stacks have in these properties."""
    found = (r["Properties"].get(name) for t in templates for r in t["Resources"].values() for name in properties)
    return {name for name in found if isinstance(name, str)}


def inline_policies(templates: list[Template]) -> set[str]:
    resources = (resource for template in templates for resource in template["Resources"].values())
    return {policy["PolicyName"] for r in resources for policy in r["Properties"].get("Policies", [])}


def backticked(text: str) -> Iterator[str]:
    yield from re.findall(r"`([^`]+)`", text)


def test_the_form(a_sheet: Sheet, lab: Lab) -> None:
    assert a_sheet.headings == SECTIONS
    assert a_sheet.text.startswith(f"# {lab.title}\n")
    assert f"Lab `{a_sheet.lab}`, stack `{lab.stack}`" in a_sheet.text
    numbers = set(re.findall(r"\b00\d\b", lab.source))
    assert numbers
    assert set(re.findall(r"\b00\d\b", a_sheet.text.split("\n\n")[1])) == numbers
    assert "```mermaid\nflowchart" in a_sheet.section("What you learn")


def test_what_is_deployed_is_named(a_sheet: Sheet, templates: list[Template]) -> None:
    shown = set(backticked(a_sheet.section("What is deployed")))
    # The parts of a split policy are named by their suffix.
    suffixes = {name for name in shown if name.startswith("-")}
    first = {f"{name}{suffix}" for name in shown for suffix in suffixes}
    deployed = named(templates, *NAMES) | inline_policies(templates)
    assert deployed
    assert deployed - shown - first == set()


def test_every_arn_is_of_something_deployed(a_sheet: Sheet, templates: list[Template]) -> None:
    for kind, name in re.findall(r"arn:aws:iam::(?:123456789012|210987654321):(\w+)/([\w+=,.@-]+)", a_sheet.text):
        assert name in named(templates, KINDS[kind]), f"{kind} {name}"


def test_commands_name_the_lab_and_its_users(a_sheet: Sheet, lab: Lab) -> None:
    users = {user.name for user in lab.users}
    assert set(re.findall(r"lab shell ([\w.-]+)", a_sheet.text)) <= users
    assert set(re.findall(r"lab (?:up|down|verify|credentials|explain) ([\w-]+)", a_sheet.text)) == {a_sheet.lab}
    assert set(re.findall(r"cdk (?:deploy|destroy) (\w+)", a_sheet.text)) <= {lab.stack, f"{lab.stack}Partner"}
    assert a_sheet.blocks
    assert all(block.user in users and block.commands for block in a_sheet.blocks)
    profiles = {role.name for role in lab.roles}
    assert set(re.findall(r"--profile ([\w+=,.@-]+)", a_sheet.section("Try it in the CLI"))) <= profiles


def test_outputs_that_are_named_exist(a_sheet: Sheet, templates: list[Template]) -> None:
    outputs = {key for template in templates for key in template["Outputs"]}
    assert set(re.findall(r"`(\w+(?:Url|SecretArn|Arn|Name))`", a_sheet.section(SECTIONS[3]))) <= outputs


def test_what_breaks_are_checks_of_the_lab(a_sheet: Sheet, lab: Lab) -> None:
    ids = {check.id for check in lab.story}
    assert len(a_sheet.breaks) >= 3
    for row in a_sheet.breaks:
        assert row.checks, row.command
        assert set(row.checks) <= ids, row.command


def test_documents_in_commands_are_json(a_sheet: Sheet) -> None:
    for row in a_sheet.breaks:
        for document in re.findall(r"'(\{.*?\})'", row.command):
            json.loads(document)

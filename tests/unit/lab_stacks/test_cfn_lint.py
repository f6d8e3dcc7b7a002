"""cfn-lint finds nothing in any lab's template."""

from __future__ import annotations

import copy
import json

from cfnlint.api import lint
from cfnlint.config import ManualArgs

from tests.unit.lab_stacks.synthesis import Synthesized, Template


def findings(template: Template) -> list[str]:
    """cfn-lint's errors and warnings on a template."""
    return [f"{match.rule.id} {match.message}" for match in lint(json.dumps(template), config=ManualArgs())]


def test_nothing_is_found_in_any_lab(labs: Synthesized) -> None:
    assert labs.templates
    assert {name: found for name, template in labs.templates.items() if (found := findings(template))} == {}


def test_a_broken_template_is_found(james: Template) -> None:
    broken = copy.deepcopy(james)
    (user,) = (resource for resource in broken["Resources"].values() if resource["Type"] == "AWS::IAM::User")
    user["Properties"]["Nickname"] = "Jim"
    broken["Outputs"]["Nowhere"] = {"Value": {"Ref": "NoSuchResource"}}
    found = findings(broken)
    assert any(line.startswith("E3002") and "Nickname" in line for line in found)
    assert any("NoSuchResource" in line for line in found)

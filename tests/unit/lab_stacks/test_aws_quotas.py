"""AWS's quotas, for every lab. Neither `cdk synth` nor cfn-lint looks at them, AWS does."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from lab_stacks.lab_stack import LabStack
from lab_stacks.policy_parts import MANAGED_POLICY_QUOTA
from tests.unit.lab_stacks.synthesis import CDK_CLI, Synthesized, Template, synthesize

# IAM User Guide, "IAM and AWS STS quotas"; sizes in characters, white space not counted.
MANAGED_POLICY = 6144
TRUST_POLICY = 2048
INLINE_POLICIES = {"User": 2048, "Role": 10240, "Group": 5120}
ATTACHED_POLICIES = 10
NAMES = {"UserName": 64, "RoleName": 64, "ManagedPolicyName": 128}
# CloudFormation User Guide, "CloudFormation quotas"; the template's size is that of an inline TemplateBody.
RESOURCES = 500
OUTPUTS = 200
TEMPLATE_BYTES = 51_200

# No account, partition, region or ARN of a principal is longer than what stands for it here.
LENGTHS = {"AWS::AccountId": 12, "AWS::Partition": 10, "AWS::Region": 14}
LONGEST_REFERENCE = 128


def size(document: Any) -> int:
    """The size of a policy document, with the longest that its references may become."""
    return len("".join(json.dumps(written_out(document), separators=(",", ":")).split()))


def written_out(value: Any) -> Any:
    if isinstance(value, list):
        return [written_out(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::Join"}:
        separator, parts = value["Fn::Join"]
        return separator.join(written_out(part) for part in parts)
    if set(value) == {"Ref"}:
        return "x" * LENGTHS.get(value["Ref"], LONGEST_REFERENCE)
    if set(value) == {"Fn::GetAtt"}:
        return "x" * LONGEST_REFERENCE
    return {key: written_out(item) for key, item in value.items()}


def violations(template: Template) -> list[str]:
    """What in a template is beyond a quota."""
    return [*_documents(template), *_inline(template), *_attachments(template), *_names(template), *_numbers(template)]


def _resources(template: Template) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for logical_id, resource in template["Resources"].items():
        yield logical_id, resource["Type"], resource.get("Properties", {})


def _documents(template: Template) -> Iterator[str]:
    for logical_id, kind, properties in _resources(template):
        if kind == "AWS::IAM::ManagedPolicy" and size(properties["PolicyDocument"]) > MANAGED_POLICY:
            yield f"{logical_id}: managed policy"
        if kind == "AWS::IAM::Role" and size(properties["AssumeRolePolicyDocument"]) > TRUST_POLICY:
            yield f"{logical_id}: trust policy"


def _inline(template: Template) -> Iterator[str]:
    """Inline policies, on the principal itself or as resources of their own."""
    sizes: Counter[str] = Counter()
    for logical_id, kind, properties in _resources(template):
        for policy in properties.get("Policies", []) if kind.startswith("AWS::IAM::") else []:
            sizes[logical_id] += size(policy["PolicyDocument"])
        if kind.startswith("AWS::IAM::") and kind.endswith("Policy") and kind != "AWS::IAM::ManagedPolicy":
            for principal in _principals(properties):
                sizes[principal] += size(properties["PolicyDocument"])
    for logical_id, kind, _ in _resources(template):
        if sizes[logical_id] > INLINE_POLICIES.get(kind.removeprefix("AWS::IAM::"), 0):
            yield f"{logical_id}: inline policies"


def _attachments(template: Template) -> Iterator[str]:
    attached: dict[str, int] = defaultdict(int)
    for logical_id, kind, properties in _resources(template):
        attached[logical_id] += len(properties.get("ManagedPolicyArns", []))
        if kind == "AWS::IAM::ManagedPolicy":
            for principal in _principals(properties):
                attached[principal] += 1
    yield from (f"{name}: attached policies" for name, count in attached.items() if count > ATTACHED_POLICIES)


def _principals(properties: dict[str, Any]) -> list[str]:
    """The logical ids of those that a policy resource is attached to."""
    several = [principal for name in ("Users", "Roles", "Groups") for principal in properties.get(name, [])]
    single = [properties[name] for name in ("UserName", "RoleName", "GroupName") if name in properties]
    return [principal["Ref"] for principal in several + single if isinstance(principal, dict)]


def _names(template: Template) -> Iterator[str]:
    for logical_id, _, properties in _resources(template):
        for name, longest in NAMES.items():
            if isinstance(properties.get(name), str) and len(properties[name]) > longest:
                yield f"{logical_id}: {name}"


def _numbers(template: Template) -> Iterator[str]:
    if len(template["Resources"]) > RESOURCES:
        yield "resources"
    if len(template.get("Outputs", {})) > OUTPUTS:
        yield "outputs"


def test_policies_are_split_at_the_quota() -> None:
    assert MANAGED_POLICY_QUOTA == MANAGED_POLICY


def test_every_lab_keeps_to_the_quotas(labs: Synthesized) -> None:
    assert labs.templates
    assert {name: found for name, template in labs.templates.items() if (found := violations(template))} == {}


def template_as_sent(labs: Synthesized, stack: str, home: Path) -> bytes:
    """The YAML of a synthesized stack as the CDK CLI writes it, which is what it sends to CloudFormation."""
    command = [CDK_CLI, "synth", stack, "--app", str(labs.folder)]
    environment = {**os.environ, "CDK_HOME": str(home)}
    return subprocess.run(command, cwd=home, env=environment, capture_output=True, check=True).stdout


def test_every_template_can_be_sent_inline(labs: Synthesized, tmp_path: Path) -> None:
    sizes = {stack: len(template_as_sent(labs, stack, tmp_path)) for stack in labs.templates}
    assert {stack: found for stack, found in sizes.items() if found > TEMPLATE_BYTES} == {}
    # YAML is the longer form: it would be a surprise, and not a measure, if it were shorter than the bare JSON.
    assert all(sizes[stack] > len(json.dumps(labs.templates[stack])) for stack in sizes)


def actions(count: int) -> list[str]:
    return [f"ec2:DescribeSomethingWithNumber{number:04}" for number in range(count)]


class Oversized(LabStack):
    """One stack that is beyond every quota of IAM's that a stack can be beyond."""

    def __init__(self, app: cdk.App) -> None:
        super().__init__(app, "oversized")
        user = iam.User(self, "User", user_name="u" * 65)
        for number in range(11):
            iam.ManagedPolicy(self, f"Policy{number}", users=[user], statements=[self.statement(1)])
        iam.ManagedPolicy(self, "Large", statements=[self.statement(200)])
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.CompositePrincipal(*(iam.AccountPrincipal(f"{n:012}") for n in range(60))),
            inline_policies={"Own": iam.PolicyDocument(statements=[self.statement(150)])},
        )
        for principal in (user, role):
            iam.Policy(self, f"For{principal.node.id}", users=[user], statements=[self.statement(60)]).attach_to_role(
                role
            )

    @staticmethod
    def statement(count: int) -> iam.PolicyStatement:
        return iam.PolicyStatement(actions=actions(count), resources=["*"])


def test_what_is_beyond_a_quota_is_found(tmp_path: Path) -> None:
    template = synthesize(tmp_path, Oversized).templates["Oversized"]
    found = {violation.split(": ")[1] for violation in violations(template)}
    assert found == {"managed policy", "trust policy", "inline policies", "attached policies", "UserName"}


@pytest.mark.parametrize(
    ("resources", "outputs", "found"), [(500, 200, []), (501, 200, ["resources"]), (1, 201, ["outputs"])]
)
def test_numbers_in_a_stack(resources: int, outputs: int, found: list[str]) -> None:
    template = {
        "Resources": {f"R{n}": {"Type": "AWS::SNS::Topic"} for n in range(resources)},
        "Outputs": {f"O{n}": {"Value": "x"} for n in range(outputs)},
    }
    assert violations(template) == found


def test_a_reference_counts_as_the_longest_it_may_become() -> None:
    principal = {
        "AWS": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":iam::", {"Ref": "AWS::AccountId"}, ":root"]]}
    }
    assert size(principal) == len('{"AWS":"arn:aws-us-gov:iam::123456789012:root"}')
    assert size({"AWS": {"Fn::GetAtt": ["User", "Arn"]}}) == len('{"AWS":""}') + LONGEST_REFERENCE

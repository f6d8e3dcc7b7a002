"""CloudFormation stacks for tests: deploy a few resources, wait for the end, read what happened."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from tests.local.callers import Caller

Resources = Mapping[str, Mapping[str, Any]]
NewStack = Callable[..., "Stack"]
_WAIT_SECONDS = 20


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of a template; `kind` as `IAM::User`."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def ref(logical_id: str) -> dict[str, str]:
    return {"Ref": logical_id}


def att(logical_id: str, attribute: str) -> dict[str, list[str]]:
    return {"Fn::GetAtt": [logical_id, attribute]}


def document(text: str) -> dict[str, Any]:
    """A policy document as a template holds it."""
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@dataclass
class Stack:
    """A stack by its name, and who deploys it."""

    name: str
    caller: Caller
    reader: Caller
    stack_id: str = field(default="", repr=False)

    def create(self, resources: Resources, outputs: Mapping[str, Any] | None = None, **more: Any) -> str:
        """Create it and return the status in which it ends."""
        answer = self._client.create_stack(**self._template(resources, outputs), **more)
        self.stack_id = answer["StackId"]
        return self.settled()

    def update(self, resources: Resources, outputs: Mapping[str, Any] | None = None, **more: Any) -> str:
        self._client.update_stack(**self._template(resources, outputs), **more)
        return self.settled()

    def delete(self) -> str:
        self._client.delete_stack(StackName=self.stack_id)
        return self.settled()

    def settled(self) -> str:
        """The status, once no operation is in progress."""
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            status: str = self.described()["StackStatus"]
            if not status.endswith("IN_PROGRESS"):
                return status
            assert time.monotonic() < deadline, f"{self.name} is still {status}"
            time.sleep(0.01)

    def described(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._reader.describe_stacks(StackName=self.stack_id or self.name)["Stacks"][0]
        return answer

    @property
    def outputs(self) -> dict[str, str]:
        return {each["OutputKey"]: each["OutputValue"] for each in self.described().get("Outputs", ())}

    def physical_id(self, logical_id: str) -> str:
        answer = self._reader.describe_stack_resource(StackName=self.stack_id, LogicalResourceId=logical_id)
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])

    def events(self, logical_id: str) -> list[tuple[str, str]]:
        """(status, reason) of a resource's events, oldest first."""
        found = self._reader.describe_stack_events(StackName=self.stack_id)["StackEvents"]
        return [
            (event["ResourceStatus"], event.get("ResourceStatusReason", ""))
            for event in reversed(found)
            if event["LogicalResourceId"] == logical_id
        ]

    def reason(self, logical_id: str, status: str) -> str:
        """Why the resource came into this status, the last time."""
        reasons = [reason for each, reason in self.events(logical_id) if each == status]
        assert reasons, f"{logical_id} never was {status}: {self.events(logical_id)}"
        return reasons[-1]

    @property
    def _client(self) -> Any:
        return self.caller.client("cloudformation")

    @property
    def _reader(self) -> Any:
        return self.reader.client("cloudformation")

    def _template(self, resources: Resources, outputs: Mapping[str, Any] | None) -> dict[str, Any]:
        template: dict[str, Any] = {"Resources": resources}
        if outputs:
            template["Outputs"] = {name: {"Value": value} for name, value in outputs.items()}
        return {
            "StackName": self.name,
            "TemplateBody": json.dumps(template),
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
        }


def exists(call: Any, **parameters: Any) -> bool:
    """Whether IAM finds what this call reads."""
    try:
        call(**parameters)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        return False
    return True

"""The labs' CloudFormation stacks as they stand in an account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient

# CloudFormation API Reference, Stack, StackStatus. A stack whose update was rolled back stands as before.
_STANDING = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    }
)
# A change set was made for a stack that does not exist: nothing has been created.
_EMPTY = "REVIEW_IN_PROGRESS"


@dataclass(frozen=True)
class Stack:
    """A stack. `id` is its ARN, by which it is found even when it is deleted; `since`: last changed."""

    name: str
    id: str
    status: str
    outputs: Mapping[str, str]
    since: datetime

    @property
    def stands(self) -> bool:
        return self.status in _STANDING

    @property
    def busy(self) -> bool:
        return self.status.endswith("_IN_PROGRESS") and not self.stands and self.status != _EMPTY


@dataclass(frozen=True)
class Resource:
    """One resource of a stack. `physical_id` is its name or ARN, empty if it was never created."""

    logical_id: str
    type: str
    physical_id: str
    status: str


def find_stack(cloudformation: CloudFormationClient, name: str) -> Stack | None:
    """The stack `name` (or the stack with this ARN), None if there is none. Raises botocore's errors."""
    try:
        found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in error.response.get("Error", {}).get("Message", ""):
            return None
        raise
    if found["StackStatus"] == "DELETE_COMPLETE":
        return None
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    since = found.get("LastUpdatedTime", found["CreationTime"])
    return Stack(found["StackName"], found["StackId"], found["StackStatus"], outputs, since)


def resources(cloudformation: CloudFormationClient, stack_id: str) -> tuple[Resource, ...]:
    """The resources of the stack with this ARN, deleted ones included."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack_id)
    return tuple(
        Resource(
            found["LogicalResourceId"],
            found["ResourceType"],
            found.get("PhysicalResourceId", ""),
            found["ResourceStatus"],
        )
        for page in pages
        for found in page["StackResourceSummaries"]
    )


def last_deleted(cloudformation: CloudFormationClient, name: str) -> str | None:
    """The ARN of the stack `name` that was deleted last, None if there was none (AWS remembers 90 days)."""
    pages = cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=["DELETE_COMPLETE"])
    gone = [
        (found.get("DeletionTime", found["CreationTime"]), found["StackId"])
        for page in pages
        for found in page["StackSummaries"]
        if found["StackName"] == name
    ]
    return max(gone)[1] if gone else None


def first_failure(cloudformation: CloudFormationClient, stack: str) -> str | None:
    """Why the last operation on `stack` (name or ARN) failed: the first resource that did, and its reason."""
    try:
        pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack)
        events = [event for page in pages for event in page["StackEvents"]]
    except ClientError:
        return None
    failure = None
    for event in events:  # newest first
        whole_stack = event.get("PhysicalResourceId") == event["StackId"]
        if whole_stack and event.get("ResourceStatus") in (
            "CREATE_IN_PROGRESS",
            "UPDATE_IN_PROGRESS",
            "DELETE_IN_PROGRESS",
        ):
            break
        if event.get("ResourceStatus", "").endswith("_FAILED") and not whole_stack:
            failure = f"{event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '')}"
    return " ".join(failure.split()) if failure else None

"""Resources that were made, but not to the end: they belong to the stack, so its rollback deletes them.

AWS: a resource that fails after it was made is CREATE_FAILED with its physical id; the rollback deletes it, and is a
ROLLBACK_FAILED where it can't (CloudFormation User Guide, "Stack failure options"). Stock MiniStack knows a
resource only once its handler has returned.
Hook: the resource is put into the stack's record; MiniStack's rollback is handed it with the others.
"""

from __future__ import annotations

from typing import Any

from local_aws import upstream
from local_aws.cloudformation_iam.resource_type import Target

_KEY = "_unfinished"


def install() -> None:
    """Let rollbacks see what was left unfinished."""
    stock = upstream.module("services.cloudformation.stacks")._roll_back_operation

    async def roll_back(name: str, stack_id: str, stack: dict[str, Any], operation: dict[str, Any], *more: Any) -> Any:
        created = [*operation.get("created", ()), *stack.pop(_KEY, ())]
        return await stock(name, stack_id, stack, {**operation, "created": created}, *more)

    upstream.replace("services.cloudformation.stacks", "_roll_back_operation", roll_back)


def leave(stack_name: str, logical_id: str, resource_type: str, target: Target) -> None:
    """Put an unfinished resource into its stack's record."""
    stack = upstream.module("services.cloudformation")._stacks[stack_name]
    stack["_resources"][logical_id] = {
        "PhysicalResourceId": target.physical_id,
        "ResourceType": resource_type,
        "ResourceStatus": "CREATE_FAILED",
        "LogicalResourceId": logical_id,
        "Properties": target.properties,
        "Attributes": {},
        "Timestamp": upstream.module("core.responses").now_iso(),
    }
    stack.setdefault(_KEY, []).append(logical_id)

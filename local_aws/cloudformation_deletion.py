"""A stack deletes nothing that a resource which could not be deleted still depends on.

AWS: CloudFormation deletes a resource only after those that depend on it are gone (CloudFormation User Guide,
"DependsOn attribute"), so that a DELETE_FAILED keeps what it needs. Stock MiniStack goes on to delete the policies of a
user who is still there, and the secret that holds the password.
Hook: `_delete_resource` where the engine looks for it, within `_delete_stack_async`, refuses it for such a resource.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from local_aws import upstream

_FAILED: ContextVar[list[str] | None] = ContextVar("resources that a stack could not delete", default=None)


class StillNeededError(RuntimeError):
    """The resource is not deleted; the text is the reason in the stack's events."""


def install() -> None:
    """Keep what is still needed."""
    stacks = upstream.module("services.cloudformation.stacks")
    delete_stack, delete_resource = stacks._delete_stack_async, stacks._delete_resource

    async def _delete_stack_async(*given: Any, **more: Any) -> Any:
        token = _FAILED.set([])
        try:
            return await delete_stack(*given, **more)
        finally:
            _FAILED.reset(token)

    def _delete_resource(
        resource_type: str, physical_id: str, properties: Any, stack: str | None = None, logical_id: str | None = None
    ) -> Any:
        failed = _FAILED.get()
        if failed is None or stack is None or logical_id is None:
            return delete_resource(resource_type, physical_id, properties, stack, logical_id)
        try:
            _refuse_needed(stack, logical_id, failed)
            return delete_resource(resource_type, physical_id, properties, stack, logical_id)
        except Exception:
            failed.append(logical_id)
            raise

    upstream.replace("services.cloudformation.stacks", "_delete_stack_async", _delete_stack_async)
    # Its own name in this module only: MiniStack's update handlers call the original for other purposes.
    stacks._delete_resource = _delete_resource


def _refuse_needed(stack_name: str, logical_id: str, failed: list[str]) -> None:
    for other in failed:
        if logical_id in _needs(stack_name, other):
            raise StillNeededError(f"Not deleted, since {other} depends on it and could not be deleted.")


def _needs(stack_name: str, logical_id: str) -> set[str]:
    """The resources that this one depends on directly."""
    template: Mapping[str, Any] = upstream.module("services.cloudformation")._stacks[stack_name].get("_template") or {}
    resources = template.get("Resources", {})
    extract = upstream.module("services.cloudformation.engine")._extract_deps
    return set(extract(resources[logical_id], set(resources))) if logical_id in resources else set()

"""CloudFormation's own tags (`aws:cloudformation:stack-name` …) are not put on IAM principals.

AWS: users and roles get the tags of the stack, but not those with the prefix `aws:` (the types' schemas say
`"cloudFormationSystemTags": false`). Stock MiniStack puts all on them, so that `aws:PrincipalTag/aws:cloudformation:…`
would exist in conditions.
Hook: `_with_stack_tags`, which gives a resource the properties that it is made with.
"""

from __future__ import annotations

from typing import Any

from local_aws import upstream

_SYSTEM = "aws:cloudformation:"


def install() -> None:
    """Leave these tags out for IAM's types."""
    stock = upstream.module("services.cloudformation.provisioners")._with_stack_tags

    def _with_stack_tags(resource_type: str, properties: dict[str, Any], *more: Any) -> dict[str, Any]:
        tagged: dict[str, Any] = stock(resource_type, properties, *more)
        if not resource_type.startswith("AWS::IAM::") or tagged is properties:
            return tagged
        own = [tag for tag in tagged["Tags"] if not tag["Key"].startswith(_SYSTEM)]
        return {**properties, "Tags": own} if own else properties

    upstream.replace("services.cloudformation.provisioners", "_with_stack_tags", _with_stack_tags)

"""Session policies: what may be passed, and the packed size of them and of session tags.

AWS: AWS STS API Reference, AssumeRole and GetFederationToken (Policy, PolicyArns, PackedPolicySize); IAM User Guide,
reference_iam-quotas ("IAM and STS character limits"). Stock MiniStack looks at little of a policy's grammar, lets any
number of ARNs through and states no packed size.

AWS does not say how it packs. Here it is what zlib makes of the texts, measured against a size that gives the
percentages of AWS's examples roughly: whether something near the limit fits must be tried on AWS.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from typing import Any

from local_aws import callers, policy_documents
from local_aws.iam_api import IamError
from local_aws.session_tags import Tags
from local_aws.sts_requests import StsError, StsRequest, constraint_violations

_MOST_ARNS = 10
_LONGEST = 2048
_PATTERN = r"[\u0009\u000A\u000D\u0020-\u00FF]+"
_ALLOTTED_BYTES = 1500


def passed(request: StsRequest, account: str) -> dict[str, Any]:
    """`Policy` and `PolicyArns` as sessions keep them; empty where none is passed. Raises StsError.

    Managed policies have to be AWS's own or `account`'s.
    """
    policy, arns = request.get("Policy") or "", request.fields("PolicyArns", "arn")
    if policy:
        _check(policy)
    if len(arns) > _MOST_ARNS:
        raise constraint_violations(
            [("policyArns", None, f"Member must have length less than or equal to {_MOST_ARNS}")]
        )
    if any(callers.managed_policy(arn, account) is None for arn in arns):
        raise StsError(
            "ValidationError",
            "At least one Policy ARN in the PolicyArns parameter does not match an existing IAM Managed Policy ARN.",
        )
    return {"Policy": policy, "PolicyArns": arns} if policy or arns else {}


def packed_size(policies: dict[str, Any], tags: Tags) -> int | None:
    """The percentage of the allotted space that these take; None where there are none. Raises StsError over 100."""
    if not policies and not tags:
        return None
    text = json.dumps([policies, [[tag["Key"], tag["Value"]] for tag in tags]], separators=(",", ":"))
    percent = math.ceil(100 * len(zlib.compress(text.encode(), 9)) / _ALLOTTED_BYTES)
    if percent > 100:
        raise StsError(
            "PackedPolicyTooLarge",
            f"Packed policy consumes {percent}% of allotted space, please use smaller policy."
            if policies
            else f"Packed size of session tags consumes {percent}% of allotted space.",
        )
    return percent


def _check(policy: str) -> None:
    if len(policy) > _LONGEST:
        violation = f"Member must have length less than or equal to {_LONGEST}"
        raise constraint_violations([("policy", policy, violation)])
    if not re.fullmatch(_PATTERN, policy):
        violation = f"Member must satisfy regular expression pattern: {_PATTERN}"
        raise constraint_violations([("policy", policy, violation)])
    try:
        policy_documents.check_identity(policy)
    except IamError as error:
        raise StsError(error.code, error.message) from error

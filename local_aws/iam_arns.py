"""What IAM accepts as a resource in an identity policy, and how it complains of others.

Source: IAM User Guide, reference_policies_elements_resource and reference_identifiers; the texts as IAM answers.
"""

from __future__ import annotations

_PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")
_IAM_PATHS = (
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
)
_LEGACY_PARSING = "The policy failed legacy parsing"


def problem_of_resource(resource: str) -> str | None:
    """IAM's complaint about an element of Resource or NotResource; None where it is fine."""
    if resource == "*":
        return None
    if not resource.startswith("arn:"):
        return f'Resource {resource} must be in ARN format or "*".'
    fields = resource.split(":", 5)
    if len(fields) < 6:
        return None if "*" in fields[-1] else _LEGACY_PARSING
    _arn, partition, service, region, _account, path = fields
    if "*" not in partition and partition not in _PARTITIONS:
        return f'Partition "{partition}" is not valid for resource "{resource}".'
    if "*" in service or "?" in service:
        return "Resource vendor must be fully qualified and cannot contain regexes."
    if not path:
        return _LEGACY_PARSING
    return _problem_of_service(resource, service, region, path)


def _problem_of_service(resource: str, service: str, region: str, path: str) -> str | None:
    if service == "iam":
        if region not in ("", "*"):
            return f"IAM resource {resource} cannot contain region information."
        if path != "root" and "*" not in path.partition("/")[0] and not path.startswith(_IAM_PATHS):
            return f'IAM resource path must either be "*" or start with {", ".join(_IAM_PATHS)}.'
    # Access points and the like have a region; a bucket has none.
    if service == "s3" and region not in ("", "*") and not path.startswith(("accesspoint", "job", "storage-lens")):
        return f"Resource {resource} can not contain region information."
    return None

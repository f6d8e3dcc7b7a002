"""CloudFormation's `AWS::IAM::…` types, through the IAM API and with the permissions of the stack's caller.

AWS: CloudFormation calls the IAM API like anybody else, so IAM's validation, quotas, conflicts and permissions hold
(CloudFormation User Guide, "Control CloudFormation access with IAM"). Stock MiniStack writes Roles and
ManagedPolicies straight into IAM's stores (an existing one is overwritten, malformed and oversized policies and
principals that do not exist are accepted, a role's PermissionsBoundary is dropped), strips what others put on a
principal before it deletes it, lacks AccessKey and others, and never asks whether the caller may.
Hook: the entries of `_RESOURCE_HANDLERS`, and the tables that say what an update replaces and what is tagged.
"""

from __future__ import annotations

from local_aws import upstream
from local_aws.cloudformation_iam import unfinished
from local_aws.cloudformation_iam.access_keys import ACCESS_KEY
from local_aws.cloudformation_iam.lifecycle import handlers
from local_aws.cloudformation_iam.linked_roles import SERVICE_LINKED_ROLE
from local_aws.cloudformation_iam.memberships import INSTANCE_PROFILE, USER_TO_GROUP_ADDITION
from local_aws.cloudformation_iam.mfa_devices import VIRTUAL_MFA_DEVICE
from local_aws.cloudformation_iam.policies import INLINE_POLICIES, MANAGED_POLICY, POLICY
from local_aws.cloudformation_iam.principals import GROUP, ROLE, USER
from local_aws.cloudformation_iam.providers import OIDC_PROVIDER, SAML_PROVIDER
from local_aws.cloudformation_iam.resource_type import ResourceType

TYPES: tuple[ResourceType, ...] = (
    USER,
    ROLE,
    GROUP,
    USER_TO_GROUP_ADDITION,
    MANAGED_POLICY,
    POLICY,
    *INLINE_POLICIES,
    ACCESS_KEY,
    INSTANCE_PROFILE,
    OIDC_PROVIDER,
    SAML_PROVIDER,
    VIRTUAL_MFA_DEVICE,
    SERVICE_LINKED_ROLE,
)


def install() -> None:
    """Put these types in the place of MiniStack's."""
    provisioners = upstream.module("services.cloudformation.provisioners")
    for kind in TYPES:
        provisioners._RESOURCE_HANDLERS[kind.name] = handlers(kind)
        provisioners._REPLACING_PROPERTIES[kind.name] = kind.replacing
        if kind.name_property and kind.name not in provisioners._CUSTOM_NAME_REPLACEMENT:
            provisioners._CUSTOM_NAME_REPLACEMENT[kind.name] = {"name": kind.name_property}
        if kind.stack_tags:
            provisioners._STACK_TAG_PROPERTY[kind.name] = ("Tags", "list")
        else:
            provisioners._STACK_TAG_PROPERTY.pop(kind.name, None)
    unfinished.install()

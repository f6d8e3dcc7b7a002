"""What is put right in MiniStack, in the order in which it has to happen.

One entry per module; each module's docstring says what AWS does, what stock MiniStack does instead, and where it
is taken hold of. A canary in tests/local/canaries fails as soon as a module is no longer needed.
"""

from __future__ import annotations

from collections.abc import Callable

from local_aws import (
    access_key_index,
    administrators,
    authorization,
    bucket_policies,
    cloudformation_buckets,
    cloudformation_caller,
    cloudformation_deletion,
    cloudformation_functions,
    cloudformation_iam,
    cloudformation_permissions,
    cloudformation_secrets,
    cloudformation_tags,
    cloudtrail,
    control_endpoints,
    delete_conflicts,
    dry_runs,
    expired_sessions,
    function_environment,
    function_roles,
    function_sessions,
    iam_entities,
    iam_parameters,
    iam_quotas,
    iam_service,
    iam_updates,
    identity_providers,
    json_requests,
    key_usage,
    mfa_devices,
    missing_objects,
    own_user,
    password_policy,
    policy_documents,
    refusals,
    rest_requests,
    service_linked_roles,
    service_names,
    settled_decisions,
    signatures,
    token_service,
    trust_principals,
    unambiguous_requests,
    unique_ids,
    user_credentials,
)

MENDS: tuple[Callable[[], None], ...] = (
    administrators.install,
    access_key_index.install,
    signatures.install,
    control_endpoints.install,
    service_names.install,
    unique_ids.install,
    authorization.install,
    settled_decisions.install,
    refusals.install,
    missing_objects.install,
    dry_runs.install,
    token_service.install,
    expired_sessions.install,
    # Of these the later is the first that a call meets: parameters, what the call refers to, the document's
    # grammar, quotas, and only then what stands in the way. The first four add actions, which the others check as well.
    iam_updates.install,
    mfa_devices.install,
    user_credentials.install,
    key_usage.install,
    identity_providers.install,
    delete_conflicts.install,
    trust_principals.install,
    bucket_policies.install,
    iam_quotas.install,
    policy_documents.install,
    password_policy.install,
    iam_entities.install,
    service_linked_roles.install,
    iam_parameters.install,
    iam_service.install,
    rest_requests.install,
    # The later of these three is the first that a request meets.
    own_user.install,
    json_requests.install,
    unambiguous_requests.install,
    function_roles.install,
    function_environment.install,
    function_sessions.install,
    cloudformation_caller.install,
    cloudformation_tags.install,
    cloudformation_deletion.install,
    cloudformation_buckets.install,
    cloudformation_secrets.install,
    cloudformation_functions.install,
    cloudformation_permissions.install,
    cloudformation_iam.install,
    # The first that a request meets: it sees the request as it came, and what became of it.
    cloudtrail.install,
)


def install() -> None:
    """Install them all. To be called once, before anything is served."""
    for mend in MENDS:
        mend()

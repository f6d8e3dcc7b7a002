"""The operators: each takes a template and yields the ways in which it breaks it.

They know no lab, so every lab has them for nothing. A function is an operator if it stands in `OPERATORS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from tests.mutants.model import Operator
from tests.mutants.operators import attachments, conditions, drift, principals, settings, statements

_FUNCTIONS: tuple[Operator, ...] = (
    principals.widen_principal,
    principals.narrow_principal,
    principals.replace_principal,
    principals.remove_principal,
    principals.add_principal,
    conditions.drop_condition,
    conditions.invert_condition,
    conditions.weaken_condition,
    conditions.change_condition,
    conditions.add_condition,
    conditions.unconditional_twin,
    statements.drop_action,
    statements.add_action,
    statements.swap_action,
    statements.widen_action,
    statements.drop_resource,
    statements.add_resource,
    statements.swap_resource,
    statements.widen_resource,
    statements.allow_to_deny,
    statements.deny_to_allow,
    statements.drop_statement,
    statements.add_statement,
    attachments.drop_attachment,
    attachments.swap_attachment,
    attachments.add_attachment,
    attachments.drop_inline_policy,
    attachments.add_inline_policy,
    attachments.detach,
    attachments.attach_to_other,
    attachments.drop_membership,
    attachments.add_membership,
    attachments.drop_boundary,
    attachments.set_boundary,
    settings.change_session_limit,
    settings.rename,
    settings.change_path,
    settings.drop_tag,
    settings.change_tag,
    settings.no_password,
    settings.add_password,
    settings.change_key,
    settings.change_secret,
    settings.open_bucket,
    drift.by_hand_policies,
    drift.by_hand_boundary,
    drift.by_hand_tags,
    drift.by_hand_groups,
    drift.by_hand_keys,
    drift.by_hand_password,
    drift.by_hand_trust,
    drift.by_hand_session_limit,
    drift.by_hand_policy_version,
    drift.by_hand_bucket,
    drift.by_hand_secret,
    drift.by_hand_role_deleted,
)

OPERATORS: Mapping[str, Operator] = {function.__name__.replace("_", "-"): function for function in _FUNCTIONS}
"""Every operator by its name."""

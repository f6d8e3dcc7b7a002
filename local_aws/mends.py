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
    cloudformation_caller,
    cloudformation_iam,
    control_endpoints,
    iam_service,
    own_user,
    refusals,
    settled_decisions,
    signatures,
    token_service,
    unambiguous_requests,
    unique_ids,
)

MENDS: tuple[Callable[[], None], ...] = (
    administrators.install,
    access_key_index.install,
    signatures.install,
    control_endpoints.install,
    unique_ids.install,
    authorization.install,
    settled_decisions.install,
    refusals.install,
    token_service.install,
    iam_service.install,
    # The later of these two is the first that a request meets.
    own_user.install,
    unambiguous_requests.install,
    cloudformation_caller.install,
    cloudformation_iam.install,
)


def install() -> None:
    """Install them all. To be called once, before anything is served."""
    for mend in MENDS:
        mend()

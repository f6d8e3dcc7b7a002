"""A signature with characters beyond ASCII is a wrong signature.

AWS answers SignatureDoesNotMatch. Stock MiniStack compares texts with `hmac.compare_digest`, which takes ASCII only,
and fails. Hook: `core.sigv4.signatures_match`.
"""

from __future__ import annotations

import hmac

from local_aws import upstream


def _match(computed: str, provided: str) -> bool:
    return hmac.compare_digest(computed.encode(), provided.encode("utf-8", "surrogatepass"))


def install() -> None:
    """Compare bytes."""
    upstream.replace("core.sigv4", "signatures_match", _match)

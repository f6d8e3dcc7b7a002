"""Policy documents, compiled once for each text."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from iam_engine import Policy, PolicyError

_LOG = logging.getLogger("local_aws")
_KEPT = 1024

_DENY_ALL = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"},
}


def compiled(document: str | Mapping[str, Any], name: str) -> Policy:
    """The policy in the form in which it is decided on; `name` is how decisions refer to it.

    A document that can't be read gives a policy that denies everything: what it grants is unknown, and so is
    what it forbids.
    """
    return _compile(document if isinstance(document, str) else json.dumps(document), name)


@lru_cache(maxsize=_KEPT)
def _compile(document: str, name: str) -> Policy:
    try:
        return Policy.parse(document, name)
    except PolicyError as error:
        _LOG.warning("a policy that can't be read denies everything: %s", error)
        return Policy.parse(_DENY_ALL, f"{name} (unreadable)")


def reads_resource_tags(document: str | Mapping[str, Any] | None) -> bool:
    """Whether a document may look at the tags of the resource (they are costly to find)."""
    if document is None:
        return False
    return _mentions_resource_tags(document if isinstance(document, str) else json.dumps(document))


@lru_cache(maxsize=_KEPT)
def _mentions_resource_tags(document: str) -> bool:
    return "resourcetag/" in document.lower()

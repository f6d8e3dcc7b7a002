"""The request's condition keys, looked up as IAM does: the case of a key's name does not matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

ContextValue = str | Sequence[str]


class RequestContext:
    """A read-only view of a request's condition keys.

    IAM User Guide, reference_policies_elements_condition: key names are not case-sensitive.
    """

    __slots__ = ("_folded", "_given")

    def __init__(self, given: Mapping[str, ContextValue]) -> None:
        self._given = given
        self._folded: dict[str, ContextValue] | None = None

    def get(self, folded_key: str) -> str | tuple[str, ...] | None:
        """The value of a lower-cased key: a string, a tuple for a multivalued key, or None.

        A multivalued key without any value, or with empty ones only, counts as absent (IAM User Guide,
        reference_policies_condition_examples-multi-valued-context-keys: "a null data set").
        """
        if self._folded is None:
            self._folded = {key.lower(): value for key, value in self._given.items()}
        value = self._folded.get(folded_key)
        if value is None or isinstance(value, str):
            return value
        return tuple(value) if any(value) else None

    def single(self, folded_key: str) -> str | None:
        """The value of a single-valued key; None where it is absent or multivalued."""
        value = self.get(folded_key)
        return value if isinstance(value, str) else None

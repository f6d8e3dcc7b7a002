"""What IAM was a moment ago.

MiniStack keeps IAM's records in stores, module-level dictionaries of `services.iam`, and whoever needs a record looks
into them at that moment. Here each store is given a second face: within `seeing(…)` it shows an earlier state,
everywhere else what is. Hook: the stores themselves, and the handlers that change them.
"""

from __future__ import annotations

import contextlib
import copy
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from local_aws import upstream

_STORES = (
    "_access_keys",
    "_group_inline_policies",
    "_groups",
    "_login_profiles",
    "_policies",
    "_roles",
    "_user_inline_policies",
    "_users",
)
_UNCHANGING = ("Get", "List", "Simulate", "Generate")

# A store's name and the records in it, as MiniStack keeps them: keys are (account, name).
Records = dict[Any, Any]
View = Mapping[str, Records]

_view: ContextVar[View | None] = ContextVar("the state of IAM that is seen", default=None)


@contextlib.contextmanager
def seeing(view: View | None) -> Iterator[None]:
    """Within the block the stores show `view`; what it does not hold, and None, means what is."""
    before = _view.set(view)
    try:
        yield
    finally:
        _view.reset(before)


@dataclass(frozen=True, slots=True)
class _State:
    at: float
    records: View


class History:
    """The states of IAM's stores, back to the one that was `seconds` ago. One for each process."""

    def __init__(self, seconds: float, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._now = now
        self._states: deque[_State] = deque()

    def install(self) -> None:
        """Give the stores their second face, and note every change from now on."""
        iam = upstream.module("services.iam")
        for name in _STORES:
            upstream.replace("services.iam", name, _two_faced(getattr(iam, name), name))
        self.note()
        for action, handler in list(iam._IAM_HANDLERS.items()):
            if not action.startswith(_UNCHANGING):
                iam._IAM_HANDLERS[action] = self._noted(handler)

    def note(self) -> None:
        """Keep what is as the newest state."""
        before = self._states[-1].records if self._states else {}
        live = {name: getattr(upstream.module("services.iam"), name).live for name in _STORES}
        records = {
            # What did not change is kept once.
            name: before[name] if before.get(name) == records else copy.deepcopy(records)
            for name, records in live.items()
        }
        self._states.append(_State(self._now(), records))
        oldest_needed = self._now() - self._seconds
        while len(self._states) > 1 and self._states[1].at <= oldest_needed:
            self._states.popleft()

    def as_of(self, ago: float, stores: Collection[str] = _STORES) -> View | None:
        """What the stores held `ago` seconds ago; None where that is what they hold now."""
        then = self._now() - ago
        state = next((state for state in reversed(self._states) if state.at <= then), self._states[0])
        if state is self._states[-1]:
            return None
        return {name: records for name, records in state.records.items() if name in stores}

    def _noted(self, handler: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*arguments: Any) -> Any:
            with seeing(None):
                try:
                    return handler(*arguments)
                finally:
                    self.note()

        return noted


def _two_faced(store: Any, name: str) -> Any:
    """A store with the same records that shows others within `seeing`."""

    class TwoFaced(type(store)):  # type: ignore[misc] # MiniStack's class is untyped
        __slots__ = ("live",)

        @property
        def _data(self) -> Records:
            view = _view.get()
            records: Records = self.live
            return records if view is None else view.get(name, records)

        @_data.setter
        def _data(self, records: Records) -> None:
            self.live = records

    two_faced = TwoFaced()
    two_faced.live = store.to_dict()
    return two_faced

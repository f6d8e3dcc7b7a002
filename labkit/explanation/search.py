"""Finds the smallest change that turns an answer around, by having the engine decide again with each."""

from __future__ import annotations

from collections.abc import Iterator

from labkit.explanation.case import Case
from labkit.explanation.changes import Change, changes

_MOST_STEPS = 3
_MOST_TRIALS = 400

Steps = tuple[Change, ...]


def smallest_change(case: Case) -> Steps:
    """The fewest changes, of equally few those that come first; none if what was tried does not do it.

    Raises `iam_engine.PolicyError` for a policy that the engine can't read.
    """
    wanted = not case.decide()[1].allowed
    paths: list[Steps] = [()]
    trials = 0
    for _ in range(_MOST_STEPS):
        longer: list[Steps] = []
        for path in paths:
            for change in _onward(path[-1].case if path else case):
                trials += 1
                if change.case.decide()[1].allowed is wanted:
                    return (*path, change)
                if trials >= _MOST_TRIALS:
                    return ()
                longer.append((*path, change))
        paths = [path for path in longer if _gets_on(path, case)]
    return ()


def _onward(case: Case) -> Iterator[Change]:
    action, decision = case.decide()
    return changes(case, action, decision)


def _gets_on(path: Steps, start: Case) -> bool:
    """Whether the last step changed what decides: otherwise it leads nowhere."""
    before = (path[-2].case if len(path) > 1 else start).decide()
    after = path[-1].case.decide()
    return _blocker(before) != _blocker(after)


def _blocker(decided: tuple[str, object]) -> tuple[object, ...]:
    action, decision = decided
    return (action, *(getattr(decision, name) for name in ("effect", "layer", "policy", "statement", "conditions")))

"""What there is to save of each service, and how it is put back.

AWS forgets nothing, and no session ends before its time. Stock MiniStack can save its services' state, but only as it
is shut down; STS has nothing to save, so that every session ends with the process; S3 keeps objects in
files of their own, which after a crash no longer fit the rest; CloudTrail's events are dropped; a state that can't be
read is passed over and later overwritten; a stack that was being made stays so for ever.
Hooks: MiniStack's own `get_state` and `load_persisted_state` of each service, its encoding of state as JSON, and for
what they leave out the services' stores themselves.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws import cloudtrail, upstream

State = Mapping[str, Any]

_S3_STORES = (
    "_object_tags",
    "_object_acl",
    "_object_annotations",
    "_object_versions",
    "_object_retention",
    "_object_legal_hold",
)
_LAMBDA_STORES = (
    "functions",
    "layers",
    "esms",
    "function_urls",
    "kinesis_positions",
    "dynamodb_stream_positions",
)
# Beside the services: the pieces of CloudTrail's history.
_EVENTS = "cloudtrail-events-"
_BUSY = "_IN_PROGRESS"
_INTERRUPTED = "the embedded AWS ended while this was going on"


class UnreadableStateError(Exception):
    """A service can't take back what was saved of it; the text says which and why."""


def collect() -> dict[str, State]:
    """Every service's state, a copy of its own. To be called from the event loop."""
    states: dict[str, State] = {}
    for name, get_state in upstream.module("app")._build_persistence_save_dict().items():
        state = _OWN[name].get() if name in _OWN else get_state()
        if state is not None:
            states[name] = {part: _plain(value) for part, value in state.items()}
    return states | {f"{_EVENTS}{number}": {"events": piece} for number, piece in cloudtrail.HISTORY.pieces().items()}


def encode(state: State) -> bytes:
    """A collected state as JSON. Raises TypeError or ValueError where it holds what JSON can't."""
    scoped = {part: _scoped(value) for part, value in state.items()}
    return json.dumps(scoped, default=upstream.module("core.persistence")._json_default).encode()


def restore(saved: Mapping[str, bytes]) -> None:
    """Put back what was saved, before anything is served. Raises UnreadableStateError."""
    modules = upstream.module("app")._state_map
    events = []
    for name, content in saved.items():
        try:
            state = json.loads(content, object_hook=upstream.module("core.persistence")._json_object_hook)
            if name.startswith(_EVENTS):
                events.append(state["events"])
            elif name in _OWN:
                _OWN[name].put_back(state)
            else:
                upstream.module("app")._get_module(modules[name]).load_persisted_state(state)
        # MiniStack's services fail in any way on a state that they did not expect.
        except Exception as error:
            raise UnreadableStateError(f"{name}: {type(error).__name__}: {error}") from error
    cloudtrail.HISTORY.put_back(events)
    _end_interrupted_stacks()


@dataclass(frozen=True, slots=True)
class _Own:
    """How a service is saved where MiniStack's own way leaves something out."""

    get: Callable[[], State]
    put_back: Callable[[State], None]


@dataclass(frozen=True, slots=True)
class _Store:
    """The records of one of MiniStack's scoped stores, and the store's class: comparable, unlike the store."""

    kind: str
    records: Mapping[Any, Any]


def _plain(value: Any) -> Any:
    kind = type(value).__mro__[-2].__name__ if hasattr(value, "_data") else ""
    return _Store(kind, value._data) if kind else value


def _scoped(value: Any) -> Any:
    if not isinstance(value, _Store):
        return value
    store = getattr(upstream.module("core.responses"), value.kind)()
    store._data = value.records
    return store


def _s3() -> State:
    s3 = upstream.module("services.s3")
    stores = {name: copy.deepcopy(getattr(s3, name)) for name in _S3_STORES}
    objects = copy.deepcopy(s3._buckets)
    objects._data = {bucket: record["objects"] for bucket, record in objects._data.items()}
    return {**s3.get_state(), **stores, "objects": objects}


def _put_back_s3(state: State) -> None:
    s3 = upstream.module("services.s3")
    s3.load_persisted_state(state)
    for name in _S3_STORES:
        getattr(s3, name).update(state[name])
    for bucket, objects in state["objects"]._data.items():
        s3._buckets._data[bucket]["objects"] = objects


def _sts() -> State:
    return {"sessions": copy.deepcopy(upstream.module("services.sts")._sessions)}


def _put_back_sts(state: State) -> None:
    upstream.module("services.sts")._sessions.update(state["sessions"])


def _lambda() -> State:
    # MiniStack's own way puts code into files beside the state, and deletes them before the state is saved.
    functions = upstream.module("services.lambda_svc")
    return {name: copy.deepcopy(getattr(functions, f"_{name}")) for name in _LAMBDA_STORES}


def _put_back_lambda(state: State) -> None:
    upstream.module("services.lambda_svc").load_persisted_state(state)


_OWN: Mapping[str, _Own] = {
    "s3": _Own(_s3, _put_back_s3),
    "sts": _Own(_sts, _put_back_sts),
    "lambda": _Own(_lambda, _put_back_lambda),
}


def _end_interrupted_stacks() -> None:
    """A stack that was being changed is not changed any more: it has failed, and can be deleted."""
    for stack in upstream.module("services.cloudformation")._stacks._data.values():
        status = str(stack.get("StackStatus", ""))
        if status.endswith("CLEANUP_IN_PROGRESS"):
            stack["StackStatus"] = status.removesuffix("_CLEANUP_IN_PROGRESS")
        elif status.endswith(_BUSY) and status != "REVIEW_IN_PROGRESS":
            stack["StackStatus"] = status.removesuffix(_BUSY) + "_FAILED"
            stack["StackStatusReason"] = _INTERRUPTED

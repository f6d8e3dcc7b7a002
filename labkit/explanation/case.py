"""A question as it stood when it was asked: who asked for what, and every policy that had a say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from iam_engine import Decision, Policies, Principal, Request, decide
from labkit.explanation.policies import Held

ContextValue = str | tuple[str, ...]
Context = Mapping[str, ContextValue]

# What a request passes decides which actions have to be allowed besides. AWS STS API Reference, AssumeRole,
# GetFederationToken.
_PASSES_TAGS = frozenset({"sts:AssumeRole", "sts:GetFederationToken"})
_MAKES_NECESSARY = {"aws:TagKeys": "sts:TagSession", "sts:SourceIdentity": "sts:SetSourceIdentity"}


@dataclass(frozen=True)
class Case:
    """All that the engine decides on.

    `asker`: the one who asks as sentences call it; `action`, `resource` and `resource_account` as in
    `iam_engine.Request`; the layers as in `iam_engine.Policies`. `home`: who an inline policy for the asker would be
    put on ("user James", "role R"), "" where nothing can be.
    """

    asker: str
    home: str
    principal: Principal
    action: str
    resource: str
    resource_account: str
    context: Context = field(default_factory=dict)
    identity: tuple[Held, ...] = ()
    on_resource: Held | None = None
    resource_is_trust: bool = False
    boundary: Held | None = None
    session: tuple[Held, ...] | None = None

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that have to be allowed, every one of them."""
        if self.action not in _PASSES_TAGS:
            return (self.action,)
        return (self.action, *(action for key, action in _MAKES_NECESSARY.items() if key in self.context))

    @property
    def held(self) -> tuple[Held, ...]:
        """Every policy that has a say."""
        return (*self.identity, *_some(self.on_resource), *_some(self.boundary), *(self.session or ()))

    def find(self, key: str | None) -> Held | None:
        """The policy that the engine calls `key`."""
        return next((held for held in self.held if held.key == key), None)

    def decide(self) -> tuple[str, Decision]:
        """The action that settles the question, and the decision on it: the first refusal, else the first Allow.

        Raises `iam_engine.PolicyError` for a policy that the engine can't read.
        """
        decided = [(action, decide(self._request(action), self._policies)) for action in self.actions]
        return next((each for each in decided if not each[1].allowed), decided[0])

    def with_policy(self, before: Held, after: Held | None) -> Case:
        """The same question with one policy changed, or gone."""
        return replace(
            self,
            identity=_swapped(self.identity, before, after),
            on_resource=next(iter(_swapped(_some(self.on_resource), before, after)), None),
            boundary=next(iter(_swapped(_some(self.boundary), before, after)), None),
            session=None if self.session is None else _swapped(self.session, before, after),
        )

    def _request(self, action: str) -> Request:
        return Request(self.principal, action, self.resource, self.resource_account, self.context)

    @property
    def _policies(self) -> Policies:
        return Policies(
            identity=tuple(held.compiled for held in self.identity),
            resource=self.on_resource.compiled if self.on_resource else None,
            resource_is_trust=self.resource_is_trust,
            boundary=self.boundary.compiled if self.boundary else None,
            session=None if self.session is None else tuple(held.compiled for held in self.session),
        )


def _some(held: Held | None) -> tuple[Held, ...]:
    return (held,) if held else ()


def _swapped(policies: tuple[Held, ...], before: Held, after: Held | None) -> tuple[Held, ...]:
    changed = (after if held.key == before.key else held for held in policies)
    return tuple(held for held in changed if held)

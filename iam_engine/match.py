"""Whether a statement's actions, resources and principals match a request; compiled when a policy is parsed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from iam_engine import patterns, variables
from iam_engine.context import RequestContext
from iam_engine.model import Principal, PrincipalKind
from iam_engine.variables import Plain, Token, Variable, Wildcard

_ACCOUNT = re.compile(r"arn:[^:]*:iam::([0-9]{12}):root|([0-9]{12})")


@dataclass(frozen=True, slots=True, eq=False)
class ActionMatcher:
    """`Action` or, with `negated`, `NotAction`. The case of actions does not matter.

    Source: IAM User Guide, reference_policies_elements_action, reference_policies_elements_notaction.
    """

    everything: bool
    names: frozenset[str]
    of_service: Mapping[str, re.Pattern[str]]
    of_any_service: re.Pattern[str] | None
    negated: bool

    @classmethod
    def compile(cls, texts: Iterable[str], *, negated: bool) -> ActionMatcher:
        """`texts` as in a policy: `s3:GetObject`, `s3:*`, `*`."""
        folded = {text.lower() for text in texts}
        wild: dict[str, list[str]] = {}
        for text in folded:
            service = text.partition(":")[0]
            if "*" in text or "?" in text:
                any_service = "*" in service or "?" in service
                tokens = variables.static(variables.parse(text, variables=False, wildcards=True)) or ()
                wild.setdefault("" if any_service else service, []).append(patterns.glob(tokens))
        of_any = patterns.one_of(wild.pop("", []))
        of_service = {service: patterns.one_of(globs) for service, globs in wild.items()}
        return cls(
            everything="*" in folded,
            names=frozenset(text for text in folded if "*" not in text and "?" not in text),
            of_service={service: found for service, found in of_service.items() if found},
            of_any_service=of_any,
            negated=negated,
        )

    def matches(self, folded_action: str) -> bool:
        """`folded_action` is the request's action in lower case."""
        return self._named(folded_action) is not self.negated

    def _named(self, action: str) -> bool:
        if self.everything or action in self.names:
            return True
        pattern = self.of_service.get(action.partition(":")[0])
        if pattern is not None and pattern.match(action):
            return True
        return self.of_any_service is not None and self.of_any_service.match(action) is not None


@dataclass(frozen=True, slots=True, eq=False)
class ResourceMatcher:
    """`Resource` or, with `negated`, `NotResource`. The case of resources matters.

    A `*` matches within its part of the ARN; one that ends a part goes beyond the colon as well; in the last
    part it stands for anything. A variable is replaced only in the last part. Source: IAM User Guide,
    reference_policies_elements_resource, reference_policies_variables ("Where you can use policy variables").
    """

    everything: bool
    exact: frozenset[str]
    pattern: re.Pattern[str] | None
    templates: tuple[tuple[Token, ...], ...]
    misplaced: bool
    negated: bool

    @classmethod
    def compile(cls, texts: Iterable[str], *, negated: bool, with_variables: bool) -> ResourceMatcher:
        """`texts` as in a policy: ARNs with wildcards, or `*`."""
        exact, wild, templates, misplaced = set(), [], [], False
        for text in texts:
            tokens = variables.parse(text, variables=with_variables, wildcards=True)
            plain = variables.static(tokens)
            if plain is None and _has_misplaced_variable(tokens):
                misplaced = True
            elif plain is None:
                templates.append(tokens)
            elif any(isinstance(token, Wildcard) for token in plain):
                wild.append(_resource_pattern(plain))
            else:
                exact.add("".join(str(token) for token in plain))
        return cls(
            everything="*" in texts,
            exact=frozenset(exact),
            pattern=patterns.one_of(wild),
            templates=tuple(templates),
            misplaced=misplaced,
            negated=negated,
        )

    def matches(self, resource: str, context: RequestContext, *, in_doubt: bool) -> bool:
        """Whether the statement is about this resource (an ARN, or `*` for actions without one).

        A text whose variable has no value names no resource. `NotResource` can then not be told, and the
        answer is `in_doubt`: the statement's Allow must not, its Deny must apply.
        """
        if self.everything or resource in self.exact:
            return not self.negated
        if self.pattern is not None and self.pattern.match(resource):
            return not self.negated
        unknown = self.misplaced
        for template in self.templates:
            resolved = variables.resolve(template, context)
            if resolved is None:
                unknown = True
            elif re.match(_resource_pattern(resolved), resource, re.DOTALL):
                return not self.negated
        if unknown and self.negated:
            return in_doubt
        return self.negated


def _resource_pattern(tokens: Sequence[Plain]) -> str:
    parts = patterns.split_arn(tokens)
    if parts is not None and any(Wildcard.MANY in part[:-1] for part in parts[:-1]):
        return patterns.arn(parts)
    return patterns.glob(tokens)


def _has_misplaced_variable(tokens: Sequence[Token]) -> bool:
    parts = patterns.split_arn(tokens)
    return parts is None or any(isinstance(token, Variable) for part in parts[:-1] for token in part)


class Reach(IntEnum):
    """How closely a statement's principal names the one who asks; the greatest reach decides.

    ACCOUNT: its account, which only delegates to that account's own policies. ISSUER: the role or user that
    the session was made from. DIRECT: the principal itself, or everyone.
    """

    NONE = 0
    ACCOUNT = 1
    ISSUER = 2
    DIRECT = 3


@dataclass(frozen=True, slots=True, eq=False)
class PrincipalMatcher:
    """`Principal` or, with `negated`, `NotPrincipal`.

    Principals have no wildcards but `*` alone. The unique id of a deleted principal (AIDA…, AROA…) equals no
    ARN, and so matches nobody. Source: IAM User Guide, reference_policies_elements_principal,
    reference_policies_elements_notprincipal.
    """

    everyone: bool
    accounts: frozenset[str]
    arns: frozenset[str]
    services: frozenset[str]
    providers: frozenset[str]
    negated: bool

    @classmethod
    def compile(cls, named: Mapping[str, Iterable[str]], *, negated: bool) -> PrincipalMatcher:
        """`named`: the values of each kind of principal in the policy: AWS, Service, Federated, CanonicalUser."""
        aws = frozenset(named.get("AWS", ()))
        accounts = {text: found[1] or found[2] for text in aws if (found := _ACCOUNT.fullmatch(text))}
        return cls(
            everyone="*" in aws,
            accounts=frozenset(accounts.values()),
            arns=aws - accounts.keys(),
            services=frozenset(named.get("Service", ())),
            providers=frozenset(named.get("Federated", ())),
            negated=negated,
        )

    def reach(self, principal: Principal, *, allows: bool, bounded: bool) -> Reach:
        """How the statement reaches a principal.

        `allows`: the statement's effect is Allow. `bounded`: the principal has a permissions boundary, which
        makes a Deny with NotPrincipal match always (IAM User Guide, access_policies_boundaries).
        """
        if not self.negated:
            return self._names(principal)
        if allows:
            return Reach.DIRECT if self._names(principal) is Reach.NONE else Reach.NONE
        exempt = self.everyone or (self._names_wholly(principal) and not bounded)
        return Reach.NONE if exempt else Reach.DIRECT

    def _names(self, principal: Principal) -> Reach:
        if self.everyone:
            return Reach.DIRECT
        if principal.kind is PrincipalKind.SERVICE:
            return Reach.DIRECT if principal.arn in self.services else Reach.NONE
        if principal.kind is PrincipalKind.IDENTITY_PROVIDER:
            return Reach.DIRECT if principal.arn in self.providers else Reach.NONE
        if principal.kind is PrincipalKind.ANONYMOUS:
            return Reach.NONE
        if principal.arn in self.arns:
            return Reach.DIRECT
        if principal.issuer_arn is not None and principal.issuer_arn in self.arns:
            return Reach.ISSUER
        return Reach.ACCOUNT if principal.account in self.accounts else Reach.NONE

    def _names_wholly(self, principal: Principal) -> bool:
        """Whether the principal itself, its role and its account are all named.

        A Deny with NotPrincipal spares nobody less: to name a role or an account does not spare its sessions
        or users, and to name a user or session alone denies the account that it belongs to (IAM User Guide,
        reference_policies_elements_notprincipal, "NotPrincipal with Deny").
        """
        itself = self._names(principal)
        if principal.kind in (PrincipalKind.SERVICE, PrincipalKind.IDENTITY_PROVIDER, PrincipalKind.ANONYMOUS):
            return itself is Reach.DIRECT
        if principal.account not in self.accounts:
            return False
        if principal.kind is PrincipalKind.ROOT:
            return True
        issuer_named = principal.issuer_arn is None or principal.issuer_arn in self.arns
        return itself is Reach.DIRECT and issuer_named

"""What a caller can do differently, or what can be tagged otherwise, so that a condition comes out the other way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from iam_engine import ConditionTrace
from labkit.explanation.case import Case, ContextValue

# How the circumstances are changed that the caller, or whoever tags, has in hand; {0} is the value.
_MEANS: Mapping[str, tuple[str, str]] = {
    "sts:externalid": ("pass the external id {0}", "leave out the external id"),
    "sts:rolesessionname": ("call the session {0}", ""),
    "sts:sourceidentity": ("pass the source identity {0}", "leave out the source identity"),
    "s3:prefix": ("ask for the prefix {0}", "ask for no prefix"),
    "s3:delimiter": ("ask with the delimiter {0}", "ask without a delimiter"),
    "s3:max-keys": ("ask for {0} keys", "ask for no number of keys"),
}
_TAGS: Mapping[str, tuple[str, str]] = {
    "aws:requesttag/": ("pass the tag {tag}={0}", "leave out the tag {tag}"),
    "aws:principaltag/": ("give {asker} the tag {tag}={0}", "take the tag {tag} from {asker}"),
    "aws:resourcetag/": ("tag the resource with {tag}={0}", "take the tag {tag} from the resource"),
    "iam:resourcetag/": ("tag the resource with {tag}={0}", "take the tag {tag} from the resource"),
}
_WILD = "*?$"
_ISSUED = "aws:tokenissuetime"
_MFA = "aws:multifactorauthpresent"
_MFA_AGE = "aws:multifactorauthage"
_TAG_KEYS = "aws:tagkeys"
_MFA_WORDS = {"true": "sign in with MFA", "false": "do without MFA"}


def meet(case: Case, condition: ConditionTrace) -> Iterator[tuple[str, Case]]:
    """Ways to give the condition's key a value that the policy names."""
    if condition.key.lower() == _ISSUED and condition.actual is not None:
        yield "assume the role anew", _with_key(case, condition.key, str(case.context["aws:CurrentTime"]))
        return
    if condition.key.lower() == _MFA:
        for value, words in _MFA_WORDS.items():
            yield words, _with_mfa(case, value)
        return
    if condition.key.lower() == _MFA_AGE:
        yield ("sign in with MFA anew" if condition.actual else _MFA_WORDS["true"]), _with_mfa(case, "true")
        return
    means = _means(case, condition.key)
    # What ends in a wildcard is met by what stands before it.
    for value in (text.removesuffix("*") for text in condition.expected):
        if means and means[0] and value and not any(sign in value for sign in _WILD):
            yield means[0].replace("{0}", value), _with_key(case, condition.key, value)


def leave_out(case: Case, condition: ConditionTrace) -> Iterator[tuple[str, Case]]:
    """The way to have no value for the condition's key, where it has one."""
    if condition.key.lower() == _TAG_KEYS and condition.actual is not None:
        yield from _without_tags(case, sorted(set(condition.actual) - set(condition.expected)))
    means = _means(case, condition.key)
    if means and means[1] and condition.actual is not None:
        yield means[1], _with_key(case, condition.key, None)


def _with_mfa(case: Case, present: str) -> Case:
    """The case as it is with MFA just now ("true"), or without ("false")."""
    age = "0" if present == "true" else None
    return _with_key(_with_key(case, "aws:MultiFactorAuthPresent", present), "aws:MultiFactorAuthAge", age)


def _without_tags(case: Case, keys: Sequence[str]) -> Iterator[tuple[str, Case]]:
    """The case without these tags of the request, all together."""
    for key in keys:
        case = _with_key(case, f"aws:RequestTag/{key}", None)
    if keys:
        yield f"leave out the tag{'s' if len(keys) > 1 else ''} {', '.join(keys)}", case


def _means(case: Case, key: str) -> tuple[str, str] | None:
    for prefix, texts in _TAGS.items():
        if key.lower().startswith(prefix):
            give, take = (text.replace("{tag}", key[len(prefix) :]).replace("{asker}", case.asker) for text in texts)
            return give, take
    return _MEANS.get(key.lower())


def _with_key(case: Case, key: str, value: str | None) -> Case:
    """The case with this value of a condition key, None for no value; its tags' keys along with it."""
    context: dict[str, ContextValue] = {
        name: held for name, held in case.context.items() if name.lower() != key.lower()
    }
    if value is not None:
        context[key] = value
    prefix, _, tag = key.partition("/")
    if prefix.lower() == "aws:requesttag":
        before = context.pop("aws:TagKeys", ())
        names = {name for name in ((before,) if isinstance(before, str) else before) if name.lower() != tag.lower()}
        if value is not None:
            names.add(tag)
        if names:
            context["aws:TagKeys"] = tuple(sorted(names))
    return replace(case, context=context)

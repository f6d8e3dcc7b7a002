"""What a user can do about an answer that settles nothing, or that the lab's own policies do not explain.

Sources: the services' "Common errors" pages; IAM User Guide, "Troubleshoot access denied error messages"; Amazon EC2
API Reference, "Error codes"; Account Management Guide, "Enable or disable AWS Regions in your account".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from labkit.aws.answers import Answer, Kind

# Policies that stand above an account or before a service, and that no lab sets.
_ORGANIZATION = "a policy of the account's organization"
_FOREIGN_LAYERS = {
    "service control policy": _ORGANIZATION,
    "resource control policy": _ORGANIZATION,
    "vpc endpoint policy": "the policy of the VPC endpoint that the calls go through",
}


@dataclass(frozen=True)
class Advice:
    """What to do; `lasts`: waiting does not help, so that it need not be asked again."""

    text: str
    lasts: bool = False


@dataclass(frozen=True)
class _Rule:
    """Answers with one of `codes` whose message matches `words`, and the advice on them."""

    codes: frozenset[str]
    words: str
    advice: Advice


_SIGNATURE_CODES = frozenset({"SignatureDoesNotMatch", "InvalidSignatureException", "AuthFailure", "RequestExpired"})
_RULES = (
    _Rule(
        frozenset({"RequestTimeTooSkewed", "RequestInTheFuture"}),
        "",
        Advice("this machine's clock differs from AWS's: set it right, then verify again", lasts=True),
    ),
    _Rule(
        _SIGNATURE_CODES,
        r"signature (has )?expired|not yet current|clock|skew",
        Advice("this machine's clock differs from AWS's: set it right, then verify again", lasts=True),
    ),
    _Rule(
        frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}),
        "",
        Advice("the credentials have expired: sign in again, then verify again", lasts=True),
    ),
    _Rule(
        frozenset({"WrongCaller"}),
        "",
        Advice("a profile that is somebody else's proves nothing: name the right one, or say who it is", lasts=True),
    ),
    _Rule(
        frozenset({"ProfileNotFound"}),
        "",
        Advice("name a profile that the AWS configuration has (aws configure list-profiles)", lasts=True),
    ),
    _Rule(
        frozenset({"OptInRequired", "RegionDisabledException"}),
        "",
        Advice(
            "the region or the service is not enabled for this account: enable it, or choose another region (--region)",
            lasts=True,
        ),
    ),
    _Rule(
        frozenset({"NotSignedUp", "PendingVerification", "SubscriptionRequiredException"}),
        "",
        Advice("the account can't use this service (yet): finish its registration, or use another account", lasts=True),
    ),
    _Rule(
        frozenset({"InvalidClientTokenId", "UnrecognizedClientException", "InvalidAccessKeyId", "AuthFailure"}),
        "",
        Advice(
            "the key is not valid (yet), or its account has not enabled this region; "
            "a call with it proves nothing about permissions"
        ),
    ),
)
_BY_KIND = {
    Kind.CREDENTIALS: Advice("the credentials are not valid (yet); a call with them proves nothing about permissions"),
    Kind.TRANSIENT: Advice("AWS did not answer the question; ask again later"),
}


def advice_on(answer: Answer) -> Advice:
    """The advice on an answer; empty for one that needs none."""
    if denied_from_outside(answer):
        text = (
            f"{_FOREIGN_LAYERS[str(answer.denial.layer)]} denies it, whatever the lab's own policies say: "
            "have it changed, or verify where it does not bind"
        )
        return Advice(text, lasts=True)
    for rule in _RULES:
        if answer.code in rule.codes and re.search(rule.words, answer.message, re.IGNORECASE):
            return rule.advice
    return _BY_KIND.get(answer.kind, Advice(""))


def denied_from_outside(answer: Answer) -> bool:
    """Whether a denial comes from a policy above or before the account: of its organization, or of the network."""
    return answer.kind is Kind.DENIED and answer.denial.layer in _FOREIGN_LAYERS

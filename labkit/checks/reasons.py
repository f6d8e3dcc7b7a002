"""Why AWS denies: what a denial's message must say for the denial to count."""

from __future__ import annotations

from dataclasses import dataclass

from labkit.aws.answers import Answer


@dataclass(frozen=True)
class Because:
    """A layer of policies that denies: by having no Allow, or by an explicit Deny.

    `layer` as AWS's messages name it: "identity-based policy", "session policy", "permissions boundary" …
    (IAM User Guide, "Troubleshoot access denied error messages").
    """

    layer: str
    explicit: bool = False

    def __str__(self) -> str:
        return f"explicit deny in {self.layer}" if self.explicit else f"no {self.layer} allows it"

    def contradicted_by(self, answer: Answer) -> str | None:
        """What the message says instead; None if it agrees, or states no reason."""
        stated = answer.denial
        if stated.layer is None or (stated.layer, stated.explicit) == (self.layer, self.explicit):
            return None
        return f"AWS's reason is another: {Because(stated.layer, bool(stated.explicit))}"


@dataclass(frozen=True)
class Says:
    """A denial whose message holds `words`, for calls that AWS refuses by a rule of their own."""

    words: str

    def __str__(self) -> str:
        return f'"{self.words}"'

    def contradicted_by(self, answer: Answer) -> str | None:
        """What the message says instead; None if it holds the words."""
        return None if self.words.lower() in answer.message.lower() else "AWS's reason is another"


@dataclass(frozen=True)
class AnyOf:
    """One of several reasons, where AWS does not say which of two rules it applies first."""

    reasons: tuple[Because | Says, ...]

    def __str__(self) -> str:
        return " or ".join(str(reason) for reason in self.reasons)

    def contradicted_by(self, answer: Answer) -> str | None:
        """What the message says instead of any of the reasons; None if one agrees."""
        objections = [reason.contradicted_by(answer) for reason in self.reasons]
        return None if None in objections else objections[0]


NO_IDENTITY_ALLOW = Because("identity-based policy")
"""No identity-based policy of the caller has an Allow: the implicit deny."""

Reason = Because | Says | AnyOf

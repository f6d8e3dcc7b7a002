"""The faults by name, and how they are asked for: `NAME=NUMBER`, `NAME=NUMBER+NUMBER`."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from local_aws.asgi import Application
from local_aws.faults.drop import Drop
from local_aws.faults.errors import Errors
from local_aws.faults.fault import Fault, Kind
from local_aws.faults.propagation import Propagation
from local_aws.faults.requests import only_aws
from local_aws.faults.slow import Slow
from local_aws.faults.sts_outage import StsOutage
from local_aws.faults.throttle import Throttle

SEED = "seed"
KINDS: Mapping[str, Kind] = {
    "propagation": Kind(
        "propagation=S[+R]", "changes in IAM take up to S seconds to be seen, R in IAM's reads", Propagation, most=2
    ),
    "throttle": Kind("throttle=P", "a share P of the requests is throttled", Throttle, rate=True),
    "errors": Kind("errors=P", "a share P fails with a 5xx", Errors, rate=True),
    "drop": Kind("drop=P", "a share P loses its connection, carried out or not", Drop, rate=True),
    "slow": Kind("slow=P+S", "a share P is answered up to S seconds late", Slow, least=2, most=2, rate=True),
    "sts-outage": Kind("sts-outage=A+S", "STS is away for S seconds, from A seconds on", StsOutage, least=2, most=2),
}

DESCRIPTION = "; ".join(f"{kind.form} ({kind.meaning})" for kind in KINDS.values()) + f"; {SEED}=N (the same dice)"


class FaultError(ValueError):
    """A fault that can't be had; the text is one line that lists what there is."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What was asked for: `texts` as written, and the faults, in the order of the catalogue."""

    texts: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    seed: int | None = None

    def start(self, application: Application) -> Application:
        """Install the faults and put them around the application; without any, that is the application itself."""
        if not self.faults:
            return application
        chance = Random(self.seed)  # noqa: S311 (dice, no secret)
        served = application
        for fault in self.faults:
            fault.install(chance)
            served = fault.around(served, chance)
        return only_aws(served, application)


def parse(texts: Sequence[str]) -> Faults:
    """Read what was asked for. Raises FaultError."""
    given: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or (name not in KINDS and name != SEED) or name in given:
            raise _error(text)
        given[name] = value
    seed = given.get(SEED)
    if seed is not None and not (seed.isascii() and seed.isdigit()):
        raise _error(f"{SEED}={seed}")
    faults = tuple(_read(name, kind, given[name]) for name, kind in KINDS.items() if name in given)
    return Faults(tuple(texts), faults, None if seed is None else int(seed))


def _read(name: str, kind: Kind, value: str) -> Fault:
    numbers = [_number(part) for part in value.split("+")]
    fault = None if None in numbers else kind.read([number for number in numbers if number is not None])
    if fault is None:
        raise _error(f"{name}={value}")
    return fault


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 0 <= number < math.inf else None


def _error(text: str) -> FaultError:
    return FaultError(f"{text!r} is no fault; there are, each at most once: {DESCRIPTION}")

"""How faults are asked for."""

from __future__ import annotations

import pytest

from local_aws.faults.catalogue import KINDS, FaultError, parse
from local_aws.faults.propagation import Propagation
from local_aws.faults.sts_outage import StsOutage
from local_aws.faults.throttle import Throttle


def test_faults_are_read_whatever_their_order() -> None:
    faults = parse(("throttle=0.2", "propagation=5+2", "seed=7", "sts-outage=3+4"))
    assert faults.faults == (Propagation(5, 2), Throttle(0.2), StsOutage(3, 4))
    assert faults.seed == 7


def test_none_are_on_by_default() -> None:
    async def application(*_: object) -> None: ...

    assert parse(()).start(application) is application


@pytest.mark.parametrize(
    "text",
    [
        "",
        "throttle",
        "throttle=",
        "throttle=often",
        "throttle=-0.1",
        "throttle=1.1",
        "throttle=0.1+2",
        "throttle=nan",
        "propagation=inf",
        "propagation=1+2+3",
        "slow=0.1",
        "sts-outage=3",
        "sts-outage=3+",
        "earthquake=1",
        "seed=x",
        "=1",
    ],
)
def test_what_is_no_fault_is_one_line_that_lists_what_there_is(text: str) -> None:
    with pytest.raises(FaultError) as failure:
        parse(("errors=0.05", text))
    line = str(failure.value)
    assert "\n" not in line
    assert repr(text) in line
    assert all(f"{name}=" in line for name in [*KINDS, "seed"])


def test_each_may_be_asked_for_once() -> None:
    with pytest.raises(FaultError, match="once"):
        parse(("throttle=0.1", "throttle=0.2"))

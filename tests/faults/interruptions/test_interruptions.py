"""A sample of `make interruptions`: struck in the middle, the lab is taken down whole by the next `lab down`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.interruptions.interruption import ground, interrupt
from tests.faults.interruptions.inventory import inventory

# Where CloudFormation has just been told what to do, and nobody knows yet whether it heard.
IN_THE_MIDDLE = [("up", "SIGKILL", 12), ("down", "SIGKILL", 34), ("down", "SIGTERM", 20)]


@pytest.mark.parametrize(("command", "way", "call"), IN_THE_MIDDLE)
def test_struck_in_the_middle_nothing_is_left(tmp_path: Path, command: str, way: str, call: int) -> None:
    with ground(tmp_path) as here:
        assert interrupt(here, command, way, call).problem == ""
        assert here.proxy.gone.is_set() is False


def test_the_inventory_sees_what_is_left(tmp_path: Path) -> None:
    """What this test finds is what the others must not find."""
    with ground(tmp_path) as here:
        iam, s3 = here.administrator.client("iam"), here.administrator.client("s3")
        assert inventory(here.administrator) == here.before
        iam.create_access_key(UserName="lab-administrator")
        s3.create_bucket(Bucket="left")
        after = inventory(here.administrator)
        assert {what for what in after if after[what] != here.before[what]} == {"users", "buckets"}

"""`lab local start --fault …`."""

from __future__ import annotations

from tests.local.commands.conftest import Lab


def test_faults_are_switched_on_and_shown(lab: Lab) -> None:
    started = lab("local", "start", "--port", "0", "--fault", "propagation=1+0.5", "--fault", "slow=0.1+0.1")
    assert started.returncode == 0, started.stderr
    assert "faults    propagation=1+0.5, slow=0.1+0.1" in lab("local", "status").stdout
    again = lab("local", "start", "--fault", "errors=0.1")
    assert again.returncode == 2
    assert "lab local stop" in again.stderr
    assert lab("local", "stop").returncode == 0
    assert lab("local", "start", "--port", "0").returncode == 0
    assert "faults  " not in lab("local", "status").stdout


def test_a_wrong_fault_is_one_line_that_lists_what_there_is(lab: Lab) -> None:
    refused = lab("local", "start", "--port", "0", "--fault", "earthquake=1")
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith("lab: ")
    assert "'earthquake=1'" in refused.stderr
    for name in ("propagation=", "throttle=", "errors=", "drop=", "slow=", "sts-outage=", "seed="):
        assert name in refused.stderr
    assert "No embedded AWS is running" in lab("local", "status").stdout

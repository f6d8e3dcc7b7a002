"""The installed package proves, explains and lends a user's shell from a folder that is no checkout."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.distribution import Installed, install
from tests.local.commands.conftest import Lab


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(tmp_path_factory.mktemp("wheel"))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verify", "james-s3", "--html", "report.html"], "PROVEN: "),
        (["explain", "james-s3", "before-list-buckets"], "no identity-based policy"),
        (["shell", "James", "--", "sh", "-c", "echo $BucketName in $PWD"], "in "),
    ],
)
def test_it_works_from_any_folder(
    installed: Installed, standing: Lab, tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = installed.lab(tmp_path, *arguments, LAB_HOME=str(standing.home))
    assert done.returncode == 0, done.stdout + done.stderr
    assert says in done.stdout


def test_an_embedded_aws_of_its_own(installed: Installed, tmp_path: Path) -> None:
    started = installed.lab(tmp_path, "local", "start", "--port", "0")
    assert started.returncode == 0, started.stderr
    refused = installed.lab(tmp_path, "verify")
    assert (refused.returncode, refused.stderr.strip()) == (2, "lab: no lab stands here; deploy one first: lab up")
    stopped = installed.lab(tmp_path, "local", "stop")
    assert stopped.returncode == 0, stopped.stderr
    assert [file.name for file in tmp_path.iterdir()] == [".lab"]

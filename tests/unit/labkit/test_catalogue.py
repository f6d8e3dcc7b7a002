"""A lab is a folder; nothing else has to be told of it."""

from pathlib import Path

import pytest

from labkit.catalogue import Entry, all_labs, find_labs
from labkit.checks.lab import Lab
from labkit.errors import LabError


def test_every_folder_with_checks_is_a_lab(tmp_path: Path) -> None:
    for folder in ("james_s3", "another_lab"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "checks.py").touch()
    (tmp_path / "not_a_lab").mkdir()
    assert [entry.name for entry in all_labs(tmp_path)] == ["another-lab", "james-s3"]


def test_labs_are_found_by_name_each_once_in_the_order_asked_for() -> None:
    assert [entry.name for entry in find_labs(("james-s3", "james-s3"))] == ["james-s3"]
    assert find_labs(()) == ()
    with pytest.raises(LabError, match=r"no lab 'james'; the labs are: .*james-s3"):
        find_labs(("james",))


@pytest.mark.parametrize("entry", all_labs(), ids=lambda entry: entry.name)
def test_a_lab_is_complete(entry: Entry) -> None:
    lab = entry.lab
    assert isinstance(lab, Lab)
    assert lab.story
    ids = [check.id for check in lab.story]
    assert len(ids) == len(set(ids))
    missing = {"stack.py", "checks.py", "README.md"} - {file.name for file in entry.folder.iterdir()}
    assert missing == set()

"""docs/labs.md is what the labs are today."""

from __future__ import annotations

import pytest

from labkit.catalogue import all_labs, by_document
from scripts.refresh_labs_page import PAGE, page


def test_the_page_is_fresh() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run scripts/refresh_labs_page.py"


@pytest.mark.parametrize("entry", all_labs(), ids=lambda entry: entry.name)
def test_every_lab_is_there_with_its_principals_and_checks(entry) -> None:  # type: ignore[no-untyped-def]
    section = page().split(f"### [{entry.name}]")[1].split("\n### ")[0]
    for name in (*entry.lab.users, *entry.lab.roles):
        assert f"`{name.name}`" in section
    for check in entry.lab.story:
        assert f"- {check.title}\n" in section
    for role in entry.lab.roles:
        (row,) = [line for line in section.splitlines() if line.startswith(f"| role `{role.name}` |")]
        assert row.split("|")[2].strip(), "whom the role trusts"


def test_a_document_has_one_title() -> None:
    documents = list(by_document(all_labs()))
    assert len({document.split()[0] for document in documents}) == len(documents)

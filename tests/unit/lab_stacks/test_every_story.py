"""What holds for the story of every lab: whoever asks is there, and what a check rests on comes before it."""

from __future__ import annotations

import pytest

from labkit.catalogue import all_labs
from labkit.checks import ADMINISTRATOR, Assumed, CallerIdentity, Denied, HasOneAccessKey, NotAssumed, TokenGiven
from labkit.checks.assume import Temporary
from labkit.checks.changes import Change
from labkit.checks.lab import Lab
from labkit.checks.principals import User

LABS = {entry.name: entry.lab for entry in all_labs()}


@pytest.fixture(params=sorted(LABS))
def lab(request: pytest.FixtureRequest) -> Lab:
    return LABS[request.param]


def test_ids_are_unique(lab: Lab) -> None:
    ids = [check.id for check in lab.story]
    assert len(set(ids)) == len(ids)


def test_what_a_check_rests_on_comes_before_it(lab: Lab) -> None:
    before: set[str] = set()
    for check in lab.story:
        assert set(check.needs) <= before, check.id
        before.add(check.id)


def test_what_was_withdrawn_was_withdrawn_in_the_story(lab: Lab) -> None:
    for check in lab.story:
        if isinstance(check, Denied | NotAssumed) and check.withdrawn:
            assert check.needs, check.id


def test_a_session_is_opened_before_it_asks_and_shown_to_be_what_it_should(lab: Lab) -> None:
    opened: list[Temporary] = []
    for check in lab.story:
        who = check.identity
        assert not isinstance(who, Temporary) or who in opened, check.id
        if isinstance(check, Assumed | TokenGiven):
            opened.append(check.session)
    asking = {check.identity for check in lab.story if isinstance(check.identity, Temporary)}
    shown = {check.who for check in lab.story if isinstance(check, CallerIdentity)}
    assert asking <= shown


def test_every_user_is_live_before_asking_and_has_one_key(lab: Lab) -> None:
    live: list[User] = []
    for check in lab.story:
        who = check.identity
        if isinstance(check, CallerIdentity) and isinstance(who, User):
            live.append(who)
        assert who == ADMINISTRATOR or not isinstance(who, User) or who in live, check.id
    keys = [check.user for check in lab.story if isinstance(check, HasOneAccessKey)]
    assert set(lab.users) == set(live) == set(keys)


def test_a_change_is_undone_or_undoes_another(lab: Lab) -> None:
    changes = [check.call for check in lab.story if isinstance(check, Change)]
    undone = [change.undo for change in changes if change.undo]
    for change in changes:
        deletes = change.operation.startswith(("Delete", "Remove", "Detach"))
        assert change.undo or change in undone or deletes, change.operation


def test_what_is_compared_is_in_the_story(lab: Lab) -> None:
    assert all(check in lab.story for check in lab.compared)

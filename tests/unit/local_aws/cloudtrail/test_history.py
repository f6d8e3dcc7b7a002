"""The history is bounded, each account and region sees its own, and it can be saved in pieces."""

from __future__ import annotations

import json

from local_aws.cloudtrail.history import Event, EventHistory


def event(name: str, account: str = "123456789012", region: str = "us-east-1", text: str = "{}") -> Event:
    return Event(account, region, 0, name, name, "iam.amazonaws.com", "James", "AKIA", False, (), text)


def names(history: EventHistory, account: str = "123456789012", region: str = "us-east-1") -> list[str]:
    return [event.name for _, event in history.newest_first(account, region)]


def test_newest_first_of_one_account_and_region() -> None:
    history = EventHistory()
    history.add([event("a"), event("b", account="210987654321"), event("c", region="eu-west-1"), event("d")])
    assert names(history) == ["d", "a"]
    assert names(history, "210987654321") == ["b"]
    assert names(history, region="eu-west-1") == ["c"]
    (number, _), *_ = history.newest_first("123456789012", "us-east-1")
    history.add([event("e")])
    assert [each.name for _, each in history.newest_first("123456789012", "us-east-1", before=number)] == ["a"]


def test_bounded_in_number_and_in_size() -> None:
    history = EventHistory(most_events=3)
    history.add(event(str(number)) for number in range(5))
    assert names(history) == ["4", "3", "2"]
    history = EventHistory(most_characters=10)
    history.add([event("a", text="x" * 6), event("b", text="x" * 4), event("c", text="x" * 4)])
    assert names(history) == ["c", "b"]
    history.add([event("d", text="x" * 11)])
    assert names(history) == []
    history.add([event("e", text="x" * 10)])
    assert names(history) == ["e"]


def test_in_pieces_and_back() -> None:
    history = EventHistory()
    history.add(event(str(number))._replace(resources=(("AWS::IAM::User", "James"),)) for number in range(450))
    first = history.pieces()
    assert [len(piece) for piece in first.values()] == [200, 200, 50]
    history.add([event("450")])
    second = history.pieces()
    assert [number for number in second if second[number] != first[number]] == [2]

    saved = json.loads(json.dumps(second))
    again = EventHistory()
    again.put_back([saved["2"], saved["0"], saved["1"]])
    assert list(again.newest_first("123456789012", "us-east-1")) == list(
        history.newest_first("123456789012", "us-east-1")
    )
    again.add([event("451")])
    assert names(again)[:2] == ["451", "450"]
    assert again.pieces().keys() == second.keys()


def test_as_many_pieces_as_a_full_history_needs_and_no_more() -> None:
    history = EventHistory(most_events=20_000)
    seen = set()
    for number in range(250):
        history.add(event(str(number)) for _ in range(200))
        seen |= history.pieces().keys()
        assert sum(len(piece) for piece in history.pieces().values()) == min(20_000, 200 * (number + 1))
    assert seen == set(range(101))


def test_what_was_dropped_does_not_come_back() -> None:
    history = EventHistory(most_events=3)
    history.put_back([[[number, list(event(str(number)))] for number in range(5)]])
    assert names(history) == ["4", "3", "2"]

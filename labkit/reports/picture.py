"""The lab as a picture: where everybody who asks, every trust arrow and every answer stands, in pixels.

Everybody has a lane: a card at its left, and beside it (in the narrow picture below it) what was asked for and how AWS
answered. A session's lane hangs under the lane of who assumed the role.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from labkit.results import Asked, CheckResult, LabResult, Player
from labkit.verdicts import Verdict, overall

_ROW = 58
_LINE = 19
_MOST_POLICIES = 5
_CARD_PADDING = 14
_GAP = 46
_NARROW_SPINE = 17
# Average widths of a character in the fonts of the page, in pixels: enough to know where to cut.
_BOLD, _SMALL = 9.4, 7.6

_SERVICES = {
    "ec2": "EC2",
    "iam": "IAM",
    "s3": "S3",
    "sts": "STS",
    "sqs": "SQS",
    "sns": "SNS",
    "kms": "KMS",
    "ssm": "SSM",
}


@dataclass(frozen=True)
class Text:
    """A text that may be cut; `full` is what it says uncut."""

    shown: str
    full: str


@dataclass(frozen=True)
class Answer:
    """A row beside a card: what was asked of which service, how AWS answered, and what the checks say of that."""

    y: int
    service: Text
    resources: Text
    actions: Text
    allowed: bool | None
    verdict: Verdict

    @property
    def word(self) -> str:
        """AWS's answer in one word."""
        return "no answer" if self.allowed is None else "allowed" if self.allowed else "denied"


@dataclass(frozen=True)
class Lane:
    """One who asks. `x`, `y`: the card's corner; `width`, `height`: the card's; `lines`: what stands in it.

    `spine`: where the upright line is from which the lines to the answers branch off.
    """

    player: Player
    x: int
    y: int
    width: int
    height: int
    name: Text
    lines: tuple[Text, ...]
    answers: tuple[Answer, ...]
    answers_x: int
    answers_width: int
    spine: int
    trust: Arrow | None = None


@dataclass(frozen=True)
class Arrow:
    """The arrow from who assumed a role down to the session's card."""

    x: int
    from_y: int
    to_x: int
    to_y: int
    verdict: Verdict


@dataclass(frozen=True)
class Picture:
    """The whole picture, `width` x `height` pixels."""

    width: int
    height: int
    narrow: bool
    lanes: tuple[Lane, ...]


def draw(lab: LabResult, *, narrow: bool = False) -> Picture:
    """Lay out the picture of a lab, for a wide page or for a phone."""
    width, y = (360, 4) if narrow else (960, 4)
    lanes: list[Lane] = []
    for player, depth in _in_tree_order(lab.players):
        lane = _lane(lab, player, depth, y, narrow=narrow)
        parent = next((each for each in lanes if each.player.label == player.by), None)
        if parent:
            lane = _hung(lane, parent, lab)
        lanes.append(lane)
        y = _bottom(lane) + _GAP
    return Picture(width, max(y - _GAP + 6, 20), narrow, tuple(lanes))


def describe(lab: LabResult) -> str:
    """The picture in words, for those who do not see it."""
    said = []
    for lane in draw(lab).lanes:
        if lane.trust:
            said.append(f"{lane.player.by} assumes {lane.player.label} ({lane.trust.verdict}).")
        said += [
            f"{lane.player.label}: {answer.service.full} {answer.actions.full} {answer.word} ({answer.verdict})."
            for answer in lane.answers
        ]
    return " ".join(said).replace("not_applicable", "not applicable")


def _in_tree_order(players: Sequence[Player]) -> Iterator[tuple[Player, int]]:
    """Everybody, each followed by the sessions that come from them; with how deep they hang."""

    def below(by: str, depth: int) -> Iterator[tuple[Player, int]]:
        for player in players:
            if player.by == by:
                yield player, depth
                yield from below(player.label, depth + 1)

    yield from below("", 0)


def _lane(lab: LabResult, player: Player, depth: int, y: int, *, narrow: bool) -> Lane:
    x = depth * (30 if narrow else 34) + 1
    width = 358 - x if narrow else 270
    lines = _lines(player, width - 2 * _CARD_PADDING)
    height = 2 * _CARD_PADDING + 40 + _LINE * len(lines)
    answers_x, answers_width = (x + 42, 358 - x - 42) if narrow else (460, 498)
    rows = _answers(lab, player, answers_width - 62)
    top = y + height + 12 if narrow else y + max(0, (height - _ROW * len(rows)) // 2)
    placed = tuple(replace(row, y=top + number * _ROW) for number, row in enumerate(rows))
    name = _cut(player.name, width - 2 * _CARD_PADDING, _BOLD)
    spine = x + _NARROW_SPINE if narrow else x + width + 24
    return Lane(player, x, y, width, height, name, lines, placed, answers_x, answers_width, spine)


def _hung(lane: Lane, parent: Lane, lab: LabResult) -> Lane:
    asked = [check.verdict for check in lab.checks for each in check.asked if each.opens == lane.player.label]
    x = parent.x + _NARROW_SPINE
    arrow = Arrow(x, parent.y + parent.height, lane.x, lane.y + 26, overall(asked))
    return replace(lane, trust=arrow)


def _bottom(lane: Lane) -> int:
    rows = lane.answers[-1].y + _ROW - 8 if lane.answers else 0
    return max(lane.y + lane.height, rows)


def _lines(player: Player, width: int) -> tuple[Text, ...]:
    more = len(player.policies) - _MOST_POLICIES
    policies = [*player.policies[:_MOST_POLICIES], *([f"and {more} more"] if more > 0 else [])]
    if player.kind != "administrator" and not policies:
        policies = ["no policy of its own"]
    if player.kind == "administrator":
        policies = []
    return tuple(_cut(line, width, _SMALL) for line in (*player.notes, *policies))


def _answers(lab: LabResult, player: Player, width: int) -> list[Answer]:
    """What a player asked for, by service, answer and verdict; who assumed which role is drawn as an arrow instead."""
    grouped: dict[tuple[str, bool | None, Verdict], list[Asked]] = {}
    drawn = {each.label for each in lab.players}
    for check, asked in _asked_by(lab, player):
        if asked.opens in drawn or asked.action == "sts:GetCallerIdentity":
            continue
        grouped.setdefault((_service(asked), asked.allowed, check.verdict), []).append(asked)
    return [
        Answer(
            0,
            _cut(service, width - 64, _BOLD),
            _cut(_joined(_resource(each) for each in asked), width - len(service) * _BOLD - 76, _SMALL),
            _cut(_joined(_action(each) for each in asked), width, _SMALL),
            allowed,
            verdict,
        )
        for (service, allowed, verdict), asked in grouped.items()
    ]


def _asked_by(lab: LabResult, player: Player) -> Iterator[tuple[CheckResult, Asked]]:
    for check in lab.checks:
        if check.identity == player.label:
            yield from ((check, asked) for asked in check.asked)


def _service(asked: Asked) -> str:
    """What is asked: a role that is to be assumed by its name, anything else by its service."""
    if asked.action == "sts:AssumeRole":
        return f"Role {asked.resource.rsplit('/', 1)[-1]}"
    service = asked.action.split(":", 1)[0]
    return _SERVICES.get(service, service)


def _action(asked: Asked) -> str:
    return asked.action.split(":", 1)[1]


def _resource(asked: Asked) -> str:
    """The resource in few words: a bucket without the key, any other by the last part of its ARN."""
    if asked.action == "sts:AssumeRole":
        return ""
    if asked.resource.startswith("arn:") and ":s3:::" in asked.resource:
        return asked.resource.split(":::", 1)[1].split("/", 1)[0].replace("*", "all buckets")
    return "" if asked.resource == "*" else asked.resource.split(":", 5)[-1]


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _cut(text: str, width: float, character: float) -> Text:
    most = int(width / character)
    return Text(text if len(text) <= most else f"{text[: most - 1]}…", text)

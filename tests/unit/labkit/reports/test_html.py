"""The web page, the picture in it and the policies: what stands in them, before any browser looks at it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from labkit.explanation.explanation import Source
from labkit.reports import as_html
from labkit.reports.excerpt import excerpt
from labkit.reports.picture import Lane, describe, draw
from labkit.results import Report
from tests.unit.labkit.reports.samples import EXPLAINED, HOSTILE, LAB, POLICY, REPORT

CSS = Path(as_html.__file__).parent / "templates" / "report.css"


def test_nothing_in_a_page_comes_from_elsewhere_and_nothing_runs() -> None:
    page = as_html.render(REPORT)
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!#)([^"')> ]+)""", page) == ["data:,"]
    assert "<script" not in page
    assert "default-src 'none'" in page


def test_what_aws_says_is_text_and_never_markup() -> None:
    page = as_html.render(REPORT)
    assert "alert(1)" in page
    assert "{{ 7 * 7 }}" in page
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;alert(1)") >= 4


def test_what_is_compared_is_a_table_with_headings() -> None:
    page = as_html.render(REPORT)
    assert '<th scope="col">Reader/one</th>' in page
    assert '<th scope="row"><code>s3:ListBuckets</code></th><td class="yes">yes</td>' in page
    assert page.count("<table>") == 1


def test_an_empty_report_says_so() -> None:
    assert "Nothing was checked." in as_html.render(Report())


def test_the_statement_that_decided_is_shown_whole_but_for_its_long_lists() -> None:
    lines = excerpt(EXPLAINED.sources[0])
    text = "\n".join(line.text for line in lines)
    assert '    {"Sid": "Other", "Effect": "Allow", … },' in text.splitlines()
    decisive = [line.text.strip() for line in lines if line.decides]
    assert decisive[:5] == ["{", '"Effect": "Deny",', '"Action": [', '"s3:Put*",', "… 30 more"]
    assert '"aws:MultiFactorAuthPresent": "false"' in decisive
    assert [line.text.strip() for line in lines if line.matched] == ['"s3:Put*",', '"arn:aws:s3:::*",']


def test_a_policy_in_which_nothing_decided_is_shown_in_brief() -> None:
    lines = excerpt(Source("p", POLICY, None))
    assert not any(line.decides for line in lines)
    assert len(lines) == 2 + len(POLICY["Statement"]) + 3


@pytest.mark.parametrize("narrow", [False, True])
def test_in_the_picture_nothing_overlaps_or_sticks_out(narrow: bool) -> None:
    picture = draw(LAB, narrow=narrow)
    boxes = [box for lane in picture.lanes for box in boxes_of(lane)]
    assert len(boxes) == len(picture.lanes) + sum(len(lane.answers) for lane in picture.lanes)
    for x, y, width, height in boxes:
        assert x >= 0
        assert y >= 0
        assert x + width <= picture.width
        assert y + height <= picture.height
    for (ax, ay, aw, ah), (bx, by, bw, bh) in itertools.combinations(boxes, 2):
        assert ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay


def boxes_of(lane: Lane) -> list[tuple[int, int, int, int]]:
    card = (lane.x, lane.y, lane.width, lane.height)
    return [card, *((lane.answers_x, row.y, lane.answers_width, 50) for row in lane.answers)]


def test_the_picture_hangs_sessions_under_those_who_assumed_the_role() -> None:
    lanes = {lane.player.label: lane for lane in draw(LAB).lanes}
    assert list(lanes) == ["James", "Reader/one", "Writer/two", "administrator"]
    assert lanes["James"].trust is None
    arrow = lanes["Reader/one"].trust
    assert arrow
    assert lanes["James"].x < arrow.x < lanes["Reader/one"].x < lanes["Writer/two"].x
    assert [row.service.full for row in lanes["administrator"].answers] == ["Role Reader"]
    assert [(row.service.full, row.word, row.verdict.value) for row in lanes["Reader/one"].answers] == [
        ("S3", "denied", "failed"),
        ("EC2", "no answer", "undetermined"),
    ]


def test_the_picture_can_be_told_in_words() -> None:
    told = describe(LAB)
    assert "James assumes Reader/one (proven)." in told
    assert "Reader/one: S3 PutObject denied (failed)." in told
    assert "Reader/one assumes Writer/two (proven)." in told


def palettes() -> list[dict[str, str]]:
    blocks = re.findall(r":root \{(.*?)\}", CSS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    return [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6})", block)) for block in blocks]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, "contrast ratio"."""

    def luminance(colour: str) -> float:
        digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
        channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark", "paper"])
def test_text_can_be_read_on_every_ground_it_stands_on(palette: dict[str, str]) -> None:
    verdicts = ("proven", "failed", "undetermined", "not_applicable")
    for ground in ("page", "surface"):
        for text in ("ink", "muted", "accent", *verdicts):
            assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
    for text, ground in (("muted", "sunken"), ("ink", "sunken"), ("muted", "accent-soft"), ("ink", "accent-soft")):
        assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
    for verdict in verdicts:
        for text in ("ink", "muted", verdict):
            assert contrast(palette[text], palette[f"{verdict}-soft"]) >= 4.5, (text, verdict)

"""The report in a real browser: in light and dark, on a phone and on paper, and for people who do not see it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from labkit.reports import as_html
from tests.browser.conftest import OpenPage
from tests.unit.labkit.reports.samples import REPORT

pytestmark = pytest.mark.browser

PAGE = as_html.render(REPORT)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_axe_finds_nothing_that_keeps_people_out(open_page: OpenPage, width: int, color_scheme: str) -> None:
    page = open_page(PAGE, width=width, color_scheme=color_scheme).page
    open_all(page)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()


def test_axe_would_find_something(open_page: OpenPage) -> None:
    """The test above can fail: the same page with its ink washed out."""
    page = open_page(PAGE.replace("--muted: #566074", "--muted: #c0c4cc")).page
    assert Axe().run(page, options=RULES).violations_count > 0


def test_it_asks_for_nothing_and_complains_of_nothing(open_page: OpenPage) -> None:
    opened = open_page(PAGE)
    opened.page.wait_for_load_state("networkidle")
    assert opened.requests == []
    assert opened.complaints == []


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1600])
def test_it_never_scrolls_sideways(open_page: OpenPage, width: int) -> None:
    page = open_page(PAGE, width=width).page
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "shown"), [(1200, "wide"), (390, "narrow")])
def test_one_picture_is_shown_that_fits_and_can_be_read(open_page: OpenPage, width: int, shown: str) -> None:
    page = open_page(PAGE, width=width).page
    (picture,) = [svg for svg in page.locator("figure svg").all() if svg.is_visible()]
    assert picture.get_attribute("class") == shown
    smallest = picture.evaluate(
        "svg => Math.min(...[...svg.querySelectorAll('text')].map(t => parseFloat(getComputedStyle(t).fontSize)))"
        " * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width"
    )
    assert smallest >= 10.5


@pytest.mark.parametrize("width", [1200, 390])
def test_no_text_of_the_picture_leaves_its_box(open_page: OpenPage, width: int) -> None:
    page = open_page(PAGE, width=width).page
    outside = page.evaluate(
        """() => [...document.querySelectorAll('figure svg')].filter(svg => svg.checkVisibility()).flatMap(svg => {
          const boxes = [...svg.querySelectorAll('rect')].map(r => r.getBBox());
          const inside = (t, b) => t.x >= b.x + 6 && t.x + t.width <= b.x + b.width - 6 && t.y >= b.y
            && t.y + t.height <= b.y + b.height;
          return [...svg.querySelectorAll('text:not(.word):not(.sign)')]
            .filter(t => !boxes.some(b => inside(t.getBBox(), b))).map(t => t.textContent);
        })"""
    )
    assert outside == []


def test_dark_is_dark_and_light_is_light(open_page: OpenPage) -> None:
    def ground(color_scheme: str) -> int:
        page = open_page(PAGE, color_scheme=color_scheme).page
        return sum(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"))

    assert ground("dark") < 150 < 600 < ground("light")


def test_what_is_not_proven_is_open_and_the_rest_is_folded(open_page: OpenPage) -> None:
    page = open_page(PAGE).page
    folded = page.evaluate("[...document.querySelectorAll('details:not([open])')].map(d => d.closest('li').id)")
    opened = page.evaluate("[...document.querySelectorAll('details[open]')].map(d => d.closest('li').id)")
    assert opened == ["james-s3-put", "james-s3-unsure", "james-s3-shape"]
    assert "james-s3-list" in folded
    page.locator("#james-s3-list summary").press("Enter")
    assert page.locator("#james-s3-list dl").is_visible()


def test_the_links_to_what_is_not_proven_lead_there(open_page: OpenPage) -> None:
    page = open_page(PAGE).page
    page.get_by_role("link", name="The check unsure").click()
    assert page.locator("#james-s3-unsure").evaluate("e => e.getBoundingClientRect().top") < 100


def test_the_statement_that_decided_is_marked(open_page: OpenPage) -> None:
    page = open_page(PAGE).page
    marked = page.locator("mark.Deny")
    assert marked.count() == 1
    assert marked.locator("b").all_inner_texts() == ['"s3:Put*",', '"arn:aws:s3:::*",']
    assert "Other" not in marked.inner_text()


def test_a_screen_reader_finds_its_way(open_page: OpenPage) -> None:
    page = open_page(PAGE).page
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(h => Number(h.tagName[1]))")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    for landmark in ("banner", "main", "contentinfo", "navigation"):
        assert page.get_by_role(landmark).count() == 1, landmark  # type: ignore[arg-type]
    assert page.get_by_role("region", name="James assumes a role to read S3").count() == 1
    (picture,) = page.get_by_role("img", name="Who asks for what in james-s3").all()
    description: Any = picture.locator("desc").text_content()
    assert "James assumes Reader/one (proven)." in description


def test_paper_shows_everything(open_page: OpenPage) -> None:
    page = open_page(PAGE, color_scheme="dark").page
    hidden = "[...document.querySelectorAll('.moment dl, .moment .why')].filter(e => !e.checkVisibility()).length"
    assert page.evaluate(hidden) > 0
    page.emulate_media(media="print")
    assert page.evaluate(hidden) == 0
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.pdf(format="A4").startswith(b"%PDF")

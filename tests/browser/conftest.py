"""A headless Chromium, and a report page opened in it.

`browser`  one Chromium for each test worker. Without any on this machine every test fails and says how to get one.
`open_page`   `open_page(html, width=…, color_scheme=…)`: a page of its own, with every request that leaves it refused
           and noted in `.requests`.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, sync_playwright

SET_UP = Path(__file__).resolve().parents[2] / "scripts" / "set_up.py"


@dataclass
class Opened:
    """A page, and the addresses that it asked for besides its own."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)


OpenPage = Callable[..., Opened]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    spec = importlib.util.spec_from_file_location("set_up", SET_UP)
    assert spec
    assert spec.loader
    set_up = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(set_up)
    program = set_up.find_browser()
    if not program:
        pytest.fail(f"no Chromium here; {set_up.BROWSER_ADVICE}")
    with sync_playwright() as playwright:
        # In a container there is no sandbox to be had, and what is looked at is our own.
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[OpenPage]:
    contexts = []

    def opened(html: str, width: int = 1200, height: int = 900, color_scheme: Any = "light") -> Opened:
        file = tmp_path / "report.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=color_scheme, bypass_csp=True
        )
        contexts.append(context)
        result = Opened(context.new_page())

        def judge(route: Route) -> None:
            if route.request.url == file.as_uri():
                route.continue_()
            else:
                result.requests.append(route.request.url)
                route.abort()

        result.page.route("**/*", judge)
        result.page.on("console", lambda message: result.complaints.append(message.text))
        result.page.on("pageerror", lambda error: result.complaints.append(str(error)))
        result.page.goto(file.as_uri())
        return result

    yield opened
    for context in contexts:
        context.close()

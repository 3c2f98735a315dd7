"""What holds for every screen as Chromium shows it: axe finds nothing, it is light, it loads nothing of others."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import AXE, Open, Site
from tests.screens import addresses

WEIGHT_MAX = 60 * 1024
SHOTS = Path(os.environ.get("SHOTS", "build/pages"))
LANGUAGES = ("en", "es", "gu", "bn")
PUBLIC = ["/sign-in", "/sign-in?to=/console"]


def whole(site: Site) -> Iterator[tuple[str, Any]]:
    """Each screen, with who looks at it."""
    yield from ((path, None) for path in PUBLIC)
    maya, anna = site.ambassador(), site.admin()
    yield from ((path, maya if path.startswith("/me") else anna) for path in addresses(site.scene))


def found_by_axe(page: Page) -> list[str]:
    """What axe finds on a page: rule, and the first element that breaks it."""
    page.evaluate(AXE.read_text())
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{it['id']}: {it['nodes'][0]['html'][:160]}" for it in result["violations"]]


def heard(page: Page) -> tuple[list[Any], list[str], list[str]]:
    """What a page will have been answered, what it will have asked for, and what it will have complained about."""
    bodies: list[Any] = []
    asked: list[str] = []
    wrong: list[str] = []
    page.on("response", lambda it: bodies.append(it))  # noqa: PLW0108 - Playwright marks a handler, which no method takes
    page.on("request", lambda it: asked.append(it.url))
    page.on("console", lambda it: wrong.append(it.text) if it.type == "error" else None)
    page.on("pageerror", lambda it: wrong.append(str(it)))
    return bodies, asked, wrong


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing(site: Site, opened: Open, subtests: pytest.Subtests, width: int, dark: bool) -> None:
    """No screen keeps anybody out: names, roles, contrast, order, landmarks, by day and by night."""
    for path, who in whole(site):
        with subtests.test(path):
            page = opened(path, who, width=width, dark=dark)
            assert found_by_axe(page) == []
            page.context.close()


def test_every_screen_is_light_and_alone(site: Site, opened: Open, subtests: pytest.Subtests) -> None:
    """A screen with all that it loads is under 60 KB compressed, all of it is ours, and no script complains."""
    weights = {}
    for path, who in whole(site):
        with subtests.test(path):
            page = opened("about:blank", who)
            bodies, asked, wrong = heard(page)
            page.goto(path, wait_until="networkidle")
            weight = sum(len(gzip.compress(it.body(), 6)) for it in bodies if it.status == 200)
            weights[path] = weight
            assert weight < WEIGHT_MAX
            assert [it for it in asked if not it.startswith((site.url, "data:"))] == []
            assert wrong == []
            assert bodies[0].status == 200
            page.context.close()
    SHOTS.mkdir(parents=True, exist_ok=True)
    (SHOTS / "weights.json").write_text(json.dumps(dict(sorted(weights.items(), key=lambda it: -it[1])), indent=1))


@pytest.mark.parametrize("width", [320, 1280])
def test_no_screen_is_wider_than_its_window(site: Site, opened: Open, subtests: pytest.Subtests, width: int) -> None:
    """Nobody scrolls sideways (WCAG 2.2, 1.4.10), but within a table that has to."""
    for path, who in whole(site):
        with subtests.test(path):
            page = opened(path, who, width=width)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.context.close()


def test_targets_are_large_enough(site: Site, opened: Open, subtests: pytest.Subtests) -> None:
    """On a phone, whatever is tapped and stands alone is 44 pixels high."""
    small = """
        const targets = "button, select, input:not([type=hidden]), summary, nav a, .button, .action, .plain";
        [...document.querySelectorAll(targets)].filter((it) => {
            const { height } = (it.closest("label") || it).getBoundingClientRect();
            return height > 0 && height < 43.5;
        }).map((it) => it.outerHTML.slice(0, 120))"""
    for path, who in whole(site):
        with subtests.test(path):
            page = opened(path, who)
            assert page.evaluate(small) == []
            page.context.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_shots(site: Site, opened: Open, language: str) -> None:
    """Not a test: a person looks at the pictures."""
    maya, anna = site.ambassador(), site.admin()
    for path in [*PUBLIC, *addresses(site.scene)]:
        who = None if path in PUBLIC else maya if path.startswith("/me") else anna
        for width, dark in ((360, False), (1280, language in {"es", "bn"})):
            page = opened(path, who, width=width, dark=dark, language=language)
            name = path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-")
            folder = SHOTS / language
            folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
            page.context.close()

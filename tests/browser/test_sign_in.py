"""Signing in as Chromium does it: what it sends of origins and cookies, with and without scripts, by keyboard."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import ONE_AT_A_TIME, Open, Site
from tests.browser.test_every_screen import SHOTS, found_by_axe

SHOP, STRANGER = "http://my.shop.example", "http://stranger.example"
"""Over plain HTTP, as the site here: a page over TLS tells its origin to none that is not."""


def mailed(site: Site) -> tuple[str, str]:
    """The link and the code of the last mail."""
    with ONE_AT_A_TIME:
        site.shop.stream()
        text = site.shop.sent()[-1].text
    link, code = re.search(r"http://\S+/sign-in/[\w-]+", text), re.search(r"\b\d{4} \d{4}\b", text)
    assert link
    assert code
    return link[0], code[0]


def known(site: Site) -> str:
    """Maya's address, as the shop knows it."""
    with ONE_AT_A_TIME:
        found = site.shop.read(site.shop.call("GET", f"/v1/ambassadors/{site.scene.maya}", scope="admin:read"))
    return str(found["email"])


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_by_the_code_with_the_keyboard_alone(site: Site, opened: Open, scripts: bool) -> None:
    """The address, the code, and one is where one wanted to go."""
    page = opened("/me/rewards", scripts=scripts)
    page.get_by_label("Email address").focus()
    page.keyboard.type(known(site))
    page.keyboard.press("Enter")
    expect(page.get_by_label("Code")).to_be_visible()
    _, code = mailed(site)
    page.get_by_label("Code").focus()
    page.keyboard.type("0000 0000")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("not the code")
    page.get_by_label("Code").focus()
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me/rewards")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_by_the_link_in_another_browser(site: Site, opened: Open, scripts: bool) -> None:
    """The link shows whose it is, and its button signs in; a second time it says that it is over."""
    page = opened("/sign-in", scripts=scripts)
    page.get_by_label("Email address").fill(known(site))
    page.get_by_role("button", name="Email me a link").click()
    link, _ = mailed(site)
    other = opened(link, scripts=scripts)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url("**/me")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("status")).to_contain_text("You are signed out.")
    again = opened(link, scripts=scripts)
    expect(again.get_by_role("alert")).to_be_visible()


def on_a_page_of(page: Page, origin: str, link: str) -> None:
    """Look at a page of another origin with a form that leads to a link, and send it."""
    form = f"<form method=post action='{link}'><button>My rewards</button></form>"

    def answer(route: Route) -> None:
        route.fulfill(body=f"<!doctype html><title>Shop</title>{form}", content_type="text/html")

    page.route(f"{origin}/**", answer)
    page.goto(f"{origin}/account")
    page.get_by_role("button", name="My rewards").click()


def handed(site: Site) -> str:
    """The link by which the shop hands over its customer."""
    with ONE_AT_A_TIME:
        path = f"/v1/ambassadors/{site.scene.maya}/sessions"
        return str(site.shop.read(site.shop.call("POST", path, {}, scope="sessions"))["sign_in_url"])


def test_handed_over_by_the_page_of_the_shop(site: Site, opened: Open) -> None:
    """A form on the shop's page signs its customer in at once, although it is another site's."""
    with ONE_AT_A_TIME:
        site.shop.publish(origins=[SHOP])
    page = opened("about:blank")
    on_a_page_of(page, SHOP, handed(site))
    page.wait_for_url("**/me")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_not_handed_over_by_the_page_of_a_stranger(site: Site, opened: Open) -> None:
    """The same form on any other page signs nobody in."""
    page = opened("about:blank")
    on_a_page_of(page, STRANGER, handed(site))
    expect(page.get_by_role("alert")).to_contain_text("did not come from our page")
    page.goto(f"{site.url}/me")
    assert "/sign-in" in page.url


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_the_way(
    site: Site, opened: Open, subtests: pytest.Subtests, width: int, dark: bool
) -> None:
    """Nor is any of these pages wider than its window: the code, the button, joining, and what is over."""
    with ONE_AT_A_TIME:
        site.shop.publish(care={"check_in": {}, "birthday": {}})
        told = {"email": "newcomer@example.com", "first_name": "Noa"}
        site.shop.call("PUT", "/v1/people", told, scope="people")
    for name, email in (("button", known(site)), ("join", "newcomer@example.com")):
        page = opened("/sign-in", width=width, dark=dark)
        page.get_by_label("Email address").fill(email)
        page.get_by_role("button", name="Email me a link").click()
        expect(page.get_by_label("Code")).to_be_visible()
        link, _ = mailed(site)
        for what, at in (("code", ""), (name, link), ("over", "/sign-in/over")):
            with subtests.test(what, email=email):
                if at:
                    page.goto(at)
                assert found_by_axe(page) == []
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                shot(page, SHOTS / "en" / f"sign-in-{what}-{width}{'-dark' if dark else ''}.png")


def shot(page: Page, to: Path) -> None:
    """Keep a picture for a person to look at."""
    to.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=to, full_page=True)

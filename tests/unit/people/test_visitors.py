"""Who is a person: every browser, also those inside apps; and none of the robots that a kept list knows."""

from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from chalicelib.operations.people.visitors import is_person

PEOPLE = [line for line in Path(__file__).with_name("browsers.txt").read_text().splitlines() if line[:1] != "#"]
ROBOTS = [agent for robot in CRAWLER_USER_AGENTS_DATA for agent in robot["instances"]]
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
)


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_people_in_whatever_app(agent: str) -> None:
    """Words that robots use as well (google, bing, scan, bot, preview) are in the names of phones and apps."""
    assert is_person(agent)


def test_the_list_of_people_is_one() -> None:
    """Enough of them to mean something, and each once."""
    assert len(PEOPLE) == len(set(PEOPLE)) >= 50


def test_every_robot_of_the_kept_list_is_one() -> None:
    """More than two thousand user agents, many of which pose as browsers."""
    assert len(ROBOTS) > 2000
    assert [agent for agent in ROBOTS if is_person(agent)] == []


@pytest.mark.parametrize(
    "agent",
    [
        "",
        "Mozilla/5.0",
        "Go-http-client/2.0",
        "okhttp/4.12.0",
        "axios/1.7.7",
        "Java/17.0.13",
        "Ruby",
        "node",
        "Dart/3.5 (dart:io)",
        "python-requests/2.32.3",
        "Iframely/1.3.1",
        "Cardyb/1.1",
        "Barracuda Sentinel (EE)",
        "WhatsApp/2.24.20.89 A",
        "Viber/12.8.0.1 CFNetwork/1121.2.2 Darwin/19.3.0",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        f"{CHROME} (compatible; NewsOfNext/1.0; +https://robots.example/next)",
        CHROME.replace("Chrome/", "HeadlessChrome/"),
    ],
)
def test_what_is_no_browser_is_no_person(agent: str) -> None:
    """Libraries, scanners and bare words name no engine; whoever gives an address for questions is a robot."""
    assert not is_person(agent)


@pytest.mark.parametrize("purpose", ["prefetch", "prefetch;prerender", "Prefetch", "preview", "Preview;anonymous"])
def test_a_page_fetched_ahead_is_no_visit(purpose: str) -> None:
    """A browser that guesses where its user may go next."""
    assert is_person(CHROME)
    assert not is_person(CHROME, purpose)

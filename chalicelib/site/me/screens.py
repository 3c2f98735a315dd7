"""All pages of an ambassador, and what they share."""

from typing import Any

from chalicelib.domain.model.access import Session
from chalicelib.edge import doors
from chalicelib.edge.scopes import ME
from chalicelib.site.screens import Area, Page, Screen
from chalicelib.web.language import Language, accepted, choose, spoken
from chalicelib.web.me import words
from chalicelib.web.me.problems import told

SCREENS = (
    Screen("", "chalicelib.site.me.home", group="top"),
    Screen("rewards", "chalicelib.site.me.rewards", group="top"),
    Screen("poster", "chalicelib.site.me.poster"),
    Screen("spend", "chalicelib.site.me.spend", group="top"),
    Screen("statement", "chalicelib.site.me.statement", group="more"),
    Screen("statement/*", "chalicelib.site.me.statement"),
    Screen("codes", "chalicelib.site.me.codes", group="more"),
    Screen("tasks", "chalicelib.site.me.tasks", group="more"),
    Screen("offers", "chalicelib.site.me.offers", group="more"),
    Screen("claims", "chalicelib.site.me.claims", group="more"),
    Screen("leaderboard", "chalicelib.site.me.leaderboard", group="more"),
    Screen("preferences", "chalicelib.site.me.preferences", group="more"),
    Screen("data", "chalicelib.site.me.data", group="more"),
    Screen("data/*", "chalicelib.site.me.data"),
    Screen("sessions", "chalicelib.site.me.sessions", group="more"),
    Screen("language", "chalicelib.site.language"),
)


def language_of(page: Page) -> Language:
    """The language of an ambassador's page: what was chosen in this browser, else their own, else the browser's."""
    chosen = doors.cookie(page.call.request, doors.LANGUAGE)
    wanted = [*([chosen] if chosen else _own_locale(page)), *accepted(page.call.header("accept-language"))]
    return spoken(wanted, page.program) if page.program else choose(wanted[0] if wanted else "en")


def frame(page: Page) -> dict[str, Any]:
    """What stands around each page."""
    return {
        "names": words.screens(page.language),
        "done_words": words.done(page.language),
        "problem_words": told(page.language),
    }


def _own_locale(page: Page) -> list[str]:
    if not isinstance(page.call.who, Session):
        return []
    locale = page.client.get("/v1/people/me").body.get("locale")
    return [locale] if locale else []


AREA = Area(ME, "/me", SCREENS, language_of, frame)

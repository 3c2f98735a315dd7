"""All screens of the console, and what they share."""

from functools import cached_property
from typing import Any

from chalicelib.edge import doors
from chalicelib.edge.scopes import CONSOLE
from chalicelib.site.screens import Area, Page, Screen
from chalicelib.web.console import words
from chalicelib.web.console.language import console_language
from chalicelib.web.console.problems import told
from chalicelib.web.language import Language, accepted

READ, WRITE, KEYS = "admin:read", "admin:write", "admin:keys"

SCREENS = (
    Screen("", "chalicelib.site.console.today", READ, "now"),
    Screen("people", "chalicelib.site.console.people", READ, "now"),
    Screen("people/*", "chalicelib.site.console.person", READ),
    Screen("orders/*", "chalicelib.site.console.order", READ),
    Screen("reviews", "chalicelib.site.console.reviews", READ, "decide"),
    Screen("reviews/*", "chalicelib.site.console.review", READ),
    Screen("claims", "chalicelib.site.console.claims", READ, "decide"),
    Screen("tasks", "chalicelib.site.console.tasks", READ, "decide"),
    Screen("tasks/*", "chalicelib.site.console.task", READ),
    Screen("gifts", "chalicelib.site.console.gifts", READ, "decide"),
    Screen("payouts", "chalicelib.site.console.payouts", READ, "decide"),
    Screen("adjustments", "chalicelib.site.console.adjustments", READ, "decide"),
    Screen("ledger", "chalicelib.site.console.ledger", READ, "money"),
    Screen("liability", "chalicelib.site.console.liability", READ, "money"),
    Screen("audit", "chalicelib.site.console.audit", READ, "money"),
    Screen("program", "chalicelib.site.console.program", READ, "program"),
    Screen("program/edit", "chalicelib.site.console.program_edit", READ),
    Screen("program/review", "chalicelib.site.console.program_review", READ),
    Screen("program/versions", "chalicelib.site.console.program_versions", READ),
    Screen("brand", "chalicelib.site.console.brand", READ, "program"),
    Screen("letters", "chalicelib.site.console.letters", READ, "program"),
    Screen("letters/*", "chalicelib.site.console.letter", READ),
    Screen("guides", "chalicelib.site.console.guides", READ, "program"),
    Screen("insight", "chalicelib.site.console.insight", READ, "insight"),
    Screen("touches", "chalicelib.site.console.touches", READ, "insight"),
    Screen("worth", "chalicelib.site.console.worth", READ, "insight"),
    Screen("surprises", "chalicelib.site.console.surprises", READ, "insight"),
    Screen("keys", "chalicelib.site.console.keys", KEYS, "settings"),
    Screen("admins", "chalicelib.site.console.admins", KEYS, "settings"),
    Screen("stores", "chalicelib.site.console.stores", READ, "settings"),
    Screen("jobs/*", "chalicelib.site.console.job", READ),
    Screen("sessions", "chalicelib.site.console.sessions", f"{READ} {WRITE} {KEYS}", "settings"),
    Screen("language", "chalicelib.site.language"),
)


def language_of(page: Page) -> Language:
    """The language that an admin has chosen in this browser, else the browser's own."""
    chosen = doors.cookie(page.call.request, doors.LANGUAGE)
    return console_language([chosen, *accepted(page.call.header("accept-language"))])


class Authors:
    """Who is behind the ids under which it is noted who has done what; read once for a page, if it names any."""

    def __init__(self, page: Page) -> None:
        """Name them on a page."""
        self._page = page

    @cached_property
    def _owners(self) -> dict[str, str]:
        found: dict[str, str] = {}
        cursor: str | None = ""
        while cursor is not None and self._page.may(READ):
            told = self._page.client.get("/v1/authors", limit=100, cursor=cursor).body
            found |= {it["id"]: it["owner"] for it in told["items"]}
            cursor = told["next_cursor"]
        return found

    def name(self, key_id: str) -> str:
        """Say who it was; an id of whom nobody knows stays one."""
        return self._owners.get(key_id, key_id)


def frame(page: Page) -> dict[str, Any]:
    """What stands around each screen."""
    return {
        "names": words.screens(page.language),
        "groups": words.groups(page.language),
        "done_words": words.done(page.language),
        "problem_words": told(page.language),
        "author_name": Authors(page).name,
    }


AREA = Area(CONSOLE, "/console", SCREENS, language_of, frame)

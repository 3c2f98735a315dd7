"""The switch of language at the foot of each screen: kept by the browser, and by the ambassador's own profile."""

import re

from chalice.app import Response

from chalicelib.edge import doors
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import bad_field
from chalicelib.edge.scopes import ME
from chalicelib.site.screens import Page, leads_to
from chalicelib.web.screens import languages_of


def show(page: Page) -> Response:
    """Lead to the first screen: there is nothing to see here."""
    return leads_to(page.at())


def act(page: Page, form: Fields) -> Response:
    """Speak another language from now on."""
    chosen = form.text("language")
    if chosen not in dict(languages_of(f"{page.area.door}/", page.program)):
        raise bad_field("/language", "is none of the languages that are offered")
    if page.area.door == ME:
        page.client.send("PATCH", "/v1/ambassadors/me", {"locale": chosen})
    cookie = doors.kept(doors.LANGUAGE, chosen, doors.LASTS[ME])
    return leads_to(_back(page, form.text("back")), cookie)


def _back(page: Page, back: str) -> str:
    """Where they were, if that is a page of the same area; else its first one."""
    return back if re.fullmatch(rf"{page.area.root}(/[\w.~%-]+)*", back, re.ASCII) else page.at()

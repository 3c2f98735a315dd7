"""All that lies about somebody, and that it is forgotten: by a link that was mailed to them, and works for an hour.

To open it changes nothing and shows nothing, since whatever scans mails opens links as well: a form that was sent does.
"""

from typing import Literal

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.model.people import Person
from chalicelib.domain.people import links
from chalicelib.edge.call import Call
from chalicelib.edge.forms import Form
from chalicelib.edge.language import SPOKEN
from chalicelib.edge.views import view
from chalicelib.operations.people import erase, preferences
from chalicelib.operations.people.belongings import belongings
from chalicelib.operations.people.export import export
from chalicelib.site.preferences import HEADERS, PAGE, frame_of, gone, html, language_for
from chalicelib.web import rights as shown

LISTED_MAX = 200
"""Of each list that grows for ever, the page shows so many."""


class RightsForm(Form):
    """What somebody wants done with what is known of them.

    Attributes:
        wish: `see` shows all of it, `delete` forgets it.
    """

    wish: Literal["see", "delete"]


@view(PAGE, headers=HEADERS, gives=SPOKEN)
def get_rights(call: Call, token: str) -> Response:
    """Ask whether somebody wants to see what is known of them, or to have it forgotten."""
    person = _whose(token)
    if person is None:
        return gone(call)
    language = language_for(call, person)
    return html(200, shown.rights_page(frame_of(language)), language)


@view(PAGE, form=RightsForm, headers=HEADERS, gives=SPOKEN)
def post_rights(call: Call, form: RightsForm, token: str) -> Response:
    """Show somebody all that lies about them, or forget it, as they wish."""
    person, table, now = _whose(token), deps.table(), deps.now()
    if person is None:
        return gone(call)
    language = language_for(call, person)
    if form.wish == "delete":
        erase.erase_person(table, person.id, by=erase.BY_THEMSELVES, note=None, now=now, chance=deps.chance())
        return html(200, shown.forgotten_page(frame_of(language)), language)
    found = export(belongings(table, person, LISTED_MAX), own=True, now=now)
    return html(200, shown.export_page(frame_of(language), person, found, deps.program()), language)


def _whose(token: str) -> Person | None:
    link = links.read(token, deps.settings().link_keys, "rights", deps.now())
    return preferences.whose(deps.table(), link)

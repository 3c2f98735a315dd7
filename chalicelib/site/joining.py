"""Becoming an ambassador in one tap, by a link in a mail; and the code of whoever is one."""

from typing import Literal

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.model.people import Person
from chalicelib.edge.call import Call
from chalicelib.edge.forms import Form
from chalicelib.edge.language import SPOKEN
from chalicelib.edge.views import view
from chalicelib.operations.people import answers, share
from chalicelib.operations.people.enrol import enrol_known
from chalicelib.operations.people.merged import profile_of
from chalicelib.operations.people.preferences import whose
from chalicelib.site.preferences import HEADERS, PAGE, frame_of, gone, html, language_for, link_in
from chalicelib.web import answers as shown
from chalicelib.web.letters import shared


class JoinForm(Form):
    """The one button of the page."""

    join: Literal["yes"]


@view(PAGE, headers=HEADERS, gives=SPOKEN)
def get_join(call: Call, token: str) -> Response:
    """Show what comes of sharing a code, for friends and for whoever shares it; or the code of somebody who has one."""
    person = whose(deps.table(), link_in(token, "join"))
    if person is None or person.email is None:
        return gone(call)
    if person.ambassador_id is not None or not deps.program().open:
        return _code(call, person)
    language = language_for(call, person)
    return html(200, shown.join_page(frame_of(language), shared(deps.program(), language)), language)


@view(PAGE, form=JoinForm, headers=HEADERS, gives=SPOKEN)
def post_join(call: Call, _: JoinForm, token: str) -> Response:
    """Make somebody an ambassador, unless they are one, and show their code, link and QR."""
    table, program = deps.table(), deps.program()
    person = whose(table, link_in(token, "join"))
    if person is None or person.email is None:
        return gone(call)
    if program.open:
        person = enrol_known(table, person, program, deps.outlook(), now=deps.now(), chance=deps.chance())
        answers.reply(table, person, "invitation", "joined", now=deps.now())
    return _code(call, person)


def sharing_of(person: Person) -> shown.Sharing | None:
    """Return the code that somebody shares; None if they have none that works."""
    table = deps.table()
    profile = profile_of(table, person.ambassador_id) if person.ambassador_id else None
    if profile is None or share.look_up(table, profile.code, now=deps.now()) is None:
        return None
    return shown.Sharing(profile.code, **share.urls(deps.settings().public_url, profile.code))


def _code(call: Call, person: Person) -> Response:
    language = language_for(call, person)
    sharing = sharing_of(person) if deps.program().open else None
    frame = frame_of(language)
    return html(200, shown.joined_page(frame, sharing) if sharing else shown.not_open_page(frame), language)

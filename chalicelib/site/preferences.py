"""What somebody wants to get by mail, said without signing in.

Each mail leads here. A link is opened by whatever scans mails as well, so looking at it changes nothing: only a form
that was sent does. The pages name nobody, and show the address so that only its owner knows it.
"""

from typing import Annotated, Literal

import msgspec
from chalice.app import Response
from msgspec import UNSET, Meta, UnsetType

from chalicelib import deps
from chalicelib.domain.model.people import Person
from chalicelib.domain.people import links
from chalicelib.domain.people.links import Link, LinkKind
from chalicelib.domain.people.person import masked
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.edge.call import Call
from chalicelib.edge.forms import Form
from chalicelib.edge.language import SPOKEN
from chalicelib.edge.problems import Headers, bad_field
from chalicelib.edge.views import Media, view
from chalicelib.operations.people import preferences
from chalicelib.operations.people.ask import ask
from chalicelib.web import pages
from chalicelib.web import preferences as shown
from chalicelib.web.language import Language, accepted, offered, spoken
from chalicelib.web.notice import notice_of

PAGE = {200: Media("text/html"), 404: Media("text/html")}
HEADERS = {"Accept-Language": Annotated[str, Meta(description="The languages of somebody who has told none.")]}

Chosen = Literal["rewards", "care", "tips", "wishes", "offers"]


class UnsubscribeForm(Form):
    """What a mail program sends to unsubscribe with one click (RFC 8058), and so does the button of the page."""

    one_click: Literal["One-Click"] = msgspec.field(name="List-Unsubscribe")


class PreferencesForm(Form):
    """What somebody wants to get.

    Attributes:
        purpose: All purposes that are ticked: the others are refused.
        locale: The language of the mails.
        everything: `no` refuses all that can be refused, whatever is ticked.
        data: `ask` changes nothing of this, and mails the link to all that is known of somebody.
    """

    purpose: list[Chosen] = msgspec.field(default_factory=list)
    locale: Annotated[str, Meta(max_length=35)] | UnsetType = UNSET
    everything: Literal["no"] | UnsetType = UNSET
    data: Literal["ask"] | UnsetType = UNSET


@view(PAGE, headers=HEADERS, gives=SPOKEN)
def get_unsubscribe(call: Call, token: str) -> Response:
    """Ask whether somebody wants no more mails of this kind. It changes nothing: mails are scanned for their links."""
    link = link_in(token, "unsubscribe")
    person = preferences.whose(deps.table(), link)
    if link is None or person is None:
        return gone(call)
    language = language_for(call, person)
    return html(200, shown.unsubscribe_page(frame_of(language), str(link.purpose), _path(person)), language)


@view(PAGE, form=UnsubscribeForm, headers=HEADERS, gives=SPOKEN)
def post_unsubscribe(call: Call, _: UnsubscribeForm, token: str) -> Response:
    """Let somebody have no more mails of this kind: by the button of the page, or by their mail program itself."""
    link = link_in(token, "unsubscribe")
    person = preferences.unsubscribe(deps.table(), link, deps.outlook(), now=deps.now())
    if link is None or person is None:
        return gone(call)
    language = language_for(call, person)
    return html(200, shown.unsubscribed_page(frame_of(language), str(link.purpose), _path(person)), language)


@view(PAGE, headers=HEADERS, gives=SPOKEN)
def get_preferences(call: Call, token: str) -> Response:
    """Show what somebody gets by mail and in which language, as a form."""
    person = preferences.whose(deps.table(), link_in(token, "preferences"))
    return _choices(call, person, saved=False) if person else gone(call)


@view(PAGE, form=PreferencesForm, headers=HEADERS, gives=SPOKEN)
def post_preferences(call: Call, form: PreferencesForm, token: str) -> Response:
    """Save what somebody wants to get by mail and in which language, and say what was saved."""
    link = link_in(token, "preferences")
    person = preferences.whose(deps.table(), link)
    if person is None:
        return gone(call)
    if form.data == "ask":
        ask(deps.table(), person, deps.program().version, pepper=deps.settings().pepper, now=deps.now())
        return _choices(call, person, saved=False, mailed=True)
    locale = _chosen_locale(form.locale or None, language_for(call, person))
    if form.everything == "no":
        person = preferences.unsubscribe_all(deps.table(), link, deps.outlook(), now=deps.now())
    else:
        texts = shown.texts(language_for(call, person))
        person = preferences.choose_letters(
            deps.table(), link, form.purpose, texts, locale, deps.outlook(), now=deps.now()
        )
    return _choices(call, person, saved=True) if person else gone(call)


def _choices(call: Call, person: Person, *, saved: bool, mailed: bool = False) -> Response:
    language = language_for(call, person)
    mailbox = pseudonym_of_email(deps.settings().pepper, person.email) if person.email else None
    view = shown.Choices(
        frame=frame_of(language),
        address=masked(person.email) if person.email else "",
        is_stopped=mailbox in person.stops,
        person=person,
        languages=offered(deps.program()),
        saved=saved,
        mailed=mailed,
    )
    return html(200, shown.preferences_page(view), language)


def link_in(token: str, kind: LinkKind) -> Link | None:
    """Return the link that a path holds, if it is one of this kind."""
    return links.read(token, deps.settings().link_keys, kind, deps.now())


def _path(person: Person) -> str:
    """Where they choose among everything."""
    return links.PATHS["preferences"] + links.sign(Link("preferences", person.id), deps.settings().link_keys[0])


def language_for(call: Call, person: Person | None) -> Language:
    """The language of a page: of the person if they have told one, else of the browser."""
    own = [person.locale] if person and person.locale else []
    return spoken([*own, *accepted(call.header("accept-language"))], deps.program())


def _chosen_locale(chosen: str | None, now: Language) -> str | None:
    """The locale that was chosen, if it is another language than now: whoever reads `es-MX` and leaves it keeps that.

    Raises:
        Problem: 400 when it is none of those that were offered.
    """
    if chosen is None:
        return None
    if chosen not in {it.tag for it in offered(deps.program())}:
        raise bad_field("/locale", "is none of the languages that are offered")
    return None if chosen == shown.selected(now, offered(deps.program())) else chosen


def frame_of(language: Language) -> shown.Frame:
    """What stands around each page."""
    program = deps.program()
    return shown.Frame(program.shop_name, program.shop_url, language, program.brand, notice_of(program, language))


def gone(call: Call) -> Response:
    """The same for every link that leads nowhere: nobody learns whether it was ever one."""
    language = language_for(call, None)
    return html(404, shown.gone_page(frame_of(language)), language)


def html(status: int, page: str, language: Language) -> Response:
    """A page that only whoever has its link may see."""
    headers: Headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": pages.content_security_policy(deps.program().brand, forms=True),
        "Content-Language": language.tag,
        "Vary": "Accept-Language",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow, noarchive",
    }
    return Response(page, headers, status)

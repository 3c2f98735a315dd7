"""Where people sign in and out: by a mail, by the word of the shop, or with a key.

To open a link changes nothing, since whatever scans mails opens links as well: its button does. Whoever is sent here by
a page that is neither ours nor the shop's signs in as nobody, so that no stranger can sign them in as somebody else.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.model.access import ApiKey, Door, Session
from chalicelib.domain.model.people import Person
from chalicelib.domain.people.person import masked
from chalicelib.domain.people.pseudonyms import greetable
from chalicelib.domain.people.sign_in import LASTS
from chalicelib.domain.program.program import origins_of
from chalicelib.edge import auth, doors
from chalicelib.edge.agents import browser_in
from chalicelib.edge.call import Call
from chalicelib.edge.fields import Email
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.edge.scopes import CONSOLE, ME
from chalicelib.edge.tidy import tidied
from chalicelib.edge.views import Media, view
from chalicelib.operations.access import api_keys, console_sessions, sessions, sign_in
from chalicelib.operations.access.sign_in import Admitted, Over, TooMany, Visitor, WrongCode
from chalicelib.operations.people.arrive import Outside, arrive
from chalicelib.operations.people.merged import person_of, profile_of
from chalicelib.operations.people.tell import Word
from chalicelib.operations.program.settings import asked_of
from chalicelib.site.screens import Area, Page, Screen, leads_to, problem_of
from chalicelib.web import sign_in as words
from chalicelib.web.language import Language, accepted, choose, spoken
from chalicelib.web.letters import shared
from chalicelib.web.preferences import texts

PAGE = {200: Media("text/html")}

WAITS = "sign_in"
"""The cookie in which a browser keeps what goes with a code; forms before anybody is signed in are bound to it."""

CODE = "code"
"""Stands in the place of a link's token where a code is typed."""

SOURCE = "sign_in"
"""Where consents come from that somebody gives as they join."""

_OWN = re.compile(r"/(me|console)(/[\w.~%-]+)*", re.ASCII)


def _language_of(page: Page) -> Language:
    """What was chosen in this browser, else the browser's own."""
    chosen = doors.cookie(page.call.request, doors.LANGUAGE)
    wanted = [*([chosen] if chosen else []), *accepted(page.call.header("accept-language"))]
    return spoken(wanted, page.program) if page.program else choose(wanted[0] if wanted else "en")


def _frame(page: Page) -> dict[str, Any]:
    said = words.problems(page.language)
    problem = page.problem and said.get(page.problem.reason, page.problem.detail)
    return {"names": words.titles(page.language), "done_words": {}, "problem": problem}


AREA = Area(WAITS, "/sign-in", (), _language_of, _frame)


# --- asking -----------------------------------------------------------------------------------------------------------


@view(PAGE)
def get_sign_in(call: Call) -> Response:
    """Ask for the address by which somebody signs in; in the console also for a key."""
    return _answered(_page(call, ""), _ask)


@view(PAGE, form=Fields)
def post_sign_in_page(call: Call, form: Fields) -> Response:
    """Mail somebody their way in, whoever it is, and ask for the code; or sign in with a key."""

    def acted(page: Page) -> Response:
        _see_that_it_is_ours(call)
        to = _own(form.text("to"))
        if form.text("key"):
            return _with_key(page, form.text("key"), to)
        visitor = Visitor(_email(form.text("email")), call.source, _door(to), page.language.tag)
        pepper = deps.settings().pepper
        waits = sign_in.ask(deps.table(), visitor, pepper=pepper, now=deps.now(), chance=deps.chance())
        if isinstance(waits, TooMany):
            headers = {"Retry-After": str(waits.seconds)}
            raise Problem(429, "too_many_requests", "There were too many requests.", headers={**headers})
        return leads_to(f"{page.at(CODE)}?{urlencode({'to': to})}", doors.kept(WAITS, waits.id, LASTS))

    return _answered(_page(call, "", form), acted, _ask)


def _ask(page: Page) -> Response:
    to = _own(page.typed.text("to") or page.query.get("to", ""))
    return page.render("ask.html", to=to, is_console=_door(to) == CONSOLE, out="out" in page.query)


def _with_key(page: Page, secret: str, to: str) -> Response:
    """Sign in to the console with a key of an admin's scopes."""
    key = deps.table().read_api_key(api_keys.digest_of(secret))
    if key is None or key.revoked_at is not None or not any(it.startswith("admin:") for it in key.scopes):
        raise Problem(422, "unknown_key", "There is no such key.")
    token, _ = console_sessions.begin(deps.table(), key, browser=_browser(page), now=deps.now())
    return _in(page, "console", token, doors.LASTS[CONSOLE], to if _door(to) == CONSOLE else "/console", key)


# --- going in ---------------------------------------------------------------------------------------------------------


@view(PAGE)
def get_way_in(call: Call, token: str) -> Response:
    """Show the button behind a link, or ask for the code."""
    if token == CODE:
        return _answered(_page(call, CODE), _ask_for_code)
    return _answered(_page(call, "*"), lambda page: _offer(page, _found(token)))


@view(PAGE, form=Fields)
def post_way_in(call: Call, form: Fields, token: str) -> Response:
    """Let somebody in by a link or a code, which is used up with it; a customer joins first, if they say so."""
    if token == CODE:
        return _answered(_page(call, CODE, form), lambda page: _by_code(page, form), _ask_for_code)

    def acted(page: Page) -> Response:
        admitted = _found(token)
        allowed = origins_of(deps.program()) if not admitted.sign_in.mailbox else frozenset[str]()
        _see_that_it_is_ours(call, allowed)
        asks = _replaced(page, admitted) is not None and form.text("instead") != "yes"
        return _offer(page, admitted) if asks else _enter(page, admitted, form, "")

    return _answered(_page(call, "*", form), acted)


def _by_code(page: Page, form: Fields) -> Response:
    doors.see_that_it_is_ours(page.call.request, page.token, form.text("guard"))
    key = deps.settings().link_keys[0]
    match sign_in.by_code(deps.table(), page.token, form.text("code"), key, now=deps.now()):
        case WrongCode():
            raise Problem(422, "wrong_code", "It is not the code.")
        case Over():
            raise _over()
        case Admitted() as admitted:
            return _enter(page, admitted, form, form.text("to"))


def _ask_for_code(page: Page) -> Response:
    to = _own(page.typed.text("to") or page.query.get("to", ""))
    return page.render("code.html", to=to, waits=bool(page.token))


def _offer(page: Page, admitted: Admitted) -> Response:
    """Ask whether somebody wants to go in, and as whom instead of whoever is signed in here now."""
    if admitted.person and admitted.person.ambassador_id is None:
        return _ask_to_join(page, admitted.person)
    replaced = _replaced(page, admitted)
    return page.render("button.html", name=_name(admitted.admin or admitted.person), replaced=replaced)


def _ask_to_join(page: Page, person: Person, typed: Mapping[str, str] | None = None) -> Response:
    """Ask a customer whether they want to share, and what they agree to."""
    program = deps.program()
    if not program.open:
        raise Problem(422, "program_closed", "The program takes nobody new.")
    told = texts(page.language)
    choices = [(it, *told[it].split(": ", 1)) for it in asked_of(program)]
    sharing: dict[str, Any] = {**shared(program, page.language)}
    return page.render("join.html", name=_name(person), choices=choices, hidden=typed or {}, **sharing)


def _enter(page: Page, admitted: Admitted, form: Fields, to: str) -> Response:
    if admitted.admin:
        token, session = console_sessions.fresh(admitted.admin, browser=_browser(page), now=deps.now())
        if not sign_in.enter(deps.table(), admitted, session, now=deps.now()):
            raise _over()
        return _in(page, "console", token, doors.LASTS[CONSOLE], to, admitted.admin)
    arrived = arrive(
        deps.table(),
        admitted,
        deps.program(),
        deps.outlook(),
        words=_words(page.language, form) if form.text("join") else None,
        browser=_browser(page),
        now=deps.now(),
        chance=deps.chance(),
    )
    match arrived:
        case Over():
            raise _over()
        case Outside():
            return _ask_to_join(page, arrived.person, {it: form.text(it) for it in ("code", "to") if form.text(it)})
    lasts = arrived.session.expires_at - deps.now()
    return _in(page, "me", arrived.token, lasts, to)


def _in(page: Page, door: Door, token: str, lasts: timedelta, to: str, admin: ApiKey | None = None) -> Response:
    """Let a browser be in with a token of its own, which no other page can have known, and end what it had before."""
    _end(page.call, door)
    if admin:
        auth.note_use(admin, deps.now())
    target = to if to and _door(to) == door else f"/{door}"
    forgets = doors.kept(WAITS, "", LASTS)
    return leads_to(_own(target) or f"/{door}", doors.kept(door, token, lasts), forgets)


# --- going out --------------------------------------------------------------------------------------------------------


@view(PAGE, form=Fields)
def post_sign_out(call: Call, form: Fields) -> Response:
    """Sign this browser out."""
    door: Door = "console" if form.text("door") == CONSOLE else "me"

    def acted(page: Page) -> Response:
        token = doors.cookie(call.request, door)
        if token:
            doors.see_that_it_is_ours(call.request, token, form.text("guard"))
            _end(call, door)
        return leads_to(f"/sign-in?{urlencode({'to': f'/{door}', 'out': 'yes'})}", doors.kept(door, "", LASTS))

    return _answered(_page(call, "", form), acted)


def _end(call: Call, door: Door) -> None:
    """End the session that a browser has at a door."""
    token, table, now = doors.cookie(call.request, door), deps.table(), deps.now()
    if door == CONSOLE and (found := console_sessions.find(table, token, now=now)):
        console_sessions.end(table, found[0].key_id, found[0].id, now=now)
    if door == ME and (session := sessions.find(table, token, now=now)):
        sessions.end(table, [session.ambassador_id], session.id, now=now)


# --- what they share --------------------------------------------------------------------------------------------------


def _page(call: Call, path: str, form: Fields | None = None) -> Page:
    return Page(call, AREA, Screen(path, __name__), typed=form or Fields({}))


def _answered(
    page: Page, answer: Callable[[Page], Response], again: Callable[[Page], Response] | None = None
) -> Response:
    """Answer with a page, whatever is refused: the same one `again`, or one that leads back to asking."""
    try:
        page.typed.see_that_it_was_read()
        return answer(page)
    except Exception as error:  # noqa: BLE001 - as on every screen
        refused = problem_of(error, page)
    wrong = replace(page, problem=refused)
    response = again(wrong) if again else wrong.render("over.html", status=refused.status)
    response.headers.update({name: text for name, text in refused.headers.items() if name == "Retry-After"})
    return response


def _found(token: str) -> Admitted:
    """Find who may go in by a link.

    Raises:
        Problem: 410.
    """
    found = sign_in.by_token(deps.table(), token, deps.settings().link_keys[0], now=deps.now())
    if isinstance(found, Over):
        raise _over()
    return found


def _over() -> Problem:
    return Problem(410, "sign_in_over", "This way in is over, was used, or was never there.")


def _see_that_it_is_ours(call: Call, allowed: frozenset[str] = frozenset()) -> None:
    """See that a form comes from a page of ours, or of one that is `allowed`.

    Raises:
        Problem: 403.
    """
    if doors.is_foreign(call.request, allowed):
        raise Problem(403, "foreign_form", "This form is from another page.")


def _replaced(page: Page, admitted: Admitted) -> str | None:
    """Who is signed in here now, if that is somebody else."""
    who = doors.signed_in(page.call.request, admitted.sign_in.door)
    if isinstance(who, ApiKey):
        return who.name if admitted.admin is None or who.id != admitted.admin.id else None
    profile = profile_of(deps.table(), who.ambassador_id) if isinstance(who, Session) else None
    person = person_of(deps.table(), profile) if profile else None
    return _name(person) if person and (admitted.person is None or person.id != admitted.person.id) else None


def _name(who: Person | ApiKey | None) -> str:
    """What somebody is called to themselves: whoever opens a link sees whose it is."""
    if who is None:
        return ""
    name, email = greetable(who.name if isinstance(who, ApiKey) else who.first_name) or "", who.email
    if not email:
        return name
    return f"{name} ({masked(email)})" if name else masked(email)


def _words(language: Language, form: Fields) -> dict[str, Word]:
    """What somebody has agreed to: of what was offered, in the words by which it was."""
    told = texts(language)
    given = [it for it in asked_of(deps.program()) if it in form.all("consent")]
    return {it: Word(given=True, source=SOURCE, text=told[it]) for it in given}


def _email(typed: str) -> str:
    """Return an address as it is kept.

    Raises:
        Problem: 400.
    """
    try:
        return str(msgspec.convert(tidied(typed, Email), Email))
    except msgspec.ValidationError as error:
        raise bad_field("/email", "is no address") from error


def _own(to: str) -> str:
    """Return where somebody wants to go on, if that is a page behind a door of ours; else nothing."""
    if to in {ME, CONSOLE}:
        return f"/{to}"
    return to if _OWN.fullmatch(to) else ""


def _door(to: str) -> Door:
    return "console" if to.partition("/console")[0] == "" and to.startswith("/console") else "me"


def _browser(page: Page) -> str:
    return browser_in(page.call.header("user-agent"))

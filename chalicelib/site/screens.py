"""How the screens of `/me` and of the console work: found by their path, shown, acted on.

A screen is a module with `show(page)` and, if it takes forms, `act(page, form)`. Both call the API through
`page.client`; what the API refuses is shown on the screen itself, with what was typed.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from typing import Any, NamedTuple, Protocol, cast, runtime_checkable
from urllib.parse import quote, urlencode

from chalice.app import Response

from chalicelib import deps
from chalicelib.domain.program.program import Program
from chalicelib.edge import doors
from chalicelib.edge.call import Call
from chalicelib.edge.client import Client
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Headers, Problem, newer_format, not_found
from chalicelib.operations.program.programs import NoProgramError
from chalicelib.store.table import BusyError, NewerError
from chalicelib.telemetry import logger
from chalicelib.web import screens as shown
from chalicelib.web.language import Language

ANYTHING = "*"
"""Stands in a screen's path for the one thing that it is about."""


class Screen(NamedTuple):
    """One screen.

    Attributes:
        path: Below its area: `reviews`, `reviews/*`, or empty for the first one.
        module: What shows it.
        scopes: The scopes of which an admin holds one to see it, with blanks between; empty for everybody of the area.
        group: Under which heading the navigation lists it; empty if it does not.
    """

    path: str
    module: str
    scopes: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """All that is behind one door.

    Attributes:
        door: Its cookie's name and scope.
        root: Where it begins: `/me`.
        screens: All of them.
        language: In which one a page speaks.
        frame: What its templates find beside the values of a screen.
    """

    door: str
    root: str
    screens: Sequence[Screen]
    language: Callable[["Page"], Language]
    frame: Callable[["Page"], dict[str, Any]]


@dataclass(frozen=True)
class Page:
    """One screen as somebody looks at it.

    Attributes:
        subject: What the path is about, where the screen's ends with `*`.
        problem: What the API has refused a moment ago.
        typed: What was typed then.
    """

    call: Call
    area: Area
    screen: Screen
    subject: str = ""
    problem: Problem | None = None
    typed: Fields = field(default_factory=lambda: Fields({}))

    @cached_property
    def client(self) -> Client:
        """The API, in the name of whoever has signed in."""
        return Client(self.call.request, self.call.who)

    @cached_property
    def program(self) -> Program | None:
        """The rules in force, if there are any yet."""
        try:
            return deps.program()
        except NoProgramError:
            return None

    @cached_property
    def language(self) -> Language:
        """The language of this page."""
        return self.area.language(self)

    @property
    def query(self) -> dict[str, str]:
        """What hangs on the address."""
        return self.call.sent()

    @property
    def path(self) -> str:
        """Where this screen is."""
        return self.at(self.screen.path.replace(ANYTHING, quote(self.subject, safe="")))

    @property
    def token(self) -> str:
        """What this browser has signed in with."""
        return doors.cookie(self.call.request, self.area.door)

    @cached_property
    def once(self) -> str:
        """A new word for a form that may be sent twice and acts once."""
        return secrets.token_urlsafe(16)

    def error_at(self, name: str) -> str:
        """What the API says is wrong with a field of its body that the form calls the same; "" if nothing."""
        errors = self.problem.errors if self.problem else []
        return next((it["detail"] for it in errors if it["pointer"].rpartition("/")[2] == name), "")

    def at(self, path: str = "", **query: str) -> str:
        """Return the address of a screen of this area."""
        whole = f"{self.area.root}/{path}".rstrip("/")
        return f"{whole}?{urlencode(query)}" if query else whole

    def may(self, scope: str) -> bool:
        """Whether who has signed in holds a scope."""
        return self.call.may(scope)

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Fill a template of this area."""
        status = self.problem.status if self.problem and status < 400 else status
        html = shown.screen(
            f"{self.area.door}/{template}",
            self.language,
            self.program,
            page=self,
            guard=doors.guard_of(self.token),
            **self.area.frame(self),
            **values,
        )
        return html_response(status, html, self.language, self.program)

    def done(self, word: str, path: str | None = None, **query: str) -> Response:
        """Lead to this screen, or to another one of the area, which says by a word of its own what was done."""
        target = self.path if path is None else self.at(path)
        return leads_to(f"{target}?{urlencode({**query, 'done': word})}")

    def file(self, name: str, content_type: str, body: str | bytes) -> Response:
        """Give a text to keep as a file: the gateway takes no bytes for one."""
        headers: Headers = {
            "Content-Type": content_type,
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return Response(body.decode() if isinstance(body, bytes) else body, headers, 200)


class Shows(Protocol):
    """The module of a screen."""

    def show(self, page: Page) -> Response:
        """Show the screen."""


@runtime_checkable
class Acts(Shows, Protocol):
    """The module of a screen that takes forms."""

    def act(self, page: Page, form: Fields) -> Response:
        """Do what the form asks for."""


def show(area: Area, call: Call, path: str = "", subject: str = "") -> Response:
    """Answer a GET."""
    return _guarded(area, call, path, subject, lambda page: _module(page.screen).show(page))


def act(area: Area, call: Call, form: Fields, path: str, subject: str = "") -> Response:
    """Answer a form that was sent; whatever is refused shows the screen again, with the reason and what was typed."""

    def acted(page: Page) -> Response:
        module = _module(page.screen)
        form.see_that_it_was_read()
        doors.see_that_it_is_ours(call.request, page.token, form.text("guard"))
        if not isinstance(module, Acts):
            raise Problem(405, "method_not_allowed", "There is nothing to send here.")
        try:
            return module.act(page, form)
        except Problem as problem:
            return module.show(replace(page, problem=problem, typed=form))

    return _guarded(area, call, path, subject, acted)


def leads_to(address: str, *cookies: str) -> Response:
    """Lead on to another address of ours, after something was done (303)."""
    headers: Headers = {"Location": address, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    if cookies:
        headers["Set-Cookie"] = list(cookies)
    return Response("", headers, 303)


def html_response(status: int, html: str, language: Language, program: Program | None) -> Response:
    """A page that only whoever has signed in may see: no cache keeps it, no other page frames it."""
    headers: Headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": shown.content_security_policy(program),
        "Content-Language": language.tag,
        "Vary": "Accept-Language, Cookie",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "DENY",
        "X-Robots-Tag": "noindex",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    }
    return Response(html, headers, status)


def _guarded(area: Area, call: Call, path: str, subject: str, answer: Callable[[Page], Response]) -> Response:
    """Let in who has signed in and may see the screen, and say on a page what is wrong, whatever it is."""
    page = Page(call, area, Screen("", ""))
    if call.who is None:
        back = call.request.method == "GET"
        here = f"{area.root}/{path}/{subject}".rstrip("/") if back else area.root
        return leads_to(f"/sign-in?{urlencode({'to': here})}")
    try:
        page = _found(area, call, path, subject)
        return answer(page)
    except Exception as error:  # noqa: BLE001 - a page tells whoever looks at it, whatever went wrong
        return _wrong(page, problem_of(error, page))


def problem_of(error: Exception, page: Page) -> Problem:
    """Return what a page says of what went wrong while it was made. Of a bug the log has the rest."""
    match error:
        case Problem():
            return error
        case BusyError():
            logger.warning("a page found the table busy", why=str(error))
            again = "The table did not answer in time. Try again in a moment."
            return Problem(503, "busy", again, headers={"Retry-After": "1"})
        case NewerError():
            return newer_format(page.screen.path)
        case NoProgramError():
            return Problem(503, "no_program", "No program has been published yet.")
    logger.exception("a page broke", page=page.screen.path)
    return Problem(500, "internal_error", "Something broke on our side. Try again in a moment.")


def _wrong(page: Page, problem: Problem) -> Response:
    response = replace(page, problem=problem).render("wrong.html", status=problem.status)
    response.headers.update({name: text for name, text in problem.headers.items() if name == "Retry-After"})
    return response


def _found(area: Area, call: Call, path: str, subject: str) -> Page:
    """Find the screen of a path.

    Raises:
        Problem: 404, or 403 if it is not for this admin.
    """
    known = {it.path: it for it in area.screens}
    whole = f"{path}/{subject}" if subject else path
    screen = known.get(whole) or (known.get(f"{path}/{ANYTHING}") if subject else None)
    if screen is None:
        raise not_found("There is no such page.")
    page = Page(call, area, screen, subject if screen.path.endswith(ANYTHING) else "")
    if screen.scopes and not any(map(page.may, screen.scopes.split())):
        raise Problem(403, "wrong_scope", f"This page takes the scope {screen.scopes.replace(' ', ' or ')}.")
    return page


def _module(screen: Screen) -> Shows:
    return cast("Shows", import_module(screen.module))

"""How browsers come in: a cookie for each door, and forms that only our own pages can send.

A cookie named `__Host-…` is sent to this origin alone and over TLS alone (RFC 6265bis, 4.1.3.2). A form carries a word
that is worked out from the cookie's token, which no other page knows.
"""

import hashlib
import hmac
from datetime import timedelta
from urllib.parse import urlsplit

from chalice.app import Request

from chalicelib import deps
from chalicelib.domain.model.access import ApiKey, Session
from chalicelib.edge.problems import Problem
from chalicelib.edge.scopes import CONSOLE, ME
from chalicelib.operations.access import console_sessions, sessions

LANGUAGE = "language"
"""The cookie in which a browser keeps the language that somebody has chosen at the foot of a page."""

LASTS = {ME: timedelta(days=30), CONSOLE: console_sessions.LASTS}
"""How long somebody stays signed in at each door."""


def signed_in(request: Request, door: str) -> ApiKey | Session | None:
    """Find who has come in by a door; None if nobody has, or not any more."""
    token = cookie(request, door)
    if not token:
        return None
    if door == ME:
        return sessions.find(deps.table(), token, now=deps.now())
    found = console_sessions.find(deps.table(), token, now=deps.now())
    return found[1] if found else None


def session_at(request: Request, door: str) -> str | None:
    """Return the id of the session that a browser has at a door; None if it holds none."""
    token = cookie(request, door)
    return sessions.named_by(token) if door == ME else console_sessions.named_by(token)


def cookie(request: Request, name: str) -> str:
    """Return what a browser keeps under a name; "" if nothing.

    Other programs of the shop set cookies for all its hosts, some of them with odd names: each pair is read by itself.
    """
    pairs = (pair.strip().partition("=") for pair in _header(request, "cookie").split(";"))
    return next((value for known, _, value in pairs if known == _named(name)), "")


def kept(name: str, value: str, lasts: timedelta) -> str:
    """The header by which a browser keeps something for a while; an empty value lets it forget."""
    seconds = int(lasts.total_seconds()) if value else 0
    secure = "; Secure" if _is_secure() else ""
    return f"{_named(name)}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


def guard_of(token: str) -> str:
    """The word that a form of this session carries."""
    return hmac.digest(token.encode(), b"a form of ours", hashlib.sha256).hex()[:32]


def see_that_it_is_ours(request: Request, token: str, guard: str) -> None:
    """See that a form comes from a page of ours, in this very session.

    Raises:
        Problem: 403.
    """
    if is_foreign(request) or not hmac.compare_digest(guard.encode(), guard_of(token).encode()):
        detail = "This form is not from a page that you have open here. Open the page again, and send it from there."
        raise Problem(403, "foreign_form", detail)


def is_foreign(request: Request, allowed: frozenset[str] = frozenset()) -> bool:
    """Whether a browser says that a form comes from another origin than ours and those that are `allowed`.

    Our pages send no referrer, so that a browser may call their origin `null` (Fetch, 3.2.5): then it is the browser's
    `Sec-Fetch-Site` that counts, which no page can set.
    """
    origin, site = _header(request, "origin"), _header(request, "sec-fetch-site")
    if origin in allowed:
        return False
    if site:
        return site != "same-origin"
    return origin not in {"", origin_of_ours()}


def origin_of_ours() -> str:
    """The origin of all our pages."""
    parts = urlsplit(deps.settings().public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _named(name: str) -> str:
    """A cookie's name. Over plain HTTP, on a developer's own machine, there is no `__Host-`."""
    return f"__Host-{name}" if _is_secure() else name


def _is_secure() -> bool:
    return deps.settings().public_url.startswith("https://")


def _header(request: Request, name: str) -> str:
    sent: dict[str, str] = request.to_original_event()["headers"] or {}
    return next((value for key, value in sent.items() if key.lower() == name), "")

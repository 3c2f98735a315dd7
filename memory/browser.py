"""A browser without a screen: it keeps cookies, follows what leads on, and fills and sends the forms of a page."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode

from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.access import BY_MAIL
from chalicelib.edge.scopes import CONSOLE, ME
from chalicelib.operations.access import api_keys, console_sessions, sessions
from memory.shop import Shop

FORM = "application/x-www-form-urlencoded"
_VOID = frozenset(["area", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"])


@dataclass
class Form:
    """A form as it stands on a page: where it goes, and what it holds before anybody types.

    Attributes:
        fields: Name and value of all that would be sent.
        buttons: Name, value and label of each.
        offered: The names of all that can be filled or ticked.
    """

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)
    offered: set[str] = field(default_factory=set)
    text: str = ""

    @property
    def names(self) -> set[str]:
        """What the form asks for, or holds."""
        return {name for name, _ in self.fields} | self.offered


@dataclass
class Seen:
    """A page that was loaded: its status and address, its text, links and forms."""

    status: int
    path: str
    html: str
    headers: dict[str, str]
    text: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    forms: list[Form] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)

    def form(self, *words: str) -> Form:
        """Find the form that has these words on it, or among its names."""
        fitting = [it for it in self.forms if all(word in it.text or word in it.names for word in words)]
        assert fitting, f"no form with {words} on {self.path}: {[it.text for it in self.forms]}"
        return fitting[0]

    def link(self, text: str) -> str:
        """Find where a link with this text leads."""
        found = [href for href, label in self.links if text in label]
        assert found, f"no link '{text}' on {self.path}"
        return found[0]


class Browser:
    """One browser, with its own cookies."""

    def __init__(self, shop: Shop, **headers: str) -> None:
        self.shop = shop
        self.cookies: dict[str, str] = {}
        self.headers = headers

    def as_ambassador(self, ambassador_id: str) -> "Browser":
        """Hold the session of an ambassador for an hour, begun as by a mail."""
        token, session = sessions.fresh(ambassador_id, by=BY_MAIL, now=self.shop.now)
        deps.table().commit([Create(session)])
        self.cookies[f"__Host-{ME}"] = token
        return self

    def as_admin(self, *scopes: str, key: str = "") -> "Browser":
        """Hold the session of an admin with these scopes, whose name is that of the first one, or of a key."""
        digest = api_keys.digest_of(key or self._key(scopes or ("admin:read", "admin:write", "admin:keys")))
        admin = deps.table().read_api_key(digest)
        assert admin is not None, "the key was made a moment ago"
        token, _ = console_sessions.begin(deps.table(), admin, browser="Firefox", now=self.shop.now)
        self.cookies[f"__Host-{CONSOLE}"] = token
        return self

    def _key(self, scopes: tuple[str, ...]) -> str:
        return api_keys.issue(deps.table(), " ".join(scopes), scopes, self.shop.now)

    def get(self, path: str, **headers: str) -> Seen:
        """Load a page, following what leads on."""
        return self._loaded("GET", path, None, headers)

    def send(self, form: Form, *, button: str = "", **typed: str | list[str]) -> Seen:
        """Send a form with what was typed in the place of what it holds; `button` is what stands on the one pressed."""
        pressed = [(name, value) for name, value, text in form.buttons if name and (not button or button in text)][:1]
        kept = [(name, value) for name, value in form.fields if name not in typed]
        unknown = set(typed) - form.names
        assert not unknown, f"the form does not ask for {unknown}"
        more = [(name, it) for name, given in typed.items() for it in ([given] if isinstance(given, str) else given)]
        fields = [*kept, *more, *pressed]
        if form.method == "get":
            return self.get(f"{form.action.partition('?')[0]}?{urlencode(fields)}")
        return self._loaded("POST", form.action, urlencode(fields).encode(), {"Content_Type": FORM})

    def post(self, path: str, fields: dict[str, str], **headers: str) -> HTTPResponse:
        """Send what no page has: an attack, or a repeat. Nothing is followed."""
        return self._request("POST", path, urlencode(fields).encode(), {"Content_Type": FORM, **headers})

    def _loaded(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Seen:
        answer = self._request(method, path, body, headers)
        for _ in range(5):
            if answer.status_code not in {302, 303}:
                break
            path = answer.headers["Location"]
            answer = self._request("GET", path, None, {})
        return _read(answer, path)

    def _request(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> HTTPResponse:
        held = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {**self.headers, **({"Cookie": held} if held else {}), **headers}
        if method == "POST":
            sent = {"Sec_Fetch_Site": "same-origin", **sent}
        answer = self.shop.call(method, path, body, **sent)
        for cookie in _cookies(answer):
            pair, _, attributes = cookie.partition(";")
            name, _, value = pair.partition("=")
            if "Max-Age=0" in attributes:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer


def _cookies(answer: HTTPResponse) -> Iterator[str]:
    for name, value in answer.headers.items():
        if name.lower() == "set-cookie":
            yield from value if isinstance(value, list) else [value]


def _read(answer: HTTPResponse, path: str) -> Seen:
    seen = Seen(answer.status_code, path, answer.body.decode(), dict(answer.headers))
    if "html" in answer.headers.get("Content-Type", ""):
        _Reader(seen).feed(seen.html)
    return seen


class _Reader(HTMLParser):
    """Reads what a page holds."""

    def __init__(self, seen: Seen) -> None:
        super().__init__()
        self._seen = seen
        self._open: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._options: list[tuple[str, bool]] = []
        self._area: list[str] | None = None
        self._button: tuple[str, str] | None = None
        self._href: str | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in _VOID:
            self._open.append(tag)
        if tag == "form":
            self._form = Form(given.get("action", "") or self._seen.path, given.get("method", "get").lower())
            self._seen.forms.append(self._form)
        if tag in {"a", "button", "h1", "h2", "h3"}:
            self._words = []
        if tag == "a":
            self._href = given.get("href")
        if tag == "button":
            self._button = given.get("name", ""), given.get("value", "")
        if self._form is not None:
            self._begin_in_form(tag, self._form, given)

    def _begin_in_form(self, tag: str, form: Form, given: dict[str, str]) -> None:
        name = given.get("name", "")
        if tag == "input" and name:
            form.offered.add(name)
            if given.get("type") not in {"checkbox", "radio", "submit"} or "checked" in given:
                form.fields.append((name, given.get("value", "on" if "type" in given else "")))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "option":
            self._options.append((given.get("value", ""), "selected" in given))
        elif tag == "textarea":
            form.offered.add(name)
            self._select, self._area = name, []

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        words = " ".join("".join(self._words).split())
        if tag == "a" and self._href is not None:
            self._seen.links.append((self._href, words))
            self._href = None
        elif tag in {"h1", "h2", "h3"}:
            self._seen.headings.append((tag, words))
        elif self._form is not None:
            self._end_in_form(tag, self._form, words)

    def _end_in_form(self, tag: str, form: Form, words: str) -> None:
        if tag == "button" and self._button is not None:
            form.buttons.append((*self._button, words))
            self._button = None
        elif tag == "select" and self._select:
            form.offered.add(self._select)
            chosen = next((value for value, picked in self._options if picked), "")
            form.fields.append((self._select, chosen or (self._options[0][0] if self._options else "")))
        elif tag == "textarea" and self._area is not None:
            form.fields.append((self._select, "".join(self._area).removeprefix("\n")))
            self._area = None
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area.append(data)
            return
        if {"style", "script"} & set(self._open[-1:]):
            return
        self._words.append(data)
        self._seen.text += data
        if self._form is not None:
            self._form.text += data

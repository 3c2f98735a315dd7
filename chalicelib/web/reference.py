"""The page that renders the contract for people: server-side, without a script, and without a third party's request."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup, escape

from chalicelib.web.language import choose
from chalicelib.web.templating import environment

Body = dict[str, Any]

_CSS, _PAGE = "reference.css", "reference.html"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the page shows it, with its parts put in the order in which a reader needs them."""

    method: str
    path: str
    told: Body

    @property
    def callers(self) -> str:
        """Who may call it, in a few words."""
        ways = [*(scope for way in self.told["security"] for scope in way.get("key", ()))]
        ways += ["session"] * any("session" in way for way in self.told["security"])
        return ", ".join(ways) or "anyone"

    @property
    def sent(self) -> Body:
        """The body of the request: its schema and examples by name; empty if it takes none."""
        content = self.told.get("requestBody", {}).get("content", {})
        return next(iter(content.values()), {})

    @property
    def answers(self) -> Iterator[tuple[str, Body, Body]]:
        """Status, answer, and the first of its contents, of each answer that is no problem."""
        for status, answer in self.told["responses"].items():
            kind, content = next(iter(answer.get("content", {}).items()), ("", Body()))
            if kind != "application/problem+json" and "$ref" not in answer:
                yield status, answer, content

    @property
    def problems(self) -> Iterator[tuple[str, Body, str]]:
        """Status of each problem, with what it says or the name under which it is told for many operations."""
        shown = {status for status, _, _ in self.answers}
        for status, problem in self.told["responses"].items():
            if status not in shown:
                yield status, problem, problem.get("$ref", "").rpartition("/")[2]


@cache
def page(contract: str) -> str:
    """Return the page of a contract, which is given as its JSON."""
    whole: Body = json.loads(contract)
    operations = [
        Operation(method.upper(), path, told)
        for path, found in whole["paths"].items()
        for method, told in found.items()
    ]
    groups = [(tag, [it for it in operations if tag["name"] in it.told["tags"]]) for tag in whole["tags"]]
    schemas, shared = whole["components"]["schemas"], whole["components"].get("responses", {})
    shown: str = _environment().get_template(_PAGE).render(
        info=whole["info"], groups=groups, schemas=schemas, shared=shared, prose=_prose, words=_words, kind=_kind,
        breakable=_breakable, example=lambda value: json.dumps(value, indent=2, ensure_ascii=False),
    )  # fmt: skip
    return shown


@cache
def content_security_policy() -> str:
    """The header that the page needs: it allows nothing but its own inline style, by its hash."""
    css = _environment().get_template(_CSS).render()
    style = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{style}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"


def _environment() -> Any:
    return environment(choose("en"), True)


def _breakable(path: str) -> Markup:
    """Let a path break after a slash, on a narrow screen, and not within a name."""
    return Markup("/<wbr>").join(path.split("/"))


def _prose(text: str) -> Markup:
    """Write the few signs of CommonMark that descriptions use: paragraphs, lists, code and strong words."""
    return Markup("").join(map(_block, text.strip().split("\n\n")))


def _block(text: str) -> Markup:
    lines = text.splitlines()
    if text.startswith("## "):
        return Markup("<h2>{}</h2>").format(text.removeprefix("## "))
    if lines[0].startswith("1. "):
        steps = Markup("").join(Markup("<li>{}</li>").format(_words(line.partition(". ")[2])) for line in lines)
        return Markup("<ol>{}</ol>").format(steps)
    if all(line.startswith("- ") for line in lines):
        items = Markup("").join(Markup("<li>{}</li>").format(_words(line.removeprefix("- "))) for line in lines)
        return Markup("<ul>{}</ul>").format(items)
    return Markup("<p>{}</p>").format(_words(" ".join(lines)))


def _words(text: str) -> Markup:
    parts = [Markup("<code>{}</code>").format(it) if n % 2 else _strong(it) for n, it in enumerate(text.split("`"))]
    return Markup("").join(parts)


def _strong(text: str) -> Markup:
    parts = (Markup("<strong>{}</strong>").format(it) if n % 2 else escape(it) for n, it in enumerate(text.split("**")))
    return Markup("").join(parts)


def _kind(schema: Body) -> Markup:  # noqa: PLR0911 - a form of a schema a line
    """Say what a value is, in a few words, with a link to a shape."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#schema-{0}">{0}</a>').format(name)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return Markup(" or ").join(map(_kind, schema[choice]))
    if "enum" in schema:
        return Markup(", ").join(Markup("<code>{}</code>").format(json.dumps(it)) for it in schema["enum"])
    if "const" in schema:
        return Markup("<code>{}</code>").format(json.dumps(schema["const"]))
    if schema.get("type") == "array":
        return Markup("list of {}").format(_kind(schema.get("items", {})))
    if isinstance(schema.get("additionalProperties"), dict):
        return Markup("map to {}").format(_kind(schema["additionalProperties"]))
    return Markup("{}").format(_bounds(schema))


def _bounds(schema: Body) -> str:
    kinds = schema.get("type", "anything")
    named = " or ".join(kinds) if isinstance(kinds, list) else str(kinds)
    named = {"date-time": "time", "date": "day"}.get(schema.get("format", ""), named)
    low, high = (
        schema.get(least, schema.get(other)) for least, other in (("minimum", "minLength"), ("maximum", "maxLength"))
    )
    if high is not None:
        return f"{named}, {low or 0} to {high}"
    return named if low is None else f"{named}, {low} or more"

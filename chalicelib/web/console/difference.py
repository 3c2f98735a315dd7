"""What differs between two documents of rules, as people say it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.web.console.fields import Node, counts_things, kind_of
from chalicelib.web.console.form import Document, RulesForm
from chalicelib.web.language import Language, format_amount, format_date
from chalicelib.web.numbers import format_number, format_percent


@dataclass(frozen=True, slots=True)
class Remark:
    """Something that is said of a place in the rules, by what people call each step that leads there."""

    place: list[str]
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of a value: what it is called, if it is part of something, and what it is."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs: both values line by line; nothing where it is not there."""

    place: list[str]
    before: list[Line]
    after: list[Line]


def told_change(form: RulesForm, change: Document, before: Any, after: Any, language: Language) -> Change:
    """Say what has changed at one pointer of two documents."""
    pointer = change["pointer"]
    place, node, owner = form.walk(pointer, after)
    was, _, former = form.walk(pointer, before)
    return Change(
        place if len(place) >= len(was) else was,
        list(_lines(form, node, change["before"], former, str(before.get("currency", "")), language)),
        list(_lines(form, node, change["after"], owner, str(after.get("currency", "")), language)),
    )


def _lines(
    form: RulesForm, node: Node, value: Any, owner: Any, currency: str, language: Language, title: str = ""
) -> "list[Line]":
    if value is None:
        return []
    match kind_of(node), value:
        case "part", dict():
            found = []
            for name, it in value.items():
                inner = form.resolved(node["properties"].get(name, {}))[0]
                called = _joined(title, form.title_of(inner, name))
                found += _lines(form, inner, it, value, currency, language, called)
            return found
        case "list", list():
            inner = form.resolved(node["items"])[0]
            numbered = (_joined(title, format_number(n + 1, language.tag)) for n in range(len(value)))
            return [
                line
                for it, called in zip(value, numbered, strict=True)
                for line in _lines(form, inner, it, value, currency, language, called)
            ]
        case "map", dict():
            inner = form.resolved(node["additionalProperties"])[0]
            return [
                line
                for name, it in value.items()
                for line in _lines(form, inner, it, value, currency, language, _joined(title, form.chosen(name)))
            ]
        case _, list():
            return [Line(title, ", ".join(form.chosen(str(it)) for it in value))]
    return [Line(title, _said(form, node, value, owner, currency, language))]


def _said(form: RulesForm, node: Node, value: Any, owner: Any, currency: str, language: Language) -> str:
    if isinstance(value, bool):
        return form.yes_or_no(value)
    if isinstance(value, int):
        unit = node.get("x-unit")
        if unit == "basis_points":
            return format_percent(value, language.tag)
        if unit == "money" or (unit == "reward" and not counts_things(owner if isinstance(owner, dict) else {})):
            return format_amount(value, currency, language)
        return form.measured(format_number(value, language.tag), str(unit or ""))
    if kind_of(node) == "time":
        at = datetime.fromisoformat(str(value))
        return f"{format_date(at, language)}, {at:%H:%M %Z}"
    return form.chosen(str(value)) if "enum" in node else str(value)


def _joined(title: str, more: str) -> str:
    return f"{title} › {more}" if title else more

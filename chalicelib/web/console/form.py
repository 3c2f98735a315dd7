"""The rules as a form: made of the schema of their document, filled with one, and read back into one.

What stands on the screen counts. A field that nobody has changed stays as it is written, or left out as before; what is
no number, time or name is kept as it was typed, with the problem beside it. Nothing here knows a single rule.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from decimal import InvalidOperation
from typing import Any, Protocol

from chalicelib.domain.program.program import zone_named
from chalicelib.web.console.fields import (
    ABSENT,
    Absent,
    Kind,
    Node,
    counts_things,
    kind_of,
    names_of,
    text_of,
    unit_of,
    value_of,
)
from chalicelib.web.console.rules import choices, measures
from chalicelib.web.language import Language

Document = dict[str, Any]
Problems = dict[str, str]
"""By JSON pointer, what is wrong there."""


USE = "use:"
"""How the name of the box begins that says whether an optional part is used."""

NAME = "#name"
"""How the name of the field ends that names a value of a map."""

_QUOTED = re.compile(r"`(\w+)`")


class Typed(Protocol):
    """What was sent: all values of a name."""

    def all(self, name: str) -> list[str]:
        """Return the values of a name, none if it was not sent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field as it stands on the screen.

    Attributes:
        name: What the form calls it. `pointer` is where it is in the document.
        value: What is typed in it.
        unit: What it counts, if it is a number of something: a currency, `percent`, `days`, …
        used: Whether the part is there, if it may be left out (`optional`).
        chosen: What is ticked of the `options`, which are pairs of value and label.
        parts: The fields of a part, or the elements of a list.
        key: The name of a value of a map; None elsewhere.
    """

    kind: Kind
    name: str
    pointer: str
    title: str
    help: str = ""
    value: str = ""
    unit: str = ""
    required: bool = False
    optional: bool = False
    used: bool = True
    options: tuple[tuple[str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    parts: tuple["Entry", ...] = ()
    key: str | None = None
    problem: str = ""

    @property
    def id(self) -> str:
        """The id of its element."""
        return "f" + self.name.replace("/", "-").replace("#", "-")

    @property
    def wrong(self) -> bool:
        """Whether it, or anything in it, has a problem."""
        return bool(self.problem) or any(it.wrong for it in self.parts)


@dataclass(slots=True)
class _Reading:
    """One reading of a form."""

    typed: Typed
    currency: str
    zone: tzinfo
    problems: Problems = field(default_factory=dict)


class RulesForm:
    """The form of a program's document."""

    def __init__(self, schema: Node, language: Language) -> None:
        """Make it of the JSON Schema that the API serves, in a language."""
        self._defs: Node = schema["$defs"]
        self._program = self.resolved(schema)[0]
        self._language = language
        self._choices = choices(language)
        self._measures = measures(language)

    # --- the schema ---

    def resolved(self, node: Node) -> tuple[Node, bool]:
        """Return what a schema says where it stands, and whether null may stand there."""
        if "anyOf" in node:
            (inner,) = (it for it in node["anyOf"] if it.get("type") != "null")
            beside = {name: it for name, it in node.items() if name != "anyOf"}
            return {**self.resolved(inner)[0], **beside}, True
        if "$ref" in node:
            target = self._defs[node["$ref"].rpartition("/")[2]]
            return {**target, **{name: it for name, it in node.items() if name != "$ref"}}, False
        return node, False

    def properties(self) -> Iterator[str]:
        """The names of all rules that can be written."""
        return (name for name, it in self._program["properties"].items() if not _is_published(it))

    def words_of(self, kind: str, name: str) -> list[str]:
        """The words that a field of a part may be."""
        return list(self._defs[kind]["properties"][name]["enum"])

    def walk(self, pointer: str, document: Any) -> tuple[list[str], Node, Any]:
        """Follow a JSON pointer: what people call each step, the schema there, and in what it stands."""
        titles, node, here, owner = list[str](), self._program, document, document
        for step in pointer.split("/")[1:]:
            name, owner = step.replace("~1", "/").replace("~0", "~"), here
            if "properties" in node:
                node = self.resolved(node["properties"].get(name, {}))[0]
                titles.append(self._said(node.get("title", name)))
                here = here.get(name) if isinstance(here, dict) else None
            elif kind_of(node) in {"list", "lines", "checks"}:
                node = self.resolved(node.get("items", {}))[0]
                here = here[int(name)] if isinstance(here, list) and name.isdigit() and int(name) < len(here) else None
                titles.append(_label(here) or f"{int(name) + 1}" if name.isdigit() else name)
            else:
                node = self.resolved(node.get("additionalProperties") or {})[0]
                here = here.get(name) if isinstance(here, dict) else None
                titles.append(self._choices.get(name, name))
        return titles, node, owner

    def filled(self, document: Document) -> Document:
        """Return the rules with all that their document leaves out: None, or the default."""
        rules: Document = self._filled(self._program, document)
        return rules

    def _filled(self, node: Node, value: Any) -> Any:
        match kind_of(node), value:
            case "part", dict():
                inner = {name: self.resolved(it)[0] for name, it in node["properties"].items()}
                return {name: self._filled(it, value.get(name, it.get("default"))) for name, it in inner.items()}
            case "list", list():
                return [self._filled(self.resolved(node["items"])[0], it) for it in value]
        return value

    # --- to the screen ---

    def entries(self, document: Document, problems: Problems) -> dict[str, Entry]:
        """Return the fields of a document by the names of its rules."""
        reading = _Reading(_Nothing(), _currency(document), _zone(document), problems)
        part = self._part(self._program, document, "", "", reading)
        return {entry.name.removeprefix("/"): entry for entry in part}

    def _part(self, node: Node, value: Any, name: str, pointer: str, reading: _Reading) -> tuple[Entry, ...]:
        held = value if isinstance(value, dict) else {}
        required = set(node.get("required", ()))
        found = []
        for prop, raw in node["properties"].items():
            if not _is_published(raw):
                inner, nullable = self.resolved(raw)
                given = held.get(prop, inner.get("default"))
                whole = counts_things(held)
                entry = self._entry(inner, given, f"{name}/{prop}", f"{pointer}/{prop}", reading, nullable, whole)
                found.append(replace(entry, required=prop in required and not nullable))
        return tuple(found)

    def _entry(
        self, node: Node, value: Any, name: str, pointer: str, reading: _Reading, nullable: bool, whole: bool
    ) -> Entry:
        kind = kind_of(node)
        entry = Entry(
            kind,
            name,
            pointer,
            title=self._said(node.get("title", "")),
            help=self.help_of(node),
            unit=unit_of(node, reading.currency, whole=whole),
            optional=nullable and kind == "part",
            used=value is not None or not nullable,
            problem=reading.problems.get(pointer, ""),
        )
        match kind:
            case "part":
                return replace(entry, parts=self._part(node, value, name, pointer, reading))
            case "list":
                items, inner = value if isinstance(value, list) else [], self.resolved(node["items"])[0]
                parts = (
                    replace(
                        self._entry(inner, it, f"{name}/{n}", f"{pointer}/{n}", reading, False, False),
                        title=_label(it),
                        help="",
                    )
                    for n, it in enumerate(items)
                )
                return replace(entry, parts=tuple(parts))
            case "map":
                inner = self.resolved(node["additionalProperties"])[0]
                parts = (
                    replace(
                        self._entry(inner, it, f"{name}/{n}", f"{pointer}/{key}", reading, False, False),
                        title=self._choices.get(key, key) if names_of(node) else "",
                        help="",
                        key=key,
                    )
                    for n, (key, it) in enumerate(_pairs(node, value))
                )
                return replace(entry, parts=tuple(parts), chosen=tuple(names_of(node)))
            case "choice" | "checks":
                offered = (node if kind == "choice" else self.resolved(node["items"])[0])["enum"]
                options = tuple((it, self._choices.get(it, it)) for it in offered)
                chosen = value if isinstance(value, list) else [value]
                return replace(entry, options=options, chosen=tuple(map(str, chosen)) if value is not None else ())
            case "yes":
                return replace(entry, chosen=("yes",) if value is True else ())
        return replace(entry, value=text_of(node, value, reading.currency, reading.zone, whole=whole))

    def told(self, text: str) -> str:
        """A sentence in which fields, named as in JSON, are called what people call them."""
        return _QUOTED.sub(lambda it: f"“{self.called(it[1])}”", text)

    def title_of(self, node: Node, name: str) -> str:
        """What people call a field."""
        return self._said(node.get("title", name))

    def chosen(self, word: str) -> str:
        """What people call a word that a rule may be."""
        return self._choices.get(word, word)

    def yes_or_no(self, holds: bool) -> str:
        """Say whether something is so."""
        _ = self._language.translations.gettext
        return _("Yes") if holds else _("No")

    def measured(self, number: str, unit: str) -> str:
        """A number with what it counts."""
        return f"{number} {self._measures[unit]}" if unit in self._measures else number

    def help_of(self, node: Node) -> str:
        """The sentence of a field, in which other fields are called what people call them."""
        return self.told(self._said(plain(node.get("description", ""))))

    def called(self, name: str) -> str:
        """What people call a field of this name, wherever it stands."""
        kinds = [self._program, *self._defs.values()]
        found = (it["properties"][name] for it in kinds if name in it.get("properties", ()))
        known: Node = next(found, {})
        return self._said(known.get("title", name))

    def _said(self, text: str) -> str:
        return self._language.translations.gettext(text) if text else ""

    # --- from the screen ---

    def read(self, base: Document, typed: Typed) -> tuple[Document, Problems]:
        """Return the document that a form says which was filled with `base`, and what could not be read of it."""
        sent = {name: (typed.all(f"/{name}") or [""])[0] for name in ("currency", "time_zone")}
        now = {**base, **{name: text.strip() for name, text in sent.items() if text.strip()}}
        reading = _Reading(typed, _currency(now), _zone(now))
        return self._read_part(self._program, base, "", "", reading), reading.problems

    def _read_part(self, node: Node, base: Document, name: str, pointer: str, reading: _Reading) -> Document:
        found: Document = {}
        rules = {it: raw for it, raw in node["properties"].items() if not _is_published(raw)}
        for prop in sorted(rules, key=lambda it: rules[it].get("x-unit") == "reward"):
            inner, nullable = self.resolved(rules[prop])
            at, place = f"{name}/{prop}", f"{pointer}/{prop}"
            read = self._read(inner, base.get(prop, ABSENT), at, place, reading, nullable, counts_things(found))
            if not isinstance(read, Absent):
                found[prop] = read
        kept = {it: found.get(it, base[it]) for it in base if it in found or it not in rules}
        return {**kept, **{it: found[it] for it in rules if it in found}}

    def _read(
        self, node: Node, base: Any, name: str, pointer: str, reading: _Reading, nullable: bool, whole: bool
    ) -> Any:
        default = node.get("default", ABSENT)
        shown = default if isinstance(base, Absent) else base
        match kind_of(node):
            case "part":
                if nullable and not reading.typed.all(USE + name):
                    return _left_out(base, default)
                value: Any = self._read_part(node, shown if isinstance(shown, dict) else {}, name, pointer, reading)
            case "list":
                items, inner = shown if isinstance(shown, list) else [], self.resolved(node["items"])[0]
                value = [
                    self._read(inner, it, f"{name}/{n}", f"{pointer}/{n}", reading, False, False)
                    for n, it in enumerate(items)
                ]
            case "map":
                value = self._read_map(node, shown, name, pointer, reading)
            case "checks":
                chosen, was = reading.typed.all(name), shown if isinstance(shown, list) else []
                value = was if set(chosen) == set(was) else [*dict.fromkeys(chosen)]
            case "yes":
                value = bool(reading.typed.all(name))
            case _:
                return self._read_text(node, base, name, pointer, reading, nullable, whole)
        return base if isinstance(base, Absent) and value == default else value

    def _read_map(self, node: Node, shown: Any, name: str, pointer: str, reading: _Reading) -> Document:
        inner, found = self.resolved(node["additionalProperties"])[0], Document()
        fixed = names_of(node)
        for n, (key, it) in enumerate(_pairs(node, shown)):
            typed = reading.typed.all(f"{name}/{n}{NAME}")
            called = key if fixed or not typed or typed[0] == key else typed[0].strip()
            if called in found:
                reading.problems[pointer] = _same_name(self._language)
                called = f"{called} 2"
            base = ABSENT if fixed and it is None else it
            value = self._read(inner, base, f"{name}/{n}", f"{pointer}/{called}", reading, fixed != [], False)
            if not isinstance(value, Absent) or not fixed:
                found[called] = "" if isinstance(value, Absent) else value
        return found

    def _read_text(
        self, node: Node, base: Any, name: str, pointer: str, reading: _Reading, nullable: bool, whole: bool
    ) -> Any:
        default, sent = node.get("default", ABSENT), reading.typed.all(name)
        shown = default if isinstance(base, Absent) else base
        text = (sent or [""])[0].replace("\r\n", "\n")
        if not sent or text == text_of(node, shown, reading.currency, reading.zone, whole=whole):
            return base
        if kind_of(node) == "lines":
            return [line.strip() for line in text.split("\n") if line.strip()]
        if not text.strip():
            return _left_out(base if nullable else ABSENT, default if nullable else ABSENT)
        try:
            return value_of(node, text.strip(), reading.currency, reading.zone, whole=whole)
        except (ValueError, InvalidOperation):
            reading.problems[pointer] = _wanted(kind_of(node), self._language)
            return text.strip()


def plain(description: str) -> str:
    """A description without the sentence that says how a number is written in JSON: a form writes it otherwise."""
    return description.partition(" Counted in ")[0]


class _Nothing:
    """A form of which nothing was sent."""

    def all(self, _: str) -> list[str]:
        return []


def _wanted(kind: Kind, language: Language) -> str:
    """What to type in a field of this kind."""
    _ = language.translations.gettext
    return {
        "whole": _("Type a whole number."),
        "money": _("Type an amount such as 12.50, with no more decimals than the currency has."),
        "percent": _("Type a percentage such as 12.5, with two decimals at most."),
    }.get(kind, _("Type a day and a time."))


def _same_name(language: Language) -> str:
    _ = language.translations.gettext
    return _("Two of them have the same name.")


def _left_out(base: Any, default: Any) -> Any:
    """How it is written that nothing stands there: as before, else by leaving it out, unless that means something."""
    if base is None:
        return None
    return ABSENT if default is None or isinstance(default, Absent) else None


def _pairs(node: Node, value: Any) -> list[tuple[str, Any]]:
    held = value if isinstance(value, dict) else {}
    fixed = names_of(node)
    return list({**held, **{it: held.get(it) for it in fixed}}.items()) if fixed else list(held.items())


def _label(item: Any) -> str:
    """What an element of a list calls itself."""
    if not isinstance(item, dict):
        return ""
    return ", ".join(str(item[it]) for it in ("name", "letter", "language", "variant", "per", "since") if item.get(it))


def _is_published(node: Node) -> bool:
    return bool(node.get("readOnly") or node.get("writeOnly"))


def _currency(document: Document) -> str:
    return str(document.get("currency", ""))


def _zone(document: Document) -> tzinfo:
    try:
        return zone_named(str(document.get("time_zone", "UTC")))
    except (KeyError, OSError, ValueError):
        return UTC

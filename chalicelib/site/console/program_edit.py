"""The rules as a form, or as text: changed here, looked over on the next screen, and published there."""

import json
from typing import Any

from chalice.app import Response

from chalicelib.edge.client import path
from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Problem
from chalicelib.site.console.rules import Document, job_of_rules, plain_document, rules_form, tried, version_in_force
from chalicelib.site.screens import Page
from chalicelib.web.console import rules
from chalicelib.web.console.form import Entry, Problems, RulesForm
from chalicelib.web.console.lists import longer, shorter

_FIRST: Document = {
    "shop_name": "",
    "shop_url": "",
    "currency": "EUR",
    "offer": {"basis_points": 1000},
    "tiers": [{"name": "Ambassador", "threshold": 0, "reward": {"basis_points": 1000}}],
}
"""What a shop begins with that has no rules yet."""


def show(page: Page) -> Response:
    """Show the form, filled with the rules in force, with an earlier version, or with what was tried."""
    if page.typed.text("base"):
        return _again(page)
    version = version_in_force(page)
    document = _FIRST
    if page.query.get("job"):
        document = job_of_rules(page)["asked"]["program"]
    elif page.query.get("version"):
        document = plain_document(page.client.get(path("v1", "program", "versions", page.query["version"])).body)
    elif version:
        document = plain_document(page.client.get("/v1/program").body)
    over = page.query.get("over") or str(version)
    return _shown(page, document, {}, over=over, as_text=page.query.get("as") == "text")


def act(page: Page, form: Fields) -> Response:
    """Add to a list or take away, change between form and text, or go on to what it would mean."""
    made, (action, _, name) = rules_form(page), form.text("do").partition(":")
    document, problems = _typed(made, form)
    over, as_text = form.text("over"), _is_text(form)
    if action in {"add", "remove"}:
        document = (longer if action == "add" else shorter)(made, document, name)
        return _shown(page, document, {}, over=over, as_text=as_text, changed=name)
    if action in {"form", "text"}:
        return _shown(page, document, problems, over=over, as_text=action == "text")
    checked = page.client.send("POST", "/v1/program/check", {"program": document}).body
    flaws = {it["pointer"]: made.told(it["detail"]) for it in reversed(checked["flaws"])} | problems
    if flaws:
        return _shown(page, document, flaws, over=over, as_text=as_text)
    return tried(page, document, over=over)


def _again(page: Page) -> Response:
    """Show what was typed, when it could not be taken."""
    over, as_text = page.typed.text("over"), _is_text(page.typed)
    try:
        document, problems = _typed(rules_form(page), page.typed)
    except Problem:
        document = json.loads(page.typed.text("base"))
        return _shown(page, document, {}, over=over, as_text=True, text=page.typed.text("text"))
    return _shown(page, document, problems, over=over, as_text=as_text)


def _is_text(form: Fields) -> bool:
    return bool(form.all("text"))


def _typed(made: RulesForm, form: Fields) -> tuple[Document, Problems]:
    """Return the document that was sent, as a form or as text, and what could not be read of it."""
    text, base = form.text("text"), form.text("base")
    try:
        held: Any = json.loads(text or base)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "somewhere"
        raise Problem(400, "malformed_json", f"That is no valid JSON: there is a mistake in {where}.") from error
    if not isinstance(held, dict):
        raise Problem(400, "malformed_json", "The rules are one JSON object, in braces.")
    return (plain_document(held), {}) if _is_text(form) else made.read(held, form)


def _shown(
    page: Page,
    document: Document,
    problems: Problems,
    *,
    over: str,
    as_text: bool,
    changed: str = "",
    text: str = "",
) -> Response:
    made = rules_form(page)
    entries = made.entries(document, problems)
    sections = {name: [entries[it] for it in names if it in entries] for name, names in rules.SECTIONS.items()}
    known = {it for names in rules.SECTIONS.values() for it in names}
    sections["other"] = [it for name, it in entries.items() if name not in known]
    sections = {name: it for name, it in sections.items() if it}
    asked = changed or page.query.get("part", "")
    opened = {name for name, parts in sections.items() if any(it.wrong or asked.startswith(it.name) for it in parts)}
    return page.render(
        "program_edit.html",
        status=400 if problems else 200,
        sections=sections,
        opened=opened or {next(iter(sections))},
        headings=rules.headings(page.language),
        measures=rules.measures(page.language),
        problems=_named(made, document, entries, problems),
        base=json.dumps(document, ensure_ascii=False, separators=(",", ":")),
        text=text or json.dumps(document, ensure_ascii=False, indent=2),
        as_text=as_text,
        over=over,
        changed=changed,
    )


def _named(
    made: RulesForm, document: Document, entries: dict[str, Entry], problems: Problems
) -> list[tuple[list[str], str, str]]:
    """What is wrong: what people call the place, the id of its field if there is one, and why."""
    ids = {it.pointer: it.id for it in _all(entries.values())}
    return [(made.walk(pointer, document)[0], ids.get(pointer, ""), why) for pointer, why in problems.items()]


def _all(entries: Any) -> Any:
    for entry in entries:
        yield entry
        yield from _all(entry.parts)

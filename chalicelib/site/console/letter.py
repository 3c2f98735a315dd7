"""One letter as its readers get it, in any language and variant, and the shop's own sentences in it."""

from typing import Any

from chalice.app import Response

from chalicelib.edge.forms import Fields
from chalicelib.edge.problems import Headers, Problem, not_found
from chalicelib.site.console.rules import (
    Document,
    job_of_rules,
    plain_document,
    rules_form,
    tried_job,
    version_in_force,
)
from chalicelib.site.screens import Page, leads_to
from chalicelib.web.console import rules
from chalicelib.web.language import NAMES

SENTENCES = ("subject", "opening", "closing")

_MAIL: Headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'self'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "X-Robots-Tag": "noindex",
}
"""A mail has its style in itself, and may do nothing but be looked at."""


def show(page: Page) -> Response:
    """Show a letter: the page around it, or the mail alone, which the page frames."""
    if page.subject not in rules_form(page).words_of("Text", "letter"):
        raise not_found("There is no such letter.")
    document, over = _document(page)
    whole = rules_form(page).filled(document)
    locale = page.query.get("locale") or whole["locale"]
    variant = page.query.get("variant", "")
    mail, why = _mail(page, document, locale, variant)
    if page.query.get("as") == "mail":
        return Response(mail["html"] if mail else "", _MAIL, 200)
    at = _place(document, page.subject, locale, variant)
    own = document["brand"]["texts"][at] if at is not None else {}
    return page.render(
        "letter.html",
        name=rules.letters(page.language).get(page.subject, page.subject),
        mail=mail,
        never=why,
        locale=locale,
        variant=variant,
        variants=_variants(whole, page.subject),
        spoken=[(tag, NAMES.get(tag.replace("_", "-").partition("-")[0], tag)) for tag in _tags(whole, locale)],
        own={name: own.get(name) or "" for name in SENTENCES},
        job=page.query.get("job", ""),
        over=over,
    )


def act(page: Page, form: Fields) -> Response:
    """Try other sentences: nothing is published by that."""
    document, over = _document(page)
    said = {name: form.text(name) for name in SENTENCES if form.text(name)}
    locale, variant = form.text("locale"), form.text("variant")
    changed = _with_sentences(document, page.subject, locale, variant, said)
    job = tried_job(page, changed)
    query = {"job": job["id"], "over": over, "locale": locale, **({"variant": variant} if variant else {})}
    return leads_to(page.at(f"letters/{page.subject}", **query))


def _document(page: Page) -> tuple[Document, str]:
    """The rules that are tried, or those in force; and the version in force when they were begun."""
    version = str(version_in_force(page))
    if page.query.get("job"):
        return job_of_rules(page)["asked"]["program"], page.query.get("over", version)
    return plain_document(page.client.get("/v1/program").body), version


def _mail(page: Page, document: Document, locale: str, variant: str) -> tuple[Any, str]:
    """The letter, or why there is none under these rules."""
    asked = {"letter": page.subject, "locale": locale, "program": document, **({"variant": variant} if variant else {})}
    try:
        return page.client.send("POST", "/v1/messages/preview", asked).body, ""
    except Problem as problem:
        if [it["pointer"] for it in problem.errors] != ["/letter"]:
            raise
        return None, problem.errors[0]["detail"]


def _variants(rules_: Document, letter: str) -> list[str]:
    occasion = rules_["care"].get(letter) or {}
    return [it["name"] for it in occasion.get("variants", ())]


def _tags(rules_: Document, locale: str) -> list[str]:
    """The languages among which to choose: those of the program, else all there are."""
    return list(dict.fromkeys([*(rules_["languages"] or NAMES), rules_["locale"], locale]))


def _place(document: Document, letter: str, locale: str, variant: str) -> int | None:
    """Where the shop's own sentences for a letter stand, if there are any in this very language."""
    wanted = (letter, _tag(locale), variant)
    texts = (document.get("brand") or {}).get("texts") or []
    found = (n for n, it in enumerate(texts) if (it["letter"], _tag(it["language"]), it.get("variant") or "") == wanted)
    return next(found, None)


def _tag(locale: str) -> str:
    return locale.replace("_", "-").lower()


def _with_sentences(document: Document, letter: str, locale: str, variant: str, said: dict[str, str]) -> Document:
    """Return the rules with these sentences in the place of those that stood there; without any if there are none."""
    brand = document.get("brand") or {}
    texts, at = list(brand.get("texts") or []), _place(document, letter, locale, variant)
    entry = {"letter": letter, "language": locale, **({"variant": variant} if variant else {}), **said}
    if at is None:
        texts += [entry] if said else []
    else:
        texts[at : at + 1] = [entry] if said else []
    return {**document, "brand": {**brand, "texts": texts}}

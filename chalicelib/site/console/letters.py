"""All letters that the shop's people may get, and in which languages they have sentences of its own."""

from chalice.app import Response

from chalicelib.site.console.rules import plain_document, rules_form
from chalicelib.site.screens import Page
from chalicelib.web.console import rules


def show(page: Page) -> Response:
    """List them."""
    document = rules_form(page).filled(plain_document(page.client.get("/v1/program").body))
    own: dict[str, list[str]] = {}
    for text in document["brand"]["texts"]:
        told = f"{text['language']} ({text['variant']})" if text["variant"] else text["language"]
        own.setdefault(text["letter"], []).append(told)
    names = rules.letters(page.language)
    known = rules_form(page).words_of("Text", "letter")
    order = sorted(known, key=lambda it: list(names).index(it) if it in names else len(names))
    return page.render("letters.html", letters=[(it, names.get(it, it), own.get(it, ())) for it in order])

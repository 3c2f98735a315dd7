"""What the API refuses, as an admin is told who reads another language than English."""

import pytest

from chalicelib.web.console.language import console_language
from chalicelib.web.console.problems import told
from chalicelib.web.language import NAMES
from contract.words import REASONS
from memory.browser import Browser
from memory.shop import Shop


def speaking(shop: Shop, language: str) -> Browser:
    """An admin who has chosen a language."""
    browser = Browser(shop).as_admin()
    browser.send(browser.get("/console").form("language"), language=language)
    return browser


@pytest.mark.parametrize("tag", [it for it in NAMES if it != "en"])
def test_every_reason_has_words_of_the_language(tag: str) -> None:
    """Each is one that the API or a page gives, and none is told in the words of another language."""
    words, others = (
        told(console_language([tag])),
        {it for other in NAMES if other != tag for it in told(console_language([other])).values()},
    )
    assert {*words} <= {*REASONS, "foreign_form"}
    assert words
    assert not {*words.values()} & others


def test_a_refusal_is_told_in_the_language_and_as_the_api_does(shop: Shop) -> None:
    """In Spanish first; what exactly was refused follows in English, and says that it is."""
    browser = speaking(shop, "es")
    page = browser.get("/console/ledger?from=2026-03-05&to=2026-03-01")
    assert page.status == 200
    words = told(console_language(["es"]))["invalid_request"]
    assert words in page.text
    assert '<span class="small" lang="en" dir="ltr">' in page.html
    assert "?from lies after ?to." in page.text
    english = Browser(shop).as_admin().get("/console/ledger?from=2026-03-05&to=2026-03-01")
    assert "?from lies after ?to." in english.text
    assert 'class="small" lang="en"' not in english.html


def test_a_screen_that_is_none_says_so_in_the_language(shop: Shop) -> None:
    """Nobody has to read English to learn that there is nothing."""
    page = speaking(shop, "es").get("/console/people/per_none")
    assert (page.status, told(console_language(["es"]))["not_found"] in page.text) == (404, True)

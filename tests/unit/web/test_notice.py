"""What a page says about data is the program's own, in the reader's language, and on each page that collects any."""

from dataclasses import replace

import pytest

from chalicelib.domain.program.program import Notice, Privacy
from chalicelib.web.language import choose
from chalicelib.web.notice import notice_of
from memory.shop import Shop
from tests.unit.book import NOTICE, program

GUJARATI = Notice("આભાર માનવા", "કરાર", "ભારતમાં", "AWS")


@pytest.mark.parametrize(
    ("tag", "told"),
    [("gu-IN", GUJARATI), ("gu", GUJARATI), ("en-GB", NOTICE), ("es", NOTICE), ("es-MX", NOTICE)],
)
def test_a_reader_is_told_in_their_language(tag: str, told: Notice) -> None:
    """Or in the program's own, if the shop has not said it in theirs."""
    both = Privacy("Kavya", "privacy@kavya.example", {"gu_IN": GUJARATI, "en": NOTICE})
    shown = notice_of(program(privacy=both), choose(tag))
    assert shown is not None
    assert (shown.purpose, shown.stored) == (told.purpose, told.stored)


def test_somebody_is_always_told() -> None:
    """By the first notice, where neither the reader's language nor the program's has one; without any, nothing."""
    rules = program(locale="hi", privacy=Privacy("Kavya", "ask us", {"gu": GUJARATI}))
    shown = notice_of(rules, choose("es"))
    assert shown is not None
    assert shown.purpose == GUJARATI.purpose
    assert notice_of(replace(rules, privacy=None), choose("es")) is None


def test_the_page_of_a_friend_says_it(shop: Shop) -> None:
    """Who is responsible, what for, on what basis, who gets it, where it lies, whom to ask, where all of it stands."""
    code = shop.enrol()["code"]
    page = shop.call("GET", f"/r/{code}").body.decode()
    for words in (
        "Kavya Ceramics, 5 Lindenstrasse, 10969 Berlin",
        "To thank you and your friends, and to send you what you have asked for.",
        "What we have agreed with you; for anything else your consent.",
        "Amazon Web Services, which runs our computers; nobody else.",
        "In the European Union.",
        "privacy@kavya-ceramics.example",
        'href="https://kavya-ceramics.example/privacy"',
    ):
        assert words in page, words
    shop.publish(privacy=None)
    assert "Your data" not in shop.call("GET", f"/r/{code}").body.decode()


def test_what_a_shop_writes_is_text(shop: Shop) -> None:
    """No markup of theirs reaches the page, and no line of it breaks out."""
    notice = {"purpose": "<script>alert(1)</script>", "basis": "a & b", "stored": "here"}
    shop.publish(privacy={"responsible": '"><img src=x>', "contact": "me", "notices": {"en": notice}})
    page = shop.call("GET", f"/r/{shop.enrol()['code']}").body.decode()
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "Nobody else" in page

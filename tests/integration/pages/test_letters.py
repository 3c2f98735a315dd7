"""Letters and guides in the console: seen before anybody gets them, and said in the shop's own words."""

from typing import get_args

import pytest

from chalicelib.domain.program.brand import LetterName
from memory.browser import Browser
from memory.shop import Body, Shop

WELCOME = {"letter": "welcome", "language": "en", "opening": "Dear {name}, tea is ready."}


@pytest.fixture
def admin(shop: Shop) -> Browser:
    """Somebody who may change what letters say."""
    return Browser(shop).as_admin("admin:read", "admin:write")


def texts(shop: Shop) -> list[Body]:
    """The shop's own sentences that are in force."""
    rules = shop.read(shop.call("GET", "/v1/program", scope="admin:read"))
    found: list[Body] = rules.get("brand", {}).get("texts", [])
    return found


def test_every_letter_is_shown_in_every_language(shop: Shop, admin: Browser) -> None:
    """Each is in the list by what people call it; whatever nobody gets under these rules says so, and why."""
    shop.publish(letters={"welcome": True})
    listed = admin.get("/console/letters")
    for name in get_args(LetterName):
        assert f"/console/letters/{name}" in {href for href, _ in listed.links}
        page = admin.get(f"/console/letters/{name}?locale=gu")
        assert page.status == 200
        assert ("<iframe" in page.html) != ("Nobody gets this letter" in page.text)
    assert admin.get("/console/letters/nothing").status == 404


def test_a_mail_is_framed_and_can_do_nothing(admin: Browser) -> None:
    """It looks as it does in a mail program; no script of it runs, it opens nothing and sends nothing."""
    page = admin.get("/console/letters/tier_reached?locale=es")
    frame = page.html.partition("<iframe")[2].partition(">")[0]
    address = frame.partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    assert " sandbox " in frame
    mail = admin.get(address)
    assert mail.html.startswith("<!doctype html>")
    policy = mail.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "frame-ancestors 'self'" in policy
    assert "script-src" not in policy
    assert mail.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]


def test_own_sentences_are_seen_before_they_are_published(shop: Shop, admin: Browser) -> None:
    """Written beside the letter, shown in it at once, and in force only after the same look at it as any change."""
    shop.publish(letters={"welcome": True})
    page = admin.get("/console/letters/welcome?locale=en")
    assert "{code}" in page.text
    tried = admin.send(page.form("opening"), opening="Dear {name}, tea is ready.")
    assert "tea is ready" in tried.html
    assert "Nothing is published yet" in tried.text
    assert texts(shop) == []
    tried = admin.send(tried.form("opening"), closing="Yours, Kavya.")
    review = admin.get(tried.link("On to publishing"))
    assert "Dear {name}, tea is ready." in review.text
    admin.send(review.form("note"), note="Warmer.")
    assert texts(shop) == [{**WELCOME, "closing": "Yours, Kavya."}]
    page = admin.get("/console/letters/welcome?locale=en")
    tried = admin.send(page.form("opening"), opening="", closing="")
    admin.send(admin.get(tried.link("On to publishing")).form("note"), note="Ours again.")
    assert texts(shop) == []


def test_a_sentence_that_names_what_is_not_known_is_refused_beside_it(shop: Shop, admin: Browser) -> None:
    """With what was typed, and what may be named."""
    page = admin.send(admin.get("/console/letters/spent?locale=en").form("opening"), opening="Your {coupon}")
    assert page.status == 400
    assert dict(page.form("opening").fields)["opening"] == "Your {coupon}"
    assert "names {coupon}, which is not known here" in page.text


def test_a_variant_has_sentences_of_its_own(shop: Shop, admin: Browser) -> None:
    """They are kept apart from the usual ones, and shown in the letter of that variant alone."""
    variants = [{"name": "warm", "percent": 50}]
    shop.publish(care={"birthday": {"variants": variants}}, brand={"texts": [{**WELCOME, "letter": "birthday"}]})
    page = admin.get("/console/letters/birthday?locale=en&variant=warm")
    assert dict(page.form("opening").fields)["opening"] == ""
    tried = admin.send(page.form("opening"), opening="What a day.")
    admin.send(admin.get(tried.link("On to publishing")).form("note"), note="To learn which does better.")
    assert [(it["opening"], it.get("variant")) for it in texts(shop)] == [
        ("Dear {name}, tea is ready.", None),
        ("What a day.", "warm"),
    ]


def test_guides_are_made_changed_and_retired(shop: Shop, admin: Browser) -> None:
    """A guide is kept under its id, keeps what was not changed, and stays in the list when it is retired."""
    page = admin.get("/console/guides")
    typed = {"id": "first-brew", "title": "First brew", "link": "https://kavya.example/brew", "language": "en"}
    page = admin.send(page.form("skus"), **typed, skus="POT-1\nPOT-2\n")
    assert "The guide is kept" in page.text
    page = admin.send(admin.get(page.link("Change")).form("skus"), title="The first brew")
    (guide,) = shop.read(shop.call("GET", "/v1/guides", scope="admin:read"))["items"]
    assert (guide["title"], guide["skus"]) == ("The first brew", ["POT-1", "POT-2"])
    page = admin.send(admin.get(page.link("Change")).form("Retire this guide"))
    assert "retired" in page.text
    page = admin.send(admin.get(page.link("Use again")).form("skus"))
    (guide,) = shop.read(shop.call("GET", "/v1/guides", scope="admin:read"))["items"]
    assert "retired_at" not in guide


def test_what_is_wrong_with_a_guide_is_said_with_what_was_typed(shop: Shop, admin: Browser) -> None:
    """Nothing typed is lost, and nothing is kept."""
    form = admin.get("/console/guides").form("skus")
    page = admin.send(form, id="g", title="A guide", link="http://insecure.example", language="en")
    assert page.status == 400
    assert dict(page.form("skus").fields)["link"] == "http://insecure.example"
    assert shop.read(shop.call("GET", "/v1/guides", scope="admin:read"))["items"] == []


def test_who_may_only_read_changes_nothing(shop: Shop) -> None:
    """They see guides, and no form that the API would refuse."""
    reader = Browser(shop).as_admin("admin:read")
    page = reader.get("/console/guides")
    assert "guard" not in {name for form in page.forms[:-2] for name in form.names}
    fields = {"guard": dict(page.forms[-1].fields)["guard"], "do": "retire", "id": "x"}
    assert reader.post("/console/guides", fields).status_code == 403

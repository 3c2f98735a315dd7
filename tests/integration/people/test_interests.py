"""What somebody likes, asked once: their own word, only what was offered, and a consent only where they tick it."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Person, Touched
from chalicelib.domain.people.consent import agreed
from chalicelib.domain.people.links import interests_url
from memory.shop import Shop

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def leo(shop: Shop) -> str:
    """A customer of a shop that asks what people like; the id of the person."""
    shop.publish(care={"interests": {"choices": ["Glazes", "Teapots", "Workshops"]}})
    told = {"email": "leo@example.com", "first_name": "Leo"}
    return str(shop.read(shop.call("PUT", "/v1/people", told, scope="people"))["id"])


def path(person_id: str) -> str:
    """The path of the link in a mail."""
    public = deps.settings().public_url
    return interests_url(public, person_id, deps.settings().link_keys[0]).removeprefix(public)


def save(shop: Shop, person_id: str, **form: object) -> HTTPResponse:
    """Send the form."""
    return shop.call(
        "POST", path(person_id), urlencode({"sent": "yes", **form}, doseq=True).encode(), Content_Type=FORM
    )


def seen(page: HTTPResponse) -> str:
    """A page as its reader sees it."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.body.decode(), flags=re.DOTALL)).split())


def ticked(page: HTTPResponse) -> list[str]:
    """What a page shows as chosen."""
    return re.findall(r'value="([^"]+)" checked', page.body.decode())


def person(person_id: str) -> Person:
    """What is known of somebody."""
    found = deps.table().read_person(person_id)
    assert found is not None
    return found


def test_to_look_changes_nothing(shop: Shop, leo: str) -> None:
    """All that the shop offers is there to tick, nothing is ticked, and nothing is agreed to."""
    before = shop.everything()
    page = shop.call("GET", path(leo))
    assert re.findall(r'name="interest" value="([^"]+)"', page.body.decode()) == ["Glazes", "Teapots", "Workshops"]
    assert ticked(page) == []
    assert "<script" not in page.body.decode()
    assert shop.everything() == before


def test_what_was_ticked_is_kept_as_their_own_word(shop: Shop, leo: str) -> None:
    """With the birthday, at the time of the form; and the page says so, with what was ticked."""
    page = save(shop, leo, interest=["Teapots", "Glazes"], day="29", month="2")
    assert "Saved" in seen(page)
    assert sorted(ticked(page)) == ["Glazes", "Teapots"]
    after = person(leo)
    assert (after.interests, after.birthday) == (("Teapots", "Glazes"), "02-29")
    assert after.told["interests"] == after.told["birthday"] >= shop.now


def test_a_birthday_that_is_known_is_neither_shown_nor_asked(shop: Shop, leo: str) -> None:
    """Whoever else opens the link learns nothing by it."""
    save(shop, leo, day="17", month="4")
    page = shop.call("GET", path(leo))
    assert 'name="day"' not in page.body.decode()
    assert "April" not in seen(page)


def test_good_wishes_are_agreed_to_only_where_they_are_ticked(shop: Shop, leo: str) -> None:
    """By the person, with the words by which they were offered; who leaves the box empty has refused nothing."""
    save(shop, leo, interest="Glazes", day="17", month="4")
    assert "wishes" not in person(leo).consents
    page = save(shop, leo, interest="Glazes", wishes="yes")
    consent = person(leo).consents["wishes"]
    assert agreed(person(leo).consents, "wishes")
    assert (consent.own_yes is not None, consent.source) == (True, "interests")
    assert consent.text == "Good wishes: On your birthday and on other days of yours."
    assert 'name="wishes"' not in page.body.decode()


def test_what_is_no_longer_ticked_is_taken_back(shop: Shop, leo: str) -> None:
    """But not what the shop knows beside the choices that it offers here."""
    told = {"email": "leo@example.com", "interests": ["raku", "Glazes"]}
    shop.call("PUT", "/v1/people", told, scope="people")
    assert ticked(shop.call("GET", path(leo))) == ["Glazes"]
    save(shop, leo, interest="Workshops")
    assert person(leo).interests == ("raku", "Workshops")
    save(shop, leo)
    assert person(leo).interests == ("raku",)


def test_the_same_again_writes_nothing(shop: Shop, leo: str) -> None:
    """A page that is loaded again sends its form again."""
    save(shop, leo, interest="Glazes", day="17", month="4")
    before = shop.everything()
    save(shop, leo, interest="Glazes", day="17", month="4")
    assert shop.everything() == before


@pytest.mark.parametrize(("day", "month"), [("30", "2"), ("31", "4"), ("12", ""), ("", "5")])
def test_a_day_that_is_none_is_asked_again(shop: Shop, leo: str, day: str, month: str) -> None:
    """The page says so kindly, with what was ticked ticked still; and nothing of the form is kept."""
    before = shop.everything()
    page = save(shop, leo, interest="Glazes", day=day, month=month)
    assert page.status_code == 200
    assert "There is no such day" in seen(page)
    assert 'role="alert"' in page.body.decode()
    assert ticked(page) == ["Glazes"]
    assert shop.everything() == before


@pytest.mark.parametrize("form", [{"day": "32", "month": "1"}, {"wishes": "no"}, {"x": "y"}, {"sent": "no"}])
def test_what_the_page_does_not_offer_is_refused(shop: Shop, leo: str, form: dict[str, str]) -> None:
    """A form is checked as strictly as a request."""
    before = shop.everything()
    assert save(shop, leo, **form).status_code == 400
    assert shop.everything() == before


def test_what_is_offered_no_more_is_passed_over(shop: Shop, leo: str) -> None:
    """The shop has changed the choices while the page was open: the rest is saved."""
    save(shop, leo, interest=["Glazes", "Candles"])
    assert person(leo).interests == ("Glazes",)


def test_the_question_is_answered_once(shop: Shop, leo: str) -> None:
    """Its message says that something was told, and when first."""
    cause, known = Cause("touch", f"{leo}:interests:once", 1), person(leo)
    sent = Message(cause, Recipient("person", leo), Letter("interests"), 1, shop.now, state="done", outcome="sent")
    touched = replace(known, touches=(Touched("interests", "once", shop.now),), version=known.version + 1)
    deps.table().commit([Replace(touched), Create(sent)])
    told_at = shop.now
    for choice in ("Glazes", "Teapots"):
        save(shop, leo, interest=choice)
        shop.now += timedelta(days=1)
    found = deps.table().read_message(sent.id)
    assert found is not None
    assert (found.answer, found.answered_at) == ("told", told_at)


def test_an_old_mail_works_when_the_shop_asks_no_longer(shop: Shop, leo: str) -> None:
    """Nothing is left to choose, but the birthday may still be told."""
    shop.publish(care={})
    assert 'name="interest"' not in shop.call("GET", path(leo)).body.decode()
    save(shop, leo, day="1", month="1")
    assert person(leo).birthday == "01-01"


def test_who_was_erased_is_asked_nothing(shop: Shop, leo: str) -> None:
    """Their link leads nowhere from then on."""
    shop.call("DELETE", f"/v1/people/{leo}?note=asked", scope="admin:write")
    before = shop.everything()
    assert shop.call("GET", path(leo)).status_code == 404
    assert save(shop, leo, interest="Glazes").status_code == 404
    assert shop.everything() == before

"""Somebody sees what is known of them, or is forgotten, without signing in: by a link mailed to their own address."""

import re
from datetime import timedelta
from typing import get_args
from urllib.parse import urlencode

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.accounts.ledger import KINDS
from chalicelib.domain.model.messages import Name
from chalicelib.domain.people.links import Link, sign
from chalicelib.web.language import choose
from chalicelib.web.numbers import format_money
from chalicelib.web.rights import names_of_entries, names_of_letters
from memory.shop import Shop
from tests.integration.people.test_erasure import FORMER as EMAIL
from tests.integration.people.test_erasure import WHOLE, lying, settle_down
from tests.integration.people.test_people import find, told
from tests.unit.web.translations import TONGUES

FORM = "application/x-www-form-urlencoded"


def token(person_id: str) -> str:
    """The token of the link behind each mail."""
    return sign(Link("preferences", person_id), deps.settings().link_keys[0])


def post(shop: Shop, path: str, **fields: str) -> HTTPResponse:
    """Send a form."""
    return shop.call("POST", path, urlencode(fields).encode(), Content_Type=FORM)


def mailed(shop: Shop) -> str:
    """The path of the link in the one mail that has gone to somebody."""
    (found,) = {
        it for sent in shop.sent() for it in re.findall(r"https://friends\.shop\.example(/d/[\w-]+)", sent.text)
    }
    return str(found)


def asked(shop: Shop) -> tuple[str, str]:
    """A person who asks for their data by the page behind their mails; return their id and the path that was mailed."""
    known = told(shop, EMAIL, **WHOLE)
    answer = post(shop, f"/p/{token(known['id'])}", data="ask")
    assert answer.status_code == 200
    assert "We have sent you an email" in answer.body.decode() or known["locale"] != "en"
    shop.stream()
    return known["id"], mailed(shop)


def test_a_link_goes_to_the_persons_own_address(shop: Shop) -> None:
    """Once in ten minutes, however often somebody asks; nothing else of what is chosen changes."""
    person_id, _ = asked(shop)
    before = find(shop, email=EMAIL)
    for _ in range(3):
        post(shop, f"/p/{token(person_id)}", data="ask")
    shop.stream()
    assert [to for to, _ in shop.mails()] == [EMAIL]
    assert find(shop, email=EMAIL) == before
    shop.now += timedelta(minutes=11)
    post(shop, f"/p/{token(person_id)}", data="ask")
    shop.stream()
    assert len(shop.mails()) == 2


def test_opening_the_link_shows_and_changes_nothing(shop: Shop) -> None:
    """Whatever scans mails opens what is in them."""
    _, path = asked(shop)
    before = shop.everything()
    page = shop.call("GET", path)
    assert page.status_code == 200
    assert "Quartermaine" not in page.body.decode()
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert shop.everything() == before


def test_somebody_sees_all_that_is_known(shop: Shop) -> None:
    """In words, and everything as it is kept; nothing changes by it."""
    _, path = asked(shop)
    before = shop.everything()
    page = post(shop, path, wish="see").body.decode()
    for words in (EMAIL, "Zéphyrine", "Quartermaine", "1987-04-17", "zephyr.pots", "raku firing", "Asia/Kathmandu"):
        assert words in page, words
    assert shop.everything() == before


def test_somebody_is_forgotten_by_their_own_link(shop: Shop) -> None:
    """At once, and the link leads nowhere after that."""
    _, path = asked(shop)
    assert post(shop, path, wish="delete").status_code == 200
    settle_down(shop)
    assert lying(shop) == {}
    assert shop.call("GET", path).status_code == 404
    assert post(shop, path, wish="see").status_code == 404
    (erasure,) = Shop.read(shop.call("GET", "/v1/erasures", scope="admin:read"))["items"]
    assert erasure["by"] == "person"


@pytest.mark.parametrize("wish", ["see", "delete"])
def test_a_link_works_for_an_hour(shop: Shop, wish: str) -> None:
    """From when the mail was written on; one of another kind does not work at all, nor one that was changed."""
    person_id, path = asked(shop)
    kept = shop.now
    shop.now += timedelta(hours=1)
    assert post(shop, path, wish=wish).status_code == 404
    shop.now = kept
    changed = path[:-1] + ("A" if path[-1] != "A" else "B")
    for wrong in (changed, f"/d/{token(person_id)}", "/d/x"):
        assert post(shop, wrong, wish=wish).status_code == 404
        assert shop.call("GET", wrong).status_code == 404
    assert find(shop, email=EMAIL)[0]["first_name"] == "Zéphyrine"


@pytest.mark.parametrize("fields", [{}, {"wish": "both"}, {"wish": "see", "more": "1"}])
def test_a_wish_that_is_none_is_refused(shop: Shop, fields: dict[str, str]) -> None:
    """And nothing happens."""
    _, path = asked(shop)
    before = shop.everything()
    assert post(shop, path, **fields).status_code == 400
    assert shop.everything() == before


@pytest.mark.parametrize("locale", TONGUES)
def test_each_page_is_in_the_readers_language(shop: Shop, locale: str) -> None:
    """The request, the choice, what is known, and the last one; the mail as well."""
    known = told(shop, EMAIL, **{**WHOLE, "locale": locale})
    pages = [post(shop, f"/p/{token(known['id'])}", data="ask")]
    shop.stream()
    path = mailed(shop)
    pages += [shop.call("GET", path), post(shop, path, wish="see"), post(shop, path, wish="delete")]
    for page in pages:
        text = page.body.decode()
        assert f'<html lang="{locale}"' in text
        for english in ("What we know of you", "Show me all", "Delete all", "We have", "Your orders", "Email address"):
            assert english not in text
    assert "Somebody has asked" not in shop.sent()[0].text


def test_each_page_says_what_becomes_of_data(shop: Shop) -> None:
    """The pages behind mails collect data, so they tell who is responsible."""
    person_id, path = asked(shop)
    for page in (f"/p/{token(person_id)}", path):
        assert "privacy@kavya-ceramics.example" in shop.call("GET", page).body.decode()


@pytest.mark.parametrize("locale", ["en", *TONGUES])
def test_somebody_reads_their_account_in_words(shop: Shop, locale: str) -> None:
    """What was written to them, and what moved in their account: by names in their language, and amounts once."""
    shop.publish(letters={"welcome": True})
    maya = shop.enrol(EMAIL, locale=locale)
    shop.redeem(maya["code"], "o1")
    shop.stream()
    shop.days(40)
    shop.stream()
    link = Link("rights", find(shop, email=EMAIL)[0]["id"], until=shop.now + timedelta(hours=1))
    path = f"/d/{sign(link, deps.settings().link_keys[0])}"
    page = post(shop, path, wish="see").body.decode().partition("<details>")[0]
    language = choose(locale)
    letters, entries = names_of_letters(language), names_of_entries(language)
    for name in (letters["welcome"], letters["reward_held"], letters["reward_released"]):
        assert f"<dd><bdi>{name}</bdi></dd>" in page
    for kind in ("hold", "release"):
        assert f"<bdi>{entries[kind]}: {format_money(450, 'EUR', locale)}</bdi>" in page
    assert locale == "en" or not {*names_of_letters(choose("en")).values()} & {*letters.values()}


def test_days_are_those_of_the_shop(shop: Shop) -> None:
    """What happened late in the evening in Bogotá is not of the next day, as it would be by our clocks."""
    shop.publish(time_zone="America/Bogota")
    known = told(shop, EMAIL)
    shop.now = shop.now.replace(day=5, hour=3)
    shop.redeem(shop.enrol()["code"], "o1", customer={"email": EMAIL})
    shop.stream()
    link = Link("rights", known["id"], until=shop.now + timedelta(hours=1))
    page = (
        post(shop, f"/d/{sign(link, deps.settings().link_keys[0])}", wish="see").body.decode().partition("<details>")[0]
    )
    assert re.search(r"<dt>4 \w+ 2026</dt><dd><bdi>o1: ", page)
    assert "<dt>5 " not in page


def test_everything_that_may_stand_in_an_account_has_a_name() -> None:
    """Each letter, and each kind of entry, by a name of its own."""
    for tag in ("en", *TONGUES):
        letters, entries = names_of_letters(choose(tag)), names_of_entries(choose(tag))
        assert set(letters) == set(get_args(Name))
        assert set(entries) == set(KINDS)
        for names in (letters.values(), entries.values()):
            assert len({*names}) == len(names)

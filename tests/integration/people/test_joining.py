"""Becoming an ambassador in one tap: once per person, and nobody is made one by a scanner."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Person, Touched
from chalicelib.domain.people.links import Link, join_url, sign
from memory.shop import Shop, eur

FORM = "application/x-www-form-urlencoded"
LANGUAGES = ["en", "es", "gu", "bn", "hi"]


@pytest.fixture
def leo(shop: Shop) -> str:
    """A customer who shares no code; the id of the person."""
    told = {"email": "leo@example.com", "first_name": "Leo", "customer_id": "c-7", "locale": "es-MX"}
    return str(shop.read(shop.call("PUT", "/v1/people", told, scope="people"))["id"])


def path(person_id: str) -> str:
    """The path of the link in a mail."""
    public = deps.settings().public_url
    return join_url(public, person_id, deps.settings().link_keys[0]).removeprefix(public)


def join(shop: Shop, person_id: str, **headers: str) -> HTTPResponse:
    """Press the one button."""
    return shop.call("POST", path(person_id), b"join=yes", Content_Type=FORM, **headers)


def seen(page: HTTPResponse) -> str:
    """A page as its reader sees it."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", page.body.decode(), flags=re.DOTALL)).split())


def person(person_id: str) -> Person:
    """What is known of somebody."""
    found = deps.table().read_person(person_id)
    assert found is not None
    return found


def code_of(page: HTTPResponse) -> str:
    """The code on a page."""
    (code,) = re.findall(r'class="code"[^>]*>(\w+)<', page.body.decode())
    return str(code)


def test_the_page_says_what_comes_of_it_and_changes_nothing(shop: Shop, leo: str) -> None:
    """What friends would get and what they earn, in their language, with one button; to look makes nobody anything."""
    before = shop.everything()
    page = shop.call("GET", path(leo))
    assert page.status_code == 200
    assert page.headers["Content-Language"] == "es-MX"
    assert "10" in seen(page)
    assert "20" in seen(page)
    assert page.body.decode().count("<button") == 1
    assert "<script" not in page.body.decode()
    shop.call("HEAD", path(leo))
    assert shop.everything() == before


def test_one_tap_makes_an_ambassador(shop: Shop, leo: str) -> None:
    """Of the person that they are already: the same address, id and language, and a code that works at the checkout."""
    page = join(shop, leo)
    assert page.status_code == 200
    code = code_of(page)
    assert f"https://friends.shop.example/r/{code}" in page.body.decode()
    assert f'src="https://friends.shop.example/r/{code}/qr.svg"' in page.body.decode()
    after = person(leo)
    assert after.ambassador_id is not None
    assert (after.email, after.customer_id, after.first_name, after.locale) == (
        "leo@example.com",
        "c-7",
        "Leo",
        "es-MX",
    )
    assert after.ambassador_since == shop.now
    redeemed = shop.redeem(code)
    assert redeemed.status_code == 201
    shop.stream()
    assert shop.order()["ambassador_id"] == after.ambassador_id


def test_who_presses_twice_has_one_code(shop: Shop, leo: str) -> None:
    """The second time shows the same page and writes nothing; so does the link itself from then on."""
    first = join(shop, leo)
    before = shop.everything()
    assert join(shop, leo).body == first.body
    assert shop.call("GET", path(leo)).body == first.body
    assert shop.everything() == before


def test_whoever_the_shop_has_enrolled_keeps_their_code(shop: Shop, leo: str) -> None:
    """An ambassador who opens an old invitation sees the code that they have."""
    enrolled = shop.enrol("leo@example.com", "Leo")
    assert code_of(join(shop, leo)) == enrolled["code"]


def test_their_own_code_is_none_for_themselves(shop: Shop, leo: str) -> None:
    """By their address and by the shop's id of them: both are the ambassador's."""
    code = code_of(join(shop, leo))
    for customer in ({"email": "leo@example.com"}, {"email": "other@example.com", "id": "c-7"}):
        refused = shop.call(
            "POST", "/v1/quotes", {"code": code, "order": {"amount": eur(5000), "customer": customer}}, scope="checkout"
        )
        assert shop.read(refused)["reason"] == "own_code"


def test_a_welcome_goes_out_if_the_program_writes_one(shop: Shop, leo: str) -> None:
    """As to whoever is enrolled by the shop."""
    shop.publish(letters={"welcome": True})
    join(shop, leo)
    shop.stream()
    assert [to for to, _ in shop.mails()] == ["leo@example.com"]


def test_the_invitation_is_answered_once(shop: Shop, leo: str) -> None:
    """Its message says that it led to a code, and since when; pressing again says nothing new."""
    cause = Cause("touch", f"{leo}:invitation:o1", 1)
    sent = Message(cause, Recipient("person", leo), Letter("invitation"), 1, shop.now, state="done", outcome="sent")
    known = person(leo)
    touched = replace(known, touches=(Touched("invitation", "o1", shop.now),), version=known.version + 1)
    deps.table().commit([Replace(touched), Create(sent)])
    shop.now += timedelta(days=1)
    joined_at = shop.now
    join(shop, leo)
    shop.now += timedelta(days=1)
    join(shop, leo)
    found = deps.table().read_message(sent.id)
    assert found is not None
    assert (found.answer, found.answered_at) == ("joined", joined_at)


def test_nobody_joins_a_closed_program(shop: Shop, leo: str) -> None:
    """Neither by the page nor by a form that was opened before; an ambassador's code is not shown as if it worked."""
    shop.publish(open=False)
    before = shop.everything()
    for page in (shop.call("GET", path(leo)), join(shop, leo)):
        assert page.status_code == 200
        assert 'class="code"' not in page.body.decode()
    assert shop.everything() == before


def test_a_paused_code_is_not_handed_out(shop: Shop, leo: str) -> None:
    """Its ambassador asks the shop; the page promises nothing."""
    code = code_of(join(shop, leo))
    shop.call("PATCH", f"/v1/codes/{code}", {"state": "paused"}, scope="admin:write")
    assert code not in shop.call("GET", path(leo)).body.decode()


@pytest.mark.parametrize("how", ["cut", "foreign", "kind", "erased"])
def test_a_link_that_leads_nowhere_makes_nobody_an_ambassador(shop: Shop, leo: str, how: str) -> None:
    """The same page for all of them."""
    if how == "erased":
        shop.call("DELETE", f"/v1/people/{leo}?note=asked", scope="admin:write")
    paths = {
        "cut": path(leo)[:-2],
        "foreign": "/j/" + sign(Link("join", leo), b"another shop's key"),
        "kind": "/j/" + sign(Link("preferences", leo), deps.settings().link_keys[0]),
        "erased": path(leo),
    }
    before = shop.everything()
    for method in ("GET", "POST"):
        page = shop.call(method, paths[how], *([b"join=yes"] if method == "POST" else []), Content_Type=FORM)
        assert page.status_code == 404
    assert shop.everything() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_is_in_the_language_of_the_browser_if_nobody_told_one(shop: Shop, language: str) -> None:
    """Before and after."""
    told = {"email": "ana@example.com"}
    ana = str(shop.read(shop.call("PUT", "/v1/people", told, scope="people"))["id"])
    for page in (
        shop.call("GET", path(ana), Accept_Language=language),
        join(shop, ana, Accept_Language=language),
    ):
        assert page.headers["Content-Language"] == language

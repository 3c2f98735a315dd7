"""What somebody chooses by the links in a mail: nobody else can, scanners change nothing, no page tells who it is."""

import json
import re
from dataclasses import replace
from html import unescape
from io import StringIO
from urllib.parse import urlencode

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.domain.effects import Replace
from chalicelib.domain.ids import id_of
from chalicelib.domain.model.people import Person, Stop
from chalicelib.domain.people.consent import agreed, refused
from chalicelib.domain.people.links import Link, LinkKind, sign
from chalicelib.domain.people.person import erase
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.edge.forms import FORM_MAX
from memory.shop import Body, Shop

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"
PURPOSES = ["rewards", "care", "tips", "wishes", "offers"]
PREFETCH = {"Sec_Purpose": "prefetch;prerender", "Purpose": "prefetch", "X_Moz": "prefetch"}


@pytest.fixture
def maya(shop: Shop) -> str:
    """Somebody who has agreed to tips and wishes; the id of the person."""
    told = {
        "email": "maya.shah@gmail.com",
        "first_name": "Maya",
        "last_name": "Shah",
        "consents": {
            name: {"given": True, "at": "2026-02-01T10:00:00Z", "source": "shop"} for name in ("tips", "wishes")
        },
    }
    answer = shop.call("PUT", "/v1/people", told, scope="people")
    assert answer.status_code == 201, answer.body
    return str(shop.read(answer)["id"])


def token(person_id: str, kind: LinkKind, purpose: str | None = None) -> str:
    """What a mail's link ends with."""
    return sign(Link(kind, person_id, purpose), deps.settings().link_keys[0])  # type: ignore[arg-type]


def post(shop: Shop, path: str, form: Body | bytes = ONE_CLICK, kind: str = FORM) -> HTTPResponse:
    """Send a form as a page does."""
    raw = form if isinstance(form, bytes) else urlencode(form, doseq=True).encode()
    return shop.call("POST", path, raw, Content_Type=kind)


def person(person_id: str) -> Person:
    """What is known of somebody."""
    found = deps.table().read_person(person_id)
    assert found is not None
    return found


def seen(answer: HTTPResponse) -> str:
    """A page as its reader sees it."""
    return " ".join(unescape(re.sub(r"<style>.*?</style>|<[^>]+>", " ", answer.body.decode(), flags=re.DOTALL)).split())


def ticked(answer: HTTPResponse) -> list[str]:
    """The purposes that a page of preferences shows as chosen."""
    return re.findall(r'value="(\w+)" checked', answer.body.decode())


# --- one click --------------------------------------------------------------------------------------------------------


def test_one_click_refuses_that_kind_of_letter_alone(shop: Shop, maya: str) -> None:
    """As a mail program sends it: without a cookie, a session or a page before. What else was agreed to stays."""
    answer = post(shop, f"/u/{token(maya, 'unsubscribe', 'tips')}")
    assert answer.status_code == 200
    assert "You get no more of these emails" in seen(answer)
    consents = person(maya).consents
    assert (refused(consents, "tips"), agreed(consents, "wishes")) == (True, True)


def test_a_mail_program_may_send_the_other_kind_of_form(shop: Shop, maya: str) -> None:
    """RFC 8058 (3.1) names both, and would rather have this one."""
    body = b'--x7\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x7--\r\n'
    answer = post(shop, f"/u/{token(maya, 'unsubscribe', 'tips')}", body, 'multipart/form-data; boundary="x7"')
    assert answer.status_code == 200
    assert refused(person(maya).consents, "tips")


def test_a_refusal_holds_against_the_shops_nightly_import(shop: Shop, maya: str) -> None:
    """It is the person's own no."""
    post(shop, f"/u/{token(maya, 'unsubscribe', 'tips')}")
    shop.now = shop.now.replace(day=9)
    told = {"email": "maya.shah@gmail.com", "consents": {"tips": {"given": True, "at": "2026-03-09T03:00:00Z"}}}
    assert shop.call("PUT", "/v1/people", told, scope="people").status_code == 200
    assert refused(person(maya).consents, "tips")


def test_to_refuse_twice_is_to_refuse_once(shop: Shop, maya: str) -> None:
    """Mail programs try again: the second time nothing is written, and the answer is the same."""
    path = f"/u/{token(maya, 'unsubscribe', 'tips')}"
    first, before = post(shop, path), shop.everything()
    again = post(shop, path)
    assert (again.status_code, again.body) == (200, first.body)
    assert shop.everything() == before


@pytest.mark.parametrize("purpose", [*PURPOSES, "*"])
def test_whatever_can_be_refused_can_be_so_with_one_click(shop: Shop, maya: str, purpose: str) -> None:
    """News of rewards, which needs no yes, as well; and all at once."""
    assert post(shop, f"/u/{token(maya, 'unsubscribe', purpose)}").status_code == 200
    for it in PURPOSES if purpose == "*" else [purpose]:
        assert refused(person(maya).consents, it)


def test_the_button_of_the_page_sends_what_a_mail_program_sends(shop: Shop, maya: str) -> None:
    """One form, one button, and nothing that needs a script."""
    page = shop.call("GET", f"/u/{token(maya, 'unsubscribe', 'tips')}").body.decode()
    assert page.count("<form") == page.count("<button") == 1
    assert '<form method="post">' in page
    assert re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page) == [
        ("List-Unsubscribe", "One-Click")
    ]
    assert "<script" not in page
    assert "Tips" in page


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("kind", ["unsubscribe", "preferences"])
def test_whoever_scans_a_mail_changes_nothing(shop: Shop, maya: str, method: str, kind: LinkKind) -> None:
    """Links are fetched before anybody reads the mail, by browsers as well: nothing is written."""
    path = {"unsubscribe": "/u/", "preferences": "/p/"}[kind]
    address = path + token(maya, kind, "tips" if kind == "unsubscribe" else None)
    before = shop.everything()
    for headers in ({}, PREFETCH, {"User_Agent": "Mozilla/5.0 (compatible; MailScanner/5.3)"}):
        assert shop.call(method, address, **headers).status_code == 200
    assert shop.everything() == before


# --- links that are none ----------------------------------------------------------------------------------------------


def test_a_link_that_is_none_looks_like_one_of_nobody(shop: Shop, maya: str) -> None:
    """Tampered, cut, of another kind, of somebody unknown, signed by somebody else: one kind page, word for word."""
    good, other = token(maya, "unsubscribe", "tips"), token(maya, "preferences")
    nobody = id_of("per", 77)
    wrong = [
        good[:-1] + ("A" if good[-1] != "A" else "B"),
        "B" + good[1:],
        good[:20] + ("A" if good[20] != "A" else "B") + good[21:],
        good[:-2],
        good + "A",
        "x",
        "%20",
        "é",
        "A" * 5000,
        other,
        token(nobody, "unsubscribe", "tips"),
        sign(Link("unsubscribe", maya, "tips"), b"another key"),
    ]
    before, pages = shop.everything(), set()
    for it in wrong:
        for answer in (shop.call("GET", f"/u/{it}"), post(shop, f"/u/{it}")):
            assert answer.status_code == 404
            pages.add(answer.body)
    for it in [*wrong[:9], good, token(nobody, "preferences")]:
        for answer in (shop.call("GET", f"/p/{it}"), post(shop, f"/p/{it}", {"purpose": "tips"})):
            assert answer.status_code == 404
            pages.add(answer.body)
    assert len(pages) == 1
    assert "This link does not work any more" in pages.pop().decode()
    assert shop.everything() == before


def test_a_link_from_before_the_keys_were_changed_works(shop: Shop, maya: str) -> None:
    """Mails are kept for years."""
    former = sign(Link("unsubscribe", maya, "tips"), deps.settings().link_keys[1])
    assert post(shop, f"/u/{former}").status_code == 200
    assert refused(person(maya).consents, "tips")


# --- the page of preferences ------------------------------------------------------------------------------------------


def test_somebody_chooses_what_they_get_and_in_which_language(shop: Shop, maya: str) -> None:
    """The page shows how it is, takes what is ticked, and says what was saved, in the new language."""
    path = f"/p/{token(maya, 'preferences')}"
    assert ticked(shop.call("GET", path)) == ["rewards", "tips", "wishes"]
    shop.now = shop.now.replace(day=2)
    saved = post(shop, path, {"purpose": ["rewards", "offers"], "locale": "es"})
    assert (saved.status_code, ticked(saved), saved.headers["Content-Language"]) == (200, ["rewards", "offers"], "es")
    found = person(maya)
    assert found.locale == "es"
    assert [it for it in PURPOSES if agreed(found.consents, it)] == ["offers"]
    assert [it for it in PURPOSES if refused(found.consents, it)] == ["tips", "wishes"]
    assert ticked(shop.call("GET", path)) == ["rewards", "offers"]
    assert '<p class="saved"' not in shop.call("GET", path).body.decode()


def test_a_yes_keeps_where_and_to_which_words_it_was_given(shop: Shop, maya: str) -> None:
    """Whoever asks one day what was agreed to finds the very words that were shown."""
    path = f"/p/{token(maya, 'preferences')}"
    page = shop.call("GET", path)
    post(shop, path, {"purpose": "offers", "locale": "en"})
    consent = person(maya).consents["offers"]
    assert consent.source == "preferences"
    assert consent.text
    for part in consent.text.split(": "):
        assert part in seen(page)


def test_what_was_not_touched_was_not_said(shop: Shop, maya: str) -> None:
    """Whoever changes the language alone has refused nothing that they were never asked: the shop may still ask."""
    post(shop, f"/p/{token(maya, 'preferences')}", {"purpose": ["rewards", "tips", "wishes"], "locale": "gu"})
    assert person(maya).consents.keys() == {"tips", "wishes"}
    assert person(maya).locale == "gu"


def test_a_language_that_says_more_is_left_as_it_is(shop: Shop, maya: str) -> None:
    """Who reads the Spanish of Mexico and does not touch the language keeps it."""
    told = {"locale": "es-MX"}
    assert shop.call("PATCH", f"/v1/people/{maya}", told, scope="admin:write").status_code == 200
    path = f"/p/{token(maya, 'preferences')}"
    page = shop.call("GET", path).body.decode()
    assert re.findall(r'<option value="(\w+)"[^>]* selected', page) == ["es"]
    post(shop, path, {"purpose": ["rewards", "tips", "wishes"], "locale": "es"})
    assert person(maya).locale == "es-MX"


def test_nothing_at_all_is_one_button(shop: Shop, maya: str) -> None:
    """Whatever is ticked; and whoever ticks something later gets that."""
    path = f"/p/{token(maya, 'preferences')}"
    answer = post(shop, path, {"everything": "no"})
    assert ticked(answer) == []
    assert "You will get only emails that answer what you do." in seen(answer)
    assert ticked(post(shop, path, {"purpose": "wishes"})) == ["wishes"]
    assert [it for it in PURPOSES if not refused(person(maya).consents, it)] == ["wishes"]


def test_of_two_taps_the_second_counts(shop: Shop, maya: str) -> None:
    """Even in the same millisecond, or if a clock goes backwards."""
    path = f"/p/{token(maya, 'preferences')}"
    for wanted in (["tips"], [], ["tips"]):
        assert ticked(post(shop, path, {"purpose": wanted})) == wanted
    shop.now = shop.now.replace(hour=1)
    assert ticked(post(shop, path, {"purpose": []})) == []


def test_no_page_says_who_it_is(shop: Shop, maya: str) -> None:
    """Neither name nor address, which only its owner recognises; nothing is kept, indexed, or passed on by a link."""
    preferences, unsubscribe = f"/p/{token(maya, 'preferences')}", f"/u/{token(maya, 'unsubscribe', 'tips')}"
    answers = [
        *(shop.call("GET", it) for it in (preferences, unsubscribe)),
        post(shop, preferences, {"purpose": "tips"}),
        post(shop, unsubscribe),
    ]
    for answer in answers:
        page = answer.body.decode()
        for word in ("maya", "shah", maya.lower()):
            assert word not in page.lower()
        assert "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert '<meta name="referrer" content="no-referrer">' in page
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "form-action 'self'" in policy
    assert "m…@gmail.com" in seen(answers[0])


def test_no_log_holds_a_link(shop: Shop, maya: str, log: StringIO) -> None:
    """Whoever reads the logs could act for everybody otherwise."""
    links = [token(maya, "preferences"), token(maya, "unsubscribe", "tips")]
    for path in (f"/p/{links[0]}", f"/u/{links[1]}"):
        shop.call("GET", path)
        post(shop, path, b"nonsense")
        post(shop, path)
    logged = log.getvalue()
    assert "/p/{token}" in logged
    assert not [it for it in links if it in logged]


def test_who_was_erased_has_no_page(shop: Shop, maya: str) -> None:
    """Nothing is known of them, and nothing comes any more."""
    gone = erase(person(maya), shop.now)
    deps.table().commit([Replace(replace(gone, version=gone.version + 1))])
    assert shop.call("GET", f"/p/{token(maya, 'preferences')}").status_code == 404
    assert post(shop, f"/u/{token(maya, 'unsubscribe', 'tips')}").status_code == 404


def test_a_form_in_which_nothing_is_chosen_may_be_sent_in_both_ways(shop: Shop, maya: str) -> None:
    """Nothing is ticked: that is the same, whether it is said by no field or by no part."""
    before = person(maya).consents
    assert agreed(before, "tips")
    for body, kind in ((b"", FORM), (b"--x7--\r\n", "multipart/form-data; boundary=x7")):
        assert post(shop, f"/p/{token(maya, 'preferences')}", body, kind).status_code == 200
        assert refused(person(maya).consents, "tips")
    wrong = post(shop, f"/p/{token(maya, 'preferences')}", b"--x8--\r\n", "multipart/form-data; boundary=x7")
    assert wrong.status_code == 400


# --- forms ------------------------------------------------------------------------------------------------------------


BAD = [
    (b"", FORM, 400),
    (b"List-Unsubscribe=one-click", FORM, 400),
    (b"List-Unsubscribe=One-Click&List-Unsubscribe=One-Click", FORM, 400),
    (ONE_CLICK + b"&purpose=tips", FORM, 400),
    (b"List-Unsubscribe", FORM, 400),
    (b"\xff=1", FORM, 400),
    (b"List-Unsubscribe=%ff", FORM, 400),
    (ONE_CLICK, "multipart/form-data; boundary=x", 400),
    (ONE_CLICK, "multipart/form-data", 400),
    (ONE_CLICK + b"&a=" * 40, FORM, 400),
    (b"a=" + b"x" * FORM_MAX, FORM, 413),
    (ONE_CLICK, "application/json", 415),
    (ONE_CLICK, "text/plain", 415),
]


@pytest.mark.parametrize(("raw", "kind", "status"), BAD)
def test_only_this_very_form_unsubscribes(shop: Shop, maya: str, raw: bytes, kind: str, status: int) -> None:
    """Anything else is refused as every bad request is, and nothing is written."""
    before = shop.everything()
    answer = post(shop, f"/u/{token(maya, 'unsubscribe', 'tips')}", raw, kind)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert shop.everything() == before


@pytest.mark.parametrize(
    "form",
    [
        {"purpose": "service"},
        {"purpose": "everything"},
        {"locale": "fr"},
        {"locale": ["en", "es"]},
        {"everything": "yes"},
        {"name": "x"},
    ],
)
def test_what_the_page_does_not_offer_is_refused(shop: Shop, maya: str, form: Body) -> None:
    """No purpose that can't be refused, no language that is not spoken, nothing twice."""
    before = shop.everything()
    answer = post(shop, f"/p/{token(maya, 'preferences')}", form)
    assert (answer.status_code, json.loads(answer.body)["reason"]) == (400, "invalid_request")
    assert shop.everything() == before


def test_forms_are_taken_nowhere_else(shop: Shop) -> None:
    """Any page could send one; so no other route takes any."""
    answer = shop.call("POST", "/v1/people", b"email=a%40b.example", scope="people", Content_Type=FORM)
    assert answer.status_code in {405, 415}
    assert shop.call("POST", "/v1/quotes", b"code=X", scope="checkout", Content_Type=FORM).status_code == 415


def test_the_languages_are_those_that_the_shop_speaks(shop: Shop, maya: str) -> None:
    """Each by the name that it calls itself; with one language there is nothing to choose."""
    path = f"/p/{token(maya, 'preferences')}"
    shop.publish(languages=["gu", "en"])
    page = shop.call("GET", path).body.decode()
    assert re.findall(r'<option value="(\w+)"[^>]*>([^<]+)<', page) == [("en", "English"), ("gu", "ગુજરાતી")]
    shop.publish(languages=["en"])
    assert "<select" not in shop.call("GET", path).body.decode()


def test_an_address_that_takes_no_mail_is_told(shop: Shop, maya: str) -> None:
    """Otherwise whoever ticks a box waits in vain."""
    box = pseudonym_of_email(deps.settings().pepper, "maya.shah@gmail.com")
    told = replace(person(maya), stops={box: Stop("bounce", shop.now)})
    deps.table().commit([Replace(replace(told, version=told.version + 1))])
    assert "We send nothing to this address" in seen(shop.call("GET", f"/p/{token(maya, 'preferences')}"))

"""Links in mails that lead on: they always lead somewhere, and a click is a person's, noted once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.aws.lines import LostError
from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.people import Person, Touched
from chalicelib.domain.model.tasks import Guide
from chalicelib.domain.people.links import Link, guide_url, mark, shop_url, sign
from memory.shop import START, Shop

PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile"
FILM = "https://films.kavya-ceramics.example/teapot"
SHOP = "https://kavya-ceramics.example/"


@pytest.fixture
def leo(shop: Shop) -> str:
    """A customer whom a how-to about the order o1 went to; the id of the person."""
    told = {"email": "leo@example.com", "first_name": "Leo"}
    leo = str(shop.read(shop.call("PUT", "/v1/people", told, scope="people"))["id"])
    known = person(leo)
    cause = Cause("touch", f"{leo}:how_to:o1", 1)
    sent = Message(cause, Recipient("person", leo), Letter("how_to", about="o1", guide="gui_1"), 1, START)
    sent = replace(sent, state="done", outcome="sent", done_at=START)
    touched = replace(known, touches=(Touched("how_to", "o1", START),), version=known.version + 1)
    deps.table().commit([Replace(touched), Create(sent), Create(Guide("gui_1", "A film", FILM, "en", START))])
    return leo


def person(person_id: str) -> Person:
    """What is known of somebody."""
    found = deps.table().read_person(person_id)
    assert found is not None
    return found


def guide(person_id: str, guide_id: str = "gui_1", touch: str = "how_to:o1") -> str:
    """The path of the link to a guide in a mail."""
    public = deps.settings().public_url
    return guide_url(public, person_id, guide_id, touch, deps.settings().link_keys[0]).removeprefix(public)


def store(person_id: str, touch: str = "how_to:o1") -> str:
    """The path of the link to the shop in a mail."""
    public = deps.settings().public_url
    return shop_url(public, person_id, touch, deps.settings().link_keys[0]).removeprefix(public)


def follow(shop: Shop, path: str, agent: str = PHONE, **headers: str) -> str:
    """Where a link leads."""
    answer = shop.call("GET", path, User_Agent=agent, **headers)
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    return str(answer.headers["Location"])


def sent(person_id: str) -> Message:
    """The mail that held the link."""
    found = deps.table().read_message(Cause("touch", f"{person_id}:how_to:o1", 1).key)
    assert found is not None
    return found


def test_a_guide_opens_and_the_click_is_noted(shop: Shop, leo: str) -> None:
    """On the message of the touch, the first time only; and shown to an admin."""
    shop.now += timedelta(hours=5)
    assert follow(shop, guide(leo)) == FILM
    assert sent(leo).clicked_at == shop.now
    first = shop.now
    shop.now += timedelta(hours=5)
    assert follow(shop, guide(leo)) == FILM
    assert sent(leo).clicked_at == first
    listed = shop.read(shop.call("GET", f"/v1/people/{leo}/messages", scope="admin:read"))["items"]
    assert [it["clicked_at"] for it in listed] == ["2026-03-01T17:00:00Z"]


def test_the_shop_opens_and_the_click_is_noted(shop: Shop, leo: str) -> None:
    """What campaigns are measured by goes on with it; the rest of the query does not."""
    assert follow(shop, f"{store(leo)}?utm_source=mail&x=1") == f"{SHOP}?utm_source=mail"
    assert sent(leo).clicked_at == shop.now


@pytest.mark.parametrize(
    ("agent", "headers"),
    [
        ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", {}),
        ("WhatsApp/2.23", {}),
        ("python-requests/2.31", {}),
        (PHONE, {"Sec_Purpose": "prefetch"}),
        (PHONE, {"Purpose": "prefetch"}),
    ],
)
def test_what_is_no_person_is_led_on_and_not_counted(shop: Shop, leo: str, agent: str, headers: dict[str, str]) -> None:
    """A scanner of mails, a preview, a browser that looks ahead."""
    before = shop.everything()
    assert follow(shop, guide(leo), agent, **headers) == FILM
    assert shop.call("HEAD", guide(leo), User_Agent=PHONE).status_code == 302
    assert shop.everything() == before


def test_a_click_that_cannot_be_noted_leads_on(shop: Shop, leo: str) -> None:
    """The table takes no write just now: nobody waits for our statistics."""
    shop.cloud.outage["TransactWriteItems"] = LostError("planned")
    shop.cloud.outage["PutItem"] = LostError("planned")
    assert follow(shop, guide(leo)) == FILM


def test_a_mail_whose_link_is_followed_has_arrived(shop: Shop, leo: str) -> None:
    """Its mark was not written yet: it counts as sent, so that it is not sent again."""
    sending = replace(sent(leo), state="sending", outcome=None, sending_at=START, version=sent(leo).version + 1)
    deps.table().commit([Replace(sending)])
    follow(shop, guide(leo))
    assert (sent(leo).state, sent(leo).outcome, sent(leo).clicked_at) == ("done", "sent", shop.now)


def test_a_guide_that_is_shown_no_more_gives_way_to_the_shop(shop: Shop, leo: str) -> None:
    """A mail is kept for years; the click counts all the same, since the mail was of use."""
    old = Guide("gui_2", "An old film", "https://films.example/old", "en", START, retired_at=START)
    deps.table().commit([Create(old)])
    assert follow(shop, guide(leo, "gui_2")) == SHOP
    assert follow(shop, guide(leo, "gui_unknown")) == SHOP
    assert sent(leo).clicked_at == shop.now


def test_a_touch_that_nobody_remembers_leads_on(shop: Shop, leo: str) -> None:
    """Eight later ones have taken its place, or its message is gone: the link works."""
    before = shop.everything()
    assert follow(shop, guide(leo, touch="how_to:long-ago")) == FILM
    assert shop.everything() == before


@pytest.mark.parametrize("how", ["cut", "foreign", "other", "erased"])
def test_nobody_is_led_astray(shop: Shop, leo: str, how: str) -> None:
    """Only what we have signed leads anywhere: no link of ours can be made to lead elsewhere."""
    if how == "erased":
        shop.call("DELETE", f"/v1/people/{leo}?note=asked", scope="admin:write")
    link = Link("guide", leo, about=mark("how_to:o1"), guide="gui_1")
    paths = {
        "cut": guide(leo)[:-2],
        "foreign": "/g/" + sign(link, b"another shop's key"),
        "other": "/g/" + store(leo).removeprefix("/s/"),
        "erased": guide(leo),
    }
    answer = shop.call("GET", paths[how], User_Agent=PHONE)
    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert "This link does not work any more" in answer.body.decode()

"""What a friend and a shop's page see of a code: the landing page, the QR, the code as data."""

import io
import json
import os
import re
import socket
import time
from collections.abc import Callable
from datetime import date, timedelta
from html import unescape
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
import zxingcpp
from chalice.test import HTTPResponse
from PIL import Image

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model.people import Code
from chalicelib.store.table import BusyError
from memory.faults import lost, refused
from memory.shop import ENVIRONMENT, PROGRAM, Body, Shop, eur, refusal, restart

SHARE = "https://friends.shop.example/r/"
PERSON = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def visit(shop: Shop, code: str, query: str = "", **headers: str) -> HTTPResponse:
    """Open a share link as a person's browser does."""
    return shop.call("GET", f"/r/{code}{query}", **{"User_Agent": PERSON, **headers})


def clicks(shop: Shop, maya: Body) -> dict[str, int]:
    """The clicks of the last 30 days by channel, as an admin reads them."""
    shown = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}", scope="admin:read"))
    return dict(shown["clicks"])


def pause(shop: Shop, code: str) -> None:
    """Pause a code as an admin does."""
    assert shop.call("PATCH", f"/v1/codes/{code}", {"state": "paused"}, scope="admin:write").status_code == 200


def expired(shop: Shop, maya: Body) -> str:
    """A further code of the same ambassador, that has expired."""
    stored = deps.table().read_code(maya["code"])
    assert stored is not None
    short = Code("EXPRD234", maya["id"], stored.owners, shop.now, expires_at=shop.now)
    assert not deps.table().commit([Create(short)])
    return short.code


# --- the landing page -------------------------------------------------------------------------------------------------


def test_the_landing_page(shop: Shop) -> None:
    """A friend sees who recommends what, the offer and its terms, the code, and the way on to the shop with it."""
    maya = shop.enrol()
    answer = visit(shop, maya["code"])
    page = unescape(answer.body.decode())
    assert answer.status_code == 200
    for shown in ("Maya", PROGRAM["shop_name"], "10%", "20", maya["code"]):
        assert shown in page.replace("\u00a0", "").replace("10 %", "10%"), shown
    assert f'href="https://kavya-ceramics.example/?ref={maya["code"]}"' in page


def test_headers_of_the_landing_page(shop: Shop) -> None:
    """The page loads and runs nothing foreign, is kept by no browser, and can't be framed or sniffed."""
    answer = visit(shop, shop.enrol()["code"])
    policy = answer.headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"):
        assert directive in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "max-age=0" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"]
    assert "<script" not in answer.body.decode()


def test_link_previews(shop: Shop) -> None:
    """A messenger's preview has a title with the names, the offer, a picture and the share link itself."""
    maya = shop.enrol()
    page = unescape(visit(shop, maya["code"]).body.decode())
    tags = open_graph(page)
    assert "Maya" in tags["title"]
    assert PROGRAM["shop_name"] in tags["title"]
    assert maya["code"] in tags["description"]
    assert tags["url"] == f"{SHARE}{maya['code']}"
    assert tags["type"] == "website"
    assert (tags["image:width"], tags["image:height"], tags["image:alt"]) == ("1200", "630", tags["title"])
    assert "qr.png" not in page


def test_the_picture_of_a_preview(shop: Shop) -> None:
    """It has the size that previews want, changes its address with what it shows, and may be kept for good under it."""
    maya = shop.enrol()
    first = picture(shop, maya)
    answer = shop.call("GET", first)
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.body)).size == (1200, 630)
    assert "immutable" in answer.headers["Cache-Control"]
    assert shop.call("GET", first, If_None_Match=answer.headers["ETag"]).status_code == 304
    assert picture(shop, maya, Accept_Language="gu", User_Agent="WhatsApp/2.24") == first
    shop.publish(offer={"amount": 500})
    second = picture(shop, maya)
    assert second != first
    assert shop.call("GET", second).body != answer.body
    old = shop.call("GET", first)
    assert (old.status_code, old.body) == (200, shop.call("GET", second).body)
    assert "immutable" not in old.headers["Cache-Control"]


def test_no_picture_of_what_cannot_be_drawn(shop: Shop) -> None:
    """A shop in a script without a font has a preview of words; so has a link that doesn't work."""
    maya = shop.enrol()
    pause(shop, maya["code"])
    assert shop.call("GET", f"/r/{maya['code']}/card.png").status_code == 404
    assert shop.call("GET", "/r/NSVCHCDE/card.png").status_code == 404
    asha = shop.enrol("asha@example.com")
    shop.publish(shop_name="山田陶器")
    page = visit(shop, asha["code"]).body.decode()
    assert not [name for name in open_graph(page) if name.startswith("image")]
    assert 'name="twitter:card" content="summary"' in page
    assert shop.call("GET", f"/r/{asha['code']}/card.png").status_code == 404


def picture(shop: Shop, ambassador: Body, **headers: str) -> str:
    """The path of the picture that a preview of an ambassador's link shows."""
    page = unescape(visit(shop, ambassador["code"], **headers).body.decode())
    address = open_graph(page)["image"]
    assert address.startswith(f"{SHARE}{ambassador['code']}/card.png?v=")
    return address.removeprefix("https://friends.shop.example")


def test_a_preview_with_the_shops_picture(shop: Shop) -> None:
    """The shop may name a picture of its own, with the size that previews want."""
    maya = shop.enrol()
    shop.publish(share_image_url="https://kavya-ceramics.example/friends.jpg?v=2&w=1200")
    tags = open_graph(unescape(visit(shop, maya["code"]).body.decode()))
    assert tags["image"] == "https://kavya-ceramics.example/friends.jpg?v=2&w=1200"
    assert (tags["image:width"], tags["image:height"]) == ("1200", "630")
    assert tags["image:alt"] == tags["title"]


def open_graph(page: str) -> dict[str, str]:
    """What a messenger reads of a page."""
    return dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)">', page))


def test_a_program_without_an_offer(shop: Shop) -> None:
    """Where a friend gets nothing, neither the page nor the code as data speaks of an offer; the code is there."""
    maya = shop.enrol()
    offers: list[Body | None] = [None, {"basis_points": 0}, {"amount": 0}, {"basis_points": 1000, "maximum": 0}]
    for offer in offers:
        shop.publish(offer=offer)
        page = visit(shop, maya["code"]).body.decode().partition("<body>")[2]
        assert maya["code"] in page
        assert 'class="gift"' not in page
        assert "off your order" not in page
        assert shop.read(shop.call("GET", f"/v1/codes/{maya['code']}"))["offer"] is None


@pytest.mark.parametrize(
    ("shop_url", "link"),
    [
        ("https://shop.example", "https://shop.example?ref="),
        ("https://shop.example/de/?utm=a&x=", "https://shop.example/de/?utm=a&x=&ref="),
        ("https://shop.example/?a=b%20c", "https://shop.example/?a=b+c&ref="),
        ("https://shop.example/?ref=OLD", "https://shop.example/?ref="),
    ],
)
def test_the_link_keeps_the_shops_own_query(shop: Shop, shop_url: str, link: str) -> None:
    """A shop's address may carry a query of its own: the code is added to it."""
    maya = shop.enrol()
    shop.publish(shop_url=shop_url)
    assert f'href="{link}{maya["code"]}"' in unescape(visit(shop, maya["code"]).body.decode())


def test_what_measures_goes_on_to_the_shop(shop: Shop) -> None:
    """Campaigns and click ids of the share link reach the shop, also of a broken one; nothing else does."""
    maya = shop.enrol()
    sent = "?utm_source=x&gclid=y&fbclid=z&ch=qr&lang=en&next=https%3A%2F%2Fevil.example&ref=EVIL"
    home = "https://kavya-ceramics.example/?utm_source=x&gclid=y&fbclid=z"
    page = unescape(visit(shop, maya["code"], sent).body.decode())
    assert f'href="{home}&ref={maya["code"]}"' in page
    assert f'href="{home}"' in unescape(visit(shop, "NSVCHCDE", sent).body.decode())


def test_what_measures_cannot_break_out(shop: Shop) -> None:
    """Whatever stands in a parameter, the page has the elements that it has without, and its headers are its own."""
    maya = shop.enrol()
    plain = visit(shop, maya["code"])
    for sent in ('"><script>alert(1)</script>', "a\r\nSet-Cookie: a=b", "'\" onclick='x", "x" * 5000):
        answer = visit(shop, maya["code"], f"?utm_source={quote(sent)}&{quote(sent)}=1")
        tags = [re.findall(r"<(\w+)((?:\s[\w:-]+)*)", it.body.decode()) for it in (plain, answer)]
        assert tags[0] == tags[1]
        assert len(answer.body) < len(plain.body) + 2000
        assert set(answer.headers) == set(plain.headers)


AROUND = ("{}.", "{})", "{},", "{}>", "{}/", "({})", "\u201c{}\u201d", "{}\u200b", "{}\ufeff", "{}\u2026", "{}!?")


def test_a_link_with_what_stands_behind_it(shop: Shop, subtests: pytest.Subtests) -> None:
    """Links are pasted with a full stop, a bracket or an invisible character, typed in capitals or in full width."""
    maya = shop.enrol()
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in maya["code"])
    typed = [wide, maya["code"].lower(), *(around.format(maya["code"]) for around in AROUND)]
    for path in [f"{start}{code}" for start in ("/r/", "/R/") for code in typed]:
        with subtests.test(path):
            answer = shop.call("GET", path, User_Agent=PERSON)  # the gateway hands a path over decoded
            assert answer.status_code == 200
            assert f"?ref={maya['code']}" in unescape(answer.body.decode())
    assert clicks(shop, maya) == {"link": 2 * len(typed)}


def test_a_code_in_other_spelling(shop: Shop) -> None:
    """A link that was typed by hand works in lower case, and shows the code as it is."""
    maya = shop.enrol()
    for typed in (maya["code"].lower(), f"{maya['code'][:4]}-{maya['code'][4:]}"):
        answer = visit(shop, typed)
        assert answer.status_code == 200
        assert maya["code"] in answer.body.decode()
    assert clicks(shop, maya) == {"link": 2}


@pytest.mark.parametrize("state", ["unknown", "paused", "expired", "closed"])
def test_a_link_that_does_not_work_is_a_kind_page(shop: Shop, state: str) -> None:
    """A friend whose link is broken or paused is told so in words, and led to the shop; the code isn't carried on."""
    maya = shop.enrol()
    code = {"unknown": "NSVCHCDE", "expired": expired(shop, maya)}.get(state) or str(maya["code"])
    if state == "paused":
        pause(shop, code)
    if state == "closed":
        shop.publish(open=False)
    answer = visit(shop, code)
    page = answer.body.decode()
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert f'href="{PROGRAM["shop_url"]}"' in page
    assert PROGRAM["shop_name"] in page
    for absent in ("Traceback", "?ref=", "Maya", "Error", "{"):
        assert absent not in page.partition("<body>")[2]


def test_a_host_header_changes_no_link(shop: Shop) -> None:
    """Links come from the setting, whatever host a request claims to be for."""
    maya = shop.enrol()
    page = visit(shop, maya["code"], Host="evil.example", X_Forwarded_Host="evil.example").body.decode()
    assert "evil.example" not in page
    assert f"{SHARE}{maya['code']}" in page


# --- clicks -----------------------------------------------------------------------------------------------------------

CHANNELS = ("email", "sms", "whatsapp", "telegram", "facebook", "instagram", "x", "qr")

PEOPLE = {
    "safari": PERSON,
    "instagram-on-a-pixel": (
        "Mozilla/5.0 (Linux; Android 11; Pixel 2 Build/RP1A.201005.004.A1; wv) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Version/4.0 Chrome/91.0.4472.120 Mobile Safari/537.36 Instagram 194.0.0.36.172 Android (30/11; 420dpi; "
        "1080x1878; Google/google; Pixel 2; walleye; walleye; en_US; 301484483)"
    ),
}

ROBOTS = {
    "whatsapp": "WhatsApp/2.24.20.89 A",
    "facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "bing-preview": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    "library": "Go-http-client/2.0",
    "bare": "Mozilla/5.0",
    "none": "",
}


def test_clicks_are_counted_by_channel(shop: Shop) -> None:
    """Each channel of the list is counted by itself, a bare link as `link`, and anything else as `other`."""
    maya = shop.enrol()
    for channel in CHANNELS:
        visit(shop, maya["code"], f"?ch={channel}")
    for query in ("", "", "?ch=", "?utm_source=mail"):
        visit(shop, maya["code"], query)
    for query in ("?ch=carrier-pigeon", "?ch=%27%3B--", "?ch=EMAIL", f"?ch={'x' * 2000}", "?ch=%F0%9F%92%A5"):
        assert visit(shop, maya["code"], query).status_code == 200
    assert clicks(shop, maya) == {**dict.fromkeys(CHANNELS, 1), "link": 4, "other": 5}


def test_clicks_are_counted_by_day(shop: Shop) -> None:
    """A day's clicks are an item of their own; an admin reads those of the last 30 days."""
    maya = shop.enrol()
    visit(shop, maya["code"])
    shop.days(1)
    visit(shop, maya["code"])
    visit(shop, maya["code"], "?ch=sms")
    days = [item["SK"]["S"] for item in shop.everything() if item["SK"]["S"].startswith("CLICKS#")]
    assert days == ["CLICKS#2026-03-01", "CLICKS#2026-03-02"]
    assert clicks(shop, maya) == {"link": 2, "sms": 1}
    shop.days(30)
    assert clicks(shop, maya) == {"link": 1, "sms": 1}
    shop.days(1)
    assert clicks(shop, maya) == {}


def test_clicks_of_every_code_are_counted(shop: Shop) -> None:
    """Further codes lead to the same ambassador, so their links count as the first one's does."""
    maya = shop.enrol()
    path = f"/v1/ambassadors/{maya['id']}/codes"
    wished = shop.read(shop.call("POST", path, {"code": "Maya"}, scope="admin:write", Idempotency_Key="a"))["code"]
    for code, query in ((maya["code"], "?ch=sms"), (wished, "?ch=sms"), (wished, "")):
        visit(shop, code, query)
    assert clicks(shop, maya) == {"sms": 2, "link": 1}


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_counted(shop: Shop, agent: str) -> None:
    """A person is counted in every browser, also the ones inside of apps."""
    maya = shop.enrol()
    visit(shop, maya["code"], User_Agent=PEOPLE[agent])
    assert clicks(shop, maya) == {"link": 1}


def test_a_robot_that_nobody_knows_yet_gives_itself_away_by_its_address(shop: Shop) -> None:
    """It names an engine to be let in, and an address to be asked at: no person's browser does that."""
    maya = shop.enrol()
    before = shop.everything()
    engine = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"
    for agent in (f"{engine} (Novelty/1.0; +https://novelty.example/about)", f"{engine} http://novelty.example"):
        assert visit(shop, maya["code"], User_Agent=agent).status_code == 200
    assert shop.everything() == before
    visit(shop, maya["code"], User_Agent=engine)
    assert clicks(shop, maya) == {"link": 1}


def test_robots_see_the_page_and_are_not_counted(shop: Shop, subtests: pytest.Subtests) -> None:
    """A link preview shows the page, but isn't a visit."""
    maya = shop.enrol()
    before = shop.everything()
    for name, agent in ROBOTS.items():
        with subtests.test(name):
            answer = visit(shop, maya["code"], User_Agent=agent)
            assert answer.status_code == 200
            assert "Maya" in answer.body.decode()
            assert shop.everything() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Purpose": "prefetch"},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"Purpose": "preview"},
        {"X_Moz": "prefetch"},
    ],
)
def test_a_page_fetched_ahead_is_not_counted(shop: Shop, headers: dict[str, str]) -> None:
    """A browser that guesses where its user may go next is no visit."""
    maya = shop.enrol()
    assert visit(shop, maya["code"], **headers).status_code == 200
    assert clicks(shop, maya) == {}


def test_a_closed_program_offers_nothing(shop: Shop) -> None:
    """To a shop's page its codes look like every other that can't be used."""
    maya = shop.enrol()
    assert shop.read(shop.call("GET", f"/v1/codes/{maya['code']}"))["state"] == "active"
    shop.publish(open=False)
    told = shop.read(shop.call("GET", f"/v1/codes/{maya['code']}"))
    assert told == {"code": maya["code"], "state": "unusable", "offer": None, "ambassador": None}


def test_a_closed_program_counts_nobody(shop: Shop) -> None:
    """Where no code works, no visit of one is counted."""
    maya = shop.enrol()
    shop.publish(open=False)
    before = shop.everything()
    visit(shop, maya["code"])
    assert shop.everything() == before


def test_neither_head_nor_a_missing_agent_is_counted(shop: Shop) -> None:
    """HEAD asks whether a link works; whoever names no user agent is no browser."""
    maya = shop.enrol()
    before = shop.everything()
    assert shop.call("HEAD", f"/r/{maya['code']}", User_Agent=PERSON).status_code == 200
    assert shop.call("HEAD", "/r/NSVCHCDE", User_Agent=PERSON).status_code == 404
    assert shop.call("GET", f"/r/{maya['code']}").status_code == 200
    assert shop.everything() == before


@pytest.mark.parametrize("state", ["unknown", "paused"])
def test_a_broken_link_is_not_counted(shop: Shop, state: str) -> None:
    """Nothing is counted under a code that doesn't work, so nobody can fill the table by guessing."""
    maya = shop.enrol()
    if state == "paused":
        pause(shop, maya["code"])
    before = shop.everything()
    visit(shop, maya["code"] if state == "paused" else "NSVCHCDE")
    assert shop.everything() == before


@pytest.mark.parametrize("trouble", [refused("ProvisionedThroughputExceededException"), refused("x", 500), lost])
def test_counting_never_costs_the_page(shop: Shop, trouble: Callable[[], Any]) -> None:
    """When the table won't take the count, the friend sees the page all the same, after one attempt."""
    maya = shop.enrol()
    shop.faults.before("UpdateItem", trouble)
    shop.faults.calls.clear()
    answer = visit(shop, maya["code"])
    assert answer.status_code == 200
    assert f"?ref={maya['code']}" in unescape(answer.body.decode())
    assert shop.faults.count("UpdateItem") == 1
    assert clicks(shop, maya) == {}
    visit(shop, maya["code"])
    assert clicks(shop, maya) == {"link": 1}


def test_counting_waits_a_second_at_most() -> None:
    """A table that takes connections and answers nothing holds the page up for a second, whatever else it reads."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with patch.dict(os.environ, {**ENVIRONMENT, "AWS_ENDPOINT_URL_DYNAMODB": address, "NO_PROXY": "127.0.0.1"}):
            restart()
            counter = deps.counter()
            before = time.monotonic()
            with pytest.raises(BusyError):
                counter.count_click("CODE", date(2026, 3, 1), "link")
            assert 0.9 < time.monotonic() - before < 2
        restart()


# --- the QR -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("accept", [None, "image/png", "*/*", "image/avif,image/webp,*/*;q=0.8", "application/json"])
def test_the_png(shop: Shop, accept: str | None) -> None:
    """Any client gets the picture, whatever it accepts; it leads to the share link, as a visit by QR."""
    code = shop.enrol()["code"]
    headers = {} if accept is None else {"Accept": accept}
    answer = shop.call("GET", f"/r/{code}/qr.png", **headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    found = zxingcpp.read_barcode(Image.open(io.BytesIO(answer.body)))
    assert found is not None
    assert found.text == f"{SHARE}{code}?ch=qr"


@pytest.mark.parametrize("size", [128, 129, 300, 512, 1000, 1024])
def test_sizes_of_the_png(shop: Shop, size: int) -> None:
    """The picture has exactly the size that was asked for, and scans at each."""
    code = shop.enrol()["code"]
    picture = Image.open(io.BytesIO(shop.call("GET", f"/r/{code}/qr.png?size={size}").body))
    assert picture.size == (size, size)
    found = zxingcpp.read_barcode(picture)
    assert found is not None
    assert found.text == f"{SHARE}{code}?ch=qr"


def test_the_svg(shop: Shop) -> None:
    """The vector picture is an SVG of the same link, the one that enrolment names."""
    maya = shop.enrol()
    answer = shop.call("GET", maya["qr_url"].removeprefix("https://friends.shop.example"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.body.startswith(b"<svg ")
    assert f"{SHARE}{maya['code']}?ch=qr" in answer.body.decode()


@pytest.mark.parametrize("file", ["qr.svg", "qr.png", "qr.png?size=200"])
def test_pictures_are_kept_by_the_client(shop: Shop, file: str) -> None:
    """A picture never changes: it may be kept for good, and asking again costs no transfer."""
    code = shop.enrol()["code"]
    first = shop.call("GET", f"/r/{code}/{file}")
    assert "immutable" in first.headers["Cache-Control"]
    assert "max-age=31536000" in first.headers["Cache-Control"]
    etag = first.headers["ETag"]
    for sent in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        again = shop.call("GET", f"/r/{code}/{file}", If_None_Match=sent)
        assert (again.status_code, again.body) == (304, b"")
        assert again.headers["ETag"] == etag
    assert shop.call("GET", f"/r/{code}/{file}", If_None_Match='"other"').body == first.body


@pytest.mark.parametrize("file", ["qr.svg", "qr.png"])
def test_whatever_hangs_on_a_pictures_link(shop: Shop, file: str) -> None:
    """A picture's address is passed on like any other: what is not known changes nothing."""
    code = shop.enrol()["code"]
    plain = shop.call("GET", f"/r/{code}/{file}")
    tagged = shop.call("GET", f"/r/{code}/{file}?utm_source=x&fbclid=y")
    assert (tagged.status_code, tagged.body, tagged.headers["ETag"]) == (200, plain.body, plain.headers["ETag"])


def test_every_picture_has_a_tag_of_its_own(shop: Shop) -> None:
    """Pictures of other codes, sizes and forms differ, and so do their tags."""
    codes = [shop.enrol()["code"], shop.enrol("b@example.com")["code"]]
    paths = [f"/r/{code}/{file}" for code in codes for file in ("qr.svg", "qr.png", "qr.png?size=200")]
    assert len({shop.call("GET", path).headers["ETag"] for path in paths}) == 6


# --- the code as data -------------------------------------------------------------------------------------------------


def test_a_code_as_data(shop: Shop) -> None:
    """A shop's own page learns the offer and the first name, and nothing else about the ambassador."""
    maya = shop.enrol(last_name="Patel")
    expected = {
        "code": maya["code"],
        "state": "active",
        "offer": {"kind": "percent", "basis_points": 1000, "minimum": eur(2000)},
        "ambassador": {"first_name": "Maya"},
    }
    for typed in (maya["code"], maya["code"].lower()):
        answer = shop.call("GET", f"/v1/codes/{typed}")
        assert answer.status_code == 200
        assert shop.read(answer) == expected


def test_a_fixed_offer_as_data(shop: Shop) -> None:
    """An offer of an amount is told as money."""
    maya = shop.enrol()
    shop.publish(offer={"amount": 500})
    shown = shop.read(shop.call("GET", f"/v1/codes/{maya['code']}"))["offer"]
    assert shown == {"kind": "fixed", "amount": eur(500), "minimum": eur(2000)}


def test_unusable_codes_look_the_same(shop: Shop) -> None:
    """Nobody learns by guessing which codes exist: every code that can't be used has the same status and shape."""
    maya, paused = shop.enrol(), shop.enrol("b@example.com", "Bea")
    pause(shop, paused["code"])
    answers = []
    for code in ("NSVCHCDE", paused["code"], expired(shop, maya), "x", "💥", "B" * 200):
        answer = shop.call("GET", f"/v1/codes/{code}")
        headers = {name: text for name, text in answer.headers.items() if name != "X-Request-Id"}
        body = shop.read(answer)
        assert body.pop("code") == code
        answers.append(json.dumps([answer.status_code, headers, body], sort_keys=True))
    assert len(set(answers)) == 1
    assert "Bea" not in answers[0]


def test_a_code_that_expires_and_no_longer_does(shop: Shop) -> None:
    """An admin sets the time from which a code no longer works, and takes it back; the checkout says why."""
    code = shop.enrol()["code"]
    ends = {"expires_at": "2026-03-02T00:00:00Z"}
    answer = shop.call("PATCH", f"/v1/codes/{code}", ends, scope="admin:write")
    assert (answer.status_code, shop.read(answer)["expires_at"]) == (200, "2026-03-02T00:00:00Z")
    shop.now += timedelta(days=2)
    refused = shop.redeem(code)
    assert refusal(refused) == (422, "expired_code")
    shop.call("PATCH", f"/v1/codes/{code}", {"expires_at": None}, scope="admin:write")
    assert shop.redeem(code).status_code == 201


def test_a_change_that_names_nothing_is_refused(shop: Shop) -> None:
    """An empty change of a code is a mistake, and says so."""
    code = shop.enrol()["code"]
    assert shop.call("PATCH", f"/v1/codes/{code}", {}, scope="admin:write").status_code == 400

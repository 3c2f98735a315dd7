"""What a friend and a shop's page see of a code: the landing page, the QR, the code as data."""

import io
import json
from datetime import timedelta
from html import unescape

import pytest
import zxingcpp
from chalice.test import HTTPResponse
from PIL import Image

from chalicelib import deps
from chalicelib.domain.effects import Create
from chalicelib.domain.model import Code
from chalicelib.operations import programs
from tests.shop import PROGRAM, Body, Shop, eur

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


def publish(shop: Shop, **changes: object) -> None:
    """Publish other rules and let the minute pass in which the old ones may still be in memory."""
    programs.publish(deps.table(), {**PROGRAM, **changes}, author="test", now=shop.now)
    shop.days(2 / 24 / 60)


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
    """The page loads and runs nothing foreign, is stored nowhere, and can't be framed or sniffed."""
    answer = visit(shop, shop.enrol()["code"])
    policy = answer.headers["Content-Security-Policy"]
    for directive in ("default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"):
        assert directive in policy
    assert "unsafe-inline" not in policy
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Request-Id"]
    assert "<script" not in answer.body.decode()


def test_link_previews(shop: Shop) -> None:
    """A messenger's preview has a title with the names, the offer, a picture and the share link itself."""
    maya = shop.enrol()
    page = unescape(visit(shop, maya["code"]).body.decode())
    tags = {
        name: page.split(f'property="og:{name}" content="')[1].partition('"')[0]
        for name in ("title", "description", "url", "image", "site_name", "type")
    }
    assert "Maya" in tags["title"]
    assert PROGRAM["shop_name"] in tags["title"]
    assert maya["code"] in tags["description"]
    assert tags["url"] == f"{SHARE}{maya['code']}"
    assert tags["image"] == f"{SHARE}{maya['code']}/qr.png"
    picture = shop.call("GET", tags["image"].removeprefix("https://friends.shop.example"))
    assert picture.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    ("shop_url", "link"),
    [
        ("https://shop.example", "https://shop.example?ref="),
        ("https://shop.example/de/?utm=a&x=", "https://shop.example/de/?utm=a&x=&ref="),
        ("https://shop.example/?a=b%20c", "https://shop.example/?a=b+c&ref="),
    ],
)
def test_the_link_keeps_the_shops_own_query(shop: Shop, shop_url: str, link: str) -> None:
    """A shop's address may carry a query of its own: the code is added to it."""
    maya = shop.enrol()
    publish(shop, shop_url=shop_url)
    assert f'href="{link}{maya["code"]}"' in unescape(visit(shop, maya["code"]).body.decode())


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
        publish(shop, open=False)
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
    "chrome": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36",
    "firefox": "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "in-instagram": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Instagram 360.0.0.30.109",
    "in-facebook": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 [FBAN/FBIOS;FBAV/490.0]",
    "in-telegram": (
        "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/131.0.0.0 Mobile Safari/537.36 "
        "Telegram-Android/11.4.2 (Google Pixel 8; Android 14; SDK 34; HIGH)"
    ),
    "in-pinterest": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 [Pinterest/iOS]",
    "cubot-phone": "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36",
}

ROBOTS = {
    "whatsapp": "WhatsApp/2.24.20.89 A",
    "facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "telegram": "TelegramBot (like TwitterBot)",
    "twitter": "Twitterbot/1.0",
    "slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "slack-images": "Slack-ImgProxy (+https://api.slack.com/robots)",
    "discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "linkedin": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "pinterest": "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
    "google": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "bing-preview": "Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/534+ (KHTML, like Gecko) BingPreview/1.0b",
    "skype": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
    "curl": "curl/8.5.0",
    "wget": "Wget/1.21.4",
    "python": "python-requests/2.32.3",
    "headless": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/131.0.0.0 Safari/537.36",
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


@pytest.mark.parametrize("agent", PEOPLE)
def test_people_are_counted(shop: Shop, agent: str) -> None:
    """A person is counted in every browser, also the ones inside of apps."""
    maya = shop.enrol()
    visit(shop, maya["code"], User_Agent=PEOPLE[agent])
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
    publish(shop, offer={"amount": 500})
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
    assert (refused.status_code, shop.read(refused)["reason"]) == (422, "expired_code")
    shop.call("PATCH", f"/v1/codes/{code}", {"expires_at": None}, scope="admin:write")
    assert shop.redeem(code).status_code == 201


def test_a_change_that_names_nothing_is_refused(shop: Shop) -> None:
    """An empty change of a code is a mistake, and says so."""
    code = shop.enrol()["code"]
    assert shop.call("PATCH", f"/v1/codes/{code}", {}, scope="admin:write").status_code == 400

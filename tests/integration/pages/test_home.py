"""An ambassador's own first page, rewards and poster: what they share, what has come of it, and why."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from chalicelib import deps
from chalicelib.domain.people.channels import CHANNELS
from memory.browser import Browser
from memory.shop import Body, Shop

SILVER = {
    "tiers": [
        {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}},
        {"name": "Silver", "threshold": 2, "reward": {"amount": 700}, "bonus": 500},
    ]
}


def ways(shop: Shop, ambassador_id: str) -> dict[str, str]:
    """The share buttons that an ambassador has, by channel."""
    answer = shop.call("GET", f"/v1/ambassadors/{ambassador_id}", scope="admin:read")
    return {it["channel"]: it["url"] for it in shop.read(answer)["share"]}


def bought(shop: Shop, maya: Body, *orders: str) -> None:
    """Let friends buy with a code."""
    for order in orders:
        shop.redeem(maya["code"], order)
    shop.stream()


def test_a_new_ambassador_sees_how_to_begin(shop: Shop) -> None:
    """Code and link as text, what friends get, the QR, and kind words in the place of empty lists."""
    maya = shop.enrol()
    page = Browser(shop).as_ambassador(maya["id"]).get("/me")
    assert [text for level, text in page.headings if level == "h1"] == ["Hello Maya"]
    for said in (
        maya["code"],
        maya["share_url"],
        "10% off for your friends",
        "No friend has bought with your code yet",
    ):
        assert said in page.text
    (picture,) = re.findall(r'<img src="([^"]+)"', page.html)
    assert shop.call("GET", urlsplit(picture).path).headers["Content-Type"] == "image/svg+xml"


def test_a_friend_who_follows_a_button_is_counted_for_its_channel(shop: Shop) -> None:
    """Each button carries a link with a tag that clicks are counted by, and the ambassador sees how many came."""
    shop.publish(share_channels=["whatsapp", "email", "sms", "telegram", "x"])
    maya = shop.enrol()
    for channel, address in ways(shop, maya["id"]).items():
        (link,) = re.findall(r"https://friends\.shop\.example/r/\S+?\?ch=\w+", unquote(address))
        assert parse_qs(urlsplit(link).query)["ch"] == [channel]
        agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
        shop.call("GET", f"{urlsplit(link).path}?ch={channel}", User_Agent=agent, Accept_Language="en")
    page = Browser(shop).as_ambassador(maya["id"]).get("/me")
    assert "opened 5 times in the last month" in page.text
    rows = dict(re.findall(r"<dt>([^<]+)</dt><dd>(\d+)</dd>", page.html))
    assert rows == dict.fromkeys(["WhatsApp", "Email", "Text message", "Telegram", "X"], "1")


@pytest.mark.parametrize(
    ("locale", "first"),
    [
        ("gu-IN", "whatsapp"),
        ("bn", "whatsapp"),
        ("en-US", "sms"),
        ("ja", "line"),
        ("uk-UA", "viber"),
        ("en", "whatsapp"),
    ],
)
def test_buttons_are_those_of_the_country(shop: Shop, locale: str, first: str) -> None:
    """Three to five of them, the likeliest first, each of a channel that is counted by its name."""
    maya = shop.enrol(locale=locale)
    found = list(ways(shop, maya["id"]))
    assert found[0] == first
    assert 3 <= len(found) <= 5
    assert set(found) <= set(CHANNELS)


def test_the_shop_may_choose_the_buttons(shop: Shop) -> None:
    """Those that the program lists, in its order; one that it does not know is refused."""
    shop.publish(share_channels=["x", "viber"])
    assert list(ways(shop, shop.enrol()["id"])) == ["x", "viber"]


def test_what_is_sent_is_in_the_ambassadors_language(shop: Shop) -> None:
    """With what a friend gets, the shop's name, the code and the link, all in one text."""
    maya = shop.enrol()
    text = unquote(ways(shop, maya["id"])["whatsapp"].removeprefix("https://wa.me/?text="))
    assert text == (
        f"10% off your order at Kavya Ceramics with my code {maya['code']}: {maya['share_url']}?ch=whatsapp"
    )


def test_every_reward_says_why_and_when(shop: Shop) -> None:
    """On the first page in short, on its own page whole, with the day on which it is theirs."""
    shop.publish(hold_days=14)
    maya = shop.enrol()
    bought(shop, maya, "1001")
    browser = Browser(shop).as_ambassador(maya["id"])
    for path in ("/me", "/me/rewards"):
        page = browser.get(path)
        told = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}/referrals", scope="admin:read"))["items"][0]
        assert all(sentence in page.text for sentence in told["explanation"])
        assert "On its way" in page.text
        assert re.search(r"yours on \d+ \w+ 20\d\d", page.text)
    shop.days(20)
    assert "yours since" in Browser(shop).as_ambassador(maya["id"]).get("/me/rewards").text


def test_the_way_to_the_next_tier_is_told(shop: Shop) -> None:
    """How many friends are missing, what one gets there, and what once for getting there; at the top nothing of it."""
    shop.publish(**SILVER, hold_days=0)
    maya = shop.enrol()
    bought(shop, maya, "1001")
    page = Browser(shop).as_ambassador(maya["id"]).get("/me")
    assert "1 more friend who buys" in page.text
    assert "You then get €7.00 for each friend." in page.text
    assert "For getting there, €5.00 is yours once." in page.text
    assert re.search(r'<progress[^>]* max="2" value="1"', page.html)
    bought(shop, maya, "1002")
    top = Browser(shop).as_ambassador(maya["id"]).get("/me")
    assert "<progress" not in top.html
    assert "You are in Silver." in top.text


def test_rewards_are_listed_page_by_page(shop: Shop) -> None:
    """Each of them once, the newest first, however many there are."""
    maya = shop.enrol()
    bought(shop, maya, *(f"{n}" for n in range(1001, 1024)))
    browser = Browser(shop).as_ambassador(maya["id"])
    first = browser.get("/me/rewards")
    (further,) = [href for href, _ in first.links if "cursor=" in href]
    second = browser.get(further)
    assert (first.html.count('<li class="card">'), second.html.count('<li class="card">')) == (20, 3)


def test_who_is_suspended_is_told_kindly(shop: Shop) -> None:
    """Whom to ask, and no way to spend; nothing accuses."""
    maya = shop.enrol()
    shop.call("POST", f"/v1/ambassadors/{maya['id']}/suspend", {"note": "Looks odd."}, scope="admin:write")
    page = Browser(shop).as_ambassador(maya["id"]).get("/me")
    assert "please ask the shop" in page.text
    assert "uspend" not in page.text
    assert "odd" not in page.text


def test_who_was_merged_sees_the_one_they_are(shop: Shop) -> None:
    """A session of the ambassador who is no more opens the page of the one who stays."""
    maya, other = shop.enrol(), shop.enrol("maya.work@example.com")
    browser = Browser(shop).as_ambassador(other["id"])
    answer = shop.call(
        "POST", f"/v1/ambassadors/{maya['id']}/merge", {"other": other["id"], "note": "One."}, scope="admin:write"
    )
    assert answer.status_code == 201, answer.body
    assert maya["code"] in browser.get("/me").text


def test_the_poster_has_all_that_a_passer_by_needs(shop: Shop) -> None:
    """Whose shop, what one gets, the code, the link and its QR, in the ambassador's language."""
    maya = shop.enrol(locale="es")
    page = Browser(shop).as_ambassador(maya["id"]).get("/me/poster")
    assert 'lang="es"' in page.html
    for said in ("Kavya Ceramics", "10", maya["code"], maya["share_url"].removeprefix("https://"), "Maya"):
        assert said in page.text
    assert "/qr.svg" in page.html


def test_a_name_is_never_markup(shop: Shop) -> None:
    """Whatever a name or a shop holds is text, on the pages and in the addresses of the buttons."""
    name = '<b>Maya</b> & "Co"'
    shop.publish(shop_name="A & B <i>")
    maya = shop.enrol(first_name=name)
    browser = Browser(shop).as_ambassador(maya["id"])
    for path in ("/me", "/me/poster", "/me/rewards"):
        html = browser.get(path).html
        assert "<b>Maya" not in html
        assert "<i>" not in html
    assert all(" " not in address and '"' not in address for address in ways(shop, maya["id"]).values())
    assert deps.program().shop_name == "A & B <i>"

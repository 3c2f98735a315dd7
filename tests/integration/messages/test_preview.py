"""An admin sees each letter before anybody gets it: true to the rules, in any language, and nothing is sent."""

import base64
import re
from typing import Any, get_args

import pytest

from chalicelib.domain.program.brand import LetterName
from memory.shop import PROGRAM, Shop

Body = dict[str, Any]

RICH: Body = {
    **PROGRAM,
    "hold_days": 14,
    "expiry_months": 12,
    "spend_minimum": 2000,
    "milestones": [{"name": "Three friends", "at": 3, "reward": {"gift": "Tea mug"}}],
    "letters": {"gather_minutes": 30},
    "tasks": [
        {"name": "A picture", "kind": "picture", "reward": {"amount": 100}, "words": {"en": "Show us your cup."}}
    ],
    "care": {
        "birthday": {
            "gift": {"rate": {"amount": 500}},
            "variants": [
                {"name": "off", "percent": 30, "gift": {"rate": {"basis_points": 1500}, "days": 10, "minimum": 3000}},
                {"name": "words", "percent": 30},
            ],
        },
        "check_in": {},
        "how_to": {},
        "invitation": {},
        "anniversary": {"gift": {"rate": {"gift": "Tea mug"}}},
        "surprise": {"rounds": [{"since": "2027-01", "chance": 100, "budget": 10000, "gift": {"amount": 300}}]},
        "miss_you": {"gift": {"rate": {"basis_points": 1000, "maximum": 2000}}},
        "interests": {"choices": ["Ferns", "Figs"]},
    },
}


def preview(shop: Shop, letter: str, **more: object) -> Body:
    """What an admin sees."""
    answer = shop.call("POST", "/v1/messages/preview", {"letter": letter, **more}, scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def refused(shop: Shop, **body: object) -> list[str]:
    """At which places a request is refused."""
    answer = shop.call("POST", "/v1/messages/preview", body, scope="admin:read")
    assert answer.status_code == 400
    return [it["pointer"] for it in shop.read(answer)["errors"]]


@pytest.mark.parametrize("letter", get_args(LetterName))
@pytest.mark.parametrize("locale", ["en", "es", "gu-IN", "bn", "hi"])
def test_every_letter_can_be_seen(shop: Shop, letter: str, locale: str) -> None:
    """A rich program has each of them, in each language; nothing goes out, and nobody is made."""
    seen = preview(shop, letter, locale=locale, program=RICH)
    assert f'lang="{locale}"' in seen["html"]
    assert "Kavya Ceramics" in seen["subject"] + seen["text"]
    assert seen["html_bytes"] < 20_000
    assert shop.sent() == []
    assert shop.read(shop.call("GET", "/v1/ledger", scope="admin:read"))["items"] == []


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        ("friend_thanks", "€5.00 off"),
        ("welcome", "Friends who use it get 10% off when they order for €20 or more."),
        ("welcome", "we thank you with 10% of what your friend pays"),
        ("reward_held", "€4.50"),
        ("reward_held", "15 March 2026"),
        ("reward_released", "You can use it at Kavya Ceramics as soon as it comes to €20"),
        ("reward_changed", "€2.25 instead of €4.50"),
        ("reward_lost", "€4.50. The order was cancelled"),
        ("tier_reached", "Silver"),
        ("tier_reached", "12% of what a friend pays"),
        ("gift_sent", "Tea mug"),
        ("spent", "€20.00"),
        ("expiring", "31 March 2026"),
        ("balances", "We still send you: Tea mug"),
        ("digest", "- You have reached a new level: Silver."),
        ("check_in", "You ordered at Kavya Ceramics on 8 February 2026."),
        ("how_to", "How to repot a fern"),
        ("birthday", "We have a gift for you: €5.00. It is yours already"),
        ("anniversary", "It is 1 year since you got your code for Kavya Ceramics."),
        ("anniversary", "We have a gift for you: Tea mug. We will send it to you."),
        ("surprise", "€3.00"),
        ("invitation", "Friends who use it get 10% off when they order for €20 or more."),
        ("miss_you", "It takes 10% off your next order. That is €20 at most."),
        ("miss_you", "It works once, until 31 March 2026."),
        ("interests", "We ask this only once."),
    ],
)
def test_an_example_is_true_to_the_rules(shop: Shop, letter: str, said: str) -> None:
    """Of a first order of 50.00 the program takes 10 % off, and rewards 10 % of the rest, 14 days later."""
    assert said in " ".join(preview(shop, letter, program=RICH)["text"].replace("\n- ", "\n - ").split())


def test_what_is_shown_is_what_is_sent(shop: Shop) -> None:
    """The example of a first reward is, but for names and links, the very mail that an order brings about."""
    shop.redeem(shop.enrol()["code"], amount=5000)
    shop.stream()
    sent = next(it for it in shop.sent() if it.subject == "A friend of yours bought at Kavya Ceramics")
    seen = preview(shop, "reward_held")
    assert seen["subject"] == sent.subject
    apart = [re.sub(r"https://\S+", "", text).split("\n-- ")[0].split() for text in (seen["text"], sent.body)]
    assert apart[0] == apart[1]


def test_a_candidate_is_seen_before_it_is_in_force(shop: Shop) -> None:
    """Its colours and sentences are there; the rules in force stay as they are."""
    brand = {
        "color": "#5b2a86",
        "text_color": "#ffffff",
        "texts": [{"letter": "spent", "language": "en", "subject": "{name}, {amount} are on their way"}],
    }
    seen = preview(shop, "spent", program={**RICH, "brand": brand})
    assert seen["subject"] == "Maya, €20.00 are on their way"
    assert "#5b2a86" in seen["html"]
    assert preview(shop, "spent")["subject"].startswith("You have used")


def test_a_variant_has_its_own_gift_and_words(shop: Shop) -> None:
    """What it leaves out, of gifts as of sentences, is as in the letter without one."""
    texts = [
        {"letter": "birthday", "language": "en", "opening": "Hip, hip!", "closing": "From the kiln"},
        {"letter": "birthday", "language": "en", "variant": "words", "opening": "You are a gem."},
    ]
    program = {**RICH, "brand": {"texts": texts}}
    usual, off, words = (
        preview(shop, "birthday", program=program, variant=it)["text"] for it in (None, "off", "words")
    )
    for said in (usual, words):
        assert "We have a gift for you: €5.00" in said
    assert "It takes 15% off your next order" in " ".join(off.split())
    assert "until 11 March 2026, when you order for €30 or more" in " ".join(off.split())
    assert all("From the kiln" in said for said in (usual, off, words))
    assert ["Hip, hip!" in said for said in (usual, off, words)] == [True, True, False]
    assert ["You are a gem." in said for said in (usual, off, words)] == [False, False, True]


def test_a_browser_shows_it_as_it_is(shop: Shop) -> None:
    """The QR stands in the HTML as data, and beside it as what the mail brings along."""
    seen = preview(shop, "welcome")
    (picture,) = seen["images"]
    assert base64.b64decode(picture["data"]).startswith(b"\x89PNG")
    assert f'src="data:image/png;base64,{picture["data"]}"' in seen["html"]
    assert "cid:" not in seen["html"]


@pytest.mark.parametrize(
    ("letter", "changes"),
    [
        ("tier_reached", {"tiers": PROGRAM["tiers"][:1]}),
        ("gift_sent", {"milestones": []}),
        ("expiring", {"expiry_months": None}),
        ("digest", {"letters": {}}),
        ("reward_held", {"hold_days": 0}),
        ("reward_held", {"tiers": [{"name": "-", "threshold": 0}], "milestones": [], "tasks": []}),
        ("spent", {"tiers": [{"name": "-", "threshold": 0}], "tasks": []}),
        ("proof_denied", {"tasks": []}),
        ("birthday", {"care": {}}),
        ("interests", {"care": {"birthday": {}}}),
    ],
)
def test_a_letter_that_nobody_gets_is_not_made_up(shop: Shop, letter: str, changes: Body) -> None:
    """Where the rules have nothing that it could be about, the answer says so at the letter."""
    assert refused(shop, letter=letter, program={**RICH, **changes}) == ["/letter"]


@pytest.mark.parametrize("letter", ["birthday", "check_in", "spent", "digest"])
def test_a_variant_that_nobody_gets_is_not_made_up(shop: Shop, letter: str) -> None:
    """Neither of a letter that has others, nor of one that has none."""
    assert refused(shop, letter=letter, variant="gold", program=RICH) == ["/letter"]


def test_what_could_not_be_published_is_not_shown(shop: Shop) -> None:
    """A flawed candidate is refused at the places that a publication names; so is a letter that there is not."""
    brand = {"color": "#777777", "text_color": "#888888", "texts": [{"letter": "spent", "language": "en"}]}
    flawed = {**PROGRAM, "currency": "euro", "brand": brand}
    expected = {"/program/currency", "/program/brand/text_color", "/program/brand/texts/0"}
    assert set(refused(shop, letter="spent", program=flawed)) == expected
    assert refused(shop, letter="bill") == ["/letter"]
    assert preview(shop, "spent", locale="english!") == preview(shop, "spent", locale="en")


def test_only_admins_see_it(shop: Shop) -> None:
    """A key of the checkout has no use for it."""
    assert shop.call("POST", "/v1/messages/preview", {"letter": "spent"}, scope="checkout").status_code == 403

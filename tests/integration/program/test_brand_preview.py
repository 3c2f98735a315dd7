"""An admin tries a look on: pages and mails in it, or how far its colours are from being read."""

from typing import Any

from memory.shop import PROGRAM, Shop

Body = dict[str, Any]

PURPLE = {"color": "#5b2a86", "text_color": "#fdf6ff"}


def tried(shop: Shop, brand: object, **more: object) -> Body:
    """What an admin sees."""
    answer = shop.call("POST", "/v1/brand/preview", {"brand": brand, **more}, scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def test_a_look_is_seen_before_it_is_published(shop: Shop) -> None:
    """Page and mail come in the tried colours, with the logo, in the language that was asked for; nothing changes."""
    before = shop.read(shop.call("GET", "/v1/program", scope="admin:read"))
    seen = tried(shop, {**PURPLE, "logo_url": "https://cdn.kavya.example/logo.png"}, locale="gu-IN")
    for part in ("landing", "mail"):
        assert "#5b2a86" in seen[part]
        assert 'src="https://cdn.kavya.example/logo.png"' in seen[part]
        assert 'lang="gu-IN"' in seen[part]
    assert "cid:" not in seen["mail"]
    assert shop.read(shop.call("GET", "/v1/program", scope="admin:read")) == before
    assert shop.sent() == []


def test_how_well_colours_can_be_told_apart_is_said(shop: Shop) -> None:
    """The text must reach 4.5; of a ticket that can hardly be told from the page, by day or by night, it is said."""
    text, day, night = tried(shop, {"color": "#0000ff", "text_color": "#ffffff"})["contrasts"]
    assert (text["enough"], text["needed"], text["ratio"]) == (True, 4.5, 8.59)
    assert (day["on"], day["enough"]) == ("light_page", True)
    assert (night["on"], night["enough"], night["needed"]) == ("dark_page", False, 3.0)


def test_colours_that_nobody_can_read_are_not_shown(shop: Shop) -> None:
    """Instead come the ratio and the nearest text colour that can be read; with that, the look is shown."""
    poor = {"color": "#5b2a86", "text_color": "#8a7a9a"}
    seen = tried(shop, poor)
    text = seen["contrasts"][0]
    assert not text["enough"]
    assert text["ratio"] < 4.5
    assert "landing" not in seen
    assert "mail" not in seen
    assert tried(shop, {**poor, "text_color": text["nearest"]})["landing"]
    refused = shop.call("PUT", "/v1/program", {**PROGRAM, "brand": poor}, scope="admin:write", If_Match="*")
    assert [it["pointer"] for it in shop.read(refused)["errors"]] == ["/brand/text_color"]
    assert f"{text['ratio']:.2f}" in shop.read(refused)["errors"][0]["detail"]


def test_what_else_could_not_be_published_is_refused(shop: Shop) -> None:
    """At its place in the program, also beside colours that can't be read."""
    for brand, pointer in (
        ({"logo_url": "http://plain.example/logo.png"}, "/brand/logo_url"),
        ({"color": "#5b2a86"}, "/brand/text_color"),
        ({"color": "#5b2a86", "text_color": "#8a7a9a", "logo": ""}, "/brand/logo"),
        ({"color": "purple", "text_color": "#ffffff"}, "/brand/color"),
    ):
        answer = shop.call("POST", "/v1/brand/preview", {"brand": brand}, scope="admin:read")
        assert answer.status_code == 400
        assert pointer in [it["pointer"] for it in shop.read(answer)["errors"]]


def test_an_edge_shows_where_the_colour_does_not(shop: Shop) -> None:
    """Navy on the ground of the night, and yellow on that of the day, get an edge that can be seen; others get none."""
    navy = tried(shop, {"color": "#14213d", "text_color": "#ffffff"})["landing"]
    yellow = tried(shop, {"color": "#ffe066", "text_color": "#000000"})["landing"]
    by_day, _, by_night = navy.partition("@media (prefers-color-scheme:dark){:root{--rim:")
    assert "--rim:transparent" in by_day
    assert by_night.startswith("var(--soft)")
    by_day, _, by_night = yellow.partition("@media (prefers-color-scheme:dark){:root{--rim:")
    assert "--rim:var(--soft)" in by_day
    assert by_night.startswith("transparent")


def test_a_logo_may_lie_on_the_colour(shop: Shop) -> None:
    """A white logo is seen on the shop's colour, by day and by night, on pages and in mails."""
    seen = tried(shop, {**PURPLE, "logo_url": "https://cdn.kavya.example/white.png", "logo_ground": "color"})
    assert ".logo{background:#5b2a86" in seen["landing"]
    (logo,) = [it for it in seen["mail"].split("<img")[1:] if "white.png" in it]
    assert "background-color: #5b2a86" in logo.partition(">")[0]
    assert "class=" not in logo.partition(">")[0]

"""The look of the shop in the console: tried on beside the form, published, refused with the reason."""

import re

import pytest

from memory.browser import Browser
from memory.shop import Body, Shop

PURPLE = {"own": "yes", "color": "#5b2a86", "text_color": "#fdf6ff"}
POOR = {"own": "yes", "color": "#5b2a86", "text_color": "#8a7a9a"}


@pytest.fixture
def admin(shop: Shop) -> Browser:
    """Somebody who may change the look."""
    return Browser(shop).as_admin("admin:read", "admin:write")


def brand(shop: Shop) -> Body:
    """The look in force."""
    found: Body = shop.read(shop.call("GET", "/v1/program", scope="admin:read")).get("brand", {})
    return found


def test_a_look_is_tried_on_and_nothing_changes(shop: Shop, admin: Browser) -> None:
    """Page and letter stand beside the form in the colours that were chosen; each may only be looked at."""
    form = admin.get("/console/brand").form("color")
    tried = admin.send(form, **PURPLE, button="Try it on")
    assert "Nothing is published yet" in tried.text
    frames = [it.replace("&amp;", "&") for it in re.findall(r'<iframe[^>]* src="([^"]+)"', tried.html)]
    assert len(frames) == 2
    for address in frames:
        framed = admin.get(address)
        assert "#5b2a86" in framed.html
        policy = framed.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox; default-src 'none'")
        assert "frame-ancestors 'self'" in policy
    assert "color" not in brand(shop)


def test_a_look_is_published(shop: Shop, admin: Browser) -> None:
    """It is in force with all else as it was, and an empty field takes back what was said."""
    shop.publish(brand={"address": "1 Mill Lane", "texts": [{"letter": "welcome", "language": "en", "opening": "Hi!"}]})
    form = admin.get("/console/brand").form("color")
    after = admin.send(form, **PURPLE, address="", button="Publish", note="Our new purple.")
    assert "#5b2a86" in after.html
    assert brand(shop) == {
        "color": "#5b2a86",
        "text_color": "#fdf6ff",
        "logo_ground": "paper",
        "texts": [{"letter": "welcome", "language": "en", "opening": "Hi!"}],
    }
    versions = shop.read(shop.call("GET", "/v1/program/versions", scope="admin:read"))["items"]
    assert versions[0]["note"] == "Our new purple."


def test_colours_that_nobody_can_read_are_refused_with_the_ratio(shop: Shop, admin: Browser) -> None:
    """Trying them on names the nearest that can be read; publishing them is refused, and what was typed stays."""
    form = admin.get("/console/brand").form("color")
    tried = admin.send(form, **POOR, button="Try it on")
    (nearest,) = re.findall(r"that can be read is (#[0-9a-f]{6})", tried.text)
    assert "<iframe" not in tried.html
    refused = admin.send(form, **POOR, button="Publish")
    assert refused.status == 400
    assert nearest in refused.text
    assert 'value="#8a7a9a"' in refused.html
    assert brand(shop) == {}


def test_a_look_is_not_written_over(shop: Shop, admin: Browser) -> None:
    """Who began before somebody else published is told, and what that one published stays."""
    form = admin.get("/console/brand").form("color")
    shop.publish(brand={"color": "#14213d", "text_color": "#ffffff"})
    assert admin.send(form, **PURPLE, button="Publish").status == 412
    assert brand(shop)["color"] == "#14213d"


def test_who_may_only_read_publishes_nothing(shop: Shop) -> None:
    """They may try a look on; there is no button to publish it, and sending the form all the same is refused."""
    reader = Browser(shop).as_admin("admin:read")
    form = reader.get("/console/brand").form("color")
    assert [value for _, value, _ in form.buttons] == ["try"]
    assert reader.send(form, **PURPLE, button="Try it on").status == 200
    stolen = {"guard": dict(form.fields)["guard"], "version": dict(form.fields)["version"], "do": "publish", **PURPLE}
    assert reader.post("/console/brand", stolen).status_code == 403
    assert brand(shop) == {}

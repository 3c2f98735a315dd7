"""What all screens share: who gets in, whose forms are taken, what a page may load, in which language it speaks."""

import re

import pytest

from chalicelib.site.console import today
from memory.browser import Browser
from memory.shop import Shop

PARTS = "default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"


@pytest.mark.parametrize("root", ["/me", "/console", "/me/language", "/console/language"])
def test_nobody_is_led_to_where_one_signs_in(shop: Shop, root: str) -> None:
    """Whoever has not signed in sees nothing of a page, and comes back to it afterwards."""
    answer = shop.call("GET", root)
    assert (answer.status_code, answer.body) == (303, b"")
    assert answer.headers["Location"] == "/sign-in?to=" + root.replace("/", "%2F")


def test_a_door_opens_its_own_area_alone(shop: Shop) -> None:
    """An ambassador's cookie opens no console, an admin's no ambassador's page, and neither the API."""
    maya = shop.enrol()
    ambassador, admin = Browser(shop).as_ambassador(maya["id"]), Browser(shop).as_admin("admin:read")
    assert (ambassador.get("/me").status, admin.get("/console").status) == (200, 200)
    (token,) = admin.cookies.values()
    assert shop.call("GET", "/console", Cookie=f"__Host-me={token}").status_code == 303
    (token,) = ambassador.cookies.values()
    assert shop.call("GET", "/me", Cookie=f"__Host-console={token}").status_code == 303
    assert shop.call("GET", "/v1/reviews", Cookie=f"__Host-console={token}").status_code == 401


def test_foreign_cookies_keep_nobody_out(shop: Shop) -> None:
    """Whatever other programs of the shop have set for all its hosts, before ours or behind it."""
    (token,) = Browser(shop).as_admin().cookies.values()
    for held in (
        f"a[b]=1; __Host-console={token}",
        f'x="y;z"; é; =; __Host-console={token}; k=1=2',
        f"__Host-console={token}",
    ):
        assert shop.call("GET", "/console", Cookie=held).status_code == 200


def test_a_page_says_how_it_is_to_be_kept(shop: Shop) -> None:
    """No cache keeps it, nothing frames it, it loads nothing of others and tells nobody where one came from."""
    page = Browser(shop).as_admin().get("/console")
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["X-Frame-Options"] == "DENY"
    assert page.headers["Referrer-Policy"] == "no-referrer"
    policy = page.headers["Content-Security-Policy"]
    assert all(part in policy for part in PARTS)
    assert "unsafe" not in policy
    for kind in ("href", "src"):
        assert not [it for it in re.findall(rf'{kind}="([^"]*)"', page.html) if "//" in it]
    assert not re.search(r"<script(?![^>]* src=)| on[a-z]+=| style=", page.html)


def test_what_a_page_loads_is_asked_for_once(shop: Shop) -> None:
    """The name of a style sheet tells what is in it, so that browsers keep it for good; any other name is none."""
    page = Browser(shop).as_admin().get("/console")
    for address in re.findall(r'"(/assets/[^"]+)"', page.html):
        answer = shop.call("GET", address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")
        assert answer.headers["Content-Type"].startswith("text/css" if ".css" in address else "text/javascript")
    assert shop.call("GET", "/assets/screens.css").status_code == 404


@pytest.mark.parametrize(
    ("site", "origin", "taken"),
    [
        ("same-origin", "null", True),
        ("same-origin", "https://friends.shop.example", True),
        ("", "https://friends.shop.example", True),
        ("", "", True),
        ("cross-site", "https://evil.example", False),
        ("same-site", "https://shop.example", False),
        ("cross-site", "null", False),
        ("", "null", False),
        ("", "https://evil.example", False),
        ("none", "null", False),
    ],
)
def test_a_form_comes_from_a_page_of_ours(shop: Shop, site: str, origin: str, taken: bool) -> None:
    """A form that another site's page sends in somebody's name is refused, whatever it has guessed."""
    browser = Browser(shop).as_admin()
    form = browser.get("/console").form("Language")
    told = {name: {"Sec_Fetch_Site": site, "Origin": origin}[name] for name in ("Sec_Fetch_Site", "Origin")}
    fields = {**dict(form.fields), "language": "gu"}
    answer = browser.post(form.action, fields, **told)
    assert answer.status_code == (303 if taken else 403)


def test_a_form_is_of_its_session(shop: Shop) -> None:
    """The word in a form is of no use in another session, and without it nothing is done."""
    mine, theirs = Browser(shop).as_admin(), Browser(shop).as_admin("admin:read")
    foreign = dict(theirs.get("/console").form("Language").fields)
    for fields in (foreign, {**foreign, "guard": ""}, {"language": "gu"}, {"language": "gu", "guard": "ü"}):
        assert mine.post("/console/language", {**fields, "language": "gu"}).status_code == 403


def test_a_language_is_chosen_and_kept(shop: Shop) -> None:
    """Whoever chooses a language is back on the same page, which speaks it from then on, as letters do."""
    maya = shop.enrol(locale="en")
    browser = Browser(shop).as_ambassador(maya["id"])
    page = browser.send(browser.get("/me").form("Language"), language="gu")
    assert (page.path, page.headers["Content-Language"]) == ("/me", "gu")
    known = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}", scope="admin:read"))
    assert known["locale"] == "gu"


def test_a_page_that_breaks_says_so(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In words and not in JSON, with what an operator needs in the log."""

    def broken(_: object) -> None:
        raise ValueError("as good as any")

    monkeypatch.setattr(today, "show", broken)
    page = Browser(shop).as_admin().get("/console")
    assert page.status == 500
    assert ("h1", "That did not work") in page.headings
    assert "as good as any" in caplog.text


def test_a_page_that_is_none_says_so(shop: Shop) -> None:
    """In words, with the way back, and with the status that it has."""
    page = Browser(shop).as_admin().get("/console/nothing")
    assert (page.status, page.link("first screen")) == (404, "/console")
    assert "There is no such page." in page.text

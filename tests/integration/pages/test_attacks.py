"""What nobody types by accident: addresses, cookies and forms that were made to break a page."""

from urllib.parse import urlencode

import pytest

from chalicelib.edge.doors import guard_of
from chalicelib.edge.forms import CONSOLE_MAX
from memory.browser import FORM, Browser
from memory.shop import Shop


def guard(browser: Browser, door: str) -> str:
    """The word that a form of this browser carries."""
    return guard_of(browser.cookies[f"__Host-{door}"])


@pytest.mark.parametrize("screen", ["program/edit", "program/review", "letters/welcome"])
def test_a_job_of_another_kind(shop: Shop, screen: str) -> None:
    """Where rules that are tried are looked at, the job of an audit is none: the page says so."""
    anna = Browser(shop).as_admin()
    asked = shop.call("POST", "/v1/ledger/audit", {"all": True}, scope="admin:write", Idempotency_Key="a-1")
    job = shop.read(asked)["id"]
    assert anna.get(f"/console/{screen}?job={job}").status == 404


@pytest.mark.parametrize("wanted", [{}, {"session": ""}, {"session": "../.."}, {"session": "ses_/"}, {"session": "x"}])
@pytest.mark.parametrize("door", ["me", "console"])
def test_no_session_is_chosen(shop: Shop, door: str, wanted: dict[str, str]) -> None:
    """Whoever ends a session without saying which, or one that is none, ends none: above all not each one."""
    browser = Browser(shop)
    browser = browser.as_admin() if door == "console" else browser.as_ambassador(shop.enrol()["id"])
    answer = browser.post(f"/{door}/sessions", {**wanted, "guard": guard(browser, door)})
    assert answer.status_code in {400, 404}
    assert browser.get(f"/{door}").path == f"/{door}"


@pytest.mark.parametrize("body", [b"%ff=%ff", b"no pair", b"a=" + b"x" * CONSOLE_MAX, b"&".join([b"a=1"] * 5000), b""])
@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/code", "/sign-in/x", "/sign-out", "/me/spend", "/console/keys"])
def test_a_form_that_is_none(shop: Shop, path: str, body: bytes) -> None:
    """It changes nothing, and whoever sent it sees a page that says so."""
    browser = Browser(shop).as_admin().as_ambassador(shop.enrol()["id"])
    before = shop.everything()
    answer = shop.call("POST", path, body, Content_Type=FORM, Cookie=held(browser), Sec_Fetch_Site="same-origin")
    assert answer.status_code in {400, 403, 410, 413}
    assert answer.headers["Content-Type"].startswith("text/html")
    assert shop.everything() == before


@pytest.mark.parametrize("kept", ["x" * 3000, "..", "sgn_" + "0" * 2100, "\x00", "💥"])
def test_a_cookie_that_nobody_has_set(shop: Shop, kept: str) -> None:
    """Whatever a browser says that it keeps: nobody is in, and each page has words."""
    for name in ("sign_in", "me", "console", "language"):
        cookie = f"__Host-{name}={kept}"
        for path in ("/sign-in", "/sign-in/code", "/me", "/console"):
            assert shop.call("GET", path, Cookie=cookie).status_code in {200, 303}
        typed = urlencode({"code": "12345678", "guard": guard_of(kept), "door": name}).encode()
        for path, status in (("/sign-in/code", {403, 410}), ("/sign-out", {303})):
            answer = shop.call("POST", path, typed, Content_Type=FORM, Cookie=cookie, Sec_Fetch_Site="same-origin")
            assert answer.status_code in status


def test_the_switch_of_language_leads_nowhere_else(shop: Shop) -> None:
    """Back is a page of the same area, whatever the form says."""
    anna = Browser(shop).as_admin()
    for back in (
        "/consolex",
        "/console@evil.example",
        "/console/x\nSet-Cookie: a=b",
        "//evil.example",
        "/me",
        "/console//x",
    ):
        fields = {"language": "es", "back": back, "guard": guard(anna, "console")}
        assert anna.post("/console/language", fields).headers["Location"] == "/console"
    fields = {"language": "es", "back": "/console/letters/welcome", "guard": guard(anna, "console")}
    assert anna.post("/console/language", fields).headers["Location"] == "/console/letters/welcome"


def test_signing_in_breaks(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever breaks on the way in: it is said on a page, and the log has the rest."""
    monkeypatch.setattr("chalicelib.operations.access.sign_in.ask", None)
    browser = Browser(shop)
    page = browser.send(browser.get("/sign-in").form("email"), email="maya@example.com")
    assert (page.status, page.headings[0][0]) == (500, "h1")


def test_a_decision_that_somebody_else_made_meanwhile(shop: Shop) -> None:
    """A page that was open before turns nobody's decision round unseen; opened again, it may."""
    code = shop.enrol()["code"]
    shop.redeem(code, "o1")
    shop.stream()
    anna, bo = Browser(shop).as_admin(), Browser(shop).as_admin("admin:read", "admin:write")
    old = anna.get("/console/reviews/o1").form("note", "seen")
    sure = bo.send(bo.get("/console/reviews/o1").form("note", "seen"), button="Deny", note="It is no order.")
    assert bo.send(sure.form("sure", "seen")).status == 200
    late = anna.send(old, button="Approve", note="It is one.")
    assert late.status == 409
    assert [it["decision"] for it in shop.order()["reviews"]] == ["deny"]
    assert anna.send(late.form("note", "seen"), button="Approve", note="It is one.").status == 200
    assert [it["decision"] for it in shop.order()["reviews"]] == ["deny", "approve"]


def held(browser: Browser) -> str:
    """The cookies of a browser as it sends them."""
    return "; ".join(f"{name}={value}" for name, value in browser.cookies.items())

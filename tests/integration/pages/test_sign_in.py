"""The pages on which people sign in: by a mail, by the word of the shop, with a key; and how they sign out."""

import re
from datetime import timedelta

import pytest

from chalicelib import deps
from chalicelib.operations.access import admins, api_keys
from memory.browser import Browser, Seen
from memory.shop import Body, Shop

MAYA, BEN, BEA = "maya@example.com", "ben@example.com", "bea@shop.example"
SHOP, EVIL = "https://kavya-ceramics.example", "https://evil.example"
ME, CONSOLE = "__Host-me", "__Host-console"


def ask(browser: Browser, email: str = MAYA, to: str = "") -> Seen:
    """Ask to sign in, and let the mail go out; return the page that asks for the code."""
    form = browser.get(f"/sign-in?to={to}" if to else "/sign-in").form("Email address")
    page = browser.send(form, email=email)
    browser.shop.stream()
    return page


def mailed(shop: Shop) -> tuple[str, str]:
    """The path of the link and the code in the last mail."""
    text = shop.sent()[-1].text
    link, code = re.search(r"(/sign-in/[\w-]+)", text), re.search(r"\b(\d{4} \d{4})\b", text)
    assert link
    assert code
    return link[1], code[1]


def signed_in(browser: Browser, door: str = ME) -> bool:
    """Whether a browser is in."""
    path = "/console" if door == CONSOLE else "/me"
    return door in browser.cookies and browser.get(path).path == path


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador."""
    return shop.enrol(MAYA)


@pytest.fixture
def ben(shop: Shop) -> str:
    """A customer who is no ambassador; the id of the person."""
    answer = shop.call("PUT", "/v1/people", {"email": BEN, "first_name": "Ben"}, scope="people")
    return str(shop.read(answer)["id"])


@pytest.fixture
def bea(shop: Shop) -> str:
    """An admin; the id."""
    wanted = admins.Wanted(BEA, "Bea Braun")
    made = admins.issue(deps.table(), wanted, pepper=deps.settings().pepper, now=shop.now)
    assert isinstance(made, admins.Invited)
    return made.key.id


# --- by mail ----------------------------------------------------------------------------------------------------------


def test_by_the_link(shop: Shop, maya: Body) -> None:
    """The link shows whose it is and one button; that signs in, with a cookie that no script reads, once."""
    asking, reading = (
        Browser(shop),
        Browser(shop, User_Agent="Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0"),
    )
    ask(asking)
    link, _ = mailed(shop)
    page = reading.get(link)
    assert page.status == 200
    assert "m…@example.com" in page.text
    assert MAYA not in page.html
    answer = reading.post(link, {})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    cookies = answer.headers["Set-Cookie"]
    (cookie,) = [it for it in cookies if it.startswith(ME)]
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=2592000"))
    assert "Domain" not in cookie
    assert signed_in(reading)
    assert not signed_in(asking)
    assert Browser(shop).post(link, {}).status_code == 410
    assert Browser(shop).get(link).status == 410
    sessions = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}/sessions", scope="sessions"))["items"]
    assert [(it["browser"], it["made_by"]) for it in sessions] == [("Firefox, Android", "mail")]


def test_a_link_that_is_looked_at(shop: Shop, maya: Body) -> None:
    """Whatever scans mails may open it as often as it likes: nothing has changed, and the button still works."""
    ask(Browser(shop))
    link, _ = mailed(shop)
    before = shop.everything()
    for _ in range(3):
        assert shop.call("GET", link).status_code == 200
        assert shop.call("HEAD", link).status_code == 200
    assert shop.everything() == before
    browser = Browser(shop)
    assert browser.send(browser.get(link).forms[0]).path == "/me"


def test_by_the_code(shop: Shop, maya: Body) -> None:
    """It works in the browser that has asked, and in no other; where one wanted to go, one goes on."""
    browser = Browser(shop)
    page = ask(browser, to="/me/rewards")
    _, code = mailed(shop)
    stranger = Browser(shop)
    assert stranger.get("/sign-in/code").forms == []
    assert stranger.post("/sign-in/code", {"code": code}).status_code == 403
    wrong = browser.send(page.form("Code"), code="0000 0000")
    assert wrong.status == 422
    assert "not the code" in wrong.text
    answer = browser.send(wrong.form("Code"), code=code)
    assert answer.path == "/me/rewards"
    assert signed_in(browser)
    assert "__Host-sign_in" not in browser.cookies


def test_five_codes(shop: Shop, maya: Body) -> None:
    """After five wrong ones the right one is refused, and the page leads back to asking."""
    browser = Browser(shop)
    page = ask(browser)
    _, code = mailed(shop)
    for _ in range(5):
        page = browser.send(page.form("Code"), code="1111 1111")
    page = browser.send(page.form("Code"), code=code)
    assert page.status == 410
    assert page.link("another email").startswith("/sign-in")
    assert not signed_in(browser)


def test_the_page_is_the_same_for_whoever_asks(shop: Shop, maya: Body, bea: str) -> None:
    """Known or not, an ambassador or an admin: the pages are equal, but for what binds a form to its browser."""
    told = []
    for email in (MAYA, BEA, "nobody@example.com"):
        for to in ("", "console"):
            page = ask(Browser(shop), email, to)
            guard = dict(page.form("Code").fields)["guard"]
            told.append((to, page.status, page.html.replace(guard, "")))
    assert len(set(told)) == 2
    assert sorted(to for sent in shop.sent() for to in sent.destinations["ToAddresses"]) == [BEA, MAYA]


@pytest.mark.parametrize(
    "to", [EVIL, "//evil.example", "/me//evil.example", "/\\evil.example", "/r/x", "/meal", "/me?x"]
)
def test_nobody_is_led_away(shop: Shop, maya: Body, to: str) -> None:
    """After signing in one comes to pages of ours alone, whatever the address says."""
    browser = Browser(shop)
    form = browser.get("/sign-in").form("Email address")
    page = browser.send(form, email=MAYA, to=to)
    shop.stream()
    answer = browser.post("/sign-in/code", {**dict(page.form("Code").fields), "code": mailed(shop)[1], "to": to})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")


def test_what_is_no_address(shop: Shop) -> None:
    """It is said in words, and what was typed stays."""
    browser = Browser(shop)
    page = browser.send(browser.get("/sign-in").form("Email address"), email="maya at home")
    assert page.status == 400
    assert "not an email address" in page.text
    assert 'value="maya at home"' in page.html


def test_too_many_requests(shop: Shop) -> None:
    """The page says so, and when to come back."""
    browser = Browser(shop)
    for number in range(60):
        ask(browser, f"{number}@example.com")
    answer = browser.post("/sign-in", {"email": MAYA})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0


# --- who joins, and who is somebody else ------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["link", "code"])
def test_a_customer_joins(shop: Shop, ben: str, way: str) -> None:
    """Whoever is no ambassador yet sees what they would agree to, and joins with one button, by link or by code.

    What they tick is their own word, with the text that they saw; what they leave is no word at all.
    """
    shop.publish(care={"check_in": {}, "birthday": {}})
    browser = Browser(shop)
    page = ask(browser, BEN)
    link, code = mailed(shop)
    joining = browser.get(link) if way == "link" else browser.send(page.form("Code"), code=code)
    assert "for your friends, too?" in joining.text
    assert not signed_in(browser)
    assert browser.send(joining.form("Join"), consent=["wishes"]).path == "/me"
    assert signed_in(browser)
    person = shop.read(shop.call("GET", f"/v1/people/{ben}", scope="admin:read"))
    assert person["ambassador_id"]
    said = person["consents"]["wishes"]
    assert (said["agreed"], said["source"]) == (True, "sign_in")
    assert said["text"].startswith("Good wishes: ")
    assert person["consents"]["care"] == {"agreed": False}
    assert "Offers" not in joining.text


def test_who_is_signed_in_already_is_asked(shop: Shop, maya: Body) -> None:
    """A link of somebody else's takes nobody's place without a word; then the former session is over."""
    other = shop.enrol("zoe@example.com", "Zoe")
    browser = Browser(shop).as_ambassador(other["id"])
    former = browser.cookies[ME]
    ask(Browser(shop))
    link, _ = mailed(shop)
    page = browser.get(link)
    assert "You are signed in here as Zoe" in page.text
    before = shop.everything()
    assert browser.post(link, {}).status_code == 200
    assert shop.everything() == before
    assert browser.cookies[ME] == former
    assert browser.send(page.forms[0]).path == "/me"
    assert browser.cookies[ME] != former
    assert shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {former}").status_code == 401


def test_a_new_session_each_time(shop: Shop, maya: Body) -> None:
    """A cookie that somebody has put into the browser before is never the one that signs in."""
    browser = Browser(shop)
    browser.cookies[ME] = "rs_of-a-stranger"
    ask(browser)
    browser.send(browser.get(mailed(shop)[0]).forms[0])
    first = browser.cookies[ME]
    assert first != "rs_of-a-stranger"
    shop.now += timedelta(minutes=1)
    ask(browser)
    browser.send(browser.get(mailed(shop)[0]).forms[0])
    assert browser.cookies[ME] != first
    assert shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {first}").status_code == 401


# --- other pages ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "origin"), [("cross-site", EVIL), ("cross-site", "null"), ("cross-site", SHOP), ("same-site", "null")]
)
def test_no_stranger_signs_anybody_in(shop: Shop, maya: Body, site: str, origin: str) -> None:
    """A link of a mail, a code or an address that another page sends is refused, and nothing is used up."""
    victim, foreign = Browser(shop), {"Sec_Fetch_Site": site, "Origin": origin}
    page = ask(victim)
    link, code = mailed(shop)
    before = shop.everything()
    told = dict(page.form("Code").fields)
    for path, fields in ((link, {}), ("/sign-in/code", {**told, "code": code}), ("/sign-in", {"email": MAYA})):
        assert victim.post(path, fields, **foreign).status_code == 403
    assert shop.everything() == before
    assert not signed_in(victim)
    assert victim.send(victim.get(link).forms[0]).path == "/me"


def test_how_the_pages_are_kept(shop: Shop, maya: Body) -> None:
    """No cache keeps them, nothing frames them, nothing of others is loaded, and no referrer tells of a link."""
    browser = Browser(shop)
    code = ask(browser)
    link, _ = mailed(shop)
    for page in (browser.get("/sign-in?to=console"), code, browser.get(link), browser.get("/sign-in/over")):
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert not re.search(r"<script(?![^>]* src=)| on[a-z]+=| style=", page.html)
        assert page.html.count("<h1>") == 1


# --- handed over ------------------------------------------------------------------------------------------------------


def handed(shop: Shop, maya: Body) -> str:
    """The path of the link with which the shop hands over its customer."""
    told = shop.read(shop.call("POST", f"/v1/ambassadors/{maya['id']}/sessions", {}, scope="sessions"))
    return str(told["sign_in_url"]).removeprefix("https://friends.shop.example")


def test_a_form_on_the_page_of_the_shop(shop: Shop, maya: Body) -> None:
    """It signs its customer in at once, for a day; a second time, or two minutes later, it does not."""
    link, browser, sent = handed(shop, maya), Browser(shop), {"Sec_Fetch_Site": "cross-site", "Origin": SHOP}
    answer = browser.post(link, {}, **sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/me")
    assert "Max-Age=86400" in next(it for it in answer.headers["Set-Cookie"] if it.startswith(ME))
    assert signed_in(browser)
    assert Browser(shop).post(link, {}, **sent).status_code == 410
    late = handed(shop, maya)
    shop.now += timedelta(minutes=2)
    assert Browser(shop).post(late, {}, **sent).status_code == 410


def test_a_form_on_a_foreign_page(shop: Shop, maya: Body) -> None:
    """A link that a stranger got hold of signs nobody in by a form of theirs: it shows a button, as any link does."""
    link = handed(shop, maya)
    for origin in (EVIL, "null", SHOP + ".evil.example", SHOP.replace("https", "http")):
        assert Browser(shop).post(link, {}, Sec_Fetch_Site="cross-site", Origin=origin).status_code == 403
    browser = Browser(shop)
    assert browser.send(browser.get(link).forms[0]).path == "/me"


# --- the console ------------------------------------------------------------------------------------------------------


def test_an_admin_signs_in_by_mail(shop: Shop, bea: str) -> None:
    """By link or by code, for twelve hours; their key says that they were there."""
    by_code, by_link = Browser(shop), Browser(shop)
    page = ask(by_code, BEA, "/console/reviews")
    link, code = mailed(shop)
    assert by_code.send(page.form("Code"), code=code).path == "/console/reviews"
    ask(by_link, BEA, "console")
    link, _ = mailed(shop)
    page = by_link.get(link)
    assert "Bea Braun" in page.text
    answer = by_link.post(link, {})
    assert answer.headers["Location"] == "/console"
    assert "Max-Age=43200" in next(it for it in answer.headers["Set-Cookie"] if it.startswith(CONSOLE))
    assert signed_in(by_link, CONSOLE)
    (admin,) = shop.read(shop.call("GET", "/v1/admins", scope="admin:keys"))["items"]
    assert (admin["id"], admin["last_used"]) == (bea, "2026-03-01")


def test_each_door_has_its_own_people(shop: Shop, maya: Body, bea: str) -> None:
    """An ambassador gets no mail at the console's door, nor an admin at the other one."""
    ask(Browser(shop), MAYA, "console")
    ask(Browser(shop), BEA)
    assert shop.sent() == []


def test_a_revoked_admin_does_not_come_in(shop: Shop, bea: str) -> None:
    """Neither by a link that was mailed before, nor with the session that they have."""
    browser = Browser(shop)
    browser.send(ask(browser, BEA, "console").form("Code"), code=mailed(shop)[1])
    assert signed_in(browser, CONSOLE)
    ask(Browser(shop), BEA, "console")
    link, _ = mailed(shop)
    assert shop.call("DELETE", f"/v1/admins/{bea}", scope="admin:keys").status_code == 200
    assert not signed_in(browser, CONSOLE)
    assert Browser(shop).post(link, {}).status_code == 410


def test_with_a_key(shop: Shop) -> None:
    """A key of an admin's scopes signs in to the console; one of a server does not, nor one that was revoked."""
    browser = Browser(shop)
    page = browser.send(browser.get("/sign-in?to=console").form("Key"), key=shop.keys["admin:read"])
    assert page.path == "/console"
    known = shop.read(shop.call("GET", "/v1/keys?limit=100", scope="admin:keys"))["items"]
    revoked = next(it["id"] for it in known if it["name"] == "admin:write")
    shop.call("DELETE", f"/v1/keys/{revoked}", scope="admin:keys")
    for key in (shop.keys["checkout"], shop.keys["admin:write"], "rk_none", shop.session(shop.enrol()["id"])):
        stranger = Browser(shop)
        page = stranger.send(stranger.get("/sign-in?to=console").form("Key"), key=key)
        assert page.status == 422
        assert "no such key" in page.text
        assert key not in page.html
        assert stranger.cookies == {}


def test_a_key_before_there_is_a_program(shop: Shop) -> None:
    """Whoever sets the program up comes in before there is one; by mail nobody can yet, and the page still answers."""
    shop.cloud.engine.items = {
        key: it for key, it in shop.cloud.engine.items.items() if not it["PK"]["S"].startswith("PROGRAM")
    }
    deps.forget()
    deps.use_clock(lambda: shop.now)
    browser = Browser(shop)
    assert browser.send(browser.get("/sign-in?to=console").form("Key"), key=shop.keys["admin:read"]).path == "/console"
    assert ask(Browser(shop), BEA, "console").status == 200


# --- out --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["me", "console"])
def test_signing_out(shop: Shop, maya: Body, door: str) -> None:
    """The session is over, not only the cookie gone; nobody else's page can do it."""
    browser = Browser(shop).as_ambassador(maya["id"]) if door == "me" else Browser(shop).as_admin()
    cookies = dict(browser.cookies)
    form = browser.get(f"/{door}").form("Sign out")
    for fields, sent in (
        ({"door": door}, {}),
        ({**dict(form.fields), "guard": "0" * 32}, {}),
        (dict(form.fields), {"Sec_Fetch_Site": "cross-site", "Origin": EVIL}),
    ):
        assert browser.post("/sign-out", fields, **sent).status_code == 403
    page = browser.send(form)
    assert "You are signed out." in page.text
    assert browser.cookies == {}
    browser.cookies.update(cookies)
    assert not signed_in(browser, ME if door == "me" else CONSOLE)


def test_nothing_is_logged(shop: Shop, maya: Body, bea: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No address, link, code, cookie or key is in the logs, whatever happens on these pages."""
    browser = Browser(shop)
    page = ask(browser)
    link, code = mailed(shop)
    browser.send(page.form("Code"), code="9999 9999")
    browser.send(browser.get(link).forms[0])
    browser.post(link, {})
    ask(Browser(shop), BEA, "console")
    key_browser = Browser(shop)
    key_browser.send(key_browser.get("/sign-in?to=console").form("Key"), key=shop.keys["admin:read"])
    told = "".join(capsys.readouterr())
    secrets = [MAYA, BEA, link.rpartition("/")[2], code, code.replace(" ", ""), shop.keys["admin:read"]]
    for secret in (*secrets, *browser.cookies.values(), *key_browser.cookies.values(), api_keys.digest_of(secrets[-1])):
        assert secret not in told


# --- where somebody is signed in --------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["me", "console"])
def test_sessions_are_seen_and_ended(shop: Shop, maya: Body, bea: str, door: str) -> None:
    """One sees where one is signed in, this browser first, and signs out one, all others, or all; then they are out."""
    email, cookie = (MAYA, ME) if door == "me" else (BEA, CONSOLE)
    agents = ("Android 15; rv:140.0) Firefox/140.0", "Windows NT 10.0) Chrome/140.0", "Macintosh) Safari/605.1")
    browsers = [Browser(shop, User_Agent=f"Mozilla/5.0 ({agent}") for agent in agents]
    for it in browsers:
        it.send(ask(it, email, door).form("Code"), code=mailed(shop)[1])
    mine, other, third = browsers
    page = mine.get(f"/{door}/sessions")
    assert page.text.index("Firefox, Android") < page.text.index("Chrome, Windows")
    assert re.search(r"Firefox, Android\s+this one", page.text)
    row = next(it for it in page.forms if "Chrome, Windows" in it.text)
    page = mine.send(row)
    assert "That browser is signed out." in page.text
    assert [signed_in(it, cookie) for it in browsers] == [True, False, True]
    page = mine.send(page.form("everywhere else"), button="everywhere else")
    assert "All others are signed out." in page.text
    assert [signed_in(it, cookie) for it in browsers] == [True, False, False]
    other.send(ask(other, email, door).form("Code"), code=mailed(shop)[1]) if door == "console" else None
    page = mine.send(mine.get(f"/{door}/sessions").form("Sign out everywhere"), button="Sign out everywhere")
    assert "You are signed out." in page.text
    assert not any(signed_in(it, cookie) for it in browsers)
    assert third.get(f"/{door}").path.startswith("/sign-in")


def test_nobody_ends_a_session_of_others(shop: Shop, maya: Body) -> None:
    """The id of somebody else's session is of no use on one's own page."""
    zoe = shop.enrol("zoe@example.com", "Zoe")
    theirs, mine = Browser(shop).as_ambassador(zoe["id"]), Browser(shop).as_ambassador(maya["id"])
    row = next(
        it for it in theirs.get("/me/sessions").forms if "everywhere" not in it.text and it.action == "/me/sessions"
    )
    stolen = next(value for name, value, _ in row.buttons if name == "session")
    form = dict(mine.get("/me/sessions").form("everywhere").fields)
    assert mine.post("/me/sessions", {**form, "session": stolen}).status_code == 404
    assert signed_in(theirs)

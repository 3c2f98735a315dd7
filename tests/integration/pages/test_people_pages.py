"""The first screen of the console, finding a person, their page with its tools, and an order's."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest

from memory.browser import Browser, Seen
from memory.shop import Body, Shop, eur, open_shop
from tests.scene import Scene, play


@pytest.fixture(scope="module")
def played() -> Iterator[tuple[Shop, Scene, bytes]]:
    """A shop in the middle of its life, made once."""
    with open_shop() as opened:
        scene = play(opened, ambassadors=2, orders=6, days=45)
        yield opened, scene, opened.saved()


@pytest.fixture
def busy(played: tuple[Shop, Scene, bytes]) -> Shop:
    """That shop, as it was."""
    shop, _, saved = played
    shop.restore(saved)
    return shop


@pytest.fixture
def scene(played: tuple[Shop, Scene, bytes]) -> Scene:
    """What it holds."""
    return played[1]


def person(shop: Shop, scene: Scene) -> Body:
    """Maya as the API knows her."""
    return shop.read(shop.call("GET", f"/v1/people/{scene.person}", scope="admin:read"))


def at(scene: Scene) -> str:
    """Maya's page."""
    return f"/console/people/{scene.person}"


def ambassador(shop: Shop, scene: Scene) -> Body:
    """Maya as an ambassador."""
    return shop.read(shop.call("GET", f"/v1/ambassadors/{scene.maya}", scope="admin:read"))


# --- today ------------------------------------------------------------------------------------------------------------


def test_what_waits_leads_to_where_it_is_done(busy: Shop, scene: Scene) -> None:
    """Each kind with its number, and a link to a screen that has it."""
    browser = Browser(busy).as_admin()
    page = browser.get("/console")
    told = busy.read(busy.call("GET", "/v1/today", scope="admin:read"))
    waiting = [it["kind"] for it in told["waiting"] if it["count"]]
    assert len(waiting) >= 5
    assert page.html.count('class="hint">the oldest') == len(waiting)
    assert browser.get(page.link("reward waits for a decision")).path == "/console/reviews"
    assert browser.get(page.link("payout to make")).path == "/console/payouts"


def test_figures_have_their_table(busy: Shop, scene: Scene) -> None:
    """Each small chart is drawn with a sentence for who can't see it, and the same by day to read."""
    page = Browser(busy).as_admin().get("/console")
    assert page.html.count('<svg class="spark" role="img" aria-label=') == 6
    assert page.html.count("by day</summary>") == 6


# --- finding ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["maya@example.com", "may sha", "$code", "$order", "$maya", "$person", "c-77"])
def test_one_field_takes_whatever_somebody_says(busy: Shop, scene: Scene, typed: str) -> None:
    """A name, an address, a code, an order, an id or a customer number leads to the person; it says what it was."""
    busy.call("PATCH", f"/v1/people/{scene.person}", {"customer_id": "c-77"}, scope="admin:write")
    busy.call("PUT", "/v1/people", {"email": "maya@example.com", "customer_id": "c-77"}, scope="people")
    own = {"email": "maya@example.com", "first_name": "Maya"}
    order = {"order_id": "own-1", "customer": own, "amount": eur(900)}
    busy.call("POST", "/v1/orders", order, scope="checkout")
    busy.stream()
    said = {"$code": scene.code.lower(), "$order": "own-1", "$maya": scene.maya, "$person": scene.person}
    browser = Browser(busy).as_admin()
    page = browser.send(browser.get("/console/people").form("Find"), q=said.get(typed, typed))
    assert "Looked for:" in page.text
    assert page.link("Maya") == at(scene)


def test_nobody_is_nobody(busy: Shop, scene: Scene) -> None:
    """Whatever is typed, and however odd: a kind word, and no error."""
    browser = Browser(busy).as_admin()
    for typed in ("zz", "9999", "@", "%", "'\"><script>", "x" * 300, "per_none", "amb_none", "no@example.com", "ક"):
        page = browser.get(f"/console/people?q={quote(typed)}")
        assert page.status == 200, typed
        assert "Nobody was found" in page.text, typed
        assert "<script>" not in page.html.replace("<script defer", "")


# --- the page of a person ---------------------------------------------------------------------------------------------


def test_a_page_tells_who_it_is_and_what_happened(busy: Shop, scene: Scene) -> None:
    """Balances, tier and what is open; then the story, of which each order leads to its own page."""
    browser = Browser(busy).as_admin()
    page = browser.get(at(scene))
    assert ("h1", "Maya Shah") in page.headings
    for words in ("Available", "Held", "Tier", "Something is open between them", "news of their rewards"):
        assert words in page.text
    order = browser.get(page.link("Order "))
    assert order.status == 200
    assert order.path.startswith("/console/orders/")


def test_a_story_is_filtered_and_gone_through(busy: Shop, scene: Scene) -> None:
    """By kind, with links that keep it, until its end."""
    browser = Browser(busy).as_admin()
    page, seen = browser.get(f"{at(scene)}?group=letters"), 0
    while True:
        assert "Letter:" in page.text
        assert "They became an ambassador" not in page.text
        seen += page.html.count("<p>Letter:")
        if "Further" not in page.text:
            break
        page = browser.get(page.link("Further"))
    messages = busy.read(busy.call("GET", f"/v1/people/{scene.person}/messages?limit=100", scope="admin:read"))
    assert seen == len(messages["items"])


def test_who_may_only_read_sees_no_tool_and_can_use_none(busy: Shop, scene: Scene) -> None:
    """What a scope does not allow is not shown, and refused if it is sent."""
    reader = Browser(busy).as_admin("admin:read")
    page = reader.get(at(scene))
    assert page.status == 200
    assert "What you can do" not in page.text
    assert "Send it again" not in page.text
    assert "Free its friend" not in reader.get(f"/console/orders/{scene.orders[1]}").text
    guard = dict(page.form("Language").fields)["guard"]
    before = busy.everything()
    for do in ("edit", "adjust", "restrict", "erase", "suspend", "note", "merge", "end_sessions"):
        fields = {"guard": guard, "do": do, "note": "x", "first_name": "N", "confirm": "maya@example.com", "once": "k"}
        answer = reader.post(at(scene), {**fields, "amount": "1", "unit": "EUR", "other": "per_x"})
        assert answer.status_code == 403, do
    assert busy.everything() == before


def act(shop: Shop, scene: Scene, button: str, **typed: str) -> Seen:
    """Use a tool of Maya's page, as an admin."""
    browser = Browser(shop).as_admin()
    return browser.send(browser.get(at(scene)).form(button), **typed)


def test_a_name_is_corrected(busy: Shop, scene: Scene) -> None:
    """Only what was changed is told, so that nothing else gets a new date."""
    before = person(busy, scene)["told"]
    assert "Saved." in act(busy, scene, "Save", last_name="Desai", locale="gu").text
    after = person(busy, scene)
    assert (after["last_name"], after["locale"], after["first_name"]) == ("Desai", "gu", "Maya")
    changed = {name for name, when in after["told"].items() if before.get(name) != when}
    assert changed == {"last_name", "locale"}


def test_a_correction_leaves_alone_what_has_changed_meanwhile(busy: Shop, scene: Scene) -> None:
    """The shop tells a new country while an admin corrects the name: both stay."""
    browser = Browser(busy).as_admin()
    form = browser.get(at(scene)).form("Save")
    busy.call("PATCH", f"/v1/people/{scene.person}", {"country": "IN"}, scope="admin:write")
    browser.send(form, last_name="Desai")
    after = person(busy, scene)
    assert (after["last_name"], after["country"]) == ("Desai", "IN")


@pytest.mark.parametrize(
    ("kept", "language", "said"),
    [
        ("04-17", "en", "17 April"),
        ("1987-04-17", "en", "17 April 1987"),
        ("02-29", "es", "29 de febrero"),
        ("04-17", "bn", "17 এপ্রিল"),
    ],
)
def test_a_birthday_is_a_day_and_a_month(busy: Shop, scene: Scene, kept: str, language: str, said: str) -> None:
    """In the words of whoever reads the page, and with the year if it is known."""
    browser = Browser(busy).as_admin()
    browser.send(browser.get("/console").form("language"), language=language)
    busy.call("PATCH", f"/v1/people/{scene.person}", {"birthday": kept}, scope="admin:write")
    assert f"<dd>{said}</dd>" in browser.get(at(scene)).html


def test_what_is_typed_wrongly_stays(busy: Shop, scene: Scene) -> None:
    """The page says what is wrong, and holds what was typed."""
    page = act(busy, scene, "Save", birthday="17 April", first_name="Mayah")
    assert page.status == 400
    assert 'value="17 April"' in page.html
    assert 'value="Mayah"' in page.html
    assert person(busy, scene)["first_name"] == "Maya"


def test_a_balance_is_adjusted(busy: Shop, scene: Scene) -> None:
    """At once below the limit, with a second admin above it; sent twice it is done once."""
    before = busy.account(scene.maya)["available"]
    assert "The balance was adjusted" in act(busy, scene, "Adjust", amount="2.50", note="a broken cup").text
    assert busy.account(scene.maya)["available"] == before + 250
    assert "second admin" in act(busy, scene, "Adjust", amount="500", note="a whole set").text
    browser = Browser(busy).as_admin()
    form = browser.get(at(scene)).form("Adjust")
    for _ in range(2):
        browser.send(form, amount="-1", note="too much")
    assert busy.account(scene.maya)["available"] == before + 150
    assert act(busy, scene, "Adjust", amount="much", note="x").status == 400


def test_a_payout_is_begun(busy: Shop, scene: Scene) -> None:
    """The money is reserved, and it waits among payouts."""
    before = busy.account(scene.maya)["reserved"]
    assert "payout was begun" in act(busy, scene, "Begin it", amount="1", reference="bank 7").text
    assert busy.account(scene.maya)["reserved"] == before + 100


def test_letters_are_paused_and_go_on(busy: Shop, scene: Scene) -> None:
    """One tool does it, the other takes it back."""
    assert "Letters are paused" in act(busy, scene, "Pause letters").text
    assert person(busy, scene)["restricted_at"]
    assert "Letters go out again" in act(busy, scene, "Write to them again").text
    assert "restricted_at" not in person(busy, scene)


def test_all_that_is_known_is_a_file(busy: Shop, scene: Scene) -> None:
    """The same as the API exports."""
    browser = Browser(busy).as_admin()
    page = browser.send(browser.get(at(scene)).form("Get the file"))
    assert "attachment" in page.headers["Content-Disposition"]
    assert json.loads(page.html)["person"]["first_name"] == "Maya"


def test_nobody_is_erased_by_mistake(busy: Shop, scene: Scene) -> None:
    """Only who types whom they mean erases them; then nothing of the name is on the page."""
    page = act(busy, scene, "Erase for good", confirm="asha@example.com", note="asked by phone")
    assert page.status == 400
    assert person(busy, scene)["first_name"] == "Maya"
    page = act(busy, scene, "Erase for good", confirm="Maya@Example.com", note="asked by phone")
    assert "was erased" in page.text
    assert "Maya" not in page.text
    assert person(busy, scene)["first_name"] is None


def test_two_are_merged_after_a_look_at_both(busy: Shop, scene: Scene) -> None:
    """Both stand side by side before anything is done, and the one goes into the other."""
    twin = {"email": "m.shah@work.example", "first_name": "Maya", "last_name": "Shah"}
    other = busy.read(busy.call("PUT", "/v1/people", twin, scope="people"))["id"]
    browser = Browser(busy).as_admin()
    page = browser.send(browser.get(at(scene)).form("Look"), other="m.shah@work.example")
    assert "Are these two the same?" in page.text
    assert "m.shah@work.example" in page.text
    assert "merged_into" not in busy.read(busy.call("GET", f"/v1/people/{other}", scope="admin:read"))
    page = browser.send(page.form("Merge them for good"), note="said so on the phone")
    assert "one person now" in page.text
    assert busy.read(busy.call("GET", f"/v1/people/{other}", scope="admin:read"))["merged_into"] == scene.person


def test_an_account_is_stopped_and_goes_on(busy: Shop, scene: Scene) -> None:
    """The page says so, and offers the other way."""
    page = act(busy, scene, "Suspend", note="too many returns", pause_codes="yes")
    assert "too many returns" in page.text
    assert ambassador(busy, scene)["suspension"]["state"] == "suspended"
    assert "use their rewards again" in act(busy, scene, "Reinstate", note="it was a mix-up").text
    assert ambassador(busy, scene)["suspension"]["state"] == "reinstated"


def test_a_further_code_is_paused(busy: Shop, scene: Scene) -> None:
    """And works again."""
    path = f"/v1/ambassadors/{scene.maya}/codes"
    further = busy.read(busy.call("POST", path, {"code": "SPRING26"}, scope="admin:write", Idempotency_Key="k"))["code"]
    assert "The code is paused" in act(busy, scene, f"Pause {further}").text
    assert busy.read(busy.call("GET", path, scope="admin:read"))["items"][-1]["state"] == "paused"
    assert "works again" in act(busy, scene, f"Let {further} work again").text


def test_sessions_are_ended(busy: Shop, scene: Scene) -> None:
    """Everywhere; the tool is gone with the last one."""
    token = busy.session(scene.maya)
    page = act(busy, scene, "Sign them out everywhere")
    assert "signed out everywhere" in page.text
    assert "End their sessions" not in page.text
    assert busy.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {token}").status_code == 401


def test_a_note_becomes_a_task(busy: Shop, scene: Scene) -> None:
    """For whoever answers; the story has it with what was written."""
    busy.now += timedelta(minutes=1)
    page = act(busy, scene, "Make it a task", note="Her parcel came open.")
    assert "It is a task now" in page.text
    assert "Her parcel came open." in page.text
    tasks = busy.read(busy.call("GET", "/v1/tasks?kind=care", scope="admin:read"))["items"]
    assert "Her parcel came open." in {it["words"] for it in tasks}


def test_a_letter_is_sent_again(busy: Shop, scene: Scene) -> None:
    """From where the story tells of it, once, however often the form is sent."""
    busy.behaves["maya@example.com"] = "success"
    browser = Browser(busy).as_admin()
    form = browser.get(f"{at(scene)}?group=letters").form("Send it again")
    before = len(busy.sent())
    for _ in range(2):
        page = browser.send(form, note="she never got it")
    busy.stream()
    busy.days(0)
    assert "It goes out again" in page.text
    assert len(busy.sent()) == before + 1


# --- an order ---------------------------------------------------------------------------------------------------------


def test_an_order_tells_why_and_in_which_words(busy: Shop, scene: Scene) -> None:
    """The trace for the admin, and the same as its ambassador may hear it, in their language."""
    busy.call("PATCH", f"/v1/people/{scene.person}", {"locale": "es"}, scope="admin:write")
    order = scene.orders[1]
    page = Browser(busy).as_admin().get(f"/console/orders/{order}")
    own = {"Authorization": f"Bearer {busy.session(scene.maya)}"}
    told = busy.read(busy.call("GET", "/v1/ambassadors/me/referrals?lang=es", **own))["items"]
    (mine,) = [it for it in told if it["order_id"] == order]
    assert '<ul lang="es">' in page.html
    for sentence in [*mine["explanation"], *busy.order(order)["explanation"]]:
        assert sentence.replace("\N{NO-BREAK SPACE}", " ") in page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_friend_is_freed_and_kept(busy: Shop, scene: Scene) -> None:
    """An order that has come to nothing lets its friend go, and takes them back."""
    browser = Browser(busy).as_admin()
    path = f"/console/orders/{scene.orders[1]}"
    refused = browser.send(browser.get(path).form("Free the friend"), note="came back")
    assert refused.status == 409
    page = browser.send(browser.get(path).form("Free the friend"), note="came back", void_reward="yes")
    assert "friend is free" in page.text
    assert busy.order(scene.orders[1])["freed"]["note"] == "came back"
    page = browser.send(page.form("Let it count again"), note="it was right")
    assert "counts again" in page.text
    assert "freed" not in busy.order(scene.orders[1])

"""The ambassador's account pages: each does its main task with forms alone, and the API is all that they use."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from memory.browser import Browser, Seen
from memory.shop import Body, Shop, eur

TASK: Body = {
    "name": "A picture",
    "kind": "picture",
    "reward": {"amount": 500},
    "times": 2,
    "words": {"en": "Show your mug."},
}
POINTS: Body = {"units": {"points": {"value": 100, "per": 10, "minimum": 20}}}


@pytest.fixture
def maya(shop: Shop) -> Body:
    """An ambassador with 4.50 euro available and 9 euro on hold, in a program that has all there is."""
    shop.publish(spend_minimum=100, tasks=[TASK], leaderboard={}, time_zone="Europe/Berlin", **POINTS)
    maya = shop.enrol()
    shop.redeem(maya["code"], "o1", 5000)
    shop.stream()
    shop.days(31)
    shop.redeem(maya["code"], "o2", 10000)
    shop.stream()
    return maya


@pytest.fixture
def browser(shop: Shop, maya: Body) -> Browser:
    """Her browser."""
    return Browser(shop).as_ambassador(maya["id"])


def words(page: Seen) -> str:
    """The text of a page with single blanks."""
    return " ".join(page.text.replace("\u00a0", " ").split())


# --- statement --------------------------------------------------------------------------------------------------------


def test_months_and_a_month(browser: Browser) -> None:
    """The list leads to a month, which says of each movement why, what, and when what waits is released."""
    months = browser.get("/me/statement")
    assert [it for it in months.headings if it[0] == "h2"] == [("h2", "April 2026"), ("h2", "March 2026")]
    april = browser.get(months.link("April 2026"))
    assert april.headings[0] == ("h1", "April 2026")
    text = words(april)
    assert "The wait for a friend’s order is over, and the reward is yours." in text
    assert "A friend ordered with your code." in text
    assert "It is yours on 1 May 2026." in text
    assert "What you had on 1 April 2026 Waiting€4.50" in text
    assert text.index("What you have at the end") < text.index("€9.00", text.index("What you have at the end"))


def test_a_month_as_a_table(browser: Browser) -> None:
    """The file is the API's table, and comes under a name of its own."""
    april = browser.get("/me/statement/2026-04")
    file = browser.get(april.link("CSV"))
    assert file.headers["Content-Disposition"] == 'attachment; filename="2026-04.csv"'
    rows = list(csv.DictReader(io.StringIO(file.html)))
    assert [it["kind"] for it in rows] == ["opening", "release", "hold", "closing"]
    assert rows[-1]["available"] == "4.50"


def test_a_month_in_another_language_and_its_digits(browser: Browser, shop: Shop) -> None:
    """Where the program writes numbers in the reader's digits, a page asks for its sentences all the same."""
    shop.publish(digits="customary", time_zone="Europe/Berlin", tasks=[TASK])
    browser.send(browser.get("/me").form("Language"), language="bn")
    page = browser.get("/me/statement/2026-04")
    assert (page.status, page.headers["Content-Language"]) == (200, "bn-u-nu-beng")
    assert "€৪.৫০" in page.text
    assert browser.get("/me/tasks").status == 200


@pytest.mark.parametrize("month", ["2027-01", "2026-13", "nothing", "2027-01.csv"])
def test_a_month_that_is_none(browser: Browser, month: str) -> None:
    """It says so in words."""
    page = browser.get(f"/me/statement/{month}")
    assert page.status in {400, 404}
    assert ("h1", "That did not work") in page.headings


def test_nothing_has_moved(shop: Shop) -> None:
    """A new ambassador reads what will stand here."""
    page = Browser(shop).as_ambassador(shop.enrol("new@example.com")["id"]).get("/me/statement")
    assert "Nothing has moved yet." in words(page)


# --- spend ------------------------------------------------------------------------------------------------------------


def test_a_coupon_is_made_and_taken_back(browser: Browser, shop: Shop, maya: Body) -> None:
    """Its code is on the page; sent twice it is one; taken back, its amount is available again."""
    form = browser.get("/me/spend").form("Make a coupon")
    made = browser.send(form, **{"amount-EUR": "2,50"})
    assert "Your coupon is made." in words(made)
    browser.send(form, **{"amount-EUR": "2,50"})
    assert (shop.account(maya["id"])["available"], shop.account(maya["id"])["reserved"]) == (200, 250)
    (code,) = (
        it["code"]
        for it in shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}/spends", scope="admin:read"))["items"]
    )
    assert code in words(made)
    assert "€2.50 off, until 1 May 2026" in words(made)
    back = browser.send(browser.get("/me/spend").form("Take it back"))
    assert "Taken back" in words(back)
    assert shop.account(maya["id"])["available"] == 450


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("99", "You don’t have that much available."),
        ("0.50", "That is less than the smallest coupon."),
        ("a lot", "Please write an amount in figures."),
        ("1.234", "Please write an amount in figures."),
        ("-3", "Please write an amount in figures."),
    ],
)
def test_a_wish_that_can_t_be(browser: Browser, typed: str, said: str) -> None:
    """It is said at the field, what was typed stays, and nothing is reserved."""
    page = browser.send(browser.get("/me/spend").form("Make a coupon"), **{"amount-EUR": typed})
    assert page.status >= 400
    assert said in words(page)
    assert ("amount-EUR", typed) in page.form("Make a coupon").fields
    assert 'aria-invalid="true"' in page.html


# --- claims -----------------------------------------------------------------------------------------------------------


def test_an_order_is_claimed(browser: Browser, shop: Shop) -> None:
    """It stands in the list until an admin decides, and what they decided stands there then."""
    sent = browser.send(browser.get("/me/claims").form("Number of the order"), order_id="o77", note="My neighbour.")
    assert "Thank you. Somebody will look at it." in words(sent)
    assert "Order o77 We are looking at it" in words(sent)
    (claim,) = shop.read(shop.call("GET", "/v1/claims", scope="admin:read"))["items"]
    told = {"decision": "deny", "note": "It was somebody else's."}
    shop.call("POST", f"/v1/claims/{claim['id']}", told, scope="admin:write")
    shop.cloud.engine.settle_indexes()
    page = words(browser.get("/me/claims"))
    assert "We could not count it" in page
    assert "somebody else's" not in page


def test_of_orders_that_are_not_hers_she_learns_nothing(browser: Browser, shop: Shop) -> None:
    """One that nobody knows and one of another ambassador's look alike; of her own she reads where it stands."""
    shop.redeem(shop.enrol("lea@example.com")["code"], "lea-1")
    shop.stream()
    answers = []
    for order_id in ("lea-1", "nobody"):
        page = browser.send(browser.get("/me/claims").form("Number of the order"), order_id=order_id)
        answers.append((page.status, words(page).split("What you have sent")[0]))
    assert answers[0] == answers[1]
    own = browser.send(browser.get("/me/claims").form("Number of the order"), order_id="o1")
    assert "Order o1 is yours already" in words(own)


def test_a_number_that_is_none(browser: Browser) -> None:
    """It is said at the field, and what was typed stays."""
    form = browser.get("/me/claims").form("Number of the order")
    page = browser.send(form, order_id="x" * 200, note="Please.")
    assert "Please type the number as it stands in the confirmation of the order." in words(page)
    assert ("note", "Please.") in page.form("Number of the order").fields


# --- codes ------------------------------------------------------------------------------------------------------------


def test_a_code_is_wished_for_paused_and_let_work_again(browser: Browser, shop: Shop) -> None:
    """It has its link and QR code, works at once, and for nobody while it is paused; a refusal is told alone."""
    made = browser.send(browser.get("/me/codes").form("Make a code"), code="Lake")
    assert "The code is made, and works at once." in words(made)
    assert "/r/LAKE/qr.svg" in made.html
    assert shop.redeem("LAKE", "o8").status_code == 201
    refused = browser.send(made.form("Make a code"), code="12")
    assert ("A code is a short word" in words(refused), "The code is made" in words(refused)) == (True, False)
    paused = browser.send(next(it for it in made.forms if ("pause", "LAKE") in it.fields))
    assert "You have paused it: it works for nobody." in words(paused)
    assert shop.redeem("LAKE", "o9").status_code == 422
    browser.send(paused.form("resume"))
    assert shop.redeem("LAKE", "o9").status_code == 201


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("12", "A code is a short word"),
        ("kavya ceramics", "This word can’t be a code."),
        ("LEAS", "Somebody has this code already"),
    ],
)
def test_a_wish_that_is_no_code(browser: Browser, shop: Shop, wish: str, said: str) -> None:
    """It is said at the field, and what was typed stays."""
    lea = Browser(shop).as_ambassador(shop.enrol("lea@example.com")["id"])
    lea.send(lea.get("/me/codes").form("Make a code"), code="LEAS")
    page = browser.send(browser.get("/me/codes").form("Make a code"), code=wish)
    assert said in words(page)
    assert ("code", wish) in page.form("Make a code").fields


# --- tasks, offers ----------------------------------------------------------------------------------------------------


def test_something_is_shown(browser: Browser, shop: Shop) -> None:
    """A link that is sent stands in the list; one that is none is said at its field."""
    page = browser.get("/me/tasks")
    assert "Show your mug. €5.00 You can send 2 more." in words(page)
    wrong = browser.send(page.form("Link to it"), **{"link-1": "my picture", "note-1": "By the lake!"})
    assert "Please paste the whole link, which begins with https://" in words(wrong)
    assert ("note-1", "By the lake!") in wrong.form("Link to it").fields
    sent = browser.send(wrong.form("Link to it"), **{"link-1": "https://pictures.example/1"})
    assert "Thank you! Somebody will look at it soon." in words(sent)
    assert "We are looking at it" in words(sent)
    (task,) = shop.read(shop.call("GET", "/v1/tasks?kind=proof", scope="admin:read"))["items"]
    assert task["words"] == "By the lake!"


def test_no_offer_is_said(browser: Browser) -> None:
    """Who has none reads that."""
    assert "There is none just now." in words(browser.get("/me/offers"))


# --- preferences, data ------------------------------------------------------------------------------------------------


def test_what_one_wants_is_kept(browser: Browser, shop: Shop, maya: Body) -> None:
    """What is ticked comes, what is not does not, and only what was changed is an answer."""
    saved = browser.send(browser.get("/me/preferences").form("purpose"), purpose=["rewards", "tips"])
    assert "Saved." in words(saved)
    person = _person(shop, maya)
    assert {name for name, it in person["consents"].items() if it["agreed"]} == {"rewards", "tips"}
    assert person["consents"]["tips"]["text"].startswith("Tips: ")
    assert "own_no" not in person["consents"]["care"]
    browser.send(browser.get("/me/preferences").form("everything"))
    person = _person(shop, maya)
    assert not [name for name, it in person["consents"].items() if it["agreed"]]


def _person(shop: Shop, maya: Body) -> Body:
    """Her as the shop knows her."""
    found = shop.call("GET", f"/v1/people?code={maya['code']}", scope="admin:read")
    person: Body = shop.read(found)["items"][0]
    return person


def test_all_of_it_as_a_file(browser: Browser) -> None:
    """It holds what the API's export holds."""
    page = browser.get("/me/data")
    assert "maya@example.com" in page.text
    file = browser.get(page.link("as a file"))
    assert file.headers["Content-Disposition"] == 'attachment; filename="data.json"'
    assert json.loads(file.html)["person"]["email"] == "maya@example.com"


def test_it_is_limited_and_lifted(browser: Browser, shop: Shop, maya: Body) -> None:
    """Each with one button, which says the other afterwards."""
    limited = browser.send(browser.get("/me/data").form("Limit it to that"))
    assert _person(shop, maya)["restricted_at"]
    browser.send(limited.form("Lift that again"))
    assert "restricted_at" not in _person(shop, maya)


def test_a_deletion_is_asked_twice(browser: Browser, shop: Shop, maya: Body) -> None:
    """First it says what goes, what stays and what is lost; then all is gone, and nobody is signed in any more."""
    page = browser.get(browser.get("/me/data").link("Delete my data"))
    assert "You still have Available€4.50 Waiting€9.00" in words(page)
    assert _person(shop, maya)["email"] == "maya@example.com"
    gone = browser.send(page.form("Yes, delete all of it"))
    assert gone.status == 200
    assert browser.cookies == {}
    assert browser.get("/me").path.startswith("/sign-in")
    assert _person(shop, maya)["email"] is None


# --- leaderboard ------------------------------------------------------------------------------------------------------


def test_on_the_list_and_off_it(browser: Browser, shop: Shop) -> None:
    """Who takes part sees whom they are next to; a name with an address is refused at the field."""
    wrong = browser.send(browser.get("/me/leaderboard").form("name"), name="maya@example.com")
    assert "A name here can’t hold an address" in words(wrong)
    entered = browser.send(wrong.form("name"), name="Maya of the lake")
    assert "You are on the list." in words(entered)
    left = browser.send(entered.form("leave"))
    assert "You are not on it" in words(left)


def test_there_is_no_list(browser: Browser, shop: Shop) -> None:
    """Where the program has none, the page says so, and the menu does not lead there."""
    shop.publish()
    page = browser.get("/me/leaderboard")
    assert page.status == 200
    assert "There is no such list here at present." in words(page)
    assert "/me/leaderboard" not in [href for href, _ in page.links]


# --- others -----------------------------------------------------------------------------------------------------------


def coupon_of(shop: Shop, other: str) -> tuple[str, dict[str, str]]:
    """Another one's coupon, to be taken back."""
    told = {"Authorization": f"Bearer {shop.session(other)}", "Idempotency_Key": "s"}
    made = shop.read(shop.call("POST", "/v1/ambassadors/me/spends", {"amount": eur(100)}, **told))
    return "/me/spend", {"take_back": made["id"]}


def code_of(shop: Shop, other: str) -> tuple[str, dict[str, str]]:
    """Another one's code, to be paused."""
    shown = shop.read(shop.call("GET", f"/v1/ambassadors/{other}", scope="admin:read"))
    return "/me/codes", {"pause": shown["code"]}


@pytest.mark.parametrize("of", [coupon_of, code_of])
def test_nobody_has_a_hand_in_anothers(
    browser: Browser, shop: Shop, of: Callable[[Shop, str], tuple[str, dict[str, str]]]
) -> None:
    """Another ambassador's things are not there, whatever a form is made to say."""
    lea = shop.enrol("lea@example.com")
    shop.redeem(lea["code"], "lea-1", 20000)
    shop.stream()
    shop.days(31)
    browser.as_ambassador(_id(shop, "maya@example.com"))
    path, fields = of(shop, lea["id"])
    guard = dict(browser.get(path).forms[0].fields)["guard"]
    before = shop.account(lea["id"])
    answer = browser.post(path, {**fields, "guard": guard})
    assert answer.status_code == 404
    assert shop.account(lea["id"]) == before
    assert shop.redeem(lea["code"], "lea-2").status_code == 201


def _id(shop: Shop, email: str) -> str:
    found = shop.read(shop.call("GET", f"/v1/ambassadors?email={email}", scope="admin:read"))
    return str(found["items"][0]["id"])

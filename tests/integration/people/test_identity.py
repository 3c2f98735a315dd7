"""Who is who: ambassadors are found, what is known of them is corrected, and an id that is told later joins them."""

import json
from io import StringIO
from urllib.parse import quote

import pytest
from chalice.test import HTTPResponse

from chalicelib import deps
from chalicelib.operations.people.identity import correct
from memory.faults import meanwhile
from memory.shop import Body, Shop

LEA = "lea@example.com"


def find(shop: Shop, **asked: str) -> list[Body]:
    """Look for an ambassador."""
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in asked.items())
    answer = shop.call("GET", f"/v1/ambassadors?{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    page = shop.read(answer)
    assert page["next_cursor"] is None
    return list(page["items"])


def patch(shop: Shop, ambassador: Body, **changes: object) -> HTTPResponse:
    """Correct an ambassador as an admin."""
    return shop.call("PATCH", f"/v1/ambassadors/{ambassador['id']}", changes, scope="admin:write")


def profile(shop: Shop, ambassador: Body) -> Body:
    """An ambassador as an admin reads them."""
    return shop.read(shop.call("GET", f"/v1/ambassadors/{ambassador['id']}", scope="admin:read"))


def reason(answer: HTTPResponse) -> str:
    """Why a request was refused."""
    assert answer.status_code in {403, 409, 422}, answer.body
    return str(Shop.read(answer)["reason"])


def further(shop: Shop, ambassador: Body, key: str = "k") -> str:
    """Give an ambassador another code."""
    path = f"/v1/ambassadors/{ambassador['id']}/codes"
    return str(shop.read(shop.call("POST", path, {}, scope="admin:write", Idempotency_Key=key))["code"])


# --- finding ----------------------------------------------------------------------------------------------------------


def test_an_ambassador_is_found(shop: Shop) -> None:
    """By any spelling of the address, by the shop's id, by any spelling of any code: and shown as under the own id."""
    lea = shop.enrol("lea.sol@gmail.com", "Lea", customer_id="gid://shop/Customer/9 ä")
    shop.enrol("other@example.com", customer_id="9")
    code = further(shop, lea)
    asked = [
        {"email": "lea.sol@gmail.com"},
        {"email": " LeaSol+news@GoogleMail.com"},
        {"customer_id": "gid://shop/Customer/9 ä"},
        {"code": lea["code"]},
        {"code": f" {code[:4].lower()}-{code[4:]}"},
    ]
    for query in asked:
        assert find(shop, **query) == [profile(shop, lea)], query


def test_a_plus_sign_may_come_as_it_is(shop: Shop) -> None:
    """A plus sign that nobody has encoded reads as a blank, which no address has."""
    lea = shop.enrol("lea+shop@example.com", "Lea")
    answer = shop.call("GET", "/v1/ambassadors?email=lea+shop@example.com", scope="admin:read")
    assert [it["id"] for it in shop.read(answer)["items"]] == [lea["id"]]


def test_nobody_is_found(shop: Shop) -> None:
    """An address, an id or a code that nobody has is an empty list; a friend is no ambassador."""
    lea = shop.enrol(LEA, "Lea", customer_id="c-1")
    shop.redeem(lea["code"], customer={"email": "fay@example.com", "id": "c-2"})
    nobody = [
        {"email": "fay@example.com"},
        {"customer_id": "c-2"},
        {"customer_id": LEA},
        {"code": "22222222"},
        {"code": "?"},
    ]
    for query in nobody:
        assert find(shop, **query) == [], query


@pytest.mark.parametrize(
    "query", ["", "email=lea@example.com&code=x", "name=Lea", "email=lea", "customer_id=", "limit=1"]
)
def test_one_way_to_look(shop: Shop, query: str) -> None:
    """Exactly one of the three; what can be no address is a 400 that does not repeat it."""
    answer = shop.call("GET", f"/v1/ambassadors?{query}", scope="admin:read")
    assert answer.status_code == 400
    assert shop.read(answer)["errors"]
    assert "lea" not in answer.body.decode()


def test_an_address_in_a_query_is_not_logged(shop: Shop, log: StringIO) -> None:
    """Neither one that is found, nor one that is not, nor one that is refused."""
    shop.enrol(LEA, "Lea", customer_id="c-secret")
    for query in (f"email={LEA}", "email=nobody@example.com", f"email={LEA}&email=x", "customer_id=c-secret"):
        shop.call("GET", f"/v1/ambassadors?{query}", scope="admin:read")
    logged = log.getvalue()
    assert logged.count('"route":"/v1/ambassadors"') > 3
    for word in (LEA, "nobody@", "c-secret"):
        assert word not in logged


# --- an id that is told later -----------------------------------------------------------------------------------------


def enrol(shop: Shop, email: str, **more: object) -> HTTPResponse:
    """Enrol somebody."""
    return shop.call("POST", "/v1/ambassadors", {"email": email, "first_name": "Lea", **more}, scope="enrol")


def test_an_id_told_later_joins(shop: Shop) -> None:
    """Enrolled again with an id, nothing else changes: whoever has it can't use any of the codes, and it finds them."""
    lea = shop.enrol(LEA, "Lea")
    other = further(shop, lea)
    again = enrol(shop, LEA, customer_id="c-9")
    assert (again.status_code, shop.read(again)) == (200, lea)
    for number, code in enumerate((lea["code"], other, further(shop, lea, "l"))):
        own = shop.redeem(code, f"o-{number}", customer={"email": "lea2@example.com", "id": "c-9"})
        assert reason(own) == "own_code"
    assert profile(shop, lea)["customer_id"] == "c-9"
    assert [it["id"] for it in find(shop, customer_id="c-9")] == [lea["id"]]
    before = shop.everything()
    assert shop.read(enrol(shop, LEA, customer_id="c-9")) == lea
    assert shop.everything() == before


def test_a_second_id_joins_beside_the_first(shop: Shop) -> None:
    """A shop may know one person by several ids: each of them is theirs, the profile goes on naming the first."""
    lea = shop.enrol(LEA, "Lea", customer_id="c-8")
    assert shop.read(enrol(shop, LEA, customer_id="c-9")) == lea
    assert profile(shop, lea)["customer_id"] == "c-8"
    for known in ("c-8", "c-9"):
        assert [it["id"] for it in find(shop, customer_id=known)] == [lea["id"]]
        assert reason(shop.redeem(lea["code"], "o-1", customer={"email": "x@example.com", "id": known})) == "own_code"


def test_an_id_of_somebody_else_joins_nobody(shop: Shop) -> None:
    """The answer says that it is taken, whether it comes at once or later; whoever has it can't use the codes."""
    lea = shop.enrol(LEA, "Lea", customer_id="c-9")
    at_once, later = enrol(shop, "at-once@example.com", customer_id="c-9"), enrol(shop, "later@example.com")
    first = shop.read(later)
    later = enrol(shop, "later@example.com", customer_id="c-9")
    assert (at_once.status_code, later.status_code) == (201, 200)
    assert shop.read(later) == {**first, "customer_id_taken": True}
    for answer in (at_once, later):
        told = shop.read(answer)
        assert list(told) == ["id", "code", "share_url", "qr_url", "customer_id_taken"]
        assert told["customer_id_taken"] is True
        assert profile(shop, told)["customer_id"] is None
        assert reason(shop.redeem(told["code"], "o-1", customer={"email": "x@example.com", "id": "c-9"})) == "own_code"
    assert [it["id"] for it in find(shop, customer_id="c-9")] == [lea["id"]]
    before = shop.everything()
    assert shop.read(enrol(shop, "later@example.com", customer_id="c-9"))["customer_id_taken"] is True
    assert shop.everything() == before


# --- corrections ------------------------------------------------------------------------------------------------------


def test_a_corrected_address(shop: Shop) -> None:
    """The new address is the ambassador's from then on, and the former one too where codes are concerned."""
    lea = shop.enrol("le@example.com", "Lea", customer_id="c-9")
    other, token = further(shop, lea), shop.session(lea["id"])
    shop.redeem(lea["code"], "o-1")
    shop.stream()
    answer = patch(shop, lea, email="Lea@Example.com")
    assert answer.status_code == 200
    assert shop.read(answer) == profile(shop, lea)
    assert profile(shop, lea)["email"] == "Lea@Example.com"
    assert shop.enrol(LEA) == lea
    for code in (lea["code"], other, further(shop, lea, "l")):
        for email in (LEA, "le@example.com"):
            assert reason(shop.redeem(code, "o-2", customer={"email": email})) == "own_code"
        assert reason(shop.redeem(code, "o-2", customer={"email": "x@example.com", "id": "c-9"})) == "own_code"
    assert shop.account(lea["id"])["held"] == 450
    assert shop.call("GET", "/v1/ambassadors/me", Authorization=f"Bearer {token}").status_code == 200
    assert find(shop, email="le@example.com") == []
    assert [it["id"] for it in find(shop, email=LEA)] == [lea["id"]]


def test_the_former_address_is_free(shop: Shop) -> None:
    """If it was a mistake it is somebody else's: they become an ambassador of their own, and nobody sees another's."""
    lea = shop.enrol("le@example.com", "Lea")
    patch(shop, lea, email=LEA)
    stranger = shop.enrol("le@example.com", "Leo")
    assert stranger["id"] != lea["id"]
    assert [it["id"] for it in find(shop, email="le@example.com")] == [stranger["id"]]
    assert reason(patch(shop, lea, email="le@example.com")) == "email_taken"
    patch(shop, stranger, email="leo@example.com")
    assert patch(shop, lea, email="le@example.com").status_code == 200
    assert shop.enrol("le@example.com") == lea


def test_what_is_somebody_elses_is_refused(shop: Shop) -> None:
    """409 with the reason and whose it is; nothing of the request is carried out, not even what would be possible."""
    lea, mia = shop.enrol(LEA, "Lea", customer_id="c-9"), shop.enrol("mia.b@gmail.com", "Mia")
    before = shop.everything()
    for changes, why in (
        ({"email": "LEA@example.com", "first_name": "M"}, "email_taken"),
        ({"customer_id": "c-9", "first_name": "M"}, "customer_id_taken"),
        ({"email": "new@example.com", "customer_id": "c-9"}, "customer_id_taken"),
    ):
        answer = patch(shop, mia, **changes)
        assert (answer.status_code, reason(answer)) == (409, why)
        assert lea["id"] in shop.read(answer)["detail"]
    assert shop.everything() == before


def test_an_id_is_corrected(shop: Shop) -> None:
    """Another id, or none: the former one is free, and still can't use the codes."""
    lea = shop.enrol(LEA, "Lea", customer_id="c-8")
    assert shop.read(patch(shop, lea, customer_id="c-9"))["customer_id"] == "c-9"
    assert find(shop, customer_id="c-8") == []
    assert shop.read(patch(shop, lea, customer_id=None))["customer_id"] is None
    assert find(shop, customer_id="c-9") == []
    for known in ("c-8", "c-9"):
        assert reason(shop.redeem(lea["code"], "o-1", customer={"email": "x@example.com", "id": known})) == "own_code"
    assert "customer_id_taken" not in shop.read(enrol(shop, "mia@example.com", customer_id="c-9"))


def test_what_an_ambassador_may_change(shop: Shop) -> None:
    """Names, language, birthday, consents: in a session as with an admin's key; address and id are the shop's."""
    lea = shop.enrol(LEA, "Lea", last_name="S", locale="es", birthday="04-01", consents=["terms", "newsletter"])
    signed_in = {"Authorization": f"Bearer {shop.session(lea['id'])}"}
    told = {"first_name": "Leah", "last_name": None, "locale": "gu", "birthday": "1990-02-28"}
    answer = shop.call(
        "PATCH", "/v1/ambassadors/me", {**told, "consents": {"newsletter": False, "sms": True}}, **signed_in
    )
    shown = shop.read(answer)
    assert (answer.status_code, {name: shown[name] for name in told}) == (200, told)
    assert shown["consents"] == ["sms", "terms"]
    assert shop.read(patch(shop, lea, consents=["terms"], locale=None))["consents"] == ["terms"]
    assert profile(shop, lea)["locale"] == "en"
    before = shop.everything()
    for changes in ({"email": "x@example.com"}, {"customer_id": "c-1"}, {"first_name": "L", "customer_id": None}):
        refused = shop.call("PATCH", "/v1/ambassadors/me", changes, **signed_in)
        assert (refused.status_code, reason(refused)) == (403, "wrong_scope")
    assert shop.everything() == before


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"email": None},
        {"first_name": None},
        {"email": "lea"},
        {"birthday": "02-30"},
        {"code": "X"},
        {"consents": None},
    ],
)
def test_what_is_no_correction(shop: Shop, changes: Body) -> None:
    """400 with a pointer, and nothing is changed."""
    lea = shop.enrol(LEA, "Lea")
    before = shop.everything()
    answer = patch(shop, lea, **changes)
    assert answer.status_code == 400
    assert shop.read(answer)["errors"]
    assert shop.everything() == before


def test_a_correction_and_a_new_code_at_the_same_time(shop: Shop) -> None:
    """A code that is made while an address is corrected is as much its owner's as the others."""
    lea = shop.enrol("le@example.com", "Lea")
    made: list[str] = []

    def overtake() -> None:
        if not made:
            made.append("")
            made[0] = further(shop, lea)

    shop.faults.before("TransactWriteItems", meanwhile(overtake))
    assert patch(shop, lea, email=LEA).status_code == 200
    assert reason(shop.redeem(made[0], "o-1", customer={"email": LEA})) == "own_code"


def test_two_corrections_at_the_same_time(shop: Shop) -> None:
    """Both are carried out, one after the other: neither is lost."""
    lea = shop.enrol(LEA, "Lea")
    overtaken: list[HTTPResponse] = []

    def overtake() -> None:
        if not overtaken:
            overtaken.append(HTTPResponse(b"", {}, 0))
            overtaken[0] = patch(shop, lea, last_name="Sol")

    shop.faults.before("TransactWriteItems", meanwhile(overtake))
    assert patch(shop, lea, first_name="Leah").status_code == 200
    assert overtaken[0].status_code == 200
    shown = profile(shop, lea)
    assert (shown["first_name"], shown["last_name"]) == ("Leah", "Sol")


def test_addresses_name_no_item(shop: Shop) -> None:
    """Wherever people are known, a pseudonym stands in the keys: an address is in the person alone."""
    lea = shop.enrol("le@example.com", "Lea", customer_id="c-secret")
    patch(shop, lea, email=LEA, customer_id="c-other")
    for item in shop.everything():
        if item["SK"]["S"] != "PERSON":
            assert not any(word in json.dumps(item) for word in ("le@example", LEA, "c-secret", "c-other")), item["PK"]
    _, person = correct(deps.table(), lea["id"], lambda it: it, deps.outlook(), now=shop.now)  # type: ignore[misc]
    assert person.email == LEA

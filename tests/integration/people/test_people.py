"""People in one place: told by the shop, found, corrected, and two who turn out to be one."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from chalice.test import HTTPResponse

from memory.shop import Body, Shop, refusal

LEA = "lea@example.com"


def tell(shop: Shop, email: str = LEA, **more: object) -> HTTPResponse:
    """Tell something of a customer."""
    return shop.call("PUT", "/v1/people", {"email": email, **more}, scope="people")


def told(shop: Shop, email: str = LEA, **more: object) -> Body:
    """Tell something of a customer, and return them as they are known."""
    answer = tell(shop, email, **more)
    assert answer.status_code in {200, 201}, answer.body
    return shop.read(answer)


def find(shop: Shop, **asked: str) -> list[Body]:
    """Look for a person."""
    query = "&".join(f"{name}={quote(text, safe='')}" for name, text in asked.items())
    answer = shop.call("GET", f"/v1/people?{query}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return list(shop.read(answer)["items"])


def person(shop: Shop, person_id: str) -> Body:
    """A person as an admin reads them."""
    answer = shop.call("GET", f"/v1/people/{person_id}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def patch(shop: Shop, known: Body, **changes: object) -> HTTPResponse:
    """Correct a person as an admin."""
    return shop.call("PATCH", f"/v1/people/{known['id']}", changes, scope="admin:write")


def merge(shop: Shop, known: Body, other: Body) -> HTTPResponse:
    """Let a person take in another one."""
    body = {"other": other["id"], "note": "They wrote to us."}
    return shop.call("POST", f"/v1/people/{known['id']}/merge", body, scope="admin:write")


def own(shop: Shop, ambassador: Body) -> dict[str, str]:
    """The header of a session of an ambassador."""
    return {"Authorization": f"Bearer {shop.session(ambassador['id'])}"}


WHOLE: Body = {
    "customer_id": "c-1",
    "first_name": "Lea",
    "last_name": "Sol",
    "locale": "es-MX",
    "time_zone": "America/Mexico_City",
    "country": "MX",
    "birthday": "04-17",
    "handles": {"instagram": "lea.sol"},
    "interests": ["tea", "clay"],
}

# --- telling ----------------------------------------------------------------------------------------------------------


def test_what_is_told_is_known(shop: Shop) -> None:
    """All of it, once: the first time 201, the same again 200 with nothing written."""
    answer = tell(shop, **WHOLE)
    assert answer.status_code == 201
    lea = shop.read(answer)
    assert {name: lea[name] for name in WHOLE} == WHOLE
    assert (lea["email"], lea["created_at"]) == (LEA, "2026-03-01T12:00:00Z")
    before = shop.everything()
    shop.now += timedelta(days=1)
    again = tell(shop, "Lea@Example.com" and LEA, **WHOLE)
    assert (again.status_code, shop.read(again)) == (200, lea)
    assert shop.everything() == before


def test_what_is_left_out_stays(shop: Shop) -> None:
    """Null and empty say nothing as well: a nightly export of another system takes nothing away."""
    lea = told(shop, **WHOLE)
    later = told(shop, first_name="Leah", last_name=None, birthday="", time_zone="")
    assert later == {**lea, "first_name": "Leah", "told": later["told"]}


def test_who_is_known_by_one_is_known_by_the_other(shop: Shop) -> None:
    """An id that is told later, and another address told with the id, lead to the same person, whom both name."""
    lea = told(shop)
    assert told(shop, customer_id="c-1")["id"] == lea["id"]
    moved = told(shop, "lea@new.example", customer_id="c-1")
    assert (moved["id"], moved["email"]) == (lea["id"], "lea@new.example")
    for asked in ({"email": LEA}, {"email": "LEA@new.example"}, {"customer_id": "c-1"}):
        assert [it["id"] for it in find(shop, **asked)] == [lea["id"]], asked


def test_a_new_address_of_an_ambassador_owns_the_codes(shop: Shop) -> None:
    """Nobody becomes a friend of their own, by the address before or after."""
    maya = shop.enrol(customer_id="c-1")
    told(shop, "maya@new.example", customer_id="c-1")
    for number, email in enumerate(["maya@example.com", "maya@new.example"]):
        assert refusal(shop.redeem(maya["code"], f"o{number}", customer={"email": email})) == (422, "own_code")
    assert shop.findings(maya["id"]) == []
    assert shop.enrol("maya@new.example")["id"] == maya["id"]


def test_two_people_are_named_for_an_admin(shop: Shop) -> None:
    """An address of one and an id of another, of both of whom more is known: 409, and nothing has changed."""
    lea, leo = told(shop, first_name="Lea"), told(shop, "leo@example.com", customer_id="c-2", first_name="Leo")
    before = shop.everything()
    answer = tell(shop, customer_id="c-2", last_name="Sol")
    assert refusal(answer) == (409, "customer_id_taken")
    assert lea["id"] in shop.read(answer)["detail"]
    assert leo["id"] in shop.read(answer)["detail"]
    assert LEA not in answer.body.decode()
    assert shop.everything() == before


def test_who_is_known_by_an_address_alone_is_one_with_who_has_the_id(shop: Shop) -> None:
    """Nothing speaks against it: nothing else is known of them."""
    leo = told(shop, "leo@example.com", customer_id="c-2", first_name="Leo")
    bare = told(shop)
    both = told(shop, customer_id="c-2")
    assert (both["id"], both["first_name"]) == (leo["id"], "Leo")
    assert person(shop, bare["id"]) == {**both, "merged_into": leo["id"]}
    assert [it["id"] for it in find(shop, email="leo@example.com")] == [leo["id"]]
    assert told(shop)["id"] == leo["id"]


@pytest.mark.parametrize(
    ("pointer", "wrong"),
    [
        ("/time_zone", {"time_zone": "Europe/Atlantis"}),
        ("/country", {"country": "Germany"}),
        ("/birthday", {"birthday": "02-30"}),
        ("/handles", {"handles": {"Insta Gram": "lea"}}),
        ("/handles/instagram", {"handles": {"instagram": "a\nb"}}),
        ("/interests/1", {"interests": ["tea", " "]}),
        ("/consents", {"consents": {"service": {"given": False}}}),
        ("/consents/*/given", {"consents": {"*": {"given": True}}}),
        ("/consents/tips/given", {"consents": {"tips": {}}}),
        ("/consents/tips/at", {"consents": {"tips": {"given": True, "at": "2027-03-01T12:00:00Z"}}}),
        ("/nickname", {"nickname": "Lea"}),
    ],
)
def test_what_can_not_be_is_refused(shop: Shop, pointer: str, wrong: Body) -> None:
    """With its place; nothing of it is kept."""
    before = shop.everything()
    answer = tell(shop, **wrong)
    assert answer.status_code == 400
    assert [it["pointer"] for it in shop.read(answer)["errors"]] == [pointer]
    assert shop.everything() == before


# --- finding ----------------------------------------------------------------------------------------------------------


def test_a_person_is_found(shop: Shop) -> None:
    """By address, id, code or order; and nobody by what leads nowhere."""
    maya = shop.enrol(customer_id="c-1")
    shop.redeem(maya["code"], "o1", customer={"email": "fay@example.com"})
    shop.stream()
    (found,) = find(shop, email=" Maya@Example.com")
    assert find(shop, customer_id="c-1") == find(shop, code=maya["code"].lower()) == [found]
    assert (found["ambassador_id"], found["first_name"]) == (maya["id"], "Maya")
    for nobody in ({"email": "no@example.com"}, {"customer_id": "x"}, {"code": "?"}, {"order_id": "o9"}):
        assert find(shop, **nobody) == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        "email=lea@example.com&code=x",
        "name=Lea&email=lea@example.com",
        "name=%2C%20-",
        "email=lea",
        "limit=1",
        "code=x&limit=0",
    ],
)
def test_one_way_to_look(shop: Shop, query: str) -> None:
    """Exactly one of the five; what can be no address is a 400 that does not repeat it."""
    answer = shop.call("GET", f"/v1/people?{query}", scope="admin:read")
    assert answer.status_code == 400
    assert "lea" not in answer.body.decode()


def test_nobody_is_no_person(shop: Shop) -> None:
    """404, on every route that names one."""
    calls: list[tuple[str, str, object, str]] = [
        ("GET", "", None, "admin:read"),
        ("PATCH", "", {"first_name": "Lea"}, "admin:write"),
        ("POST", "/merge", {"other": "per_1", "note": "x"}, "admin:write"),
        ("POST", "/restrict", {"restricted": True}, "admin:write"),
    ]
    for method, path, body, scope in calls:
        answer = shop.call(method, f"/v1/people/per_none{path}", body, scope=scope)
        assert refusal(answer) == (404, "not_found"), path


# --- correcting -------------------------------------------------------------------------------------------------------


def test_what_was_told_is_corrected(shop: Shop) -> None:
    """Null takes back, the rest stays."""
    lea = told(shop, **WHOLE)
    answer = patch(shop, lea, first_name="Leah", birthday=None, handles=None, interests=["tea"])
    assert answer.status_code == 200
    changed: Body = {"first_name": "Leah", "birthday": None, "handles": {}, "interests": ["tea"]}
    after = shop.read(answer)
    assert after == {**lea, **changed, "told": after["told"]}
    assert person(shop, lea["id"]) == after


def test_a_corrected_address_leads_here_and_the_former_is_free(shop: Shop) -> None:
    """It may have been a mistake: whoever it is of is somebody else."""
    lea = told(shop, customer_id="c-1", first_name="Lea")
    assert patch(shop, lea, email="lea@right.example").status_code == 200
    assert [it["id"] for it in find(shop, email="lea@right.example")] == [lea["id"]]
    assert find(shop, email=LEA) == []
    assert told(shop, first_name="Other")["id"] != lea["id"]
    assert patch(shop, lea, customer_id=None).status_code == 200
    assert find(shop, customer_id="c-1") == []


def test_a_corrected_ambassador_is_no_friend_of_their_own(shop: Shop) -> None:
    """As when it is the ambassador that is corrected; and nobody else's address can be taken."""
    maya, noor = shop.enrol(), shop.enrol("noor@example.com", "Noor")
    (known,) = find(shop, email="maya@example.com")
    assert patch(shop, known, email="maya@new.example").status_code == 200
    for number, email in enumerate(["maya@example.com", "maya@new.example"]):
        assert refusal(shop.redeem(maya["code"], f"o{number}", customer={"email": email})) == (422, "own_code")
    (other,) = find(shop, email="noor@example.com")
    before = shop.everything()
    answer = patch(shop, known, email="noor@example.com")
    assert refusal(answer) == (409, "email_taken")
    assert other["id"] in shop.read(answer)["detail"]
    assert shop.everything() == before
    assert shop.findings(maya["id"]) == shop.findings(noor["id"]) == []


def test_a_person_speaks_for_themselves(shop: Shop) -> None:
    """In a session: what is theirs to say; the address is the shop's, and of others they learn nothing."""
    maya = shop.enrol()
    lea = told(shop)
    session = own(shop, maya)
    me = shop.read(shop.call("GET", "/v1/people/me", **session))
    assert me["ambassador_id"] == maya["id"]
    assert shop.read(shop.call("GET", f"/v1/people/{me['id']}", **session)) == me
    answer = shop.call("PATCH", "/v1/people/me", {"time_zone": "Asia/Kolkata", "interests": ["clay"]}, **session)
    assert (shop.read(answer)["time_zone"], shop.read(answer)["interests"]) == ("Asia/Kolkata", ["clay"])
    assert refusal(shop.call("PATCH", "/v1/people/me", {"email": LEA}, **session)) == (403, "wrong_scope")
    for path in (f"/v1/people/{lea['id']}", "/v1/people/per_none"):
        assert refusal(shop.call("GET", path, **session)) == (404, "not_found")
        assert refusal(shop.call("PATCH", path, {"first_name": "x"}, **session)) == (404, "not_found")
    assert refusal(shop.call("GET", "/v1/people/me", scope="admin:read")) == (400, "invalid_request")


# --- consents ---------------------------------------------------------------------------------------------------------


def test_a_no_of_their_own_yields_to_no_import(shop: Shop) -> None:
    """The shop says yes each night, with a fresh date; only the person's own yes counts after their own no."""
    maya = shop.enrol()
    session = own(shop, maya)
    yes = {"tips": {"given": True, "source": "checkout", "text": "v1"}}
    assert told(shop, "maya@example.com", consents=yes)["consents"]["tips"]["agreed"]
    for word, expected in ((False, False), (None, False), (True, True)):
        shop.now += timedelta(minutes=1)
        if word is None:
            after = told(shop, "maya@example.com", consents=yes)
        else:
            answer = shop.call("PATCH", "/v1/people/me", {"consents": {"tips": {"given": word}}}, **session)
            after = shop.read(answer)
        assert after["consents"]["tips"]["agreed"] is expected, word


def test_a_no_to_everything_is_one_to_each_purpose(shop: Shop) -> None:
    """Rewards among them, which need no yes; and an older word of an import changes nothing."""
    lea = told(shop, consents={"offers": {"given": True, "at": "2026-02-01T00:00:00Z"}})
    assert [name for name, it in lea["consents"].items() if it["agreed"]] == ["rewards", "offers"]
    gone = told(shop, consents={"*": {"given": False, "at": "2026-02-02T00:00:00Z"}})
    assert [name for name, it in gone["consents"].items() if it["agreed"]] == []
    older = told(shop, consents={"offers": {"given": True, "at": "2026-02-01T12:00:00Z"}})
    assert [name for name, it in older["consents"].items() if it["agreed"]] == []
    again = told(shop, consents={"offers": {"given": True, "at": "2026-02-03T00:00:00Z"}})
    assert [name for name, it in again["consents"].items() if it["agreed"]] == ["offers"]


# --- two who are one --------------------------------------------------------------------------------------------------


def test_two_turn_out_to_be_one(shop: Shop) -> None:
    """What is known of the one stays, of the other comes what nobody knew; every way leads here; again is a replay."""
    lea = told(shop, first_name="Lea", birthday="04-17")
    other = told(shop, "lea@work.example", customer_id="c-2", first_name="L.", country="MX")
    answer = merge(shop, lea, other)
    assert answer.status_code == 201, answer.body
    both = shop.read(answer)
    assert (both["id"], both["first_name"], both["country"], both["customer_id"]) == (lea["id"], "Lea", "MX", "c-2")
    for asked in ({"email": LEA}, {"email": "lea@work.example"}, {"customer_id": "c-2"}):
        assert find(shop, **asked) == [both]
    assert person(shop, other["id"]) == {**both, "merged_into": lea["id"]}
    before = shop.everything()
    for one, two in ((lea, other), (other, lea)):
        again = merge(shop, one, two)
        assert (again.status_code, shop.read(again)["id"]) == (200, lea["id"])
    assert shop.everything() == before
    assert refusal(merge(shop, lea, lea)) == (409, "same_person")


@pytest.mark.parametrize("first", [True, False])
def test_an_ambassador_turns_out_to_be_a_friend(shop: Shop, first: bool) -> None:
    """From either side: from then on none of the addresses is a friend with the ambassador's codes."""
    maya = shop.enrol()
    (known,) = find(shop, email="maya@example.com")
    lea = told(shop, customer_id="c-2")
    assert merge(shop, *((known, lea) if first else (lea, known))).status_code == 201
    for number, customer in enumerate([{"email": LEA}, {"email": "x@example.com", "id": "c-2"}]):
        assert refusal(shop.redeem(maya["code"], f"o{number}", customer=customer)) == (422, "own_code")
    assert shop.enrol(LEA)["id"] == maya["id"]
    shown = shop.read(shop.call("GET", f"/v1/ambassadors/{maya['id']}", scope="admin:read"))
    assert shown["customer_id"] == "c-2"
    assert shop.findings(maya["id"]) == []


def test_two_ambassadors_turn_out_to_be_one(shop: Shop) -> None:
    """Their accounts are merged as well, and the books stay sound."""
    maya, twin = shop.enrol(), shop.enrol("maya@work.example", "M.")
    for number, code in enumerate([maya["code"], twin["code"]]):
        shop.redeem(code, f"o{number}")
    shop.stream()
    (one,), (two,) = find(shop, email="maya@example.com"), find(shop, email="maya@work.example")
    assert merge(shop, one, two).status_code == 201
    assert shop.account(maya["id"])["held"] == 900
    assert merge(shop, two, one).status_code == 200
    assert shop.findings(maya["id"]) == shop.findings(twin["id"]) == []


# --- restriction ------------------------------------------------------------------------------------------------------


def test_a_person_is_restricted_until_it_is_lifted(shop: Shop) -> None:
    """By an admin or in the person's own session; again changes nothing."""
    maya = shop.enrol()
    (known,) = find(shop, email="maya@example.com")
    path, session = f"/v1/people/{known['id']}/restrict", own(shop, maya)
    first = shop.read(shop.call("POST", path, {"restricted": True}, scope="admin:write"))
    assert first["restricted_at"] == "2026-03-01T12:00:00.001000Z"
    shop.now += timedelta(hours=1)
    session = own(shop, maya)
    assert shop.read(shop.call("POST", "/v1/people/me/restrict", {"restricted": True}, **session)) == first
    lifted: dict[str, Any] = shop.read(shop.call("POST", "/v1/people/me/restrict", {"restricted": False}, **session))
    assert "restricted_at" not in lifted
    assert person(shop, known["id"]) == lifted

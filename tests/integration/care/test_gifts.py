"""What people are given by occasions: in the ledger or as an offer, once, whatever breaks, and sound for the audit."""

import pytest

from chalicelib import deps
from chalicelib.operations.audit import audit
from memory.faults import cancelled, lost
from memory.shop import Body, Shop, eur, refusal

YES = {"wishes": {"given": True, "source": "checkout", "text": "v1"}}
UMA, ZOE = "uma@example.com", "zoe@example.com"


def round_of(**changes: object) -> Body:
    """A round by which everybody is drawn, each of 2.50 out of 10 euro a month, from a month after they came."""
    return {"since": "2026-04", "chance": 10_000, "budget": 1000, "gift": {"amount": 250}, **changes}


def surprises(**changes: object) -> Body:
    """The care of a shop that surprises all ambassadors."""
    always = {"known_days": 0, "least_orders": 0, "within_days": 60}
    return {"surprise": {**always, "rounds": [round_of(**changes)]}}


def guest(shop: Shop, email: str, birthday: str | None = "04-02") -> str:
    """Somebody who likes to be wished well; return who that is."""
    told = {"email": email, "consents": YES} | ({"birthday": birthday} if birthday else {})
    return str(shop.read(shop.call("PUT", "/v1/people", told, scope="people"))["id"])


def sound(shop: Shop) -> bool:
    """Whether an audit of everything finds nothing."""
    return audit.audit_all(deps.table(), now=shop.now) == []


def used(month: str) -> int:
    """What is used of a month's budget."""
    return sum(deps.table().read_used(f"surprise:{month}"))


def test_a_birthday_gift_is_in_the_ledger_of_an_ambassador(shop: Shop) -> None:
    """Available on the day, once, named by its touch; a customer has an offer of the same."""
    shop.publish(care={"birthday": {"gift": {"rate": {"amount": 400}, "minimum": 1000}}})
    uma = shop.enrol(UMA, "Uma")
    person, zoe = guest(shop, UMA), guest(shop, ZOE)
    shop.days(32)
    shop.days(1)
    (entry,) = shop.entries(ambassador_id=uma["id"])
    assert (entry["kind"], entry["cause"]) == ("gift", f"touch:{person}:birthday:2026")
    assert [leg["amount"] for leg in entry["legs"]] == [-400, 400]
    assert shop.account(uma["id"])["available"] == 400
    (offer,) = shop.read(shop.call("GET", f"/v1/people/{zoe}/offers", scope="admin:read"))["items"]
    assert (offer["takes_off"]["amount"], offer["takes_off"]["minimum"]) == (eur(400), eur(1000))
    order = {"order_id": "o1", "customer": {"email": UMA}, "amount": eur(2000)}
    path = f"/v1/coupons/{offer['code']}/confirm"
    assert refusal(shop.call("POST", path, order, scope="checkout")) == (422, "not_yours")
    order["customer"] = {"email": ZOE}
    assert shop.call("POST", path, order, scope="checkout").status_code == 201
    assert sound(shop)


@pytest.mark.parametrize("number", range(6))
def test_a_gift_is_given_once_whatever_breaks(shop: Shop, number: int) -> None:
    """The answer to a write is lost, or somebody is faster, wherever it happens: one entry, and no half of anything."""
    shop.publish(care={**surprises(), "birthday": {"gift": {"rate": {"amount": 400}}}})
    uma = shop.enrol(UMA, "Uma")
    guest(shop, UMA)
    trouble = [None] * (number // 2)
    if number % 2:
        shop.faults.after("TransactWriteItems", *trouble, lost)
    else:
        shop.faults.before("TransactWriteItems", *trouble, cancelled("None", "ConditionalCheckFailed"))
    for days in (32, 1, 8, 8, 8, 8):
        shop.days(days)
    causes = [it["cause"].split(":", 2)[2] for it in shop.entries(ambassador_id=uma["id"])]
    assert causes.count("birthday:2026") == 1
    assert len(set(causes)) == len(causes) > 1
    assert sound(shop)


def test_a_month_gives_no_more_than_its_budget(shop: Shop) -> None:
    """Four of ten who are drawn: to the cent what the slices say; the others are told nothing, and it is noted why."""
    shop.publish(care=surprises(), letters={"caps": []})
    ids = {}
    for number in range(10):
        email = f"friend{number}@example.com"
        ids[guest(shop, email, None)] = shop.enrol(email, "Fay")["id"]
    shop.days(31)
    for _ in range(4):
        shop.days(7)
    given = [it for it in shop.entries(kind="gift") if it["cause"].endswith("surprise:2026-04")]
    assert len(given) == 4
    assert len({it["ambassador_id"] for it in given}) == 4
    assert used("2026-04") == 1000
    whys = [
        it.get("why")
        for person in ids
        for it in shop.read(shop.call("GET", f"/v1/people/{person}/messages", scope="admin:read"))["items"]
        if it["letter"] == "surprise"
    ]
    assert whys.count(["no_budget"]) == 6
    assert sound(shop)


def test_the_next_month_has_a_budget_of_its_own(shop: Shop) -> None:
    """By the round that holds from then on."""
    later = round_of(since="2026-05", budget=500, gift={"amount": 80, "unit": "points"})
    care = surprises()
    care["surprise"]["rounds"].append(later)
    shop.publish(care=care, letters={"caps": []})
    uma = shop.enrol(UMA, "Uma")
    guest(shop, UMA, None)
    shop.days(31)
    for _ in range(8):
        shop.days(7)
    assert [it for it in shop.postings(ambassador_id=uma["id"]) if it[0] == "gift"][:2] == [("gift", 250), ("gift", 80)]
    assert (used("2026-04"), used("2026-05")) == (250, 80)
    assert sound(shop)


def test_who_is_suspended_is_given_nothing(shop: Shop) -> None:
    """The wish goes all the same; what is given later is given when they are reinstated, for other occasions."""
    shop.publish(care={"birthday": {"gift": {"rate": {"amount": 400}}}})
    uma = shop.enrol(UMA, "Uma")
    guest(shop, UMA)
    shop.call("POST", f"/v1/ambassadors/{uma['id']}/suspend", {"note": "x"}, scope="admin:write")
    shop.days(32)
    shop.days(1)
    assert shop.entries(ambassador_id=uma["id"]) == []
    assert sound(shop)


def test_a_gift_follows_whoever_was_merged(shop: Shop) -> None:
    """It goes into the account of the one that they are by now, once for both, and the audit agrees."""
    shop.publish(care={"birthday": {"gift": {"rate": {"amount": 400}}}})
    uma, other = shop.enrol(UMA, "Uma"), shop.enrol("uma@work.example", "Uma")
    guest(shop, UMA)
    guest(shop, "uma@work.example")
    merged = {"other": other["id"], "note": "One person."}
    answer = shop.call("POST", f"/v1/ambassadors/{uma['id']}/merge", merged, scope="admin:write")
    assert answer.status_code in {200, 201}, answer.body
    shop.days(32)
    shop.days(1)
    assert [it["kind"] for it in shop.entries(ambassador_id=uma["id"])] == ["merge", "merge", "gift"]
    assert sound(shop)

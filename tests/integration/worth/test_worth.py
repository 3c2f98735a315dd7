"""What a customer is worth, from the orders that the shop tells to the figures that an admin reads."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib import deps
from chalicelib.operations.worth import customers
from chalicelib.operations.worth.cohorts import keep
from fitting import cdnow
from memory.shop import Body, Shop, eur, refusal
from tests.integration.care.test_offers import LEO
from tests.integration.care.test_offers import Customer as Leo
from tests.integration.edge.bad.worth import FIT

CLEO: Body = {"email": "cleo@example.com", "first_name": "Cleo"}


def fit(shop: Shop, **changes: Any) -> Body:
    """Store what the models were fitted to be, and let what follows from it happen."""
    answer = shop.call("PUT", "/v1/worth/model", {**FIT, **changes}, scope="admin:write")
    assert answer.status_code == 200, answer.body
    shop.stream()
    return Shop.read(answer)


def buys(shop: Shop, order_id: str, day: str, amount: int, customer: Body = CLEO, **more: Any) -> None:
    """An order is reported."""
    told = {"order_id": order_id, "customer": customer, "amount": eur(amount), "placed_at": f"{day}T10:00:00Z", **more}
    assert shop.call("POST", "/v1/orders", told, scope="checkout").status_code == 201


def id_of(shop: Shop, email: str = "cleo@example.com") -> str:
    """Who is known by an address."""
    shop.stream()
    (found,) = Shop.read(shop.call("GET", f"/v1/people?email={email}", scope="admin:read"))["items"]
    return str(found["id"])


def worth(shop: Shop, person_id: str | None = None) -> Body:
    """What somebody is worth; Cleo if nobody else is named."""
    path = f"/v1/people/{person_id or id_of(shop)}/worth"
    return Shop.read(shop.call("GET", path, scope="admin:read"))


def cohorts(shop: Shop) -> list[Body]:
    """What all customers are worth."""
    return list(Shop.read(shop.call("GET", "/v1/worth/cohorts", scope="admin:read"))["cohorts"])


def test_what_a_customer_has_brought(shop: Shop) -> None:
    """Orders with a code and without, each once, less what came back; how they buy, and what that has cost."""
    placed = {"placed_at": "2026-01-05T10:00:00Z"}
    shop.redeem(shop.enrol()["code"], "o1", 5000, customer=CLEO, **placed)
    buys(shop, "o1", "2026-01-05", 5000)  # the same order, told twice
    buys(shop, "o2", "2026-01-25", 3000)
    buys(shop, "o3", "2026-02-04", 2000)
    buys(shop, "o4", "2026-02-20", 9900)
    shop.refund("o2", "r1", 1000)
    shop.refund("o4", "r2", 9900)
    found = worth(shop)
    assert found["until"] == "2026-03-01"
    assert (found["orders"], found["first_order"], found["last_order"]) == (3, "2026-01-05", "2026-02-04")
    assert found["days_between"] == 15.0
    assert found["value"] == [eur(4500 + 2000 + 2000)]
    assert (found["discounts"], found["rewards"]) == ([eur(500)], [eur(450)])
    assert found["referred"] is True
    assert (found["expected"], found["unexpected"], found["more"]) == (None, "no_fit", False)
    assert {"orders", "days_between", "value", "alive", "expected"} <= found["definitions"].keys()


def test_orders_with_a_code_need_no_report(shop: Shop) -> None:
    """The last eight of somebody are known without, further ones as well as the one that has the place."""
    shop.publish(friend_days=30, later={"orders": 5})
    code = shop.enrol()["code"]
    for number in range(3):
        placed_at = f"2026-01-0{number + 1}T10:00:00Z"
        assert shop.redeem(code, f"o{number}", 5000, customer=CLEO, placed_at=placed_at).status_code == 201
        shop.stream()
    found = worth(shop)
    assert (found["orders"], found["value"], found["first_order"]) == (3, [eur(3 * 4500)], "2026-01-01")


def test_what_an_offer_took_off_is_a_cost(shop: Shop) -> None:
    """One of somebody's own that was used on an order; given back, it has cost nothing."""
    leo = Leo(shop)
    buys(shop, "o1", "2026-02-01", 3400, {"email": LEO})
    shop.stream()
    assert worth(shop, leo.id)["offers"] == []
    assert leo.ask("confirm").status_code == 201
    found = worth(shop, leo.id)
    assert (found["value"], found["offers"]) == ([eur(3400)], [eur(600)])
    fit(shop)
    assert [it["offers"] for it in cohorts(shop)] == [eur(600)]
    assert leo.ask("cancel").status_code in {200, 201}
    assert worth(shop, leo.id)["offers"] == []


def test_nor_is_an_offer_known_that_somebody_had_used_before(shop: Shop) -> None:
    """Of who was erased, what had been taken off is gone with all else."""
    leo = Leo(shop)
    assert leo.ask("confirm").status_code == 201
    shop.call("DELETE", f"/v1/people/{leo.id}?note=asked", scope="admin:write")
    assert worth(shop, leo.id)["offers"] == []


def test_what_is_to_be_expected_goes_by_the_newest_fit(shop: Shop) -> None:
    """With parameters stored, a customer has a chance to be alive, purchases and value of twelve months."""
    for number, day in enumerate(("2025-09-01", "2025-10-01", "2026-01-01")):
        buys(shop, f"o{number}", day, 2500)
    assert fit(shop)["version"] == 1
    expected = worth(shop)["expected"]
    assert expected["fit"] == 1
    assert expected["days"] == 365
    assert 0 < expected["alive"] < 1
    whole = expected["purchases"] * expected["per_purchase"]["amount"]
    assert whole / 1.1 < expected["value"]["amount"] < whole  # ten per cent a year
    assert fit(shop, discount=0)["version"] == 2
    plain = worth(shop)["expected"]
    assert plain["value"]["amount"] == pytest.approx(whole, rel=1e-3)
    assert plain["fit"] == 2


def test_a_fit_stays_until_another_one(shop: Shop) -> None:
    """Each is a version with who stored it; the same again changes nothing; there is none before the first."""
    assert refusal(shop.call("GET", "/v1/worth/model", scope="admin:read")) == (404, "not_found")
    first = fit(shop)
    assert {name: first[name] for name in FIT} == FIT
    shop.now += timedelta(days=1)
    before = shop.everything()
    assert fit(shop) == first
    assert shop.everything() == before
    second = fit(shop, customers=901)
    assert second["version"] == 2
    assert Shop.read(shop.call("GET", "/v1/worth/model", scope="admin:read")) == second


def test_of_who_is_restricted_nothing_is_expected(shop: Shop) -> None:
    """They are no part of what models are fitted to, nor of any sum; what they have paid is still known."""
    fit(shop)
    for number, day in enumerate(("2026-01-01", "2026-02-01")):
        buys(shop, f"o{number}", day, 2500)
    cleo = id_of(shop)
    assert worth(shop)["unexpected"] is None
    shop.call("POST", f"/v1/people/{cleo}/restrict", {"restricted": True}, scope="admin:write")
    found = worth(shop, cleo)
    assert (found["expected"], found["unexpected"], found["days_between"]) == (None, "restricted", None)
    assert found["value"] == [eur(5000)]
    assert Shop.read(shop.call("GET", "/v1/worth/histories", scope="admin:read"))["items"] == []
    fit(shop, discount=0)
    assert cohorts(shop) == []


def test_of_who_was_erased_nothing_is_left(shop: Shop) -> None:
    """Not what they had bought, though the orders stay in the books; what they buy later counts again."""
    fit(shop)
    buys(shop, "o1", "2026-01-01", 2500)
    cleo = id_of(shop)
    shop.call("DELETE", f"/v1/people/{cleo}?note=asked", scope="admin:write")
    found = worth(shop, cleo)
    assert (found["orders"], found["value"], found["expected"]) == (0, [], None)
    assert (found["first_order"], found["unexpected"]) == (None, "erased")
    assert Shop.read(shop.call("GET", "/v1/worth/histories", scope="admin:read"))["items"] == []
    shop.now += timedelta(days=3)
    buys(shop, "o2", "2026-03-03", 700)
    again = worth(shop)
    assert (again["orders"], again["value"], again["unexpected"]) == (1, [eur(700)], None)


def test_two_who_are_one_are_worth_both(shop: Shop) -> None:
    """After a merger the orders of either count, under either id."""
    other = {"email": "cleo@work.example", "first_name": "Cleo"}
    buys(shop, "o1", "2026-01-01", 2500)
    buys(shop, "o2", "2026-01-11", 1500, other)
    ids = id_of(shop), id_of(shop, "cleo@work.example")
    merged = {"other": ids[1], "note": "She said so."}
    assert shop.call("POST", f"/v1/people/{ids[0]}/merge", merged, scope="admin:write").status_code == 201
    for person_id in ids:
        found = worth(shop, person_id)
        assert (found["person_id"], found["value"], found["days_between"]) == (ids[0], [eur(4000)], 10.0)
    stale = [(f"0:{it}", person) for it, person in deps.table().read_people(ids).items()]
    assert [customers.is_counted(person, position) for position, person in stale] == [True, False]
    listed = Shop.read(shop.call("GET", "/v1/worth/histories", scope="admin:read"))["items"]
    assert [it["person_id"] for it in listed] == [ids[0]]


def test_days_are_those_of_the_program(shop: Shop) -> None:
    """Two orders on one evening in New York are one purchase, though midnight in UTC lies between them."""
    shop.publish(time_zone="America/New_York")
    fit(shop)
    for order_id, at in (("o1", "2026-01-10T23:00:00Z"), ("o2", "2026-01-11T03:00:00Z")):
        told = {"order_id": order_id, "customer": CLEO, "amount": eur(1000), "placed_at": at}
        shop.call("POST", "/v1/orders", told, scope="checkout")
    id_of(shop)
    (history,) = Shop.read(shop.call("GET", "/v1/worth/histories", scope="admin:read"))["items"]
    assert (history["first_order"], history["frequency"], history["recency"]) == ("2026-01-10", 0, 0)


def test_money_in_another_currency_stands_beside(shop: Shop) -> None:
    """It is shown, and nothing is expected by it: the models know one currency."""
    fit(shop)
    dollars = {"amount": 900, "currency": "USD"}
    told = {"order_id": "o1", "customer": CLEO, "amount": dollars, "placed_at": "2026-01-01T10:00:00Z"}
    assert shop.call("POST", "/v1/orders", told, scope="checkout").status_code == 201
    found = worth(shop)
    assert found["value"] == [dollars]
    assert found["unexpected"] == "no_orders"


def test_a_fit_in_another_currency_is_none(shop: Shop) -> None:
    """A shop that has changed its currency has to fit anew: until then nothing is expected, of one or of all."""
    fit(shop)
    shop.publish(currency="USD")
    told = {"order_id": "o1", "customer": CLEO, "amount": {"amount": 900, "currency": "USD"}}
    assert shop.call("POST", "/v1/orders", told, scope="checkout").status_code == 201
    assert worth(shop)["unexpected"] == "no_fit"
    shop.day()
    shop.stream()
    assert [(it["customers"], it["expecting"]) for it in cohorts(shop)] == [(1, 0)]


def test_an_earlier_round_does_not_undo_a_later_one(shop: Shop) -> None:
    """Two rounds may run at once; what stands is the one that was begun last."""
    fit(shop)
    buys(shop, "o1", "2026-01-05", 1000)
    shop.stream()
    shop.now += timedelta(days=7)
    shop.day()
    shop.stream()
    later = deps.table().read_cohorts()
    assert later is not None
    keep(deps.table(), replace(later, at=later.at - timedelta(days=7), others={}, version=1))
    assert deps.table().read_cohorts() == later


def test_the_newest_orders_are_enough(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of somebody with very many orders the newest are read, and the answer says so."""
    monkeypatch.setattr(customers, "ORDERS_MAX", 3)
    for number in range(5):
        buys(shop, f"o{number}", f"2026-01-0{number + 1}", 1000)
    found = worth(shop)
    assert (found["orders"], found["first_order"], found["more"]) == (3, "2026-01-03", True)
    assert Shop.read(shop.call("GET", "/v1/worth/histories", scope="admin:read"))["items"] == []


def test_all_customers_are_listed_page_by_page(shop: Shop) -> None:
    """Each once, whatever the size of a page, with what the models are fitted to and no name."""
    for number in range(9):
        buys(shop, f"o{number}", "2026-01-05", 1000 + number, {"email": f"c{number}@example.com"})
        buys(shop, f"p{number}", "2026-02-05", 2000, {"email": f"c{number}@example.com"})
    shop.stream()
    found: list[Body] = []
    path: str | None = "/v1/worth/histories?limit=2"
    while path:
        page = Shop.read(shop.call("GET", path, scope="admin:read"))
        found += page["items"]
        path = page["next_cursor"] and f"/v1/worth/histories?limit=2&cursor={page['next_cursor']}"
    assert len({it["person_id"] for it in found}) == len(found) == 9
    told = {"first_order": "2026-01-05", "frequency": 1, "recency": 31, "age": 55, "value": 2000.0, "referred": False}
    assert all(it == {**told, "currency": "EUR", "person_id": it["person_id"]} for it in found)


def test_the_sums_of_all_are_the_sums_of_each(shop: Shop) -> None:
    """By month of the first order, referred or not; made once a week, and anew with each fit, the same of the same."""
    code = shop.enrol()["code"]
    for number in range(3):
        email = {"email": f"c{number}@example.com"}
        shop.redeem(code, f"o{number}", 5000, customer=email, placed_at="2026-01-05T10:00:00Z")
        buys(shop, f"p{number}", "2026-02-05", 2000, email)
    buys(shop, "q", "2026-02-05", 1000)
    shop.stream()
    assert refusal(shop.call("GET", "/v1/worth/cohorts", scope="admin:read")) == (404, "not_found")
    shop.day()
    shop.stream()
    unfitted = cohorts(shop)
    assert [(it["month"], it["referred"], it["customers"], it["orders"]) for it in unfitted] == [
        ("2026-01", True, 3, 6),
        ("2026-02", False, 1, 1),
    ]
    assert [(it["value"], it["discounts"], it["rewards"]) for it in unfitted] == [
        (eur(3 * 6500), eur(1500), eur(1350)),
        (eur(1000), eur(0), eur(0)),
    ]
    assert {it["expecting"] for it in unfitted} == {0}
    fit(shop)
    ids = [id_of(shop, f"c{number}@example.com") for number in range(3)]
    each = [worth(shop, it)["expected"] for it in ids]
    referred, other = cohorts(shop)
    assert referred["expecting"] == 3
    assert referred["expected"]["amount"] == sum(it["value"]["amount"] for it in each)
    assert referred["purchases"] == pytest.approx(sum(it["purchases"] for it in each), abs=2e-3)
    assert other["expected"]["amount"] == worth(shop)["expected"]["value"]["amount"]
    shop.now += timedelta(days=7)
    before = shop.now
    shop.now -= timedelta(days=7)
    fit(shop, customers=901)
    assert cohorts(shop) == [referred, other]
    shop.now = before
    shop.day()
    shop.stream()
    assert [it["value"] for it in cohorts(shop)] == [it["value"] for it in unfitted]


def test_real_customers_through_the_api(shop: Shop) -> None:
    """Twenty customers of a real store, told order by order, are summed up and expected as lifetimes does.

    All 2,357 are in the benchmark (`make bench ARGS=worth`).
    """
    shop.now = shop.now.replace(year=2026, month=6, day=30)
    told = cdnow.reference(cdnow.LAST)
    parameters = {name: {**told[name], "log_likelihood": 0} for name in ("buying", "spending")}
    fit(shop, **parameters, discount=0, until=str(cdnow.LAST))
    chosen = cdnow.customers()[::118]
    for it in chosen:
        email = {"email": f"c{it.id}@example.com"}
        for number, (day, cents) in enumerate(it.purchases):
            buys(shop, f"{it.id}-{number}", f"{day}", cents, email)
    shop.stream()
    page = Shop.read(shop.call("GET", "/v1/worth/histories?limit=100", scope="admin:read"))
    histories = {it["person_id"]: it for it in page["items"]}
    assert len(histories) == len(chosen) == 20
    for it in chosen:
        person_id = id_of(shop, f"c{it.id}@example.com")
        history = histories[person_id]
        assert (history["frequency"], history["recency"], history["age"]) == (it.frequency, it.recency, it.age)
        assert history["value"] == pytest.approx(it.mean, rel=1e-6)
        found = worth(shop, person_id)
        assert found["value"] == [eur(sum(cents for _, cents in it.purchases))]
        expected = found["expected"]
        assert expected["alive"] == pytest.approx(it.alive, rel=0.01, abs=1e-4)
        assert expected["purchases"] == pytest.approx(it.expected, rel=0.01, abs=1e-4)
        assert expected["per_purchase"]["amount"] == pytest.approx(it.per_purchase, rel=0.01)


def test_a_day_of_the_future_is_today(shop: Shop) -> None:
    """A shop whose clock is ahead may report an order of tomorrow: it is an order, and seen by the models tomorrow."""
    fit(shop)
    buys(shop, "o1", "2026-03-02", 900)
    found = worth(shop)
    assert (found["orders"], found["unexpected"]) == (1, "no_orders")
    shop.now += timedelta(days=1)
    assert worth(shop)["unexpected"] is None
    assert date.fromisoformat(worth(shop)["until"]) == deps.now().date()

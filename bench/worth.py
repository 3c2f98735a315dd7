"""All purchases of a real store's 2,357 customers, told order by order, and what comes out beside `lifetimes`.

Every order goes through POST /v1/orders, is taken in by the worker, listed by GET /v1/worth/histories, fitted, stored
by PUT /v1/worth/model, and read back person by person. The cloud is the one in memory, in this process.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

from bench.progress import Say, percentile
from bench.recorder import Cost, Recorder
from chalicelib import deps
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.domain.worth.expectation import Models, expect
from chalicelib.domain.worth.history import History, history
from chalicelib.workers.due import attend
from fitting import cdnow
from fitting import shop as api
from fitting.cdnow import Customer
from fitting.models import Fitted, fit
from memory.shop import Body, Shop, eur, open_shop

AIM = 0.01
BATCH = 100
SHARE_DIGIT, CENT_DIGIT = 5e-5, 0.5
"""Half of the last digit that an answer shows of a chance or a number of purchases, and of an amount."""

HOLDOUT = (cdnow.LAST - cdnow.QUARTER_3).days


def run(say: Say) -> dict[str, Any]:
    """Tell all orders, fit, and compare everything with the field's own package."""
    customers = cdnow.customers()
    with open_shop(seed=1) as shop:
        shop.now = datetime(2026, 6, 30, 12, tzinfo=UTC)
        orders = sum(len(it.purchases) for it in customers)
        say(f"{orders} orders of {len(customers)} customers through POST /v1/orders")
        told = _cpu(lambda: _tell(shop, customers))
        say("taking them in")
        taken = _cpu(lambda: _take_in(customers))
        say("reading how all customers buy")
        listing: list[Body] = []
        listed = _cpu(lambda: listing.extend(api.histories(_caller(shop))))
        known = {it["person_id"]: it for it in listing}
        say("fitting")
        fitting: list[Fitted] = []
        spent = _cpu(lambda: fitting.append(fit([api.history_of(it) for it in listing])))
        (fitted,) = fitting
        document = api.document_of(fitted, currency="EUR", until=cdnow.LAST, discount=cdnow.YEARLY)
        api.keep(_caller(shop), document)
        say("reading what each of them is worth")
        people = _people(customers)
        found: dict[str, Body] = {}
        viewed = _cpu(lambda: found.update((it.id, _worth(shop, people[it.id])) for it in customers))
        cost, largest = _cost_of_a_view(shop, customers, people)
    say("comparing")
    return {
        "aim": AIM,
        "customers": len(customers),
        "orders": orders,
        "equal": sum(_is_equal(it, known[people[it.id]], found[it.id]) for it in customers),
        "parameters": _parameters(fitted),
        "predictions": _predictions(customers, found, fitted),
        "holdout": _holdout(customers),
        "cpu_ms": {
            "POST /v1/orders, per order": 1000 * told / orders,
            "taken in by a worker, per order": 1000 * taken / orders,
            "GET /v1/worth/histories, per customer": 1000 * listed / len(customers),
            "GET /v1/people/{id}/worth": 1000 * viewed / len(customers),
        },
        "fit_seconds": spent,
        "view": {"orders": largest, **cost.as_json()},
    }


def _tell(shop: Shop, customers: Sequence[Customer]) -> None:
    for it in customers:
        for number, (day, cents) in enumerate(it.purchases):
            order = {
                "order_id": f"{it.id}-{number}",
                "customer": {"email": _address(it)},
                "amount": eur(cents),
                "placed_at": f"{day}T10:00:00Z",
            }
            answer = shop.call("POST", "/v1/orders", order, scope="checkout")
            assert answer.status_code == 201, answer.body


def _take_in(customers: Sequence[Customer]) -> None:
    orders = [f"ORDER#{it.id}-{number}" for it in customers for number in range(len(it.purchases))]
    for start in range(0, len(orders), BATCH):
        attend(orders[start : start + BATCH])


def _caller(shop: Shop) -> api.Call:
    def call(method: str, path: str, body: Body | None) -> Body:
        answer = shop.call(method, path, body, scope="admin:write" if method == "PUT" else "admin:read")
        assert answer.status_code == 200, answer.body
        return Shop.read(answer)

    return call


def _people(customers: Sequence[Customer]) -> dict[str, str]:
    """Who each customer is to the shop."""
    pepper = deps.settings().pepper
    names = {pseudonym_of_email(pepper, _address(it)): it.id for it in customers}
    return {names[name]: person.id for name, person in deps.table().read_known(names).items()}


def _worth(shop: Shop, person_id: str) -> Body:
    return _caller(shop)("GET", f"/v1/people/{person_id}/worth", None)


def _cost_of_a_view(shop: Shop, customers: Sequence[Customer], people: dict[str, str]) -> tuple[Cost, int]:
    """What it takes of the table to see what the customer with most orders is worth, and how many these are."""
    most = max(customers, key=lambda it: len(it.purchases))
    recorder = Recorder(shop.dynamodb, deps.settings().table)
    with recorder.heard():
        deps.table.cache_clear()
        _worth(shop, people[most.id])
        with recorder.counting() as cost:
            _worth(shop, people[most.id])
    return cost, len(most.purchases)


def _is_equal(customer: Customer, listed: Body, found: Body) -> bool:
    """Whether the summary of a customer is the one of lifetimes, and all that they have paid is there."""
    days = listed["frequency"], listed["recency"], listed["age"]
    paid = eur(sum(cents for _, cents in customer.purchases))
    return (
        days == (customer.frequency, customer.recency, customer.age)
        and abs(listed["value"] - customer.mean) <= 1e-6 * customer.mean
        and found["value"] == [paid]
        and found["orders"] == len(customer.purchases)
    )


def _parameters(fitted: Fitted) -> list[tuple[str, float, float]]:
    """Each parameter, as it is fitted here and by lifetimes."""
    reference = cdnow.reference(cdnow.LAST)
    told = {**reference["buying"], **reference["spending"]}
    own = (*astuple(fitted.buying), *astuple(fitted.spending))
    return [(name, mine, float(its)) for (name, its), mine in zip(told.items(), own, strict=True)]


def _predictions(customers: Sequence[Customer], found: dict[str, Body], fitted: Fitted) -> list[dict[str, Any]]:
    """How far what the API answers is from what lifetimes expects, and the value over its twelve months of 30 days."""
    models = Models(fitted.buying, fitted.spending, "EUR", cdnow.YEARLY)
    rows: dict[str, list[tuple[float, float, float]]] = {
        "chance to be alive": [],
        "purchases in 365 days": [],
        "spent on a day, cents": [],
        "value in 360 days, discounted, cents": [],
    }
    for it in customers:
        told = found[it.id]["expected"]
        later = expect(models, History(it.frequency, it.recency, it.age, it.mean), 360)
        for row, mine, its, digit in zip(
            rows.values(),
            (told["alive"], told["purchases"], told["per_purchase"]["amount"], later.value),
            (it.alive, it.expected, it.per_purchase, it.value),
            (SHARE_DIGIT, SHARE_DIGIT, CENT_DIGIT, CENT_DIGIT),
            strict=True,
        ):
            row.append((mine, its, digit))
    return [_compared(name, row) for name, row in rows.items()]


def _compared(name: str, rows: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
    far = [max(0.0, abs(mine - its) - digit) / its for mine, its, digit in rows]
    return {
        "name": name,
        "sum": sum(mine for mine, _, _ in rows),
        "its_sum": sum(its for _, its, _ in rows),
        "median": percentile(far, 50),
        "most": max(far),
        "within": sum(it <= AIM for it in far),
    }


def _holdout(customers: Sequence[Customer]) -> dict[str, Any]:
    """What was expected after 39 weeks of the 39 that followed, beside what came."""
    seen = {it.id: past for it in customers if (past := history(it.purchases, cdnow.QUARTER_3))}
    fitted = fit(list(seen.values()))
    groups: dict[int, list[tuple[float, int]]] = {}
    for it in customers:
        past = seen[it.id]
        (expected,) = fitted.buying.purchases(past, HOLDOUT)
        came = len({day for day, _ in it.purchases if day > cdnow.QUARTER_3})
        groups.setdefault(min(past.frequency, 7), []).append((expected, came))
    return {"days": HOLDOUT, "groups": list(_groups(groups))}


def _groups(groups: dict[int, list[tuple[float, int]]]) -> Iterator[dict[str, Any]]:
    for repeats, rows in sorted(groups.items()):
        expected, came = sum(it for it, _ in rows), sum(it for _, it in rows)
        yield {"repeats": repeats, "customers": len(rows), "expected": expected, "came": came}


def _address(customer: Customer) -> str:
    return f"customer-{customer.id}@example.com"


def _cpu(work: Any) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began

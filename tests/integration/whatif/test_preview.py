"""What-if: the answer to "what would these rules have cost" is what a shop that had them really posts."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial
from itertools import permutations

import pytest

from chalicelib import deps
from chalicelib.domain.model.orders import FACTS_NAMED
from chalicelib.domain.whatif.play import Result
from chalicelib.operations import jobs
from chalicelib.operations.program.document import read
from chalicelib.operations.whatif import preview
from chalicelib.workers.jobs import STEPS
from memory.shop import PROGRAM, Body, Shop
from tests.quick_shop import open_quick_shop

SPRING = {"name": "Spring", "starts_at": "2026-03-20T00:00:00Z", "ends_at": "2026-04-10T00:00:00Z"}

RULES: dict[str, Body] = {
    "flat": {
        **PROGRAM,
        "offer": {"amount": 500},
        "tiers": [{"name": "All", "threshold": 0, "reward": {"amount": 400}}],
        "campaigns": [SPRING],
    },
    "capped": {
        **PROGRAM,
        "tiers": [
            {"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000, "maximum": 600}},
            {"name": "Silver", "threshold": 2, "reward": {"basis_points": 2000}, "bonus": 700},
        ],
        "tier_months": 2,
        "caps": [{"per": "month", "amount": 1500}, {"per": "life", "count": 9}],
        "milestones": [{"name": "Third", "every": 3, "reward": {"gift": "Mug"}}],
        "campaigns": [SPRING],
        "hold_days": 14,
    },
    "campaign": {
        **PROGRAM,
        "minimum": 2500,
        "campaigns": [{**SPRING, "offer": {"basis_points": 2000}, "reward": {"amount": 900}}],
        "budget_month": 4000,
        "friend_days": None,
        "hold_from": "delivery",
        "hold_days": 10,
        "longest_wait_days": 45,
        "watch": {"review_at": 40, "velocity_orders": 3, "velocity_times": 1, "clickless_orders": 1000},
        "review_days": 5,
        "review_default": "deny",
    },
    "points": {
        **PROGRAM,
        "offer": None,
        "friend_days": 40,
        "tiers": [{"name": "Fan", "threshold": 0, "reward": {"basis_points": 10000, "unit": "points"}}],
        "campaigns": [SPRING],
        "void_below_minimum": True,
        "expiry_months": 1,
    },
}
FROM, TO = date(2026, 3, 1), date(2026, 7, 31)


def live(shop: Shop) -> None:
    """Three months of a shop: every kind of fact, early and late, and every second its own."""
    maya, noor = (shop.enrol(f"{name}@example.com")["code"] for name in ("maya", "noor"))
    deps.table().change_code(maya, {"campaign": "Spring"})
    for day in range(30):
        for send in (*orders(shop, maya, noor, day), *returns(shop, day)):
            shop.now += timedelta(seconds=1)
            send()
            shop.stream()
        shop.days(3)


def orders(shop: Shop, maya: str, noor: str, day: int) -> Iterator[Callable[[], object]]:
    """What is bought on a day."""
    yield lambda: shop.redeem(maya, f"m{day:02}", 2500 + 431 * day)
    if day % 3 == 0:
        yield lambda: shop.redeem(noor, f"n{day:02}", 5000 - 70 * day, customer={"email": f"f{day // 6}@example.com"})
    if day == 9:
        yield lambda: shop.redeem(noor, "early", 8000)
    if day == 29:
        yield lambda: shop.redeem(noor, "small", 2200)
    if day == 12:
        yield from (partial(shop.redeem, noor, f"burst{n}", 6000) for n in range(4))


def returns(shop: Shop, day: int) -> Iterator[Callable[[], object]]:
    """What else is reported on a day."""
    if day % 4 == 1:
        yield lambda: shop.refund(f"m{day:02}", "half", 1000)
    if day % 5 == 2:
        yield lambda: deliver(shop, f"m{day:02}")
    if day == 7:
        yield lambda: shop.refund("m06", "whole", 9000, kind="chargeback")
        yield lambda: shop.refund("early", "first", 1500)
    if day == 15:
        yield from (partial(shop.refund, "m14", f"crumb{n}", 10) for n in range(FACTS_NAMED + 5))
    if day == 20:
        yield lambda: shop.call("POST", "/v1/orders/m06/refunds/whole/reversal", {}, scope="checkout")
        yield lambda: shop.refund("n00", "r", 4500, kind="cancellation")


def deliver(shop: Shop, order_id: str) -> None:
    """Report a delivery."""
    told = {"fulfilment_id": "f", "delivered_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
    shop.call("POST", f"/v1/orders/{order_id}/fulfilments", told, scope="checkout")


class Lived:
    """A shop that lived under some rules, as far as it is compared: amounts, and what each preview says."""

    def __init__(self, name: str) -> None:
        with open_quick_shop(RULES[name]) as shop:
            live(shop)
            self.posted = {past.facts.order_id: amounts(really) for past, really, _ in played(shop, name)}
            self.foretold = {
                other: {past.facts.order_id: amounts(instead) for past, _, instead in played(shop, other)}
                for other in RULES
            }
            self.answers = {other: ask(shop, RULES[other]) for other in RULES}


def played(shop: Shop, name: str) -> list[preview.Played]:
    """All orders, played again by some rules."""
    return played_by(RULES[name], FROM, TO, shop.now)


def played_by(document: Body, first: date, last: date, now: datetime) -> list[preview.Played]:
    """The orders of a period, played again by a program; they must fit into a request."""
    candidate = read(document)
    found = preview.play(deps.table(), candidate, preview.Period(first, last, candidate), now=now)
    assert found is not None
    return found


def amounts(result: Result) -> object:
    """Everything that a result says of money."""
    redemption = result.redemption
    if redemption is None:
        return result.refused
    assert redemption.standing is not None
    terms, standing = redemption.standing.terms, redemption.standing
    bonuses = {unit: amount for unit, amount in result.bonuses.items() if amount}
    money = (redemption.friend_discount, terms.granted, standing.held, standing.available)
    return *money, redemption.unit, terms.tier, terms.limit, terms.signals, bonuses


def ask(shop: Shop, document: Body, first: date = FROM, last: date = TO) -> Body:
    """Ask over HTTP; it must fit into the request."""
    told = {"program": document, "period": {"from": str(first), "to": str(last)}}
    answer = shop.call("POST", "/v1/program/preview", told, scope="admin:read")
    assert answer.status_code == 200, answer.body
    return shop.read(answer)


def books(shop: Shop) -> list[Body]:
    """Everything but jobs and keys."""
    return [it for it in shop.everything() if not it["PK"]["S"].startswith(("JOB#", "KEY#"))]


@pytest.fixture(scope="module")
def lives() -> dict[str, Lived]:
    """The same events under each of the rules."""
    return {name: Lived(name) for name in RULES}


@pytest.mark.parametrize("name", RULES)
def test_the_rules_in_force_foretell_what_is_posted(lives: dict[str, Lived], name: str) -> None:
    """Asked about the very rules that were in force, the preview tells each order's amounts as they stand."""
    lived = lives[name]
    assert lived.foretold[name] == lived.posted
    answer = lived.answers[name]
    assert answer["candidate"] == answer["in_force"]
    assert answer["differences"] == []


@pytest.mark.parametrize(("lived", "asked"), list(permutations(RULES, 2)))
def test_a_preview_is_what_the_other_shop_posts(lives: dict[str, Lived], lived: str, asked: str) -> None:
    """To the cent, order for order, the preview of other rules says what a shop under them posts, or refuses."""
    foretold, posted = lives[lived].foretold[asked], lives[asked].posted
    taken = {name: amounts for name, amounts in foretold.items() if not isinstance(amounts, str)}
    assert len(taken) >= 40
    assert taken == {name: posted[name] for name in foretold if name in posted}
    if foretold.keys() >= posted.keys():
        assert lives[lived].answers[asked]["candidate"]["total"] == lives[asked].answers[asked]["in_force"]["total"]


def test_the_part_of_a_period(lives: dict[str, Lived]) -> None:
    """Of a part of the orders the preview under their own rules is what was posted: accounts are as they were then."""
    with open_quick_shop(RULES["capped"]) as shop:
        live(shop)
        for first, last in ((date(2026, 4, 10), date(2026, 5, 9)), (date(2026, 5, 1), date(2026, 5, 1))):
            answer = ask(shop, RULES["capped"], first, last)
            assert answer["candidate"] == answer["in_force"]
            assert answer["differences"] == []
            assert answer["orders"] < len(lives["capped"].posted)
        whole, nothing = ask(shop, RULES["flat"]), ask(shop, RULES["flat"], date(2025, 1, 1), date(2025, 12, 31))
        assert whole["orders"] == len(lives["capped"].posted)
        assert nothing["orders"] == 0


def test_the_orders_that_differ_most(lives: dict[str, Lived]) -> None:
    """Up to twenty orders are told with both amounts and their reasons, the greatest difference first."""
    answer = lives["points"].answers["campaign"]
    told = answer["differences"]
    assert len(told) == 20
    assert [it["difference"] for it in told] == sorted((it["difference"] for it in told), reverse=True)
    posted, foretold = lives["points"].posted, lives["points"].foretold["campaign"]
    for it in told:
        was, instead = posted[it["order_id"]], foretold[it["order_id"]]
        assert isinstance(was, tuple)
        assert isinstance(instead, tuple | str)
        assert it["in_force"]["reward"] == {"amount": was[2] + was[3], "unit": "points"}
        assert it["in_force"]["trace"][0]["rule"] == "offer"
        if isinstance(instead, str):
            assert it["candidate"] == {"refused": instead}
        else:
            assert it["candidate"]["reward"] == {"amount": instead[2] + instead[3], "currency": "EUR"}
    assert any(it["candidate"].get("reason") == "cap_budget" for it in told)
    refused = {"reason": "friend_already_referred", "orders": 5}
    assert refused in answer["candidate"]["refused"]


def test_what_cannot_be_seen_is_said(lives: dict[str, Lived]) -> None:
    """The answer names the fields of a candidate whose effect past orders do not tell."""
    caveats = {it["pointer"] for it in lives["campaign"].answers["points"]["caveats"]}
    assert caveats == {"/program/minimum", "/program/friend_days"}
    assert {it["pointer"] for it in lives["flat"].answers["campaign"]["caveats"]} == {"/program/watch"}
    assert lives["flat"].answers["capped"]["caveats"] == []


def test_more_orders_than_fit_are_left_to_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    """A job goes through the ambassadors, stops and goes on, and ends with what a request would have answered."""
    monkeypatch.setattr(preview, "ORDERS_MAX", 20)
    told = {"program": RULES["capped"], "period": {"from": str(FROM), "to": str(TO)}}
    with open_quick_shop(RULES["points"]) as shop:
        live(shop)
        before = books(shop)
        answer = shop.call("POST", "/v1/program/preview", told, scope="admin:read")
        assert answer.status_code == 202
        job = shop.read(answer)
        assert (job["kind"], job["state"], job["progress"]) == ("preview", "queued", {"done": 0, "total": None})
        slices = list[int]()
        while job["state"] != "done":
            table = deps.table()
            work = jobs.work(table, job["id"], STEPS, table.deadline(0), now=shop.now)
            slices += [done.after.progress for done in work]
            job = shop.read(shop.call("GET", f"/v1/jobs/{job['id']}", scope="admin:read"))
        assert slices == [1, 2, 2]
        assert job["progress"] == {"done": 2, "total": 2}
        monkeypatch.setattr(preview, "ORDERS_MAX", 10_000)
        assert job["result"] == ask(shop, RULES["capped"])
        assert books(shop) == before


def test_flaws_of_a_candidate_are_named_as_by_a_put(shop: Shop) -> None:
    """A bad candidate is refused with a pointer to everything that is wrong, in the period as well."""
    bad = {**PROGRAM, "minimum": -1, "tiers": [], "colour": "red", "offer": {"amount": 1, "basis_points": 2}}
    put = shop.call("PUT", "/v1/program", bad, scope="admin:write", If_Match="*")
    told = {"program": bad, "period": {"from": "2026-03-02", "to": "2026-03-01"}}
    answer = shop.call("POST", "/v1/program/preview", told, scope="admin:read")
    assert answer.status_code == 400
    wanted = [{**it, "pointer": f"/program{it['pointer']}"} for it in shop.read(put)["errors"]]
    assert len(wanted) >= 3
    assert shop.read(answer)["errors"] == [*wanted, {"pointer": "/period/to", "detail": "lies before from"}]


def test_warnings_of_a_candidate_are_told_as_by_a_put(shop: Shop) -> None:
    """Whoever asks before publishing is told what a publication would tell."""
    odd = {**PROGRAM, "tiers": [{"name": "All", "threshold": 0, "reward": {"amount": 2000}}], "review_days": 0}
    odd["watch"] = {"review_at": 1000}
    answer = shop.call(
        "POST",
        "/v1/program/preview",
        {"program": odd, "period": {"from": "2026-03-01", "to": "2026-03-01"}},
        scope="admin:read",
    )
    told = shop.read(answer)["warnings"]
    put = shop.call("PUT", "/v1/program", odd, scope="admin:write", If_Match="*")
    assert told == [{**it, "pointer": f"/program{it['pointer']}"} for it in shop.read(put)["warnings"]]
    pointers = [it["pointer"] for it in told]
    assert pointers == ["/program/tiers/0/reward", "/program/watch/review_at", "/program/review_days"]


@pytest.mark.parametrize("other", [False, True])
@pytest.mark.parametrize("watched", ["o1", "o2"])
def test_an_order_whose_place_was_taken_before_it_was_paid_for(shop: Shop, watched: str, other: bool) -> None:
    """Admitted while it waited for its payment, it took its discount off and earned nothing; in a preview, too."""
    code, fay = shop.enrol()["code"], {"email": "fay@example.com"}
    theirs = shop.enrol("noor@example.com", "Noor")["code"] if other else code
    shop.redeem(code, "o1", customer=fay, payment="pending")
    shop.redeem(theirs, "o2", customer=fay, payment="pending" if watched == "o2" else "paid")
    shop.stream()
    for order_id in ("o1", "o2"):
        shop.now += timedelta(hours=1)
        told = {"payment_id": "p", "paid_at": f"{shop.now:%Y-%m-%dT%H:%M:%SZ}"}
        shop.call("POST", f"/v1/orders/{order_id}/payments", told, scope="checkout")
        shop.stream()
    assert shop.order(watched)["reason"] == "friend_already_referred"
    shown = ask(shop, PROGRAM, date(2026, 2, 1), date(2026, 3, 31))
    assert (shown["in_force"], shown["differences"]) == (shown["candidate"], [])
    assert shown["candidate"]["total"]["friend_discounts"] == [{"amount": 1000, "currency": "EUR"}]

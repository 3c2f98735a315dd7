"""A settled order and what must agree with it: what differs is told exactly, and what doesn't is no finding."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.audit import audit
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.facts import Freed, Payment
from chalicelib.domain.model.people import Friend
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.program.program import Cap, FurtherOrders, Rate, Tier
from tests.unit.audit.dossier import (
    FRIEND,
    SPRING,
    dossier,
    found,
    fresh,
    ordered,
    released,
    standing,
    suspected,
    terms,
)
from tests.unit.book import START, TEN_PERCENT, Book, at, program

# --- sound orders -----------------------------------------------------------------------------------------------------


def lives() -> dict[str, Book]:
    """What orders come to, by what happened to them."""
    books = {"fresh": fresh(), "released": released(), "suspected": suspected()}
    for name in ("refunded", "cancelled", "void", "reversed", "late refund", "reinstated", "foreign"):
        books[name] = released() if name in {"late refund", "reinstated"} else fresh()
    books["refunded"].refund(1000)
    books["cancelled"].refund(0, kind="cancellation")
    books["void"].refund(4500)
    books["reversed"].reverse(books["reversed"].refund(1000))
    books["late refund"].refund(4500)
    books["foreign"].refund(10, currency="CHF")
    refund = books["reinstated"].refund(1000)
    books["reinstated"].look(31)
    books["reinstated"].reverse(refund)
    books["early refund"] = Book()
    books["early refund"].refund(1000, days=0)
    books["before all"] = Book()
    books["before all"].refund(0, kind="cancellation")
    for n in range(7):
        books["released"].refund(10, name=f"p{n}")
    for decision in ("approve", "deny"):
        books[decision] = suspected()
        books[decision].review(decision)
    for value in ({}, {"chf": 900}):
        books[f"valued {value}"] = fresh()
        books[f"valued {value}"].refund(1000, currency="CHF", name="chf")
        books[f"valued {value}"].look(0.5)
        books[f"valued {value}"].review("approve", answers=("chf",), values=value)
    books["unvalued"] = fresh(program(review_days=10))
    books["unvalued"].refund(1000, currency="CHF", days=0)
    books["taxed"] = Book(tax=950)
    books["taxed"].refund(1190, tax=190, shipping=0)
    books["crumbs"] = fresh()
    for amount in (4000, 499):
        books["crumbs"].refund(amount)
    books["corrected"] = fresh(program(hold_from="delivery"))
    for revision in (3, 1, 2):
        books["corrected"].deliver(revision, name="f1", revision=revision, more=revision == 1, void=revision == 2)
    books["delivered"] = fresh(program(hold_from="delivery"))
    books["delivered"].deliver(3, return_by=70)
    for unit in ("EUR", "points"):
        rate = Rate(basis_points=1000, unit=None if unit == "EUR" else unit)
        books[f"spring {unit}"] = Book(program(campaigns=(replace(SPRING, reward=rate),)), campaign="spring")
    books["claimed"] = Book(claim="clm_1")
    books["capped"] = Book(program(caps=(Cap("life", amount=100),)))
    books["budget"] = Book(program(budget_month=1000))
    books["no reward"] = Book(program(tiers=(Tier("Starter", 0),)))
    books["at once"] = Book(program(hold_days=0))
    books["expired"] = released()
    books["expired"].account = replace(
        books["expired"].account, expired_in=2, balances={"EUR": {"available": 0, "expired": 200, "held": 0}}
    )
    books["expired"].refund(3000)
    for book in books.values():
        book.look(32)
    return books


@pytest.mark.parametrize(("name", "book"), lives().items())
def test_orders_that_are_sound(name: str, book: Book) -> None:
    """Whatever has happened to an order, nothing is found: on the day, and long after."""
    it = dossier(book)
    if name == "claimed":
        it = replace(it, claim=Claim("clm_1", "amb_1", "o1", at(0), state="approved"))
    assert (found(it, days=32), found(it, days=500)) == ([], [])


def test_what_has_arrived_and_waits_is_no_difference_yet() -> None:
    """A settlement will see it: what has been posted must agree all the same."""
    book = fresh()
    book.refund(1000)
    it = dossier(book)
    assert found(it) == []
    seen = replace(it, order=replace(it.order, refunds=(replace(it.order.refunds[0], due_at=None),)))
    assert ("position", "order/o1/standing/refunded", 1000, 0) in found(seen)
    assert found(standing(it, cap_used=7)) == []
    assert found(standing(it, worth=7), "position") == [("position", "order/o1/held", 450, 7)]


def test_whose_an_order_is() -> None:
    """It is in the books of its ambassador."""
    assert found(dossier(fresh()), whose="amb_2") == [("entry", "order/o1/ambassador_id", "amb_2", "amb_1")]


def test_an_order_without_a_program() -> None:
    """The version is named, and what needs no program is looked at all the same."""
    it = replace(terms(dossier(fresh()), reward_at_rate=9), program=None, root=None)
    assert found(it) == [
        ("friend", "order/o1/friend", "a root", None),
        ("cause", "order/o1/program_version", "a version that there is", 1),
    ]


# --- guard, claim, traits ---------------------------------------------------------------------------------------------


def test_an_order_has_the_place_of_its_friend() -> None:
    """The friend's root names it, as one that is paid for; else another order could be rewarded as well."""
    it = dossier(fresh())
    assert found(replace(it, root=None)) == [("friend", "order/o1/friend", "a root", None)]
    other = Friend(FRIEND, order_id="o0", ambassador_id="amb_1", since=at(0))
    assert found(replace(it, root=other)) == [("friend", "order/o1/friend", "o1", "o0")]
    assert it.root is not None
    unpaid = replace(it.root, unpaid_since=at(0))
    assert found(replace(it, root=unpaid)) == [("friend", "order/o1/friend/unpaid_since", None, str(at(0)))]


@pytest.mark.parametrize(
    ("days", "more", "admitted"),
    [
        (9.9, {}, True),
        (10, {}, False),
        (5, {"ambassador_id": "amb_2"}, False),
        (5, {"ambassador_id": None}, False),
        (5, {"since": None}, False),
    ],
)
def test_a_friend_may_come_again_in_time(days: float, more: dict[str, Any], admitted: bool) -> None:
    """If the program says so, for so many days, and with the same ambassador."""
    book = Book(program(friend_days=10), placed=days, friend_order=2)
    book.look(days)
    root = replace(Friend(FRIEND, order_id="o0", ambassador_id="amb_1", since=START, count=2), **more)
    expected = [] if admitted else [("friend", "order/o1/friend", "an order within the days of the friend", "o0")]
    assert found(dossier(book, root=root), days=days) == expected


def test_a_further_order_is_counted_by_its_friends_root() -> None:
    """What counts is how many were taken: one that is not among them was taken past the root."""
    book = Book(program(friend_days=10), placed=1, friend_order=3)
    book.look(1)
    root = Friend(FRIEND, order_id="o0", ambassador_id="amb_1", since=START, count=2)
    assert found(dossier(book, root=root), days=1) == [("friend", "order/o1/friend/count", 3, 2)]
    assert found(dossier(book, root=replace(root, count=3)), days=1) == []


def test_an_order_that_nobody_has_paid_for() -> None:
    """It has no place, and no terms."""
    unpaid = ordered(dossier(fresh()), pending=True)
    assert found(unpaid) == [("terms", "order/o1/payment", "a payment", None)]
    paid = replace(unpaid, order=replace(unpaid.order, payment=Payment("o1", "p1", at(0), at(0))))
    assert found(paid, "terms") == []


def refused() -> Book:
    """An order that was paid for when another one of its friend had the place."""
    book = Book()
    book.look(0, Evidence(taken=True))
    return book


def freed(**by: Any) -> Book:
    """An order whose friend is free again: another order came, or an admin said so."""
    book = fresh()
    book.order = replace(book.order, freed=Freed("o1", at(1), due_at=at(1), **by))
    book.look(1)
    return book


@pytest.mark.parametrize("book", [refused(), freed(by="o2"), freed(author="key_1")])
def test_an_order_without_the_place_of_its_friend(book: Book) -> None:
    """Another one has it, which came before or after; it earns nothing, and nobody is thanked for it anew."""
    assert book.posted == (0, 0)
    other = Friend(FRIEND, order_id="o2", ambassador_id="amb_2", since=at(0))
    assert found(dossier(book, root=other), days=2) == []


@pytest.mark.parametrize(
    ("book", "by_admin"), [(refused(), False), (freed(by="o2"), False), (freed(author="key_1"), True)]
)
def test_an_order_that_has_a_place_which_it_must_not_have(book: Book, by_admin: bool) -> None:
    """Only whom an admin has freed may still be named, until the friend comes again."""
    expected = [("friend", "order/o1/friend", "another order", "o1")]
    assert found(dossier(book), days=2) == ([] if by_admin else expected)


def test_an_order_without_the_place_is_granted_nothing() -> None:
    """For that reason alone: no cap left of it what it has."""
    other = Friend(FRIEND, order_id="o2", ambassador_id="amb_2", since=at(0))
    it = dossier(refused(), root=other)
    assert (it.standing.terms.granted, it.standing.terms.limit) == (0, "friend_already_referred")
    assert found(terms(it, granted=5), "terms") == [("terms", "order/o1/terms/granted", 0, 5)]


def test_a_claimed_order_has_its_claim() -> None:
    """It is there, approved, and of this order and ambassador."""
    it, where = dossier(fresh(claim="clm_1")), "order/o1/claim"
    assert found(it) == [("claim", where, "clm_1", None)]
    other = Claim("clm_1", "amb_2", "o2", at(0), state="denied")
    assert found(replace(it, claim=other)) == [
        ("claim", f"{where}/state", "approved", "denied"),
        ("claim", f"{where}/ambassador_id", "amb_1", "amb_2"),
        ("claim", f"{where}/order_id", "o1", "o2"),
    ]
    assert found(replace(dossier(fresh()), claim=other)) == []


@pytest.mark.parametrize("name", ["payment", "address"])
@pytest.mark.parametrize(
    ("friends", "shown"),
    [(None, None), ((FRIEND,), "-"), (("gus", FRIEND), "-"), (("gus", "ida"), "-"), (("gus",), "gus"), ((), "")],
)
def test_cards_and_addresses_are_remembered(name: str, friends: tuple[str, ...] | None, shown: str | None) -> None:
    """The friend is among those who have used it, unless two others are enough."""
    traits = {} if friends is None else {"x1": Trait("x1", "amb_1", friends)}
    it = dossier(fresh(**{name: "x1"}), traits=traits)
    assert found(it) == ([] if shown == "-" else [("trait", f"order/o1/{name}", FRIEND, shown)])


def test_several_who_have_used_a_card() -> None:
    """They are all shown, if there is still room for one."""
    traits = {"x1": Trait("x1", "amb_1", ("gus",)), "x2": Trait("x2", "amb_1", ("ida",))}
    assert found(dossier(fresh(payment="x1", address="x2"), traits=traits)) == [
        ("trait", "order/o1/payment", FRIEND, "gus"),
        ("trait", "order/o1/address", FRIEND, "ida"),
    ]


# --- terms ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"tier": "Gold"}, "tier", "Starter"),
        ({"campaign": "spring"}, "campaign", None),
        ({"unit": "points"}, "unit", "EUR"),
        ({"granted": -1, "limit": "cap_budget"}, "granted", "0 to 450"),
        ({"granted": 451, "limit": "cap_budget"}, "granted", "0 to 450"),
        ({"limit": "cap_budget"}, "limit", None),
        ({"budget_drawn": ((0, 300), (1, 151))}, "drawn", 450),
        ({"budget_drawn": ((0, 449),)}, "drawn", 450),
    ],
)
def test_terms_are_those_of_the_program(fields: dict[str, Any], name: str, expected: audit.Value) -> None:
    """For the referrals that they name, and no more than the rate gives."""
    was = {"drawn": sum(amount for _, amount in fields.get("budget_drawn", ()))}
    it = terms(dossier(fresh()), **fields)
    assert found(it, "terms") == [("terms", f"order/o1/terms/{name}", expected, {**fields, **was}[name])]


def test_less_is_granted_for_a_reason() -> None:
    """Down to nothing; and there is none if all of it is granted."""
    it = dossier(fresh())
    assert found(terms(it, granted=0, limit="cap_ambassador", budget_drawn=()), "terms") == []
    assert found(terms(it, granted=449), "terms") == [("terms", "order/o1/terms/limit", "a reason", None)]


def test_all_that_a_rate_gives() -> None:
    """The terms name it whatever was granted of it."""
    assert found(terms(dossier(fresh()), reward_at_rate=449), "terms") == [
        ("terms", "order/o1/terms/full", 450, 449),
        ("terms", "order/o1/terms/granted", "0 to 449", 450),
        ("terms", "order/o1/terms/limit", "a reason", None),
    ]


def test_the_tier_that_so_many_referrals_reach() -> None:
    """And its rate."""
    gold = Tier("Gold", 3, Rate(basis_points=2000))
    it = dossier(fresh(program(tiers=(Tier("Starter", 0, TEN_PERCENT), gold))))
    assert found(terms(it, referrals=2), "terms") == []
    assert found(terms(it, referrals=3, limit="cap_budget"), "terms") == [
        ("terms", "order/o1/terms/tier", "Gold", "Starter"),
        ("terms", "order/o1/terms/full", 900, 450),
        ("terms", "order/o1/terms/limit", None, "cap_budget"),
    ]


def test_the_month_in_which_an_order_counts() -> None:
    """It is the one in which it was placed, or paid for."""
    assert found(terms(dossier(fresh()), month="2026-02"), "terms") == [
        ("terms", "order/o1/terms/month", "2026-03", "2026-02")
    ]
    later = terms(dossier(fresh()), begins=at(31))
    assert found(later, "terms") == [("terms", "order/o1/terms/month", "2026-04", "2026-03")]


def test_what_a_friends_further_order_is_worth() -> None:
    """Its own rate, if the program has one for further orders."""
    rules = program(friend_days=10, later=FurtherOrders(reward=Rate(amount=7)))
    root = Friend(FRIEND, order_id="o0", ambassador_id="amb_1", since=START, count=2)
    it = dossier(fresh(rules, friend_order=2), root=root)
    assert it.standing.terms.reward_at_rate == 7
    assert found(it) == []
    assert found(terms(it, reward_at_rate=450, granted=450), "terms") == [("terms", "order/o1/terms/full", 7, 450)]


def test_a_campaign_while_it_runs() -> None:
    """It has its own rate, and unit; without a reward of its own it has the tier's."""
    points = replace(SPRING, reward=Rate(amount=7, unit="points"))
    it = dossier(fresh(program(campaigns=(points,)), campaign="spring"))
    assert (it.standing.terms.reward_at_rate, it.standing.terms.unit) == (7, "points")
    assert found(it) == []
    assert found(dossier(fresh(program(campaigns=(replace(SPRING, reward=None),)), campaign="spring"))) == []
    over = replace(it, program=program(campaigns=(replace(points, ends_at=at(-0.5)),)))
    assert found(over, "terms") == [
        ("terms", "order/o1/terms/campaign", None, "spring"),
        ("terms", "order/o1/terms/full", 450, 7),
        ("terms", "order/o1/terms/unit", "EUR", "points"),
    ]


def test_no_reward_is_no_terms() -> None:
    """Nothing, in the program's currency."""
    it = dossier(fresh(program(tiers=(Tier("Starter", 0),))))
    assert found(it) == []
    assert found(terms(it, reward_at_rate=1, granted=1, unit="points"), "terms") == [
        ("terms", "order/o1/terms/full", 0, 1),
        ("terms", "order/o1/terms/unit", "EUR", "points"),
    ]


# --- settled once more ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "name", "expected", "shown"),
    [
        ({"release_at": at(31)}, "release_at", "2026-03-31T12:00:00Z", "2026-04-01T12:00:00Z"),
        ({"net": 1}, "net", 4500, 1),
        ({"refunded": 1}, "refunded", 0, 1),
        ({"cap_used": 449}, "room", 450, 449),
        ({"last_review": 1}, "reviews", 0, 1),
        ({"facts_seen": 1}, "facts", 0, 1),
        ({"facts_named": ("refund:r1", "refund:r2")}, "named", "", "refund:r1, refund:r2"),
        ({"marks": ("denied", "cancelled")}, "marks", "", "denied, cancelled"),
    ],
)
def test_an_order_stands_where_its_facts_put_it(
    fields: dict[str, Any], name: str, expected: audit.Value, shown: audit.Value
) -> None:
    """Field by field."""
    it = standing(dossier(fresh()), **fields)
    assert found(it) == [("position", f"order/o1/standing/{name}", expected, shown)]


def test_an_order_that_is_worth_something_else() -> None:
    """Its entries say so as well; that settling would post another one is no finding of its own."""
    assert found(standing(dossier(fresh()), worth=449)) == [
        ("position", "order/o1/held", 450, 449),
        ("position", "order/o1/standing/worth", 450, 449),
    ]


def test_a_release_that_is_late_is_no_difference() -> None:
    """Nobody has come by yet; who settles it will find it due."""
    it = dossier(fresh())
    assert found(it, days=90) == []
    early = standing(dossier(released()), release_at=at(40))
    assert found(early, "position", days=31) == [
        ("position", "order/o1/standing/release_at", "2026-03-31T12:00:00Z", "2026-04-10T12:00:00Z")
    ]


MINUTE = 1 / (24 * 60)


def test_a_clock_that_was_ahead_is_no_difference() -> None:
    """By five minutes at most: the default has decided a review that is open by the auditor's clock."""
    book = suspected()
    book.look(10)
    it = dossier(book)
    assert "by_default" in it.standing.marks
    assert found(it, days=10 - 4 * MINUTE) == []
    early = found(it, days=10 - 6 * MINUTE)
    assert ("position", "order/o1/standing/marks", "", "by_default") in early
    changed = standing(it, net=1)
    assert found(changed, days=10 - 4 * MINUTE) == [("position", "order/o1/standing/net", 4500, 1)]


def test_an_order_that_sleeps() -> None:
    """It has to be looked at when its hold ends, and nobody will."""
    it = ordered(dossier(fresh()), due_at=None)
    assert found(it) == [("wake_up", "order/o1/due_at", "2026-03-31T12:00:00Z", None)]
    assert found(ordered(dossier(released()), due_at=None), days=31) == []


def test_a_program_that_contradicts_itself() -> None:
    """Nothing can be settled by it."""
    it = replace(dossier(fresh()), program=program(hold_days=-1, minimum=-1))
    reasons = "/minimum: lies between 0 and 1000000000000; /hold_days: lies between 0 and 3650"
    assert found(it, "position") == [("position", "order/o1", "an order that can be settled", reasons)]


def test_a_reward_that_waits_is_shown_to_an_admin() -> None:
    """There is a case, it is open until the deadline, and says whose it is."""
    it, where = dossier(suspected()), "order/o1/case"
    case = it.order.case
    assert case is not None
    until = "until 2026-03-11T12:00:00Z"
    assert found(it) == []
    assert found(replace(it, order=replace(it.order, case=None))) == [("case", where, f"open {until}", None)]
    later = replace(case, deadline=at(11))
    assert found(replace(it, order=replace(it.order, case=later))) == [
        ("case", where, f"open {until}", "open until 2026-03-12T12:00:00Z")
    ]
    closed = replace(case, state="closed")
    assert found(replace(it, order=replace(it.order, case=closed))) == [
        ("case", where, f"open {until}", f"closed {until}")
    ]
    other = replace(case, ambassador_id="amb_2")
    assert found(replace(it, order=replace(it.order, case=other))) == [
        ("case", f"{where}/ambassador_id", "amb_1", "amb_2")
    ]


def test_a_reward_that_waits_no_more() -> None:
    """Its case is closed."""
    book = suspected()
    book.review("approve")
    book.look(1)
    it = dossier(book)
    assert it.order.case is not None
    assert found(replace(it, order=replace(it.order, case=replace(it.order.case, state="open")))) == [
        ("case", "order/o1/case", "closed until 2026-03-11T12:00:00Z", "open until 2026-03-11T12:00:00Z")
    ]

"""Two ambassadors who became one: what went from one ledger arrives in the other, and one person's is one person's."""

from dataclasses import astuple, replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs, merge_legs
from chalicelib.domain.audit.audit import (
    Counting,
    Reading,
    Value,
    check_balances,
    check_counters,
    check_emptied,
    version_of,
)
from chalicelib.domain.audit.causes import Causes
from chalicelib.domain.audit.entry import take
from chalicelib.domain.model.accounts import Account, LedgerEntry, Leg, Merger
from chalicelib.domain.people.merge import merge
from chalicelib.domain.program.program import Milestone, Rate
from tests.unit.audit.dossier import dossier, found, standing
from tests.unit.audit.reading import CLOSED, CORRECTION, PAYOUT, SPEND, Found, entry, rich
from tests.unit.audit.reading import found as read
from tests.unit.book import Book, Shelf, at, program

KIN = ("amb_2", "amb_1")
WENT = merge_legs({"EUR": {"available": 40, "held": 60}, "points": {"spent": 7}}, "EUR")
CAME = tuple(Leg(leg.account, -leg.amount, leg.currency) for leg in WENT)
LEFT_ID, CAME_ID = "ent_2_00000003-001", "ent_1_00000008-001"


def left(sides: tuple[Leg, ...] = WENT) -> LedgerEntry:
    """The last entry of the account that went into the other one."""
    return LedgerEntry("amb_2", "00000003-001", "merge", at(9), "merge:amb_1", sides, 1)


def came(sides: tuple[Leg, ...] = CAME, **more: Any) -> LedgerEntry:
    """The entry by which it arrived there."""
    return replace(LedgerEntry("amb_1", "00000008-001", "merge", at(9), "merge:amb_2", sides, 1), **more)


def there_was(**more: int) -> Reading:
    """A reading of the one that goes, with what is taken out of it and with something more."""
    balances = {"EUR": {"available": 40, "held": 60, **more}, "points": {"spent": 7}}
    return Reading(number="00000002-001", balances=balances)


# --- entries ----------------------------------------------------------------------------------------------------------


def test_what_leaves_one_ledger_arrives_in_the_other() -> None:
    """All of it, and the reading goes on with the other ledger, whose version is kept for the prizes that follow."""
    reading = there_was()
    assert read(left(), reading) == []
    assert (reading.left, reading.merged_in) == ({"amb_2": WENT}, 0)
    assert reading.balances == {"EUR": {"available": 0, "held": 0}, "points": {"spent": 0}}
    reading.turn_over()
    assert read(came(), reading) == []
    assert (reading.left, reading.merged_in) == ({}, 8)
    assert reading.balances == {"EUR": {"available": 40, "held": 60}, "points": {"spent": 7}}


@pytest.mark.parametrize(("more", "remains"), [({"available": 41}, 1), ({"expired": 5, "paid": 4, "held": 58}, 11)])
def test_what_stays_behind(more: dict[str, int], remains: int) -> None:
    """Nothing may: too much and too little do not make each other good."""
    told = [it for it in read(left(), there_was(**more)) if it[0] == "balance"]
    assert told == [("balance", f"{LEFT_ID}/left", 0, remains)]


def test_what_arrives_is_what_left() -> None:
    """Leg by leg; both are shown."""
    reading = Reading(left={"amb_2": WENT[:3]})
    other = (Leg("ambassador:available", 90, "EUR"), Leg("program:merge", -90, "EUR"))
    expected = "ambassador:available +40 EUR, ambassador:held +60 EUR, program:merge -100 EUR"
    shown = "ambassador:available +90 EUR, program:merge -90 EUR"
    assert read(came(other), reading) == [("legs", CAME_ID, expected, shown)]
    assert (reading.left, reading.merged_in) == ({}, 8)


def test_what_arrives_from_nowhere() -> None:
    """It is taken for one that leaves, and so leaves something behind."""
    for cause in ("merge:amb_3", "amb_2", ""):
        reading = Reading(left={"amb_2": WENT})
        assert read(came(cause=cause), reading) == [("balance", f"{CAME_ID}/left", 0, 107)]
        assert reading.left == {"amb_2": WENT, "amb_1": CAME}


def test_a_merger_moves_what_an_ambassador_has() -> None:
    """From there or to there, and nothing else of the program's."""
    strange = (
        Leg("program:rewards", 1, "EUR"),
        Leg("ambassador:held", -3, "EUR"),
        Leg("program:merge", 1, "EUR"),
        Leg("somebody:held", 1, "EUR"),
    )
    reading = Reading(number="00000002-001", balances={"EUR": {"held": 3}})
    assert read(left(strange), reading) == [("legs", LEFT_ID, None, "program:rewards, somebody:held")]
    uneven = (Leg("ambassador:held", -3, "EUR"), Leg("program:merge", 2, "EUR"))
    reading = Reading(number="00000002-001", balances={"EUR": {"held": 3}})
    assert read(left(uneven), reading) == [("legs", f"{LEFT_ID}/EUR", 0, -1)]


def bonus(**more: Any) -> LedgerEntry:
    """A prize that only both together have reached, posted with the merger."""
    plain = entry("bonus", 300, cause="tier:Silver", number="00000008-001", order_id=None)
    return replace(plain, **more)


@pytest.mark.parametrize(
    ("more", "its_own"),
    [
        ({}, True),
        ({"kind": "bonus_lost", "cause": "tier:3", "legs": legs("bonus_lost", 300, "EUR")}, True),
        ({"number": "00000009-001"}, False),
        ({"number": "00000007-001"}, False),
        ({"order_id": "o2"}, False),
    ],
)
def test_a_prize_for_no_order_comes_with_a_merger(more: dict[str, Any], its_own: bool) -> None:
    """In the version in which the other account arrived; in any other it is for an order, as always."""
    it = bonus(**more)
    expected = [("cause", f"{it.id}/order_id", "an order of this ambassador", it.order_id)]
    reading = rich(merged_in=8, prizes={"tier:3": {"EUR": 300}})
    assert read(it, reading) == ([] if its_own else expected)


@pytest.mark.parametrize(("kin", "known"), [(KIN, True), (("amb_1",), False), (("amb_3", "amb_1"), False)])
def test_what_was_asked_for_as_the_other_one(kin: tuple[str, ...], known: bool) -> None:
    """Withdrawals, corrections and prizes of one's second self are one's own; those of anybody else are not."""
    paid = replace(PAYOUT, ambassador_id="amb_2", state="confirmed", returned=250, **CLOSED)
    spent = replace(SPEND, ambassador_id="amb_2")
    open_still = {"payout:pay_1": ("EUR", 250)}
    cases: list[tuple[LedgerEntry, Reading, str]] = [
        (entry("spend", 250, cause="spend:spd_1"), rich(), "withdrawal/spd_1"),
        (
            entry("payout_confirmed", 250, cause="payout:pay_1", author="key_2"),
            rich(opened=open_still, awaited={"payout:pay_1": "payout_confirmed"}),
            "withdrawal/pay_1",
        ),
        (entry("payout_returned", 250, cause="payout:pay_1"), rich(), "withdrawal/pay_1"),
        (
            entry("adjustment", 500, cause="adjustment:adj_1", reason=CORRECTION.reason, author="key_1"),
            rich(),
            "adjustment/adj_1",
        ),
    ]
    for it, reading, where in cases:
        told = read(
            replace(it, order_id=None),
            reading,
            kin=kin,
            withdrawals={"spd_1": spent, "pay_1": paid},
            adjustments={"adj_1": replace(CORRECTION, ambassador_id="amb_2")},
        )
        kind = where.partition("/")[0]
        assert told == ([] if known else [(kind, f"{where}/ambassador_id", "amb_1", "amb_2")])
    prize = bonus(order_id="o2")
    expected = [("cause", f"{prize.id}/order_id", "an order of this ambassador", "o2")]
    assert read(prize, kin=kin) == ([] if known else expected)


# --- accounts ---------------------------------------------------------------------------------------------------------

EMPTY = Account("amb_2", version=3, balances={"EUR": {"held": 0}}, expired_in=2, merged_into="amb_1")
ENDED = Reading(number="00000003-001", balances={"EUR": {"held": 0, "paid": 0}}, expired_in=2, left={"amb_2": WENT})


def emptied(account: Account, reading: Reading) -> Found:
    """What is found of an account that has gone into another one."""
    return [astuple(finding) for finding in check_emptied(account, reading)]


def test_an_account_that_went_into_another_is_empty() -> None:
    """In its balances and counters, by its entries as well; and its version is that of its last entry."""
    assert emptied(EMPTY, ENDED) == []
    assert emptied(Account("amb_2"), Reading(left={"amb_2": ()})) == []


@pytest.mark.parametrize(
    ("account", "reading", "where", "expected", "shown"),
    [
        ({"expired_in": 1}, {}, "expired_in", 2, 1),
        ({}, {"expired_in": 0}, "expired_in", 0, 2),
        ({"version": 4}, {}, "version", 3, 4),
        ({}, {"number": "00000009-002"}, "version", 9, 3),
        ({"orders_settled": 5}, {}, "settled", None, 5),
        ({"referrals": 6}, {}, "counted", None, 6),
        ({"orders_refunded": 7}, {}, "refunded", None, 7),
    ],
)
def test_an_account_that_is_not_ended(
    account: dict[str, Any], reading: dict[str, Any], where: str, expected: Value, shown: Value
) -> None:
    """Each difference is named: what it still counts, and where it does not stop as its entries do."""
    told = emptied(replace(EMPTY, **account), replace(ENDED, **reading))
    assert told == [("counter", f"amb_2/{where}", expected, shown)]


def test_an_account_that_is_not_empty() -> None:
    """Each balance is named, by the entries and by the account."""
    account = replace(EMPTY, balances={"CHF": {"held": 5}, "EUR": {"available": 1, "held": -2}})
    reading = replace(ENDED, balances={"EUR": {"held": 6, "paid": 3}, "points": {"spent": 7}})
    assert emptied(account, reading) == [
        ("balance", "amb_2/balances/CHF/held", 0, 5),
        ("balance", "amb_2/balances/EUR/available", 0, 1),
        ("balance", "amb_2/balances/EUR/held", 0, 6),
        ("balance", "amb_2/balances/EUR/held", 0, -2),
        ("balance", "amb_2/balances/EUR/paid", 0, 3),
        ("balance", "amb_2/balances/points/spent", 0, 7),
    ]


def test_an_account_whose_ledger_does_not_end_with_a_merger() -> None:
    """Somebody has led it on without moving what it has."""
    expected = [("account", "amb_2/merged_into", "an entry merge, the last one", "00000003-001")]
    assert emptied(EMPTY, replace(ENDED, left={})) == expected
    assert emptied(EMPTY, replace(ENDED, left={"amb_1": WENT})) == expected


def test_the_next_ledger_begins_at_nothing() -> None:
    """What was opened in the one before stays open, and sums go on."""
    kept: dict[str, Any] = {
        "entries": 5,
        "prizes": {"tier:3": {"EUR": 300}},
        "opened": {"spend:spd_1": ("EUR", 250)},
        "left": {"amb_2": WENT},
        "merged_in": 4,
    }
    reading = Reading(number="00000003-001", balances={"EUR": {"held": 1}}, expired_in=2, **kept)
    reading.turn_over()
    assert reading == Reading(**kept)


@pytest.mark.parametrize(
    ("places", "absorbed", "total"),
    [
        ((1, 2, 1, 2, 3, 6), {"amb_2": Merger(5, 3, 0, before=2, orders_settled=3)}, None),
        ((1, 2, 1, 2, 3, 5), {"amb_2": Merger(5, 3, 0, before=2, orders_settled=3)}, 14),
        ((1, 2, 3, 4, 5, 6), {"amb_2": Merger(5, 3, 0, before=2, orders_settled=3)}, 21),
        ((1, 2, 1, 2, 3, 6), {}, 15),
        ((1, 1, 3, 1, 2), {"amb_2": Merger(5, 3, 0, 1, 1), "amb_3": Merger(7, 9, 0, 3, 2)}, None),
        ((1, 1, 1, 2, 2), {"amb_2": Merger(5, 3, 0, 1, 1), "amb_3": Merger(7, 9, 0, 3, 2)}, 7),
    ],
)
def test_places_of_orders_that_came(places: tuple[int, ...], absorbed: dict[str, Merger], total: int | None) -> None:
    """They keep the places that they had there, and the next order has the place after all of both."""
    counting = Counting(orders_settled=len(places), places=sum(places), squares=sum(place**2 for place in places))
    account, n = Account("amb_1", orders_settled=len(places), absorbed=absorbed), len(places)
    expected = [("counter", "amb_1/places", f"each place from 1 to {n} once", f"a sum of {total}")]
    assert [astuple(it) for it in check_counters(account, counting)] == ([] if total is None else expected)


# --- whole books ------------------------------------------------------------------------------------------------------


def shelf(ambassador_id: str, orders: int, rules: Any) -> Shelf:
    """An ambassador's released orders."""
    sold = Shelf(rules, Account(ambassador_id))
    for n in range(orders):
        sold.sell(n)
    sold.pass_to(40)
    return sold


def test_books_of_two_who_became_one_are_sound() -> None:
    """Entries of both, in the order in which they are read, make the account that the merger left."""
    rules = program(milestones=(Milestone("pairs", Rate(amount=30), every=2),))
    one, other = shelf("amb_1", 3, rules), shelf("amb_2", 1, rules)
    it = merge(one.account, other.account, rules, note="one person", author="key_1", now=at(50))
    out, *into = it.entries
    assert [entry.kind for entry in it.entries] == ["merge", "merge", "bonus"]
    causes = Causes(programs={1: rules}, owners={"o1": "amb_1", "o2": "amb_1", "o3": "amb_1"}, kin=KIN)
    reading, told = Reading(), []
    for posted in (*other.entries, out):
        told += list(take(reading, posted, it.other.version, causes))
    told += list(check_emptied(it.other, reading))
    reading.turn_over()
    for posted in (*one.entries, *into):
        told += list(take(reading, posted, it.account.version, causes))
    assert [*told, *check_balances(it.account, reading)] == []


# --- orders of two ledgers --------------------------------------------------------------------------------------------

AGE = "order/o1/standing/age"


def carried(*, released: bool) -> Book:
    """An order of one whose account went into another one, released before that or after; then some is taken back."""
    book = Book(account=Account("amb_2", version=49))
    book.order = replace(book.order, redemption=replace(book.redemption, ambassador_id="amb_2"))
    book.look(0)
    if released:
        book.look(30)
    merger = Merger(7, book.account.version + 1, 0, before=0, orders_settled=1)
    book.account = Account("amb_1", version=7, absorbed={"amb_2": merger})
    book.look(31)
    book.refund(1000, name="r1")
    book.look(32)
    return book


def audited(book: Book, **age: Any) -> Found:
    """What is found in such an order when its age is changed."""
    entries = dict(zip(book.standing.entries, book.entries, strict=True))
    it = dossier(book, entries=entries, kin=KIN)
    assert it.standing.age is not None
    return found(standing(it, age=replace(it.standing.age, **age)), days=34, whose="amb_2")


def test_an_order_that_was_released_in_the_other_ledger() -> None:
    """Versions of two accounts don't compare: what became available there says nothing of how old it is here."""
    book = carried(released=True)
    assert [it.rpartition("/")[0] for it in book.standing.entries] == ["", "", "amb_1"]
    assert book.standing.released_in == 51
    assert (audited(book), audited(book, since=3)) == ([], [])
    book.reverse("r1")
    book.look(33)
    since = version_of(book.entries[-1].number)
    assert audited(book) == []
    assert audited(book, since=51) == [("position", f"{AGE}/since", since, 51)]


def test_an_order_that_was_released_in_the_present_ledger() -> None:
    """By its entry, though what it held lies in the other one."""
    book = carried(released=False)
    assert [it.rpartition("/")[0] for it in book.standing.entries] == ["", "amb_1", "amb_1"]
    assert audited(book) == []
    assert audited(book, since=7) == [("position", f"{AGE}/since", 8, 7)]

"""What a withdrawal, an adjustment or time posts: it says the same as what caused it, and follows in its order."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.audit import Links, Value
from chalicelib.domain.model.accounts import Adjustment, LedgerEntry, Withdrawal
from chalicelib.domain.money import Money
from chalicelib.domain.program.program import Worth
from tests.unit.audit.reading import (
    CLOSED,
    CORRECTION,
    PAYOUT,
    RULES,
    SPEND,
    entry,
    found,
    rich,
    then,
    uncaused,
)
from tests.unit.book import at

# --- withdrawals ------------------------------------------------------------------------------------------------------


def moved(it: Withdrawal, step: str = "", **more: Any) -> LedgerEntry:
    """The entry of a withdrawal that is reserved, or of the step after it."""
    kind = f"{it.kind}_{step}" if step else it.kind
    author = it.closed_by if step else it.author
    return entry(kind, 250, cause=f"{it.kind}:{it.id}", author=author, **{"order_id": None, **more})


@pytest.mark.parametrize("it", [SPEND, PAYOUT])
@pytest.mark.parametrize(
    ("state", "step"), [("confirmed", "confirmed"), ("cancelled", "cancelled"), ("expired", "cancelled")]
)
def test_a_withdrawal_is_reserved_and_closed(it: Withdrawal, state: Any, step: str) -> None:
    """Once each; in between it is open, and the entry that closes it is awaited. What expires is cancelled."""
    closed, reading, cause = replace(it, state=state, **CLOSED), rich(), f"{it.kind}:{it.id}"
    known = {it.id: closed}
    assert found(moved(closed), reading, withdrawals=known) == []
    assert reading.opened == {cause: ("EUR", 250)}
    assert reading.awaited == {cause: f"{it.kind}_{step}"}
    assert found(then(moved(closed, step)), reading, withdrawals=known) == []
    assert (reading.opened, reading.awaited) == ({}, {})


def returned(it: Withdrawal, amount: int, version: int = 1) -> LedgerEntry:
    """The entry of a part that came back, in a version of the account."""
    cause, number = f"{it.kind}:{it.id}", f"{version:08d}-001"
    return entry(f"{it.kind}_returned", amount, cause=cause, author="key_3", order_id=None, number=number)


@pytest.mark.parametrize("it", [SPEND, PAYOUT])
def test_what_came_back_is_what_the_withdrawal_says(it: Withdrawal) -> None:
    """In parts, each awaited until it is there; one more than it says is found, and so is one of other money."""
    closed, reading, cause = replace(it, state="confirmed", returned=200, **CLOSED), rich(), f"{it.kind}:{it.id}"
    known = {it.id: closed}
    assert found(moved(closed), reading, withdrawals=known) == []
    assert found(then(moved(closed, "confirmed")), reading, withdrawals=known) == []
    assert reading.awaited == {cause: f"{it.kind}_returned, to 200 in all"}
    assert found(returned(it, 150, 3), reading, withdrawals=known) == []
    assert reading.awaited == {cause: f"{it.kind}_returned, to 200 in all"}
    assert found(returned(it, 50, 4), reading, withdrawals=known) == []
    assert (reading.awaited, reading.returned) == ({}, {cause: 200})
    once_more = returned(it, 50, 5)
    expected = f"a {it.kind} that was confirmed, of which 200 came back, and not 250"
    assert found(once_more, reading, withdrawals=known) == uncaused(once_more, expected)


@pytest.mark.parametrize("state", ["reserved", "cancelled", "expired"])
def test_only_what_was_confirmed_comes_back(state: Any) -> None:
    """Whatever the withdrawal says of it."""
    it = returned(SPEND, 50)
    expected = "a spend that was confirmed, of which 50 came back, and not 50"
    assert found(it, rich(), withdrawals={"spd_1": replace(SPEND, state=state, returned=50)}) == uncaused(it, expected)
    open_still = rich(opened={"spend:spd_1": ("EUR", 250)})
    closed = replace(SPEND, state="confirmed", returned=50)
    assert found(it, open_still, withdrawals={"spd_1": closed}) == uncaused(it, expected)


def test_what_is_reserved_is_not_awaited() -> None:
    """It stays open; a spend is kept with its amount, to be compared with the list of spends."""
    reading, spends = rich(), Links()
    spends.add("spend:spd_1", "250")
    assert found(moved(SPEND), reading, withdrawals={"spd_1": SPEND}) == []
    assert found(then(moved(PAYOUT)), reading, withdrawals={"pay_1": PAYOUT}) == []
    assert reading.opened == {"spend:spd_1": ("EUR", 250), "payout:pay_1": ("EUR", 250)}
    assert reading.awaited == {}
    assert reading.spends == spends


@pytest.mark.parametrize(
    ("cause", "expected"),
    [("spend:spd_2", "a spend"), ("payout:spd_1", "a spend"), ("spd_1", "a spend"), ("", "a spend")],
)
def test_a_withdrawal_that_is_not_there(cause: str, expected: str) -> None:
    """Or is called something else by the entry; nothing is then taken for reserved."""
    reading, it = rich(), replace(moved(SPEND), cause=cause)
    assert found(it, reading, withdrawals={"spd_1": SPEND}) == uncaused(it, expected)
    assert (reading.opened, reading.awaited, reading.spends) == ({}, {}, Links())


def test_a_step_names_the_kind_of_its_withdrawal() -> None:
    """Of whatever step it is."""
    it = replace(moved(replace(SPEND, **CLOSED), "confirmed"), cause="payout:spd_1")
    assert found(it, withdrawals={"spd_1": SPEND}) == uncaused(it, "a spend")


def test_a_withdrawal_is_reserved_once() -> None:
    """The second time is told."""
    reading = rich(opened={"spend:spd_1": ("EUR", 250)})
    it = moved(SPEND)
    assert found(it, reading, withdrawals={"spd_1": SPEND}) == uncaused(it, "a spend that was not reserved before")


@pytest.mark.parametrize("awaited", [{}, {"spend:spd_1": "spend_cancelled"}])
def test_a_withdrawal_is_closed_as_it_says(awaited: dict[str, str]) -> None:
    """Not without having been reserved, nor in another way; it is not open any more in any case."""
    closed = replace(SPEND, **CLOSED)
    reading, it = rich(awaited=dict(awaited), opened={"spend:spd_1": ("EUR", 250)}), moved(closed, "confirmed")
    expected = "a spend that was reserved before and is confirmed, not reserved"
    assert found(it, reading, withdrawals={"spd_1": closed}) == uncaused(it, expected)
    assert (reading.opened, reading.awaited) == ({}, {})


@pytest.mark.parametrize("it", [SPEND, PAYOUT])
@pytest.mark.parametrize(
    ("state", "step"), [("confirmed", "confirmed"), ("cancelled", "cancelled"), ("expired", "cancelled")]
)
def test_a_withdrawal_that_was_closed_while_entries_were_read(it: Withdrawal, state: Any, step: str) -> None:
    """It was open as its first entry was read: what closes it now need not have been awaited."""
    closed, reading = replace(it, state=state, **CLOSED), rich(opened={f"{it.kind}:{it.id}": ("EUR", 250)})
    assert found(moved(closed, step), reading, withdrawals={it.id: closed}) == []
    assert (reading.opened, reading.awaited) == ({}, {})


@pytest.mark.parametrize(
    ("state", "step", "opened", "awaited"),
    [
        ("confirmed", "confirmed", True, "spend_cancelled"),
        ("confirmed", "confirmed", False, None),
        ("confirmed", "cancelled", True, None),
        ("cancelled", "confirmed", True, None),
        ("reserved", "confirmed", True, None),
        ("reserved", "cancelled", True, None),
        ("reserved", "cancelled", False, None),
    ],
)
def test_what_closes_a_withdrawal_does_as_it_says(state: Any, step: str, opened: bool, awaited: str | None) -> None:
    """Whether it was awaited or has come since: once, after it was reserved, and no other end than the one it says."""
    cause, closed = "spend:spd_1", replace(SPEND, state=state, **CLOSED)
    reading = rich(opened={cause: ("EUR", 250)} if opened else {}, awaited={cause: awaited} if awaited else {})
    it = moved(closed, step)
    expected = f"a spend that was reserved before and is {step}, not {state}"
    assert found(it, reading, withdrawals={"spd_1": closed}) == uncaused(it, expected)


COUPON = replace(SPEND, currency="points", worth=Money(75, "EUR"))
POINTS = replace(RULES, units={"points": Worth(3, per=10), "stars": Worth(1)})


@pytest.mark.parametrize(
    ("it", "expected", "shown"),
    [
        (COUPON, None, None),
        (replace(SPEND, worth=None), None, None),
        (replace(COUPON, worth=Money(74, "EUR")), "75 EUR", "74 EUR"),
        (replace(COUPON, worth=Money(75, "CHF")), "75 EUR", "75 CHF"),
        (replace(COUPON, worth=None), "75 EUR", None),
        (replace(SPEND, worth=Money(75, "EUR")), None, "75 EUR"),
    ],
)
def test_a_coupon_for_points_is_worth_what_the_program_said(it: Withdrawal, expected: Value, shown: Value) -> None:
    """By so many for so much; one for money says no worth of its own."""
    reserved = replace(moved(it), legs=legs("spend", 250, it.currency))
    told = [] if expected == shown else [("withdrawal", "withdrawal/spd_1/worth", expected, shown)]
    assert found(reserved, withdrawals={"spd_1": it}, programs={1: POINTS}) == told


def test_what_a_coupon_is_worth_by_no_program() -> None:
    """Only that there is none is told."""
    reserved = replace(moved(COUPON), legs=legs("spend", 250, "points"), program_version=2)
    assert found(reserved, withdrawals={"spd_1": COUPON}, programs={1: POINTS}) == [
        ("cause", f"{reserved.id}/program_version", "a version that there is", 2)
    ]


def test_what_came_back_of_something_else() -> None:
    """What the entry says must be what the withdrawal says, for this as for every step."""
    other = replace(SPEND, state="confirmed", returned=50, ambassador_id="amb_2", currency="CHF", **CLOSED)
    assert found(returned(SPEND, 50), withdrawals={"spd_1": other}) == [
        ("withdrawal", "withdrawal/spd_1/ambassador_id", "amb_1", "amb_2"),
        ("withdrawal", "withdrawal/spd_1/currency", "EUR", "CHF"),
    ]


@pytest.mark.parametrize("back", [1, 2])
def test_the_least_that_came_back_is_awaited(back: int) -> None:
    """Down to a cent, once the withdrawal is confirmed."""
    closed = replace(SPEND, state="confirmed", returned=back, **CLOSED)
    reading = rich(opened={"spend:spd_1": ("EUR", 250)}, awaited={"spend:spd_1": "spend_confirmed"})
    assert found(moved(closed, "confirmed"), reading, withdrawals={"spd_1": closed}) == []
    assert reading.awaited == {"spend:spd_1": f"spend_returned, to {back} in all"}


def test_a_withdrawal_that_says_something_else() -> None:
    """Every difference is named by its field: of the beginning, or of the end."""
    other = replace(PAYOUT, kind="spend", ambassador_id="amb_2", amount=9, currency="CHF", created_at=at(1))
    closed = replace(other, closed_at=at(2), closed_by="key_2")
    same = [
        ("withdrawal", "withdrawal/pay_1/kind", "payout", "spend"),
        ("withdrawal", "withdrawal/pay_1/ambassador_id", "amb_1", "amb_2"),
        ("withdrawal", "withdrawal/pay_1/amount", 250, 9),
        ("withdrawal", "withdrawal/pay_1/currency", "EUR", "CHF"),
    ]
    first = replace(moved(PAYOUT), author="key_9")
    assert found(first, withdrawals={"pay_1": closed}) == [
        *same,
        ("withdrawal", "withdrawal/pay_1/created_at", str(at(0)), str(at(1))),
        ("withdrawal", "withdrawal/pay_1/author", "key_9", "key_1"),
    ]
    last, reading = (
        replace(moved(PAYOUT, "confirmed"), author="key_9"),
        rich(awaited={"payout:pay_1": "payout_confirmed"}),
    )
    assert found(last, reading, withdrawals={"pay_1": closed}) == [
        *same,
        ("withdrawal", "withdrawal/pay_1/closed_at", str(at(0)), str(at(2))),
        ("withdrawal", "withdrawal/pay_1/closed_by", "key_9", "key_2"),
    ]


# --- adjustments and expiry -------------------------------------------------------------------------------------------


def adjusted(**more: Any) -> LedgerEntry:
    """The entry of the correction."""
    told = {"cause": "adjustment:adj_1", "reason": CORRECTION.reason, "author": "key_1", "order_id": None}
    return entry("adjustment", 500, **{**told, **more})


@pytest.mark.parametrize("amount", [500, -500])
def test_an_adjustment_is_posted_as_it_was_asked_for(amount: int) -> None:
    """It may take away; and what two admins decided was posted when the second one did."""
    it = adjusted(legs=legs("adjustment", amount, "EUR"))
    told = replace(CORRECTION, amount=amount)
    assert found(it, adjustments={"adj_1": told}) == []
    later = replace(told, created_at=at(-3), decided_at=at(0))
    assert found(it, adjustments={"adj_1": later}) == []


@pytest.mark.parametrize("cause", ["adjustment:adj_2", "adjustments:adj_1", "adj_1", ""])
def test_an_adjustment_that_nobody_asked_for(cause: str) -> None:
    """There is none, or the entry calls it something else."""
    it = adjusted(cause=cause)
    assert found(it, adjustments={"adj_1": CORRECTION}) == uncaused(it, "an adjustment")


def test_an_adjustment_is_posted_once() -> None:
    """However often the same entry was asked for."""
    known = {"adj_1": CORRECTION}
    assert found(adjusted(), adjustments=known, posted={"adjustment:adj_1": 1}) == []
    twice = found(adjusted(), adjustments=known, posted={"adjustment:adj_1": 2})
    assert twice == uncaused(adjusted(), "an adjustment that was posted once")


def test_an_adjustment_that_says_something_else() -> None:
    """Every difference is named by its field."""
    other = Adjustment("adj_1", "amb_2", 400, "CHF", "None.", "key_2", "Cem", at(1), state="waiting")
    same = [
        ("adjustment", "adjustment/adj_1/state", "posted", "waiting"),
        ("adjustment", "adjustment/adj_1/ambassador_id", "amb_1", "amb_2"),
        ("adjustment", "adjustment/adj_1/amount", 500, 400),
        ("adjustment", "adjustment/adj_1/unit", "EUR", "CHF"),
        ("adjustment", "adjustment/adj_1/reason", "A parcel was lost.", "None."),
        ("adjustment", "adjustment/adj_1/author", "key_1", "key_2"),
    ]
    created = ("adjustment", "adjustment/adj_1/created_at", str(at(0)), str(at(1)))
    decided = ("adjustment", "adjustment/adj_1/decided_at", str(at(0)), str(at(2)))
    assert found(adjusted(), adjustments={"adj_1": other}) == [*same, created]
    assert found(adjusted(), adjustments={"adj_1": replace(other, decided_at=at(2))}) == [*same, decided]


def expired(**more: Any) -> LedgerEntry:
    """An entry by which all that is left expires, in the account's fourth version."""
    told = {"cause": "inactive_since:2026-01-31", "number": "00000004-001", "order_id": None}
    return entry("expiry", 10_000, **{**told, **more})


def test_rewards_expire_by_a_program_in_which_they_do() -> None:
    """And since a day on which something happened; the version is kept, for what is clawed back later."""
    reading = rich()
    assert found(expired(), reading) == []
    assert reading.expired_in == 4
    wanted = "a program in which rewards expire"
    assert found(expired(), programs={1: replace(RULES, expiry_months=None)}) == uncaused(expired(), wanted)
    for cause in ("because", "inactive_since:2026-01-31 or so", "long inactive_since:2026-01-31"):
        assert found(expired(cause=cause)) == uncaused(expired(cause=cause), wanted)

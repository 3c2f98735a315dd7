"""Double entry: what moves where, and that balances are the sum of it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.ledger import KINDS, Posting, add, legs, merge_legs, moved, post
from chalicelib.domain.model.accounts import Account, LedgerEntry, Leg
from tests.unit.book import at, program

OWN = "ambassador:"
WHERE = {
    "hold": ("program:rewards", "ambassador:held"),
    "release": ("ambassador:held", "ambassador:available"),
    "void": ("ambassador:held", "program:rewards"),
    "clawback": ("ambassador:available", "program:rewards"),
    "reinstate": ("program:rewards", "ambassador:available"),
    "bonus": ("program:rewards", "ambassador:available"),
    "bonus_lost": ("ambassador:available", "program:rewards"),
    "spend": ("ambassador:available", "ambassador:reserved"),
    "spend_confirmed": ("ambassador:reserved", "ambassador:spent"),
    "spend_cancelled": ("ambassador:reserved", "ambassador:available"),
    "spend_returned": ("ambassador:spent", "ambassador:available"),
    "payout": ("ambassador:available", "ambassador:reserved"),
    "payout_confirmed": ("ambassador:reserved", "ambassador:paid"),
    "payout_cancelled": ("ambassador:reserved", "ambassador:available"),
    "payout_returned": ("ambassador:paid", "ambassador:available"),
    "gift": ("program:rewards", "ambassador:available"),
    "gift_sent": ("ambassador:available", "ambassador:spent"),
    "gift_returned": ("ambassador:spent", "ambassador:available"),
    "task": ("program:rewards", "ambassador:available"),
    "task_undone": ("ambassador:available", "program:rewards"),
    "expiry": ("ambassador:available", "ambassador:expired"),
    "adjustment": ("program:adjustments", "ambassador:available"),
}
"""What each kind is, from the glossary: where the amount comes from, and where it goes."""


def entry(*sides: Leg) -> LedgerEntry:
    """An entry with these legs."""
    return LedgerEntry("amb_1", "00000001-001", "hold", at(0), "redemption", sides, 1)


def test_all_kinds_are_known() -> None:
    """Each takes from one account what it gives to another, but a merger, which takes all that there is."""
    assert {*KINDS} == {*WHERE, "merge"}


def test_a_merger_takes_all_there_is() -> None:
    """Each unit for itself; what is not there is not moved, a debt goes along, and of nothing nothing is moved."""
    balances = {"points": {"held": 3, "spent": 0}, "EUR": {"available": -50, "reserved": 200}, "CHF": {"held": 0}}
    assert merge_legs(balances, "EUR") == (
        Leg("ambassador:available", 50, "EUR"),
        Leg("ambassador:reserved", -200, "EUR"),
        Leg("program:merge", 150, "EUR"),
        Leg("ambassador:held", -3, "points"),
        Leg("program:merge", 3, "points"),
    )
    nothing = (Leg("ambassador:available", 0, "EUR"), Leg("program:merge", 0, "EUR"))
    assert merge_legs({}, "EUR") == merge_legs({"CHF": {"held": 0}}, "EUR") == nothing


@pytest.mark.parametrize("kind", WHERE)
def test_an_entry_takes_from_one_account_what_it_gives_to_another(kind: str) -> None:
    """The giver first, the same amount on both sides, in one unit."""
    giver, taker = WHERE[kind]
    assert legs(kind, 450, "EUR") == (Leg(giver, -450, "EUR"), Leg(taker, 450, "EUR"))


@given(st.sampled_from(sorted(WHERE)), st.integers(0, 900))
def test_an_entry_tells_what_it_moves(kind: str, amount: int) -> None:
    """As much as was asked for; one without sides, which only a damaged table has, moves nothing."""
    assert moved(replace(entry(*legs(kind, amount, "EUR")), kind=kind)) == amount
    assert moved(replace(entry(), kind=kind)) == 0


def test_a_negative_adjustment_goes_the_other_way() -> None:
    """The same accounts, with their signs changed."""
    taken = legs("adjustment", -450, "points")
    assert taken == (Leg("program:adjustments", 450, "points"), Leg("ambassador:available", -450, "points"))
    assert moved(replace(entry(*taken), kind="adjustment")) == -450


@pytest.mark.parametrize(
    ("expired", "sides"),
    [
        (0, (Leg("ambassador:available", -450, "EUR"),)),
        (200, (Leg("ambassador:expired", -200, "EUR"), Leg("ambassador:available", -250, "EUR"))),
        (449, (Leg("ambassador:expired", -449, "EUR"), Leg("ambassador:available", -1, "EUR"))),
        (450, (Leg("ambassador:expired", -450, "EUR"),)),
    ],
)
def test_a_clawback_may_take_from_what_has_expired(expired: int, sides: tuple[Leg, ...]) -> None:
    """That part comes from there, the rest from what is available; and the entry still tells its whole amount."""
    whole = legs("clawback", 450, "EUR", expired=expired)
    assert whole == (*sides, Leg("program:rewards", 450, "EUR"))
    assert moved(replace(entry(*whole), kind="clawback")) == 450


@pytest.mark.parametrize("kind", ["reinstate", "bonus"])
@pytest.mark.parametrize(
    ("expired", "sides"),
    [
        (0, (Leg("ambassador:available", 450, "EUR"),)),
        (200, (Leg("ambassador:expired", 200, "EUR"), Leg("ambassador:available", 250, "EUR"))),
        (450, (Leg("ambassador:expired", 450, "EUR"),)),
    ],
)
def test_what_comes_back_may_go_to_what_has_expired(kind: str, expired: int, sides: tuple[Leg, ...]) -> None:
    """That part goes there, the rest is available; and the entry still tells its whole amount."""
    whole = legs(kind, 450, "EUR", expired=expired)
    assert whole == (Leg("program:rewards", -450, "EUR"), *sides)
    assert moved(replace(entry(*whole), kind=kind)) == 450


def test_one_entry_in_a_version_of_the_accounts_own() -> None:
    """Numbered by the version that it makes, at its time, with cause, reason and author; the balance has moved."""
    before = Account("amb_1", 41, {"EUR": {"available": 100}}, referrals=3, active_at=at(-9))
    after, posted = post(
        before,
        Posting("adjustment", 450, "EUR", "adjustment:adj_1", "a parcel was lost", "key_1"),
        program(version=7),
        now=at(1),
    )
    assert posted == LedgerEntry(
        ambassador_id="amb_1",
        number="00000042-001",
        kind="adjustment",
        at=at(1),
        cause="adjustment:adj_1",
        legs=(Leg("program:adjustments", -450, "EUR"), Leg("ambassador:available", 450, "EUR")),
        program_version=7,
        reason="a parcel was lost",
        author="key_1",
    )
    assert after == Account("amb_1", 42, {"EUR": {"available": 550}}, referrals=3, active_at=at(-9))


def test_only_an_ambassadors_own_accounts_are_balances() -> None:
    """The program's side of an entry is nobody's balance; each unit and account has a sum of its own."""
    balances = {"EUR": {"held": 9}, "CHF": {"held": 1}}
    after = add(
        balances,
        (
            entry(Leg("program:rewards", -450, "EUR"), Leg("ambassador:held", 450, "EUR")),
            entry(Leg("ambassador:held", -100, "EUR"), Leg("ambassador:available", 100, "EUR")),
            entry(Leg("program:rewards", -5, "points"), Leg("ambassador:available", 5, "points")),
        ),
    )
    assert after == {"EUR": {"held": 359, "available": 100}, "CHF": {"held": 1}, "points": {"available": 5}}
    assert balances == {"EUR": {"held": 9}, "CHF": {"held": 1}}


moves = st.lists(
    st.tuples(
        st.sampled_from(sorted(WHERE)), st.integers(1, 999), st.sampled_from(["EUR", "points"]), st.integers(0, 999)
    )
)


@given(moves)
def test_the_books_balance(history: list[tuple[str, int, str, int]]) -> None:
    """Whatever is posted: legs sum to zero, and what the ambassador has is what the program gave."""
    entries = [
        entry(*legs(kind, amount, unit, expired=min(expired, amount) if kind in {"clawback", "reinstate"} else 0))
        for kind, amount, unit, expired in history
    ]
    assert all(sum(leg.amount for leg in it.legs) == 0 for it in entries)
    for unit, accounts in add({}, tuple(entries)).items():
        given_by_program = -sum(
            leg.amount for it in entries for leg in it.legs if leg.currency == unit and not leg.account.startswith(OWN)
        )
        assert sum(accounts.values()) == given_by_program

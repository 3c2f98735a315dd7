"""Money leaves an account in two steps, and whatever happens on the way, no cent is spent twice or lost."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.ledger import add
from chalicelib.domain.accounts.withdrawals import (
    AlreadyClosed,
    Moved,
    NotConfirmed,
    NotMoved,
    TooLate,
    TooMuch,
    close,
    give_back,
    has_expired,
    reserve,
)
from chalicelib.domain.model.accounts import Account, LedgerEntry, Withdrawal
from chalicelib.domain.money import Money
from chalicelib.domain.program.program import Worth
from tests.unit.book import at, program

RULES = program(spend_minimum=500, spend_days=30)
HELD_TOO = Account("amb_1", 7, {"EUR": {"held": 9000, "available": 2000}, "points": {"available": 9000}})


def asked(amount: int = 1500, currency: str = "EUR", kind: str = "spend") -> Withdrawal:
    """A withdrawal that somebody asks for."""
    code = "CPN" + "B" * 12 if kind == "spend" else None
    return Withdrawal("wdr_1", kind, "amb_1", amount, currency, at(0), code=code, note="why")  # type: ignore[arg-type]


def reserved(kind: str = "spend") -> Moved:
    """One that was granted."""
    moved = reserve(asked(kind=kind), HELD_TOO, RULES, now=at(0))
    assert isinstance(moved, Moved)
    return moved


def test_a_spend_is_reserved_from_what_is_available() -> None:
    """The entry moves it, the account is active, the coupon has its end and asks to be looked at then."""
    moved = reserved()
    assert moved.account.balances["EUR"] == {"held": 9000, "available": 500, "reserved": 1500}
    assert (moved.account.version, moved.account.active_at) == (8, at(0))
    assert (moved.entry.kind, moved.entry.number, moved.entry.cause) == ("spend", "00000008-001", "spend:wdr_1")
    assert moved.withdrawal.expires_at == moved.withdrawal.due_at == at(30)


def test_a_payout_waits_for_ever() -> None:
    """Nobody knows whether it was made before somebody says so: it has no end, and names who asked and why."""
    moved = reserved("payout")
    assert (moved.withdrawal.expires_at, moved.withdrawal.due_at) == (None, None)
    assert (moved.entry.kind, moved.entry.reason) == ("payout", "why")
    assert not has_expired(moved.withdrawal, at(9999))


def test_what_is_refused() -> None:
    """Other currencies and units, less than the minimum, a cent more than there is; held money does not count."""
    for wanted, reason in (
        (asked(currency="USD"), "currency_mismatch"),
        (asked(currency="points"), "not_spendable"),
        (asked(499), "below_minimum"),
        (asked(2001), "insufficient_balance"),
        (asked(0, kind="payout"), "below_minimum"),
        (asked(2001, kind="payout"), "insufficient_balance"),
    ):
        assert reserve(wanted, HELD_TOO, RULES, now=at(0)) == NotMoved(reason)  # type: ignore[arg-type]
    assert isinstance(reserve(asked(2000), HELD_TOO, RULES, now=at(0)), Moved)
    assert isinstance(reserve(asked(1, kind="payout"), HELD_TOO, RULES, now=at(0)), Moved)


POINTED = replace(RULES, units={"points": Worth(3, per=10, minimum=500)})
"""Ten points are worth three cents, from 500 points on."""


def test_points_are_spent_in_steps_of_their_worth() -> None:
    """The coupon is worth money, the entry is in points; nothing is rounded, and no worth is lost on the way."""
    moved = reserve(asked(510, "points"), HELD_TOO, POINTED, now=at(0))
    assert isinstance(moved, Moved)
    assert moved.withdrawal.worth == Money(153, "EUR")
    assert [(leg.account, leg.amount, leg.currency) for leg in moved.entry.legs] == [
        ("ambassador:available", -510, "points"),
        ("ambassador:reserved", 510, "points"),
    ]
    assert moved.account.balances["points"] == {"available": 8490, "reserved": 510}
    assert moved.account.balances["EUR"] == HELD_TOO.balances["EUR"]
    for wanted, reason in (
        (asked(499, "points"), "not_divisible"),
        (asked(505, "points"), "not_divisible"),
        (asked(490, "points"), "below_minimum"),
        (asked(0, "points"), "below_minimum"),
        (asked(9010, "points"), "insufficient_balance"),
        (asked(500, "stars"), "not_spendable"),
        (asked(500, "points", kind="payout"), "not_spendable"),
        (asked(500, "USD"), "currency_mismatch"),
    ):
        assert reserve(wanted, HELD_TOO, POINTED, now=at(0)) == NotMoved(reason)  # type: ignore[arg-type]


def test_a_coupon_keeps_the_worth_it_was_made_with() -> None:
    """However points are worth by the rules of later: confirmed, cancelled or returned, it is the same points."""
    moved = reserve(asked(600, "points"), HELD_TOO, POINTED, now=at(0))
    assert isinstance(moved, Moved)
    later = replace(POINTED, version=2, units={"points": Worth(1, per=7)})
    ended = {"by": "key_1", "closing": "o7", "now": at(1)}
    done = close(moved.withdrawal, moved.account, later, "confirmed", **ended)  # type: ignore[arg-type]
    assert isinstance(done, Moved)
    assert done.withdrawal.worth == Money(180, "EUR")
    assert done.account.balances["points"] == {"available": 8400, "reserved": 0, "spent": 600}
    back = give_back(done.withdrawal, done.account, later, None, by="key_1", note="why", now=at(2))
    assert isinstance(back, Moved)
    assert back.account.balances["points"] == {"available": 9000, "reserved": 0, "spent": 0}
    for euros, points in ((3, 10), (4, None), (90, 300), (181, None)):
        part = give_back(done.withdrawal, done.account, later, Money(euros, "EUR"), by="key_1", note="why", now=at(2))
        if points is None:
            assert part == NotMoved("not_divisible")
        else:
            assert isinstance(part, Moved)
            assert (part.withdrawal.returned, part.entry.legs[-1].amount) == (points, points)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 40), st.lists(st.integers(1, 400), max_size=5))
def test_what_comes_back_of_a_coupon_for_points_is_whole_points(
    value: int, per: int, steps: int, parts: list[int]
) -> None:
    """Said in money it is as many points as that money cost, or refused; never more in all than were spent."""
    rules = replace(RULES, units={"points": Worth(value, per=per)})
    moved = reserve(asked(steps * per, "points"), HELD_TOO, rules, now=at(0))
    assert isinstance(moved, Moved)
    done = close(moved.withdrawal, moved.account, rules, "confirmed", by=None, closing="o7", now=at(1))
    assert isinstance(done, Moved)
    back, money = done, 0
    for part in parts:
        step = give_back(back.withdrawal, back.account, rules, Money(part, "EUR"), by="key_1", note="why", now=at(2))
        if isinstance(step, Moved):
            back, money = step, money + part
            assert back.withdrawal.returned * value == money * per
        elif isinstance(step, NotMoved):
            assert part * per % value
        else:
            assert money + part > steps * value
    assert 0 <= back.withdrawal.returned <= steps * per
    assert back.account.balances["points"]["spent"] == steps * per - back.withdrawal.returned


def test_an_account_in_debt_can_spend_nothing() -> None:
    """A clawback may take available below zero; then not even the minimum can be spent."""
    debt = Account("amb_1", 1, {"EUR": {"available": -1}})
    assert reserve(asked(500), debt, RULES, now=at(0)) == NotMoved("insufficient_balance")


def test_what_was_asked_with_stays_with_the_withdrawal() -> None:
    """Only its end is new; the entry has its time, cause, reason and author, under the program of that moment."""
    by_key = replace(asked(kind="payout"), author="key_1", reference="INV-7")
    moved = reserve(by_key, HELD_TOO, replace(RULES, version=7), now=at(2))
    assert isinstance(moved, Moved)
    assert moved.withdrawal == by_key
    assert (moved.entry.at, moved.entry.program_version) == (at(2), 7)
    assert (moved.entry.cause, moved.entry.reason, moved.entry.author) == ("payout:wdr_1", "why", "key_1")
    assert moved.account.active_at == at(2)


def test_whoever_closes_it_is_named() -> None:
    """When, by whom, and with what; in withdrawal and entry."""
    was = reserved()
    confirmed, cancelled = end(was, "confirmed", "o7", day=3), end(was, "cancelled", "changed my mind", day=3)
    assert isinstance(confirmed, Moved)
    assert isinstance(cancelled, Moved)
    closed = replace(was.withdrawal, closed_at=at(3), closed_by="key_1", version=2, due_at=None)
    assert confirmed.withdrawal == replace(closed, state="confirmed", closing="o7")
    assert cancelled.withdrawal == replace(closed, state="cancelled", closing="changed my mind")
    for moved, kind, reason in ((confirmed, "confirmed", None), (cancelled, "cancelled", "changed my mind")):
        assert (moved.entry.kind, moved.entry.cause, moved.entry.at) == (f"spend_{kind}", "spend:wdr_1", at(3))
        assert (moved.entry.reason, moved.entry.author) == (reason, "key_1")
        assert moved.account.version == was.account.version + 1


def test_confirming_is_activity_and_cancelling_is_none() -> None:
    """Who spends keeps what is left from expiring; who only reserves and cancels has reserved, and no more."""
    was = reserved()
    confirmed, cancelled = end(was, "confirmed", "o7", day=3), end(was, "cancelled", day=3)
    assert isinstance(confirmed, Moved)
    assert isinstance(cancelled, Moved)
    assert (confirmed.account.active_at, cancelled.account.active_at) == (at(3), at(0))


def test_a_coupon_that_was_used_or_given_back_does_not_expire() -> None:
    """Only one that is still out can, at its very moment; one whose money is back has expired for good."""
    was = reserved().withdrawal
    days = (29.999, 30, 99)
    states = ("reserved", "confirmed", "cancelled", "expired")
    found = {state: [has_expired(replace(was, state=state), at(day)) for day in days] for state in states}  # type: ignore[arg-type]
    assert found == {
        "reserved": [False, True, True],
        "confirmed": [False, False, False],
        "cancelled": [False, False, False],
        "expired": [True, True, True],
    }


def end(was: Moved, step: str, closing: str | None = None, day: float = 1) -> Moved | AlreadyClosed | TooLate:
    """Say how a withdrawal ends."""
    return close(was.withdrawal, was.account, RULES, step, by="key_1", closing=closing, now=at(day))  # type: ignore[arg-type]


def test_confirmed_money_is_gone() -> None:
    """A spend ends in `spent`, a payout in `paid`; nothing is due any more."""
    for kind, ends in (("spend", "spent"), ("payout", "paid")):
        moved = end(reserved(kind), "confirmed", "o7")
        assert isinstance(moved, Moved)
        assert moved.account.balances["EUR"] == {"held": 9000, "available": 500, "reserved": 0, ends: 1500}
        assert (moved.entry.kind, moved.entry.author) == (f"{kind}_confirmed", "key_1")
        assert (moved.withdrawal.closing, moved.withdrawal.due_at, moved.withdrawal.version) == ("o7", None, 2)


def test_cancelled_money_is_back() -> None:
    """As if it had never been asked for; the entry says why."""
    moved = end(reserved("payout"), "cancelled", "wrong account")
    assert isinstance(moved, Moved)
    assert moved.account.balances["EUR"] == {"held": 9000, "available": 2000, "reserved": 0}
    assert (moved.entry.kind, moved.entry.reason) == ("payout_cancelled", "wrong account")


def test_whoever_repeats_is_told_so_and_whoever_contradicts_is_told_what_stands() -> None:
    """The first word counts; the same word again is a repeat."""
    confirmed, cancelled, expired = (end(reserved(), step, "x") for step in ("confirmed", "cancelled", "expired"))
    assert isinstance(confirmed, Moved)
    assert isinstance(cancelled, Moved)
    assert isinstance(expired, Moved)
    for was, step, closing, repeated in (
        (confirmed, "confirmed", "x", True),
        (confirmed, "confirmed", "y", False),
        (confirmed, "cancelled", "x", False),
        (confirmed, "expired", None, False),
        (cancelled, "cancelled", "x", True),
        (cancelled, "cancelled", "y", False),
        (cancelled, "confirmed", "x", False),
        (expired, "cancelled", "x", True),
        (expired, "expired", None, True),
        (expired, "confirmed", "x", False),
    ):
        assert end(was, step, closing) == AlreadyClosed(was.withdrawal, repeated), (was.withdrawal.state, step)


def test_an_expired_coupon_confirms_nothing_even_before_its_money_is_back() -> None:
    """The time decides, not the schedule: from `expires_at` on it can only be cancelled."""
    was = reserved()
    assert isinstance(end(was, "confirmed", "o7", day=29.999), Moved)
    assert end(was, "confirmed", "o7", day=30) == TooLate(was.withdrawal)
    moved = end(was, "expired", day=30)
    assert isinstance(moved, Moved)
    assert (moved.withdrawal.state, moved.entry.kind, moved.entry.reason) == ("expired", "spend_cancelled", "expired")


def back(was: Moved, amount: int | None = None, currency: str = "EUR", day: float = 3) -> object:
    """Return something of a withdrawal."""
    money = None if amount is None else Money(amount, currency)
    return give_back(was.withdrawal, was.account, RULES, money, by="key_2", note="sent back", now=at(day))


def test_what_was_confirmed_can_be_returned_in_parts() -> None:
    """From where it ended, up to what it was; each part is an entry with its note, and what is left can follow."""
    for kind, ends in (("spend", "spent"), ("payout", "paid")):
        was = end(reserved(kind), "confirmed", "o7")
        assert isinstance(was, Moved)
        once = back(was, 400)
        assert isinstance(once, Moved)
        assert once.account.balances["EUR"] == {"held": 9000, "available": 900, "reserved": 0, ends: 1100}
        assert (once.entry.kind, once.entry.cause) == (f"{kind}_returned", f"{kind}:wdr_1")
        assert (once.entry.reason, once.entry.author, once.entry.legs[1].amount) == ("sent back", "key_2", 400)
        assert once.entry.at == at(3)
        assert once.withdrawal == replace(was.withdrawal, returned=400, version=3)
        cent = back(once, 1)
        assert isinstance(cent, Moved)
        assert cent.withdrawal.returned == 401
        assert back(once, 1101) == TooMuch(once.withdrawal)
        rest = back(once)
        assert isinstance(rest, Moved)
        assert rest.account.balances["EUR"] == {"held": 9000, "available": 2000, "reserved": 0, ends: 0}
        assert back(rest) == back(rest, 1) == TooMuch(rest.withdrawal)


def test_what_can_not_be_returned() -> None:
    """What is reserved, cancelled or expired; nothing, less than nothing, or other money."""
    for step in ("cancelled", "expired"):
        was = end(reserved(), step, "x")
        assert isinstance(was, Moved)
        assert back(was, 1) == NotConfirmed(was.withdrawal)
    assert back(reserved(), 1) == NotConfirmed(reserved().withdrawal)
    was = end(reserved(), "confirmed", "o7")
    assert isinstance(was, Moved)
    assert back(was, 0) == back(was, -1) == back(was, 1, "USD") == TooMuch(was.withdrawal)


def test_what_is_returned_has_all_its_time_to_be_used() -> None:
    """A return is activity, and the account asks to be looked at."""
    was = end(reserved(), "confirmed", "o7")
    assert isinstance(was, Moved)
    rules = replace(RULES, expiry_months=1)
    moved = give_back(was.withdrawal, was.account, rules, None, by="key_2", note="sent back", now=at(90))
    assert isinstance(moved, Moved)
    assert moved.account.active_at == at(90)
    assert moved.account.due_at is not None
    assert moved.account.due_at - at(90) > timedelta(days=27) - rules.expiry_notice


def test_money_that_comes_back_is_watched_for_expiry_again() -> None:
    """Nothing was available while it was reserved, so nobody looked; now the account asks to be looked at."""
    rules = replace(RULES, expiry_months=6)
    account = Account("amb_1", 1, {"EUR": {"available": 1500}})
    moved = reserve(asked(), account, rules, now=at(0))
    assert isinstance(moved, Moved)
    assert moved.account.due_at is None
    back = close(moved.withdrawal, moved.account, rules, "cancelled", by=None, closing=None, now=at(5))
    assert isinstance(back, Moved)
    assert back.account.active_at == at(0)
    assert back.account.due_at is not None
    assert back.account.due_at - at(0) > timedelta(days=180) - rules.expiry_notice


steps = st.tuples(
    st.sampled_from(["ask", "confirmed", "cancelled", "expired", "returned"]), st.integers(0, 900), st.integers(0, 5)
)


def _stepped(was: Withdrawal, account: Account, step: str, amount: int, day: int) -> object:
    if step == "returned":
        return give_back(was, account, RULES, Money(amount, "EUR"), by="key_2", note="sent back", now=at(day))
    return close(was, account, RULES, step, by=None, closing=None, now=at(day))  # type: ignore[arg-type]


@given(st.integers(-500, 3000), st.lists(steps, max_size=30), st.sampled_from(["spend", "payout"]))
def test_the_books_balance_whatever_is_asked(have: int, history: list[tuple[str, int, int]], kind: str) -> None:
    """Reserving never takes what is not there, each cent is in one place, and the entries alone give the balances."""
    rules = program(spend_minimum=1)
    account = Account("amb_1", 0, {"EUR": {"available": have}})
    open_or_not: list[Withdrawal] = []
    entries: list[LedgerEntry] = []
    for day, (step, amount, place) in enumerate(history):
        before = account.balance("EUR", "available")
        if step == "ask":
            answer: object = reserve(asked(amount, kind=kind), account, rules, now=at(day))
            assert isinstance(answer, Moved) == (0 < amount <= before)
            if isinstance(answer, Moved):
                open_or_not.append(answer.withdrawal)
        elif place < len(open_or_not):
            answer = _stepped(open_or_not[place], account, step, amount, day)
            if isinstance(answer, Moved):
                open_or_not[place] = answer.withdrawal
        else:
            continue
        if isinstance(answer, Moved):
            account, entries = answer.account, [*entries, answer.entry]
    assert account.balances == add({"EUR": {"available": have}}, tuple(entries))
    reserved_now = sum(it.amount for it in open_or_not if it.state == "reserved")
    gone = sum(it.amount - it.returned for it in open_or_not if it.state == "confirmed")
    assert all(0 <= it.returned <= it.amount for it in open_or_not)
    assert account.balance("EUR", "reserved") == reserved_now
    assert account.balance("EUR", "available") == have - reserved_now - gone
    assert account.balance("EUR", "available") >= min(have, 0)
    assert all(sum(leg.amount for leg in entry.legs) == 0 for entry in entries)
    assert len({entry.number for entry in entries}) == len(entries) == account.version

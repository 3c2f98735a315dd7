"""When unspent rewards may expire: the account itself asks to be looked at."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.expiry import Looked, fresh_of, given_back, look, renewed, taken_back, watched
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.model.accounts import Account, LedgerEntry
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.model.orders import Age
from chalicelib.domain.program.program import Milestone, Rate
from tests.unit.book import Shelf, at, program

RULES = program(expiry_months=6)
IDLE = Account("amb_1", 4, {"EUR": {"available": 300}}, active_at=datetime(2026, 8, 31, 9, tzinfo=UTC))
ENDS = datetime(2027, 2, 28, 9, tzinfo=UTC)


def test_an_account_asks_to_be_looked_at_so_many_months_after_it_was_active() -> None:
    """To the minute, or on the last day of a shorter month, less the notice; nothing else about it changes."""
    assert watched(IDLE, RULES) == replace(IDLE, due_at=ENDS - timedelta(days=14))
    assert watched(IDLE, replace(RULES, expiry_notice_days=0)) == replace(IDLE, due_at=ENDS)
    told = replace(IDLE, expiry_told=ENDS)
    assert watched(told, RULES) == replace(told, due_at=ENDS)


@pytest.mark.parametrize(
    ("balances", "asks"),
    [
        ({"EUR": {"available": 1}}, True),
        ({"points": {"available": 1}}, True),
        ({"EUR": {"available": -5}, "points": {"available": 1}}, True),
        ({"gift:Mug": {"available": 1}, "EUR": {"available": 1}}, True),
        ({"gift:Mug": {"available": 1}}, False),
        ({"EUR": {"available": 0, "held": 900, "reserved": 900}}, False),
        ({"EUR": {"available": -5}}, False),
        ({}, False),
    ],
)
def test_only_what_is_available_can_expire(balances: dict[str, dict[str, int]], asks: bool) -> None:
    """In whatever unit but gifts, which wait to be sent; what is held or reserved is nobody's to lose yet."""
    assert (watched(replace(IDLE, balances=balances), RULES).due_at is not None) == asks


@pytest.mark.parametrize(
    ("rules", "changes"),
    [
        ({"expiry_months": None}, {}),
        ({}, {"active_at": None}),
        ({}, {"due_at": at(3)}),
    ],
)
def test_who_has_no_reason_to_ask_is_left_alone(rules: Any, changes: Any) -> None:
    """Where nothing expires, where nothing was ever earned, and where a look was asked for before: the first stands."""
    account = replace(IDLE, **changes)
    assert watched(account, replace(RULES, **rules)) is account


def test_nothing_asks_while_the_account_is_suspended() -> None:
    """Its ambassador could not use it before it is gone."""
    account = replace(IDLE, suspended_in=3)
    assert watched(account, RULES) is account


def test_the_time_begins_anew_with_what_becomes_available() -> None:
    """Not with what is held or taken back; and it never goes back, however late an older order is looked at."""
    got, held = (
        LedgerEntry("amb_1", "00000005-001", kind, at(1), "o1", legs(kind, 450, "EUR"), 1) for kind in ("bonus", "hold")
    )
    new = replace(IDLE, active_at=None)
    assert renewed(IDLE, [held, got], now=at(900)) == replace(IDLE, active_at=at(900))
    assert renewed(new, [got], now=at(1)) == replace(IDLE, active_at=at(1))
    assert renewed(IDLE, [got], now=at(1)) == IDLE
    assert renewed(IDLE, [held], now=at(900)) is IDLE
    assert renewed(new, [], now=at(900)) is new


# --- what is told before ---

DAY = timedelta(days=1)
NOTICE = 14 * DAY


def notice(until: datetime, now: datetime) -> Message:
    """What is owed to whom something expires, about that very day."""
    cause, letter = Cause("expiry", "amb_1", int(f"{until:%Y%m%d}")), Letter("expiring", until=until)
    return Message(cause, Recipient("ambassador", "amb_1"), letter, program_version=1, owed_at=now, due_at=now)


def test_so_many_days_before_the_ambassador_is_told_and_then_it_expires() -> None:
    """One letter, which names the day; on that day all that is left goes, and nothing is asked for any more."""
    now = ENDS - NOTICE
    told = look(replace(IDLE, due_at=now), RULES, now=now)
    after = replace(IDLE, version=5, expiry_told=ENDS, due_at=ENDS)
    assert told == Looked(after, message=notice(ENDS, now))
    gone = look(after, RULES, now=ENDS)
    assert [(it.kind, it.cause, it.reason, it.legs) for it in gone.entries] == [
        ("expiry", "inactive_since:2026-08-31", "told:2027-02-28", legs("expiry", 300, "EUR"))
    ]
    assert gone.message is None
    balances = {"EUR": {"available": 0, "expired": 300}}
    assert gone.account == replace(after, version=6, balances=balances, expired_in=6, due_at=None)


def test_whoever_was_active_meanwhile_is_told_anew_of_the_new_day() -> None:
    """A look that comes too early, before the letter or after it, tells nothing and takes nothing."""
    early = look(replace(IDLE, due_at=at(5)), RULES, now=ENDS - NOTICE - DAY)
    assert early == Looked(replace(IDLE, version=5, due_at=ENDS - NOTICE))
    told = replace(IDLE, version=5, expiry_told=ENDS, due_at=ENDS, active_at=ENDS - 10 * DAY)
    ends = datetime(2027, 8, 18, 9, tzinfo=UTC)
    again = look(told, RULES, now=ENDS)
    assert again == Looked(replace(told, version=6, due_at=ends - NOTICE))
    now = ends - NOTICE
    assert look(again.account, RULES, now=now).message == notice(ends, now)


@pytest.mark.parametrize("left", [{"EUR": {"available": 0, "held": 300}}, {"gift:Mug": {"available": 1}}])
def test_of_nothing_nobody_is_told(left: Any) -> None:
    """Who has used all of it, or waits for a gift, gets no letter, and is not looked at again."""
    spent = replace(IDLE, balances=left, due_at=ENDS - NOTICE)
    assert look(spent, RULES, now=ENDS - NOTICE) == Looked(replace(spent, version=5, due_at=None))


def test_whoever_is_suspended_is_not_told() -> None:
    """Nor does anything expire."""
    stopped = replace(IDLE, suspended_in=3, due_at=ENDS)
    assert look(stopped, RULES, now=ENDS) == Looked(replace(stopped, version=5, due_at=None))


def test_without_notice_it_expires_as_it_does_by_the_rules() -> None:
    """A program may leave the letter out; what was told before it did is kept all the same."""
    rules = replace(RULES, expiry_notice_days=0)
    gone = look(replace(IDLE, due_at=ENDS), rules, now=ENDS)
    assert [(it.kind, it.reason) for it in gone.entries] == [("expiry", None)]
    told = replace(IDLE, expiry_told=ENDS + DAY)
    assert look(told, rules, now=ENDS) == Looked(replace(told, version=5, due_at=ENDS + DAY))


@pytest.mark.parametrize(("late", "moved"), [(0.5, 0), (1, 0), (3, 2), (40, 39)])
def test_nothing_expires_that_was_not_announced_in_time(late: float, moved: float) -> None:
    """When nobody looked in time, what is left stays for the notice that was promised, less a day at most."""
    now = ENDS - NOTICE + late * DAY
    told = look(replace(IDLE, due_at=ENDS - NOTICE), RULES, now=now)
    until = ENDS + moved * DAY
    assert told == Looked(replace(IDLE, version=5, expiry_told=until, due_at=until), message=notice(until, now))
    assert look(told.account, RULES, now=until - DAY).entries == ()
    assert look(told.account, RULES, now=until).entries != ()


def test_a_day_that_was_told_is_kept_under_stricter_rules() -> None:
    """Nothing goes sooner than a letter has said; under looser ones it stays longer, and that is told in its time."""
    told = replace(IDLE, version=5, expiry_told=ENDS, due_at=ENDS)
    strict, loose = replace(RULES, expiry_months=2), replace(RULES, expiry_months=12)
    assert look(told, strict, now=ENDS - DAY) == Looked(replace(told, version=6))
    assert [it.reason for it in look(told, strict, now=ENDS).entries] == ["told:2027-02-28"]
    longer = datetime(2027, 8, 31, 9, tzinfo=UTC)
    assert look(told, loose, now=ENDS) == Looked(replace(told, version=6, due_at=longer - NOTICE))


days_pass = st.lists(st.tuples(st.sampled_from(["look", "use", "rules"]), st.integers(0, 60)), max_size=40)


@given(days_pass)
def test_who_loses_something_was_told_the_very_day(taken: list[tuple[str, int]]) -> None:
    """Whoever looks, uses some or changes the rules, and when: each expiry is on or after a day that was told.

    By one letter, so many days before, less one; and no two letters tell the same day.
    """
    account, rules, now = watched(replace(IDLE, balances={"EUR": {"available": 10**6}}), RULES), RULES, IDLE.active_at
    assert now is not None
    letters: list[tuple[datetime, datetime]] = []
    for what, days in [*taken, *[("look", 30)] * 20]:
        now += days * DAY
        if what == "use":
            account = watched(replace(account, version=account.version + 1, active_at=now), rules)
        elif what == "rules":
            rules = replace(RULES, expiry_months=1 + days % 12, expiry_notice_days=days % 15)
        elif account.due_at and account.due_at <= now:
            looked = look(account, rules, now=now)
            assert looked.account.due_at is None or looked.account.due_at > account.due_at
            account = looked.account
            if looked.message:
                assert looked.message.letter.until is not None
                letters.append((now, looked.message.letter.until))
                assert looked.message.letter.until - now >= rules.expiry_notice - DAY
            if looked.entries and rules.expiry_notice_days:
                assert letters
                assert letters[-1][1] == account.expiry_told
                assert account.expiry_told is not None
                assert now >= account.expiry_told
    days_told = [until.date() for _, until in letters]
    assert days_told == sorted(set(days_told))


# --- what has expired stays so ---


def idle(shelf: Shelf) -> None:
    """Let everything that is available expire."""
    balances = {unit: dict(accounts) for unit, accounts in shelf.account.balances.items()}
    euros = balances["EUR"]
    euros["expired"] = euros.get("expired", 0) + euros["available"]
    euros["available"] = 0
    version = shelf.account.version + 1
    shelf.account = replace(shelf.account, version=version, balances=balances, expired_in=version)


def euros(shelf: Shelf) -> tuple[int, int]:
    """Available and expired."""
    return shelf.account.balance("EUR", "available"), shelf.account.balance("EUR", "expired")


def test_what_came_back_after_the_expiry_is_taken_back_from_what_is_available() -> None:
    """It has not expired, though the rest of its order has: others' expired rewards don't pay for it."""
    shelf = Shelf(program(hold_days=0))
    first = shelf.sell(0)
    shelf.sell(0)
    part = first.refund(1500)
    shelf.look(first, 1)
    idle(shelf)
    assert euros(shelf) == (0, 750)
    first.reverse(part)
    shelf.look(first, 2)
    assert (euros(shelf), first.standing.age) == ((150, 750), Age(fresh=150, since=shelf.account.version, gone=0))
    first.refund(4500)
    shelf.look(first, 3)
    assert (euros(shelf), first.standing.age) == ((0, 450), Age(gone=300, since=shelf.account.version - 1))


def test_what_came_back_expires_with_the_next_expiry() -> None:
    """From then on it is taken back out of there, and goes back there."""
    shelf = Shelf(program(hold_days=0))
    first = shelf.sell(0)
    part = first.refund(1500)
    shelf.look(first, 1)
    idle(shelf)
    first.reverse(part)
    shelf.look(first, 2)
    idle(shelf)
    assert euros(shelf) == (0, 450)
    whole = first.refund(4500)
    shelf.look(first, 3)
    first.reverse(whole)
    shelf.look(first, 4)
    assert euros(shelf) == (0, 450)


def test_what_was_spent_before_it_expired_is_owed() -> None:
    """What has expired pays as far as it lasts; the debt is what comes back first as available."""
    shelf = Shelf(program(hold_days=0))
    first = shelf.sell(0)
    shelf.account = replace(shelf.account, balances={"EUR": {"available": 100, "spent": 350}})
    idle(shelf)
    whole = first.refund(4500)
    shelf.look(first, 1)
    assert (euros(shelf), first.standing.age) == ((-350, 0), Age(gone=100, since=1))
    first.reverse(whole)
    shelf.look(first, 2)
    assert euros(shelf) == (0, 100)


THERE = Account("amb_1", 7, expired_in=4)
YOUNG, OLD = Age(gone=20, fresh=300, since=5, back=50), Age(gone=20, fresh=300, since=4, back=50)


@pytest.mark.parametrize(
    ("age", "amount", "expired", "part", "then"),
    [
        (YOUNG, 300, 900, 0, Age(20, 0, 5, 50)),
        (YOUNG, 340, 900, 40, Age(60, 0, 5, 10)),
        (YOUNG, 360, 900, 60, Age(80, 0, 5, 0)),
        (YOUNG, 360, 10, 10, Age(30, 0, 5, 40)),
        (OLD, 100, 900, 100, Age(120, 0, 4, 0)),
        (OLD, 100, 0, 0, Age(20, 0, 4, 50)),
    ],
)
def test_what_is_taken_back_is_fresh_first(age: Age, amount: int, expired: int, part: int, then: Age) -> None:
    """Then comes what has expired, as far as there is any; of what was put back there before, it is the first to go."""
    assert taken_back(age, amount, THERE, expired) == (part, then)


@pytest.mark.parametrize(
    ("age", "amount", "part", "then"),
    [
        (YOUNG, 10, 10, Age(10, 300, 5, 60)),
        (YOUNG, 20, 20, Age(0, 300, 5, 70)),
        (YOUNG, 25, 20, Age(0, 305, 8, 70)),
        (OLD, 10, 10, Age(10, 0, 4, 60)),
        (OLD, 25, 20, Age(0, 5, 8, 70)),
        (Age(), 450, 0, Age(0, 450, 8, 0)),
    ],
)
def test_what_comes_back_goes_where_it_was_taken_from(age: Age, amount: int, part: int, then: Age) -> None:
    """First what was taken out of what has expired; the rest is fresh, from the account's next version on."""
    assert given_back(age, amount, THERE) == (part, then)


steps = st.lists(st.tuples(st.booleans(), st.integers(1, 500), st.booleans()), max_size=8)


@given(steps, st.integers(1, 500))
def test_taken_back_given_back_and_taken_back_is_taken_back(past: list[tuple[bool, int, bool]], amount: int) -> None:
    """Whatever came before, an expiry in between or not: the third step undoes the second, in both places."""
    account, age, worth, expired, available = Account("amb_1", 1), Age(fresh=500, since=1), 500, 0, 700
    for takes, wanted, expires in past:
        if takes:
            moved = min(wanted, worth)
            part, age = taken_back(age, moved, account, expired)
            worth, expired, available = worth - moved, expired - part, available - moved + part
        else:
            moved = min(wanted, 500 - worth)
            part, age = given_back(age, moved, account)
            worth, expired, available = worth + moved, expired + part, available + moved - part
        account = replace(account, version=account.version + 1)
        if expires and available > 0:
            expired, available = expired + available, 0
            account = replace(account, version=account.version + 1, expired_in=account.version + 1)
        assert 0 <= fresh_of(age, account) <= worth
        assert age.gone >= 0
    moved = min(amount, worth)
    part, once = taken_back(age, moved, account, expired)
    left = expired - part
    back, again = given_back(once, moved, account)
    out, twice = taken_back(again, moved, account, left + back)
    assert (out, twice.gone, twice.fresh) == (back, once.gone, fresh_of(once, account))


def test_a_prize_knows_how_old_it_is() -> None:
    """By its number and unit, with the account, whichever orders it was for."""
    rules = program(hold_days=0, milestones=(Milestone("pair", Rate(amount=300), every=2),))
    shelf = Shelf(rules)
    first = shelf.sell(0)
    shelf.sell(0)
    assert shelf.account.ages == {"every:2 EUR": Age(fresh=300, since=2)}
    idle(shelf)
    whole = first.refund(4500)
    shelf.look(first, 1)
    assert (euros(shelf), shelf.account.ages) == ((0, 450), {"every:2 EUR": Age(gone=300, since=2)})
    first.reverse(whole)
    shelf.look(first, 2)
    assert (euros(shelf), shelf.account.ages) == ((0, 1200), {})
    shelf.sell(3)
    shelf.sell(3)
    assert shelf.account.ages == {"every:2 EUR": Age(fresh=300, since=shelf.account.version)}
    first.refund(4500, name="again")
    shelf.look(first, 4)
    assert euros(shelf) == (900, 750)

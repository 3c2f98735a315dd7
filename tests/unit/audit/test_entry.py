"""One entry of a ledger: what is wrong with it is told exactly, and what is right is taken in."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.accounts.gifts import is_gift
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.audit import Links, Reading, Value
from chalicelib.domain.audit.causes import caused_by
from chalicelib.domain.model.accounts import Gift, LedgerEntry, Leg, Suspension
from chalicelib.domain.program.program import Milestone, Rate
from tests.unit.audit.reading import GIFT, ID, MUG, RULES, entry, found, rich, then, uncaused
from tests.unit.book import at

# --- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "number", "expected"),
    [
        ("", "00000001-001", None),
        ("", "00000004-001", None),
        ("", "00000001-002", "00000001-001"),
        ("00000001-001", "00000001-002", None),
        ("00000001-009", "00000001-010", None),
        ("00000001-001", "00000001-003", "00000001-002"),
        ("00000001-001", "00000002-001", None),
        ("00000001-001", "00000005-001", None),
        ("00000001-001", "00000002-002", "00000002-001"),
        ("whatever", "00000001-001", None),
        ("whatever", "00000001-003", "00000001-001"),
    ],
)
def test_numbers_follow_without_a_gap(before: str, number: str, expected: str | None) -> None:
    """Within a version they count from one; another version begins anew, and may be any later one."""
    told = found(entry(number=number), rich(number=before))
    assert told == ([("number", f"ent_1_{number}", expected, number)] if expected else [])


def test_a_number_is_of_a_version_that_has_been() -> None:
    """The account's own version is the last one that can have posted anything."""
    it = entry(number="00000009-001")
    assert found(it, version=9) == []
    assert found(it, version=8) == [("number", it.id, "a version up to 8", "00000009-001")]


def test_a_number_that_is_none() -> None:
    """It is told, and the rest of the entry is looked at all the same."""
    it = entry(number="7", program_version=2)
    assert found(it) == [
        ("number", "ent_1_7", "a version and a count", "7"),
        ("cause", "ent_1_7/program_version", "a version that there is", 2),
    ]


# --- legs -------------------------------------------------------------------------------------------------------------


def test_legs_of_each_unit_sum_to_zero() -> None:
    """Every unit by itself: what one has too much, another's lack does not make good."""
    sides = (
        Leg("program:rewards", -3, "EUR"),
        Leg("ambassador:held", 4, "EUR"),
        Leg("program:rewards", -5, "CHF"),
        Leg("ambassador:held", 4, "CHF"),
    )
    assert found(entry(legs=sides)) == [("legs", f"{ID}/CHF", 0, -1), ("legs", f"{ID}/EUR", 0, 1)]
    assert found(entry(legs=sides[1:2])) == [("legs", f"{ID}/EUR", 0, 4)]


def test_a_kind_that_there_is_not() -> None:
    """It is told once: nobody knows how its legs would be."""
    it = replace(entry(), kind="present")
    assert found(it) == [("legs", f"{ID}/kind", "a kind that there is", "present")]


@pytest.mark.parametrize(
    ("kind", "sides", "expected"),
    [
        ("hold", legs("release", 4, "EUR"), "hold: program:rewards -4 EUR, ambassador:held +4 EUR"),
        ("hold", legs("hold", -4, "EUR"), "hold: program:rewards +4 EUR, ambassador:held -4 EUR"),
        ("hold", legs("hold", 4, "EUR")[::-1], "hold: program:rewards +4 EUR, ambassador:held -4 EUR"),
        ("hold", (), "hold: ambassador:held +0 "),
        ("hold", (Leg("ambassador:held", 0, "EUR"),), "hold: ambassador:held +0 EUR"),
        ("adjustment", (Leg("ambassador:available", 0, "EUR"),), "adjustment: ambassador:available +0 EUR"),
        (
            "void",
            (Leg("ambassador:expired", -4, "EUR"), Leg("program:rewards", 4, "EUR")),
            "void: ambassador:held -4 EUR, program:rewards +4 EUR",
        ),
        (
            "clawback",
            (Leg("ambassador:held", -4, "EUR"), Leg("program:rewards", 4, "EUR")),
            "clawback: ambassador:available -4 EUR, program:rewards +4 EUR",
        ),
    ],
)
def test_legs_move_what_their_kind_says(kind: str, sides: tuple[Leg, ...], expected: str) -> None:
    """From where to where, in that order, and more than nothing; a finding shows the legs beside those of the kind."""
    it = entry(kind, 1, legs=sides, cause="redemption")
    shown = f"{kind}: " + ", ".join(f"{leg.account} {leg.amount:+d} {leg.currency}" for leg in sides)
    assert [told for told in found(it) if told[0] == "legs"] == [("legs", ID, expected, shown)]


@pytest.mark.parametrize("expired", [0, 1, 150, 449, 450])
def test_a_clawback_may_take_from_what_has_expired(expired: int) -> None:
    """All of it, a part, or nothing; and so may a prize that is lost."""
    assert found(entry("clawback", legs=legs("clawback", 450, "EUR", expired=expired), cause="refund:r1")) == []
    lost = entry("bonus_lost", legs=legs("bonus_lost", 450, "EUR", expired=expired), cause="tier:3")
    assert found(lost, rich(prizes={"tier:3": {"EUR": 450}})) == []


# --- what there was ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "part"),
    [("release", "held"), ("void", "held"), ("spend_confirmed", "reserved"), ("payout_cancelled", "reserved")],
)
def test_nothing_leaves_an_account_that_is_not_there(kind: str, part: str) -> None:
    """The last cent may go, and not one more."""
    it = entry(kind, 5)
    assert overdrawn(it, {part: 5}) == []
    assert overdrawn(it, {part: 4}) == [(f"{part}/EUR", "0 or more", -1)]


@pytest.mark.parametrize("kind", ["spend", "payout", "gift_sent"])
def test_nobody_spends_what_is_not_available(kind: str) -> None:
    """The last cent may be spent, and not one more."""
    assert overdrawn(entry(kind, 5), {"available": 5}) == []
    assert overdrawn(entry(kind, 5), {"available": 4}) == [("available/EUR", "0 or more", -1)]


@pytest.mark.parametrize("kind", ["clawback", "bonus_lost"])
def test_what_is_taken_back_may_have_been_spent(kind: str) -> None:
    """That alone leads below zero."""
    assert overdrawn(entry(kind, 5), {"available": 4}) == []


@pytest.mark.parametrize("left", [-1, 1])
def test_what_expires_is_all_that_is_left(left: int) -> None:
    """No more, and no less."""
    it = entry("expiry", 5, cause="inactive_since:2026-01-01")
    assert overdrawn(it, {"available": 5}) == []
    assert overdrawn(it, {"available": 5 + left}) == [("available/EUR", 0, left)]


def test_accounts_are_looked_at_in_every_unit_of_the_entry() -> None:
    """Each is named with its unit."""
    sides = (Leg("ambassador:paid", -1, "EUR"), Leg("ambassador:spent", -2, "CHF"))
    assert overdrawn(entry(legs=sides), {}) == [("spent/CHF", "0 or more", -2), ("paid/EUR", "0 or more", -1)]


def overdrawn(it: LedgerEntry, there: dict[str, int]) -> list[tuple[str, Value, Value]]:
    """What an entry takes that was not there: where, what is expected, and what is left."""
    told = found(it, Reading(balances={"EUR": there}))
    return [(where.removeprefix(f"{ID}/"), want, left) for kind, where, want, left in told if kind == "overdrawn"]


# --- suspensions ------------------------------------------------------------------------------------------------------


def decisions(*told: tuple[int, Any]) -> tuple[Suspension, ...]:
    """What an admin has decided about the account: by which version, and what."""
    return tuple(Suspension("amb_1", version, state, "key_1", "odd", at(0)) for version, state in told)


STOPPED = decisions((2, "suspended"), (4, "reinstated"), (6, "suspended"))


def leaving(kind: str, amount: int, version: int = 1, **more: Any) -> LedgerEntry:
    """An entry of no order, in a version of the account."""
    return entry(kind, amount, order_id=None, number=f"{version:08d}-001", **more)


@pytest.mark.parametrize(("version", "stopped"), [(1, False), (2, False), (3, True), (4, True), (5, False), (7, True)])
def test_nothing_leaves_a_suspended_account(version: int, stopped: bool) -> None:
    """From the version after a suspension to that of its end."""
    it = leaving("expiry", 10_000, version, cause="inactive_since:2026-01-31")
    expected = [("suspension", it.id, "nothing that leaves a suspended account", "expiry")]
    assert found(it, suspensions=STOPPED) == (expected if stopped else [])


@pytest.mark.parametrize(
    ("kind", "leaves"),
    [
        ("spend", True),
        ("payout", True),
        ("gift_sent", True),
        ("spend_confirmed", False),
        ("payout_cancelled", False),
        ("spend_returned", False),
        ("bonus", False),
        ("adjustment", False),
        ("hold", False),
    ],
)
def test_what_leaves_an_account(kind: str, leaves: bool) -> None:
    """What was on its way when the account was suspended may be closed, and all that comes goes on."""
    told = [it for it in found(leaving(kind, 5, 3), suspensions=STOPPED) if it[0] == "suspension"]
    expected = [("suspension", "ent_1_00000003-001", "nothing that leaves a suspended account", kind)]
    assert told == (expected if leaves else [])


# --- causes -----------------------------------------------------------------------------------------------------------


def test_every_entry_has_a_program() -> None:
    """Its version is one that was published."""
    expected = [("cause", f"{ID}/program_version", "a version that there is", 2)]
    assert found(entry(program_version=2)) == expected
    inactive = "inactive_since:2026-01-01"
    assert found(entry("expiry", 10_000, program_version=2, cause=inactive, order_id=None)) == expected
    assert found(entry("bonus", 300, program_version=2, cause="tier:Silver")) == expected


@pytest.mark.parametrize("kind", ["hold", "release", "void", "clawback", "reinstate"])
def test_what_an_order_posts_names_the_order(kind: str) -> None:
    """The pair of both is kept, to be compared with what orders name."""
    reading, pair = rich(), Links()
    pair.add("amb_1/00000001-001", "o7")
    assert found(entry(kind, order_id="o7"), reading) == []
    assert reading.links == pair
    nameless = then(entry(kind, order_id=None))
    assert found(nameless, reading) == uncaused(nameless, "an order")
    assert reading.links == pair


@pytest.mark.parametrize("order_id", [None, "o2", "o3"])
def test_a_prize_is_for_an_order_of_the_ambassador(order_id: str | None) -> None:
    """Not for another's, nor for one that is not there."""
    for kind, cause in (("bonus", "tier:Silver"), ("bonus_lost", "tier:3")):
        reading = rich(prizes={"tier:3": {"EUR": 300}})
        expected = [("cause", f"{ID}/order_id", "an order of this ambassador", order_id)]
        assert found(entry(kind, 300, cause=cause, order_id=order_id), reading) == expected


@pytest.mark.parametrize(
    ("amount", "unit", "cause", "key", "offered"),
    [
        (300, "EUR", "tier:Silver", "tier:3", True),
        (600, "EUR", "tier:Silver", "tier:3", True),
        (301, "EUR", "tier:Silver", "tier:3", False),
        (300, "CHF", "tier:Silver", "tier:Silver", False),
        (300, "EUR", "tier:Gold", "tier:Gold", False),
        (300, "EUR", "tier:3", "tier:3", False),
        (2, MUG, "milestone:each second", "every:2", True),
        (2, "EUR", "milestone:each second", "milestone:each second", False),
    ],
)
def test_a_bonus_is_a_prize_of_its_program(amount: int, unit: str, cause: str, key: str, offered: bool) -> None:
    """Once or several times; it is added up under the number that it is for, or else under what it names."""
    it, reading = entry("bonus", amount, unit, cause=cause), rich()
    gifts = {ID: replace(GIFT, amount=amount)} if unit == MUG else {}
    assert found(it, reading, gifts=gifts) == ([] if offered else uncaused(it, "a prize of the program"))
    assert reading.prizes == {key: {unit: amount}}


def test_a_bonus_of_nothing_is_no_prize() -> None:
    """A milestone may be worth nothing, and then there is no entry for it."""
    rules = replace(RULES, milestones=(Milestone("none", Rate(amount=0), at=1),))
    it = entry("bonus", 5, cause="milestone:none")
    assert found(it, programs={1: rules}) == uncaused(it, "a prize of the program")


def test_what_is_not_known_to_be_no_prize_is_added_up() -> None:
    """Without a program the amount is kept under what it names."""
    reading = rich()
    found(entry("bonus", 300, cause="tier:Silver", program_version=2), reading)
    assert reading.prizes == {"tier:Silver": {"EUR": 300}}


def test_prizes_add_up() -> None:
    """By key and unit, for as long as the entries go on."""
    reading = rich(prizes={"tier:3": {"EUR": 300, "points": 7}, "at:9": {"EUR": 5}})
    found(entry("bonus", 300, cause="tier:Silver"), reading)
    assert reading.prizes == {"tier:3": {"EUR": 600, "points": 7}, "at:9": {"EUR": 5}}
    found(entry("bonus_lost", 300, cause="tier:3"), reading)
    assert reading.prizes == {"tier:3": {"EUR": 300, "points": 7}, "at:9": {"EUR": 5}}
    found(entry("bonus_lost", 300, cause="tier:3"), reading)
    assert reading.prizes == {"tier:3": {"points": 7}, "at:9": {"EUR": 5}}


@pytest.mark.parametrize(
    ("lost", "granted", "missing"), [(300, 301, False), (300, 300, False), (300, 299, True), (1, None, True)]
)
def test_only_what_was_granted_is_taken_back(lost: int, granted: int | None, missing: bool) -> None:
    """All of it, or a part, and no more."""
    it = entry("bonus_lost", lost, cause="tier:3")
    reading = rich(prizes={} if granted is None else {"tier:3": {"EUR": granted}})
    assert found(it, reading) == (uncaused(it, "a prize that was granted") if missing else [])
    assert reading.prizes == {"tier:3": {"EUR": left} if (left := (granted or 0) - lost) else {}}


def test_what_a_lost_prize_took_out_of_what_has_expired() -> None:
    """It is kept by prize and unit, less what a prize has put back there; what was available all along is not."""
    reading, silver, ninth = rich(prizes={"tier:3": {"EUR": 900}, "at:9": {"EUR": 70}}), "tier:3 EUR", "at:9 EUR"
    for version, (kind, amount, expired, cause, gone) in enumerate(
        [
            ("bonus_lost", 300, 0, "tier:3", {}),
            ("bonus_lost", 300, 120, "tier:3", {silver: 120}),
            ("bonus_lost", 300, 300, "tier:3", {silver: 420}),
            ("bonus_lost", 70, 70, "at:9", {silver: 420, ninth: 70}),
            ("bonus", 300, 299, "tier:Silver", {silver: 121, ninth: 70}),
            ("bonus", 300, 0, "tier:Silver", {silver: 121, ninth: 70}),
        ],
        start=1,
    ):
        sides = legs(kind, amount, "EUR", expired=expired)
        it = entry(kind, amount, cause=cause, legs=sides, number=f"{version:08d}-001")
        assert found(it, reading) == []
        assert reading.gone == gone


# --- gifts ------------------------------------------------------------------------------------------------------------


def test_what_leaves_a_gift_to_send() -> None:
    """A gift that becomes available; not one that goes, is held, or anything else."""
    assert is_gift(entry("bonus", 1, MUG))
    assert is_gift(entry("bonus", 2, MUG))
    assert not is_gift(entry("bonus", 1, "points"))
    assert not is_gift(entry("gift_sent", 1, MUG))
    assert not is_gift(entry("hold", 1, MUG))
    assert not is_gift(entry(legs=(Leg("ambassador:available", 0, MUG),)))


def test_an_available_gift_comes_with_a_task() -> None:
    """The task says the same as the entry; once it is closed as sent, an entry of that must follow."""
    it, reading = entry("bonus", 1, MUG, cause="milestone:each second"), rich()
    assert found(it) == [("gift", f"gift/{ID}", "a task", None)]
    assert found(it, reading, gifts={ID: GIFT}) == []
    assert (reading.awaited, reading.unsent) == ({}, {f"gift:{ID}"})
    reading = rich()
    assert found(it, reading, gifts={ID: replace(GIFT, state="withdrawn")}) == []
    assert (reading.awaited, reading.unsent) == ({}, set())
    reading = rich()
    assert found(it, reading, gifts={ID: replace(GIFT, state="sent")}) == []
    assert (reading.awaited, reading.unsent) == ({f"gift:{ID}": "gift_sent"}, set())


def test_a_task_that_says_something_else() -> None:
    """Every difference is named by its field."""
    other = Gift(ID, "amb_2", "gift:Cup", 2, "milestone:first", at(1), order_id="o2")
    assert found(entry("bonus", 1, MUG, cause="milestone:each second"), gifts={ID: other}) == [
        ("gift", f"gift/{ID}/ambassador_id", "amb_1", "amb_2"),
        ("gift", f"gift/{ID}/unit", MUG, "gift:Cup"),
        ("gift", f"gift/{ID}/amount", 1, 2),
        ("gift", f"gift/{ID}/cause", "milestone:each second", "milestone:first"),
        ("gift", f"gift/{ID}/order_id", "o1", "o2"),
        ("gift", f"gift/{ID}/created_at", str(at(0)), str(at(1))),
    ]


def sent(**more: Any) -> LedgerEntry:
    """The entry that says that the mug was sent."""
    return entry("gift_sent", 1, MUG, cause=f"gift:{ID}", order_id=None, **more)


def test_a_gift_is_sent_once() -> None:
    """By a task that is closed as sent, and awaits the entry."""
    gifts = {ID: replace(GIFT, state="sent", closed_at=at(0), author="key_1", sent=1)}
    reading = rich(awaited={f"gift:{ID}": "gift_sent"})
    assert found(sent(author="key_1"), reading, gifts=gifts) == []
    assert reading.awaited == {}
    again = then(sent(author="key_1"))
    assert found(again, reading, gifts=gifts) == uncaused(again, "a gift that was sent")


@pytest.mark.parametrize(
    ("cause", "awaited", "gifts"),
    [
        (f"gift:{ID}", {f"gift:{ID}": "gift_sent"}, {}),
        (f"gift:{ID}", {f"gift:{ID}": "spend_confirmed"}, {ID: GIFT}),
        (f"gift:{ID}", {}, {ID: GIFT}),
        (f"gifts:{ID}", {f"gifts:{ID}": "gift_sent"}, {ID: GIFT}),
    ],
)
def test_a_gift_that_was_not_sent(cause: str, awaited: dict[str, str], gifts: dict[str, Gift]) -> None:
    """There is no task, or it is open, or the entry calls it something else."""
    it = replace(sent(), cause=cause)
    assert found(it, rich(awaited=awaited), gifts=gifts) == uncaused(it, "a gift that was sent")


def test_a_gift_that_was_sent_while_entries_were_read() -> None:
    """Its task was open as the grant was read, and is closed as sent by the time the entry is: once, and no other."""
    gifts = {ID: replace(GIFT, state="sent", closed_at=at(0), author="key_1", sent=1)}
    reading, other = rich(unsent={f"gift:{ID}", "gift:another"}), {"gift:another"}
    assert found(sent(author="key_1"), reading, gifts=gifts) == []
    assert (reading.unsent, reading.awaited) == (other, {})
    again = then(sent(author="key_1"))
    assert found(again, reading, gifts=gifts) == uncaused(again, "a gift that was sent")
    for state in ("open", "withdrawn"):
        reading = rich(unsent={f"gift:{ID}"})
        untrue = {ID: replace(gifts[ID], state=state)}
        assert found(sent(author="key_1"), reading, gifts=untrue) == uncaused(sent(), "a gift that was sent")
    assert found(sent(), rich(unsent={f"gift:{ID}"})) == uncaused(sent(), "a gift that was sent")


def test_a_task_that_was_closed_otherwise() -> None:
    """Every difference is named by its field."""
    other = replace(GIFT, unit="gift:Cup", sent=2, author="key_2", closed_at=at(1))
    reading = rich(awaited={f"gift:{ID}": "gift_sent"})
    assert found(sent(author="key_1"), reading, gifts={ID: other}) == [
        ("gift", f"gift/{ID}/unit", MUG, "gift:Cup"),
        ("gift", f"gift/{ID}/sent", 1, 2),
        ("gift", f"gift/{ID}/author", "key_1", "key_2"),
        ("gift", f"gift/{ID}/closed_at", str(at(0)), str(at(1))),
    ]


# --- what is taken in -------------------------------------------------------------------------------------------------


def test_the_reading_goes_on() -> None:
    """Number, how many, and the balances as the entries make them."""
    reading = Reading()
    assert found(entry(), reading) == []
    assert found(entry("release", number="00000002-001"), reading) == []
    assert (reading.number, reading.entries) == ("00000002-001", 2)
    assert reading.balances == {"EUR": {"held": 0, "available": 450}}


@pytest.mark.parametrize(
    ("cause", "named"), [("spend:spd_1", "spd_1"), ("gift:ent_1:2", "ent_1:2"), ("redemption", ""), ("", "")]
)
def test_what_an_entry_names_as_its_cause(cause: str, named: str) -> None:
    """All that follows the first colon."""
    assert caused_by(entry(cause=cause)) == named

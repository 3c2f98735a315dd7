"""One entry of a ledger: what is wrong with it is told exactly, and what is right is taken in."""

from dataclasses import astuple, replace
from typing import Any

import pytest

from chalicelib.domain.accounts.gifts import is_gift
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.audit.audit import Links, Reading, Told
from chalicelib.domain.audit.entry import Causes, caused_by, take
from chalicelib.domain.model.accounts import Adjustment, Gift, LedgerEntry, Leg, Withdrawal
from chalicelib.domain.program.program import Milestone, Rate, Tier
from tests.unit.book import TEN_PERCENT, at, program

ID = "ent_1_00000001-001"
MUG = "gift:Mug"
SILVER = Tier("Silver", 3, TEN_PERCENT, bonus=300)
EVERY_SECOND = Milestone("each second", Rate(gift="Mug"), every=2)
RULES = program(tiers=(Tier("Starter", 0, TEN_PERCENT), SILVER), milestones=(EVERY_SECOND,), expiry_months=6)
CAUSES = Causes(programs={1: RULES}, owners={"o1": "amb_1", "o2": "amb_2"})
ACCOUNTS = ("held", "available", "reserved", "spent", "paid", "expired")

SPEND = Withdrawal("spd_1", "spend", "amb_1", 250, "EUR", at(0), code="ABCD")
PAYOUT = Withdrawal("pay_1", "payout", "amb_1", 250, "EUR", at(0), author="key_1")
CLOSED: dict[str, Any] = {"closed_at": at(0), "closed_by": "key_2"}
CORRECTION = Adjustment("adj_1", "amb_1", 500, "EUR", "A parcel was lost.", "key_1", "Bea", at(0), state="posted")
GIFT = Gift(ID, "amb_1", MUG, 1, "milestone:each second", at(0), order_id="o1")

Found = list[tuple[str, str, Told, Told]]


def entry(kind: str = "hold", amount: int = 450, unit: str = "EUR", **more: Any) -> LedgerEntry:
    """An entry of order o1, the first of the account's first version."""
    plain = LedgerEntry(
        ambassador_id="amb_1",
        number="00000001-001",
        kind=kind,
        at=at(0),
        cause="redemption",
        legs=legs(kind, amount, unit),
        program_version=1,
        order_id="o1",
    )
    return replace(plain, **more)


def then(it: LedgerEntry) -> LedgerEntry:
    """The same in the version after."""
    return replace(it, number="00000002-001")


def rich(**more: Any) -> Reading:
    """A reading of books in which there is plenty of everything."""
    plenty = {unit: dict.fromkeys(ACCOUNTS, 10_000) for unit in ("EUR", MUG, "points")}
    return Reading(balances=plenty, **more)


def found(it: LedgerEntry, reading: Reading | None = None, *, version: int = 9, **causes: Any) -> Found:
    """What is found when an entry is read."""
    reading = rich() if reading is None else reading
    return [astuple(finding) for finding in take(reading, it, version, replace(CAUSES, **causes))]


def uncaused(it: LedgerEntry, expected: str) -> Found:
    """The finding that an entry has not the cause that it names."""
    return [("cause", f"{it.id}/cause", expected, it.cause)]


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


def overdrawn(it: LedgerEntry, there: dict[str, int]) -> list[tuple[str, Told, Told]]:
    """What an entry takes that was not there: where, what is expected, and what is left."""
    told = found(it, Reading(balances={"EUR": there}))
    return [(where.removeprefix(f"{ID}/"), want, left) for kind, where, want, left in told if kind == "overdrawn"]


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
    assert reading.awaited == {}
    reading = rich()
    assert found(it, reading, gifts={ID: replace(GIFT, state="withdrawn")}) == []
    assert reading.awaited == {}
    reading = rich()
    assert found(it, reading, gifts={ID: replace(GIFT, state="sent")}) == []
    assert reading.awaited == {f"gift:{ID}": "gift_sent"}


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

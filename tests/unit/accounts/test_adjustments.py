"""Adjustments and gifts: what a person does to an account, and when a second one is needed."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from chalicelib.domain.accounts.adjustments import AlreadyDecided, Denied, Posted, UnknownUnit, Waiting, adjust, decide
from chalicelib.domain.accounts.gifts import (
    NotSent,
    Reopened,
    Sent,
    TaskClosed,
    Withdrawn,
    earned_by,
    pieces,
    reopen,
    send,
    tasks,
)
from chalicelib.domain.accounts.ledger import legs
from chalicelib.domain.model.accounts import Account, Adjustment, Gift, LedgerEntry, Leg, Sending
from chalicelib.domain.model.messages import Cause, Letter, Message, Recipient
from chalicelib.domain.people.codes import COUPON, COUPON_LENGTH, random_code, random_coupon
from chalicelib.domain.program.program import Campaign, Milestone, Program, Rate, Tier, units
from tests.unit.book import START, Book, at, program

RULES = program(expiry_months=3)
MUG = "gift:Mug"


def asked(amount: int, unit: str = "EUR") -> Adjustment:
    """An adjustment that an admin asks for."""
    return Adjustment("adj_1", "amb_1", amount, unit, "a parcel was lost", "key_1", "Bea", at(0))


def account(**units: int) -> Account:
    """An account that has something available."""
    return Account("amb_1", 4, {unit: {"available": amount} for unit, amount in units.items()})


def test_a_small_adjustment_is_posted_at_once() -> None:
    """Up to the limit, in either direction; with reason and author, from and to the program's own account for it."""
    for amount in (1000, -1000):
        posted = adjust(asked(amount), account(EUR=300), RULES, 1000, now=at(1))
        assert isinstance(posted, Posted)
        assert posted.adjustment.state == "posted"
        assert posted.account.balance("EUR", "available") == 300 + amount
        assert (posted.entry.kind, posted.entry.cause) == ("adjustment", "adjustment:adj_1")
        assert (posted.entry.reason, posted.entry.author) == ("a parcel was lost", "key_1")
        assert [(leg.account, leg.amount) for leg in posted.entry.legs] == [
            ("program:adjustments", -amount),
            ("ambassador:available", amount),
        ]


def test_a_large_adjustment_waits() -> None:
    """A cent above the limit, in either direction and any unit; without a limit nothing ever waits."""
    points = program(tiers=(Tier("Starter", 0, Rate(amount=5, unit="points")),))
    assert adjust(asked(1001), account(), RULES, 1000, now=at(1)) == Waiting(asked(1001))
    assert adjust(asked(-1001), account(), RULES, 1000, now=at(1)) == Waiting(asked(-1001))
    assert adjust(asked(1001, "points"), account(), points, 1000, now=at(1)) == Waiting(asked(1001, "points"))
    assert isinstance(adjust(asked(1), account(), program(), 0, now=at(1)), Waiting)
    assert isinstance(adjust(asked(10**12), account(), program(), None, now=at(1)), Posted)


def test_a_unit_that_nobody_knows_is_refused() -> None:
    """A slip of the pen would make a balance of its own; one that the ambassador has is known, whatever the program."""
    assert adjust(asked(1, "USD"), account(), RULES, None, now=at(1)) == UnknownUnit()
    assert adjust(asked(1, "point"), account(), RULES, None, now=at(1)) == UnknownUnit()
    assert isinstance(adjust(asked(-1, "USD"), account(USD=5), RULES, None, now=at(1)), Posted)


def test_the_units_of_a_program() -> None:
    """Everything that a tier, a milestone or a campaign grants, and the currency."""
    rules = program(
        tiers=(Tier("A", 0), Tier("B", 1, Rate(amount=5, unit="points"))),
        milestones=(Milestone("fifth", Rate(gift="Mug"), at=5),),
        campaigns=(Campaign("May", START, START + timedelta(days=1), reward=Rate(amount=1, unit="stars")),),
    )
    assert units(rules) == {"EUR", "points", MUG, "stars"}


def test_what_is_given_does_not_expire_at_once() -> None:
    """Whoever has been inactive for long and is given something has as long again; a deduction gives no time."""
    idle = Account("amb_1", 4, {"EUR": {"available": 300}}, active_at=at(-400))
    given, taken = (adjust(asked(amount), idle, RULES, None, now=at(1)) for amount in (100, -100))
    assert isinstance(given, Posted)
    assert isinstance(taken, Posted)
    assert given.account.active_at == at(1)
    assert given.account.due_at is not None
    assert given.account.due_at + RULES.expiry_notice > at(80)
    assert taken.account.active_at == at(-400)


def test_a_decision_posts_or_closes_and_stands() -> None:
    """What was approved is posted with the author's name, what was denied is not; a repeat is one word for word."""
    was = asked(5000)
    posted = decide(was, account(EUR=1), RULES, "approve", by="key_2", note="saw the parcel", now=at(2))
    assert isinstance(posted, Posted)
    assert posted.account.balance("EUR", "available") == 5001
    assert (posted.entry.author, posted.entry.at) == ("key_1", at(2))
    denied = decide(was, account(), RULES, "deny", by="key_2", note="no parcel", now=at(2))
    assert denied == Denied(
        replace(was, state="denied", decided_at=at(2), decided_by="key_2", note="no parcel", version=2)
    )
    assert posted.adjustment == replace(
        was, state="posted", decided_at=at(2), decided_by="key_2", note="saw the parcel", version=2
    )
    again = decide(denied.adjustment, account(), RULES, "deny", by="key_2", note="no parcel", now=at(3))
    assert again == AlreadyDecided(denied.adjustment, repeated=True)
    for decision, by, note, repeated in (
        ("approve", "key_2", "saw the parcel", True),
        ("approve", "key_3", "saw the parcel", False),
        ("approve", "key_2", "other words", False),
        ("deny", "key_2", "saw the parcel", False),
    ):
        again = decide(posted.adjustment, account(), RULES, decision, by=by, note=note, now=at(3))  # type: ignore[arg-type]
        assert again == AlreadyDecided(posted.adjustment, repeated)


def test_an_adjustment_is_posted_at_its_time_in_a_version_of_its_own() -> None:
    """Under the program of that moment; nothing else about the adjustment changes, and it is not its second version."""
    posted = adjust(asked(1), account(EUR=300), replace(RULES, version=7), None, now=at(1))
    assert isinstance(posted, Posted)
    assert posted.adjustment == replace(asked(1), state="posted")
    assert (posted.entry.at, posted.entry.number, posted.entry.program_version) == (at(1), "00000005-001", 7)
    assert (posted.account.version, posted.account.active_at) == (5, at(1))


def test_nothing_given_is_no_activity() -> None:
    """An adjustment of zero lets what there is expire as it would have."""
    idle = Account("amb_1", 4, {"EUR": {"available": 300}}, active_at=at(-400))
    posted = adjust(asked(0), idle, RULES, None, now=at(1))
    assert isinstance(posted, Posted)
    assert posted.account.active_at == at(-400)


def gift(rules: Program = RULES) -> tuple[Account, Gift]:
    """An account that was given a mug, and the task to send it."""
    posted = adjust(asked(1, MUG), Account("amb_1", 4, {MUG: {"available": 0}}), rules, None, now=at(0))
    assert isinstance(posted, Posted)
    (task,) = posted.gifts
    return posted.account, task


def test_a_gift_given_by_hand_has_to_be_sent_too() -> None:
    """Its task names the entry; a deduction makes none, nothing makes none, and money makes none."""
    after, task = gift()
    assert task == Gift("ent_1_00000005-001", "amb_1", MUG, 1, "adjustment:adj_1", created_at=at(0))
    assert task.name == "Mug"
    assert pieces(task, after) == 1
    for amount, unit in ((-1, MUG), (0, MUG), (1, "EUR")):
        posted = adjust(asked(amount, unit), Account("amb_1", 4, {MUG: {"available": 1}}), RULES, None, now=at(0))
        assert isinstance(posted, Posted)
        assert posted.gifts == tasks([posted.entry]) == ()


def test_a_gift_is_sent_once() -> None:
    """An entry without the note moves it from available to spent; the same words again are a repeat."""
    after, task = gift()
    sent = send(task, after, RULES, author="key_1", note="by post", now=at(1))
    assert isinstance(sent, Sent)
    assert sent.account.balances[MUG] == {"available": 0, "spent": 1}
    assert (sent.entry.kind, sent.entry.cause, sent.entry.at) == ("gift_sent", f"gift:{task.id}", at(1))
    assert (sent.entry.reason, sent.entry.author) == (None, "key_1")
    assert sent.gift == replace(task, state="sent", closed_at=at(1), author="key_1", note="by post", sent=1, version=2)
    letter = Letter("gift_sent", 1, MUG)
    cause, to = Cause("account", "amb_1", sent.account.version), Recipient("ambassador", "amb_1")
    assert sent.message == Message(cause, to, letter, RULES.version, at(1), due_at=at(1))
    for note, repeated in (("by post", True), ("by hand", False)):
        assert send(sent.gift, sent.account, RULES, author="key_2", note=note, now=at(2)) == TaskClosed(
            sent.gift, repeated
        )


def test_a_gift_that_was_taken_back_is_not_sent() -> None:
    """The task is closed as withdrawn, and stays so."""
    _, task = gift()
    gone = send(task, Account("amb_1", 6, {MUG: {"available": 0}}), RULES, author="key_1", note=None, now=at(1))
    assert gone == Withdrawn(replace(task, state="withdrawn", closed_at=at(1), author="key_1", version=2))
    assert send(gone.gift, account(), RULES, author="key_1", note=None, now=at(2)) == TaskClosed(gone.gift, False)


def test_a_gift_that_was_not_sent_is_to_be_sent_again() -> None:
    """Its pieces come back by an entry without the notes, which makes no task: this one is open, and knows its past."""
    task = replace(gift()[1], amount=3, earlier=(Sending(at(0), "key_0", 1, at(0), "key_0"),))
    mugs = Account("amb_1", 6, {MUG: {"available": 2}})
    sent = send(task, mugs, RULES, author="key_1", note="by post", now=at(1))
    assert isinstance(sent, Sent)
    rules = replace(RULES, version=7)
    again = reopen(sent.gift, sent.account, rules, author="key_2", note="it lay here", now=at(2))
    assert isinstance(again, Reopened)
    past = Sending(at(1), "key_1", 2, at(2), "key_2", "by post", "it lay here")
    assert again.gift == replace(task, version=3, earlier=(*task.earlier, past))
    assert again.account.balances[MUG] == {"available": 2, "spent": 0}
    assert again.entry == LedgerEntry(
        "amb_1",
        "00000008-001",
        "gift_returned",
        at(2),
        f"gift:{task.id}",
        legs("gift_returned", 2, MUG),
        7,
        author="key_2",
    )
    assert tasks([again.entry]) == ()


def test_only_a_gift_that_was_sent_can_be_taken_back() -> None:
    """One that waits, or was withdrawn, has sent nothing."""
    after, task = gift()
    for it in (task, replace(task, state="withdrawn", closed_at=at(1), author="key_1")):
        assert reopen(it, after, RULES, author="key_1", note="a slip", now=at(2)) == NotSent(it)


@pytest.mark.parametrize(("have", "left"), [(-1, 0), (0, 0), (1, 1), (2, 2), (3, 3), (4, 3)])
def test_of_several_pieces_those_are_sent_that_are_left(have: int, left: int) -> None:
    """No more than the task says, and no more than there are; none at all withdraws it."""
    _, task = gift()
    three = replace(task, amount=3)
    mugs = Account("amb_1", 6, {MUG: {"available": have, "held": 9}, "EUR": {"available": 9}})
    assert pieces(three, mugs) == left
    closed = send(three, mugs, RULES, author="key_1", note=None, now=at(1))
    if not left:
        assert isinstance(closed, Withdrawn)
        return
    assert isinstance(closed, Sent)
    assert closed.gift.sent == closed.entry.legs[-1].amount == left
    assert closed.account.balances[MUG] == {"available": have - left, "held": 9, "spent": left}


def test_with_its_order_a_gift_goes_back() -> None:
    """However many there are; a prize is the account's, and stays without the order that brought it."""
    mugs = Account("amb_1", 6, {MUG: {"available": 5}})
    reward = Gift("ent_1_00000005-001", "amb_1", MUG, 1, "hold_ended", at(0), order_id="o1")
    book = Book(program(tiers=(Tier("Starter", 0, Rate(gift="Mug")),)))
    assert pieces(reward, mugs, book.redemption) == 1
    book.look(30)
    assert pieces(reward, mugs, book.redemption) == 1
    book.refund(4500)
    book.look(31)
    assert pieces(reward, mugs, book.redemption) == 0
    assert isinstance(send(reward, mugs, RULES, book.redemption, author="k", note=None, now=at(1)), Withdrawn)
    assert [earned_by(replace(reward, cause=it)) for it in ("hold_ended", "refund:r1", "tier:A", "milestone:b")] == [
        "o1",
        "o1",
        None,
        None,
    ]


def test_tasks_come_with_gifts_that_become_available_by_an_order() -> None:
    """Not while they are held, not when they are taken back or sent; the task knows its order."""
    moves = (("hold", MUG), ("release", MUG), ("gift_sent", MUG), ("clawback", MUG), ("bonus", MUG), ("bonus", "EUR"))
    entries = [
        LedgerEntry("amb_1", f"0000000{n}-001", kind, at(n), f"cause {n}", legs(kind, 2, unit), 1, order_id="o1")
        for n, (kind, unit) in enumerate(moves)
    ]
    assert tasks(entries) == (
        Gift("ent_1_00000001-001", "amb_1", MUG, 2, "cause 1", at(1), order_id="o1"),
        Gift("ent_1_00000004-001", "amb_1", MUG, 2, "cause 4", at(4), order_id="o1"),
    )


def test_a_gift_that_comes_by_a_merger_has_its_task_already() -> None:
    """It was there before the two accounts became one; who sends it closes the task of then."""
    sides = (Leg("program:merge", -1, MUG), Leg("ambassador:available", 1, MUG))
    came = LedgerEntry("amb_1", "00000008-001", "merge", at(0), "merge:amb_2", sides, 1)
    assert tasks([came]) == ()
    assert len(tasks([replace(came, kind="adjustment")])) == 1


def test_a_coupon_is_no_code_to_share() -> None:
    """Told apart by form, whatever chance brings; no two alike, and none with a bad word."""
    chance = Random(5)
    coupons = [random_coupon(chance) for _ in range(500)]
    assert all(code.startswith(COUPON) and len(code) == COUPON_LENGTH for code in coupons)
    assert len(set(coupons)) == len(coupons)
    assert not any(len(random_code(chance)) == COUPON_LENGTH for _ in range(500))

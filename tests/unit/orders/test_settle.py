"""Settle, clause by clause: what each sentence of docs/settle.md promises."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.model.accounts import Account, Draw, Grant, LedgerEntry, Leg, Month
from chalicelib.domain.model.orders import FACTS_NAMED, Payment, RefundKind, Review, Terms
from chalicelib.domain.model.reviews import Case, Question
from chalicelib.domain.orders.explain import state_of
from chalicelib.domain.orders.refunds import void_whole
from chalicelib.domain.orders.reviews import questions
from chalicelib.domain.orders.settle import settle, settle_on
from chalicelib.domain.orders.terms import decides_terms
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import Cap, Rate, Tier, Watch
from tests.unit.book import TEN_PERCENT, Book, Shelf, at, program


def test_a_reward_is_held_then_released_when_the_hold_ends() -> None:
    """The first look holds the reward; it is released at 30 days and not a moment before."""
    book = Book()
    book.look(0)
    book.look(29.99)
    assert (book.posted, book.postings) == ((450, 0), [("hold", 450)])
    book.look(30)
    assert (book.posted, book.postings[1:]) == ((0, 450), [("release", 450)])
    assert book.account.balances == {"EUR": {"held": 0, "available": 450}}
    assert book.account.counted == 1


def test_a_first_look_after_the_hold_posts_hold_and_release() -> None:
    """An order that nobody looked at for a month is held and released at once, and the ambassador is told once."""
    book = Book()
    book.look(40)
    assert book.postings == [("hold", 450), ("release", 450)]
    assert [template for template, *_ in book.letters] == ["friend_thanks", "reward_released"]


def test_three_refunds_of_a_third_leave_exactly_nothing() -> None:
    """Refunds are cumulative: rounding never leaves a cent, whatever the parts."""
    book = Book(paid=1000)
    book.look(0)
    for part, left in [(333, 66), (333, 33), (334, 0)]:
        book.refund(part)
        book.look(2)
        assert book.posted == (left, 0)
    assert book.postings == [("hold", 100), ("void", 34), ("void", 33), ("void", 33)]


def test_a_refund_with_the_release_voids_then_releases() -> None:
    """A refund that is first seen when the hold ends takes its part before the rest is released."""
    book = Book()
    book.look(0)
    book.refund(1500)
    book.look(30)
    assert book.postings == [("hold", 450), ("void", 150), ("release", 300)]


def test_a_refund_after_the_release_claws_back_into_debt() -> None:
    """What was released is taken back from what is available, which may fall below zero."""
    book = Book()
    book.look(30)
    spent = {"EUR": {"held": 0, "available": 0, "spent": 450}}
    book.account = replace(book.account, balances=spent)
    book.refund(4500)
    book.look(31)
    assert book.postings[-1] == ("clawback", 450)
    assert book.account.balance("EUR", "available") == -450
    assert book.account.counted == 0


def test_a_reversal_brings_the_reward_back() -> None:
    """A dispute won restores what its refund took: held again while held, reinstated once released."""
    book = Book()
    book.look(0)
    first = book.refund(4500, kind="chargeback")
    book.look(2)
    book.reverse(first)
    book.look(3)
    assert book.postings == [("hold", 450), ("void", 450), ("hold", 450)]
    book.look(30)
    second = book.refund(900, kind="chargeback")
    book.look(31)
    book.reverse(second)
    book.look(32)
    assert book.postings[3:] == [("release", 450), ("clawback", 90), ("reinstate", 90)]


def test_what_was_void_when_the_hold_ended_is_reinstated() -> None:
    """An order that was worth nothing at its release stands as released: won back, its reward is available at once."""
    book = Book()
    book.look(0)
    refund = book.refund(4500, kind="chargeback")
    book.look(1)
    book.look(30)
    book.reverse(refund)
    book.look(31)
    assert book.postings == [("hold", 450), ("void", 450), ("reinstate", 450)]
    assert book.account.counted == 1


def test_a_reversal_may_come_before_its_refund() -> None:
    """Facts have no order of arrival: a refund that was reversed before it was reported never counts."""
    book = Book()
    book.look(0)
    book.reverse("late")
    book.refund(4500, name="late")
    book.look(2)
    assert book.posted == (450, 0)


def test_a_cancellation_voids_the_order_whatever_its_amount() -> None:
    """A cancelled order earns nothing, and its friend is not thanked if it was cancelled before the first look."""
    book = Book()
    book.refund(0, kind="cancellation")
    book.look(0)
    assert (book.posted, book.entries, book.messages) == ((0, 0), [], [])


def test_more_refunded_than_paid_is_nothing_not_less() -> None:
    """Net never falls below zero, so a clumsy refund never claws back more than was given."""
    book = Book()
    book.look(0)
    book.refund(999_999)
    book.look(1)
    assert book.posted == (0, 0)


def test_terms_are_decided_once() -> None:
    """A tier reached after the first settlement does not change an order that has terms."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 5, Rate(basis_points=2000))))
    book = Book(rules, account=Account("amb_1", version=7, counted=4))
    book.look(0)
    book.account = replace(book.account, counted=50)
    book.look(30)
    assert book.standing.terms.tier == "Starter"
    assert book.posted == (0, 450)


def test_deciding_terms_writes_the_account_even_when_nothing_is_granted() -> None:
    """Terms rest on what the account said, so two orders that decide at once collide on it, even with no reward."""
    book = Book(program(caps=(Cap("month", amount=0),)))
    settlement = book.look(0)
    assert settlement.entries == ()
    assert settlement.account_changed


def test_an_unchanged_settlement_changes_nothing() -> None:
    """Settling again posts nothing, sends nothing, and leaves redemption and account as they are."""
    book = Book()
    book.look(0)
    again = book.look(0)
    assert (again.changed, again.account_changed, again.entries, again.message) == (False, False, (), None)
    assert again.redemption == book.redemption


def test_a_redemption_carries_its_own_next_wake_up() -> None:
    """While something will happen by time alone the redemption knows when; when it is final it asks for nothing."""
    book = Book()
    assert book.look(0).redemption.due_at == at(30)
    assert book.look(30).redemption.due_at is None


def test_a_fact_after_the_end_wakes_and_leaves_no_wake_up() -> None:
    """A final order that takes another refund is final again afterwards."""
    book = Book()
    book.look(30)
    book.refund(900)
    assert book.look(31).redemption.due_at is None
    assert book.posted == (0, 360)


def test_hold_from_purchase_lasts_to_the_last_day_of_return() -> None:
    """The hold runs to the later of purchase + hold and `return_by`, and the latest report counts."""
    book = Book()
    book.look(0)
    book.deliver(3, return_by=45)
    book.deliver(4, return_by=40)
    assert book.look(4).redemption.due_at == at(45)
    book.look(44)
    assert book.posted == (450, 0)
    book.look(45)
    assert book.posted == (0, 450)


def test_hold_from_delivery_runs_from_the_latest_delivery() -> None:
    """An order that is delivered in parts is held from the last of them."""
    book = Book(program(hold_from="delivery"))
    book.look(0)
    book.deliver(10)
    book.deliver(20)
    assert book.look(21).redemption.due_at == at(50)


def test_hold_from_delivery_ends_at_the_longest_wait_when_none_is_reported() -> None:
    """A shop that never reports a delivery does not keep a reward on hold for ever."""
    book = Book(program(hold_from="delivery", longest_wait_days=60))
    assert book.look(0).redemption.due_at == at(60)
    book.look(60)
    assert book.posted == (0, 450)


def test_a_late_fulfilment_moves_nothing_back_to_held() -> None:
    """Once released, never held again; later days of return change nothing."""
    book = Book()
    book.look(30)
    book.deliver(35, return_by=90)
    book.look(36)
    assert book.posted == (0, 450)


def test_a_denial_voids_and_an_approval_restores() -> None:
    """The highest review counts: denied while held is void, approved again is held again."""
    book = Book()
    book.look(0)
    book.review("deny")
    book.look(1)
    assert book.posted == (0, 0)
    book.review("approve")
    book.look(2)
    assert book.postings == [("hold", 450), ("void", 450), ("hold", 450)]


def test_a_denial_after_the_release_claws_back() -> None:
    """A reward that proves wrong later is taken back."""
    book = Book()
    book.look(30)
    book.review("deny")
    book.look(31)
    assert book.postings[-1] == ("clawback", 450)


def test_a_refund_in_another_currency_opens_a_review() -> None:
    """It can't be summed, so the reward waits for a person beyond its hold, and is released by their approval."""
    book = Book()
    book.look(0)
    refund = book.refund(1000, currency="USD", days=20)
    assert book.look(20).redemption.due_at == at(50)
    book.look(35)
    assert (book.posted, book.standing.review_open) == ((450, 0), True)
    book.review("approve", answers=(refund,))
    book.look(36)
    assert book.posted == (0, 450)


def test_an_approval_before_the_hold_ends_keeps_the_hold() -> None:
    """Approving says that the reward is right, not that the goods can't come back."""
    book = Book()
    book.look(0)
    refund = book.refund(1000, currency="USD", days=2)
    book.look(2)
    book.review("approve", answers=(refund,))
    assert book.look(3).redemption.due_at == at(30)
    assert book.posted == (450, 0)


@pytest.mark.parametrize(("default", "left"), [("approve", 450), ("deny", 0)])
def test_an_unanswered_review_decides_itself_at_its_deadline(default: str, left: int) -> None:
    """Nobody decides in 40 days: the program's default does, and the order has woken up by itself for it."""
    book = Book(program(review_default=default, review_days=40, watch=Watch(velocity_orders=1, review_at=40)))
    assert book.look(0).redemption.due_at == at(40)
    assert not book.standing.has("by_default")
    book.look(40)
    assert book.posted == (0, left)
    assert book.standing.has("by_default")
    assert book.redemption.due_at is None


@pytest.mark.parametrize("kind", ["refund", "chargeback"])
def test_what_nobody_could_value_is_never_paid_by_silence(kind: RefundKind) -> None:
    """Of a refund in another currency nobody says what it is worth: denied, even where the program would approve."""
    book = Book(program(review_default="approve", review_days=30))
    book.look(0)
    book.refund(5500, kind=kind, currency="USD", days=10)
    assert book.look(10).redemption.due_at == at(40)
    book.look(40)
    assert (book.posted, book.redemption.due_at) == ((0, 0), None)
    assert book.standing.marks == ("denied", "by_default", "unvalued")


def test_each_question_has_its_own_deadline_and_default() -> None:
    """The program approves what is suspicious; that says nothing of the refund that was reported later."""
    rules = program(review_default="approve", review_days=30, watch=Watch(velocity_orders=1, review_at=40))
    book = Book(rules)
    book.look(0)
    book.refund(5500, kind="chargeback", currency="USD", days=10)
    assert book.look(10).redemption.due_at == at(30)
    assert book.look(30).redemption.due_at == at(40)
    assert (book.posted, book.standing.marks) == ((450, 0), ())
    assert book.order.case is not None
    assert book.order.case.questions == (Question("foreign_refund", at(40)),)
    book.look(40)
    assert (book.posted, book.order.case.state) == ((0, 0), "closed")


def test_a_refund_that_came_before_its_order_is_asked_about_all_the_same() -> None:
    """A late claim's order was paid back in part long before: the time to answer begins when the order is known."""
    book = Book(program(review_days=30), placed=40)
    book.refund(5500, currency="USD", days=0)
    book.look(40)
    assert (book.posted, book.redemption.due_at, book.standing.marks) == ((450, 0), at(70), ())
    assert book.order.case is not None
    assert book.order.case.questions == (Question("foreign_refund", at(70)),)
    book.look(70)
    assert (book.posted, book.standing.marks) == ((0, 0), ("denied", "by_default", "unvalued"))


def test_an_admin_says_what_a_refund_is_worth() -> None:
    """It is summed like any other; of two reviews that value it the later counts; seen and not valued is nothing."""
    book = Book()
    book.look(0)
    dollars = book.refund(1000, currency="USD", days=2)
    book.look(2)
    for values, worth in (({dollars: 900}, 360), ({}, 360), ({dollars: 4500}, 0), ({dollars: 0}, 450)):
        book.review("approve", answers=(dollars,), values=values)
        book.look(3)
        assert book.posted == (worth, 0)
    seen = Book()
    seen.refund(1000, currency="USD", name=dollars)
    seen.look(0)
    seen.review("approve", answers=(dollars,))
    seen.look(30)
    assert seen.posted == (0, 450)


def test_a_late_approval_brings_a_part_back() -> None:
    """After silence has denied it, before the release and after it."""
    for days in (20, 40):
        book = Book(program(review_days=10))
        book.look(0)
        dollars = book.refund(1000, currency="USD", days=1)
        book.look(1)
        book.look(11)
        assert book.posted == (0, 0)
        book.look(days)
        book.review("approve", answers=(dollars,), values={dollars: 1500})
        book.look(days)
        assert sum(book.posted) == 300


def test_a_value_goes_with_its_refund() -> None:
    """A dispute that was won leaves nothing of what an admin said it was worth."""
    book = Book()
    book.look(0)
    dollars = book.refund(1000, currency="USD")
    book.look(1)
    book.review("approve", answers=(dollars,), values={dollars: 900})
    book.look(2)
    book.reverse(dollars)
    book.look(3)
    assert (book.posted, book.standing.refunded, book.standing.valued) == ((450, 0), 0, None)


def test_a_default_never_overrules_a_person() -> None:
    """An admin's denial stands even when a later question is left to a default of approval."""
    book = Book()
    book.look(0)
    book.review("deny")
    book.look(1)
    book.refund(1000, currency="USD", days=2)
    book.look(2)
    book.look(60)
    assert book.posted == (0, 0)
    assert not book.standing.has("by_default")


def test_a_review_after_the_release_moves_nothing_back() -> None:
    """A foreign refund after the release opens a question; what is available stays so until someone denies."""
    book = Book()
    book.look(30)
    refund = book.refund(1000, currency="USD", days=31)
    book.look(31)
    assert (book.posted, book.standing.review_open) == ((0, 450), True)
    book.review("deny", answers=(refund,))
    book.look(32)
    assert book.posted == (0, 0)


def test_a_denied_order_still_takes_its_room_in_the_cap() -> None:
    """Reviews give no room back, or a denied order could be tried again with another; only refunds do."""
    book = Book(program(caps=(Cap("month", amount=1000),)))
    book.look(0)
    book.review("deny")
    book.look(1)
    assert (book.posted, book.account.months["2026-03"].room) == ((0, 0), 450)
    book.refund(1500)
    book.look(2)
    assert book.account.months["2026-03"].room == 300


def test_a_cap_grants_what_room_is_left() -> None:
    """An order over the cap earns what is left of it, and the trace can say so."""
    book = Book(
        program(caps=(Cap("month", amount=1000),)),
        account=Account("amb_1", months={"2026-03": Month(room=800), "2026-02": Month(room=5000)}),
    )
    book.look(0)
    assert (book.standing.terms.full, book.standing.terms.granted, book.posted) == (450, 200, (200, 0))
    assert book.account.months["2026-03"].room == 1000


def test_a_partial_refund_below_the_minimum_can_void_the_reward() -> None:
    """When the program says so, goods kept below the minimum order earn nothing."""
    rules = program(minimum=2000, void_below_minimum=True)
    book = Book(rules, paid=1800)
    book.look(0)
    assert book.posted == (180, 0)
    book.refund(400)
    book.look(1)
    assert book.posted == (0, 0)


def test_a_tier_bonus_is_reached_lost_and_reached_again() -> None:
    """The bonus is a position of the account: granted while the count is at the threshold, whatever came before."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules)
    book.look(30)
    refund = book.refund(4500, kind="chargeback")
    book.look(31)
    book.reverse(refund)
    book.look(32)
    assert [posting for posting in book.postings if posting[0].startswith("bonus")] == [
        ("bonus", 700),
        ("bonus_lost", 700),
        ("bonus", 700),
    ]
    assert book.account.prizes == {"tier:1": (Grant(700, "EUR"),)}
    assert book.account.balance("EUR", "available") == 1150


def test_entries_are_numbered_by_the_account_and_sort() -> None:
    """A settlement that is carried out twice collides with itself, and folded orders continue the count."""
    book = Book(account=Account("amb_1", version=41))
    twice = [settle(book.order, book.account, book.program, now=at(40)) for _ in range(2)]
    assert twice[0] == twice[1]
    folded = settle(book.order, book.account, book.program, now=at(40), posted=2)
    assert [entry.number for entry in folded.entries] == ["00000042-003", "00000042-004"]
    book.look(0)
    later = settle(book.order, book.account, book.program, now=at(40), posted=4)
    assert [entry.number for entry in later.entries] == ["00000043-005"]


def test_an_order_settled_by_itself_begins_with_the_first_entry() -> None:
    """On terms that somebody else has decided, too."""
    book = Book(account=Account("amb_1", version=41))
    decided = settle_on(book.order, book.account, book.program, Terms("Starter", TEN_PERCENT, 450, 450), now=at(40))
    assert [entry.number for entry in decided.entries] == ["00000042-001", "00000042-002"]


def test_every_entry_names_its_cause() -> None:
    """What moved the money stands in the entry: the redemption, the facts, or the time."""
    book = Book()
    book.look(0)
    book.refund(100, name="RMA-7")
    book.look(1)
    book.look(30)
    book.review("deny")
    book.look(31)
    assert [entry.cause for entry in book.entries] == ["redemption", "refund:RMA-7", "hold_ended", "review:1"]


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"hold_days": 10**9}, "/hold_days"),
        ({"hold_days": -1}, "/hold_days"),
        ({"review_days": 10**9}, "/review_days"),
        ({"longest_wait_days": -5}, "/longest_wait_days"),
        ({"minimum": -1}, "/minimum"),
        ({"caps": (Cap("month", amount=-1),)}, "/caps/0/amount"),
        ({"shop_url": "javascript:alert(1)"}, "/shop_url"),
        ({"currency": "euro"}, "/currency"),
        ({"offer": Rate(basis_points=10_001)}, "/offer/basis_points"),
        ({"offer": Rate(amount=-5)}, "/offer/amount"),
        ({"offer": Rate(amount=5, basis_points=5)}, "/offer"),
        ({"tiers": (Tier("Starter", 0, Rate(basis_points=100, maximum=-1)),)}, "/tiers/0/reward/maximum"),
        ({"tiers": (Tier("Starter", 0, TEN_PERCENT, bonus=-1),)}, "/tiers/0/bonus"),
    ],
)
def test_a_program_out_of_reason_is_named(wrong: dict[str, Any], pointer: str) -> None:
    """Numbers that no date or sum could bear are refused with a pointer."""
    assert [at_fault for at_fault, _ in flaws(program(**wrong))] == [pointer]


def test_each_occasion_is_told_once() -> None:
    """Thanks to the friend and news to the ambassador belong to the settlement that caused them."""
    book = Book()
    for days in (0, 0, 1, 30, 30, 31):
        book.look(days)
    assert book.letters == [("friend_thanks", 500, 2), ("reward_held", 450, 2), ("reward_released", 450, 3)]
    assert book.messages[0].letters[1].release_at == at(30)
    assert book.messages[1].letters[0].available == 450


def test_a_friend_is_thanked_even_when_no_reward_is_due() -> None:
    """The friend bought; whether the ambassador earns is another matter."""
    book = Book(program(caps=(Cap("month", amount=0),)))
    book.look(0)
    assert book.letters == [("friend_thanks", 500, 2)]


def test_an_hour_of_hold_is_an_hour() -> None:
    """The hold is counted from the moment of purchase, not from midnight."""
    book = Book()
    book.look(0)
    assert book.standing.release_at - book.redemption.placed_at == timedelta(days=30)


# --- what a standing says of an order ---


def test_terms_say_which_order_of_the_ambassadors_it_was() -> None:
    """Counted in the order of settlement, this one included; that is what caps and tiers could see."""
    book = Book(account=Account("amb_1", version=9, settled=6, counted=4))
    book.look(0)
    assert (book.standing.terms.place, book.standing.terms.reached) == (7, 4)
    assert book.account.settled == 7


def test_terms_name_a_unit_only_if_it_is_not_the_orders_own_currency() -> None:
    """Money is the ordinary case, and says nothing."""
    points = (Tier("Starter", 0, Rate(amount=50, unit="points")),)
    for rules, unit in ((program(), None), (program(tiers=points), "points")):
        book = Book(rules)
        book.look(0)
        assert book.standing.terms.unit == unit


@pytest.mark.parametrize(
    ("excluded", "minimum", "refund", "void"),
    [
        (None, 4998, 1, False),
        (None, 4999, 1, True),
        (None, 2500, 2250, False),
        (None, 2501, 2250, True),
        (None, 5001, 0, False),
        (1000, 2000, 1750, False),
        (1000, 2001, 1750, True),
    ],
)
def test_what_is_kept_must_reach_the_minimum(excluded: int | None, minimum: int, refund: int, void: bool) -> None:
    """At list price, as at the checkout, once anything came back: of half of what was paid, half of that is left."""
    book = Book(program(minimum=minimum, void_below_minimum=True), excluded=excluded)
    book.refund(refund)
    book.look(1)
    assert (book.standing.worth == 0) == book.standing.has("below_minimum") == void


def test_small_orders_are_void_only_where_the_program_says_so() -> None:
    """Otherwise a refund takes its share and no more, however little is left."""
    book = Book(program(minimum=5000))
    book.refund(4490)
    book.look(1)
    assert (book.posted, book.standing.marks) == ((1, 0), ())


def test_a_reward_that_was_available_is_clawed_back_and_any_other_is_void() -> None:
    """A cent is enough to have been available; what was only ever held leaves no trace of having been earned."""
    released, held, late = Book(paid=10), Book(paid=10), Book(paid=10)
    released.look(30)
    for book in (held, late):
        book.look(0)
        book.refund(10)
    held.look(1)
    held.look(40)
    late.look(40)
    released.refund(10, days=41)
    released.look(41)
    assert [state_of(book.standing) for book in (released, held, late)] == ["clawed_back", "void", "void"]
    assert [book.standing.has("earned") for book in (released, held, late)] == [True, False, False]


def test_a_cancellation_is_told_as_one() -> None:
    """The standing says that the order is off, in whatever currency that was reported; a refund of all is no such."""
    cancelled, refunded = Book(), Book()
    cancelled.refund(4500, kind="cancellation", currency="USD")
    refunded.refund(4500)
    for book in (cancelled, refunded):
        book.look(1)
    assert (cancelled.standing.marks, refunded.standing.marks) == (("cancelled",), ())
    assert (cancelled.standing.net, refunded.standing.net) == (0, 0)


def test_a_standing_counts_and_names_the_facts_it_has_seen() -> None:
    """All later ones, of whatever sort; and which review was the last."""
    book = Book()
    book.look(0)
    assert (book.standing.facts, book.standing.named, book.standing.reviews) == (0, (), 0)
    book.refund(1)
    book.deliver(2)
    book.review("deny")
    book.review("approve")
    book.look(3)
    assert book.standing.named == ("fulfilment:f2#1", "refund:r1", "review:1", "review:2")
    assert (book.standing.facts, book.standing.reviews, book.standing.worth) == (4, 2, 449)


def test_however_many_facts_there_are_only_some_are_named() -> None:
    """A hundred refunds of a cent all count, and the order does not grow with each of them."""
    book = Book()
    for _ in range(100):
        book.refund(1)
    book.look(1)
    assert (book.standing.facts, book.standing.refunded) == (100, 100)
    assert book.standing.named == tuple(sorted(f"refund:r{number}" for number in range(1, 101))[:FACTS_NAMED])


# --- what an account keeps of its orders ---


def test_a_release_is_known_by_the_version_that_made_it() -> None:
    """Held against the version of an expiry it tells whether the reward was there to expire."""
    book = Book(account=Account("amb_1", version=41))
    seen = []
    for day in (2, 30, 31):
        book.look(day)
        seen.append(book.standing.released_in)
    assert (seen, book.account.version) == ([None, 43, 43], 43)


@pytest.mark.parametrize(("paid", "active"), [(10, True), (9, False)])
def test_an_order_that_earns_is_activity(paid: int, active: bool) -> None:
    """From when it was recorded, whenever that is looked at; ten percent of nine cents are nothing."""
    book = Book(paid=paid, placed=3)
    book.look(7)
    assert book.account.active_at == (at(3) if active else None)
    book.look(40)
    assert book.account.active_at == (at(40) if active else None)


def test_what_becomes_available_has_all_its_time_to_be_spent() -> None:
    """A release, a reinstatement and a prize are activity at their moment; a hold, or what is taken back, is none."""
    rules = program(tiers=(Tier("Starter", 0), Tier("Silver", 1, bonus=700)))
    book = Book(placed=3, account=Account("amb_1", active_at=at(20)))
    seen = []
    for day in (21, 40):
        book.look(day)
        seen.append(book.account.active_at)
    refund = book.refund(1000)
    book.look(41)
    book.reverse(refund)
    book.look(42)
    assert [*seen, book.account.active_at] == [at(20), at(40), at(42)]
    prized = Book(rules)
    prized.look(50)
    assert (prized.postings, prized.account.active_at) == ([("bonus", 700)], at(50))
    late = Book(placed=3, account=Account("amb_1", active_at=at(99)))
    late.look(50)
    assert late.account.active_at == at(99)


def test_a_prize_that_has_expired_is_taken_back_from_there() -> None:
    """It leaves no debt, as the reward of the order itself leaves none."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules)
    book.look(30)
    expired = {"EUR": {"held": 0, "available": 0, "expired": 1150}}
    book.account = replace(book.account, version=7, balances=expired, expired_in=7)
    book.refund(4500)
    book.look(60)
    assert [entry.legs for entry in book.entries[-2:]] == [
        (Leg("ambassador:expired", -450, "EUR"), Leg("program:rewards", 450, "EUR")),
        (Leg("ambassador:expired", -700, "EUR"), Leg("program:rewards", 700, "EUR")),
    ]
    assert book.account.balances["EUR"] == {"held": 0, "available": 0, "expired": 0}


def test_what_has_expired_pays_for_nothing_new() -> None:
    """A reward and a prize come from the program, however much has expired before."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules, account=Account("amb_1", 4, {"EUR": {"expired": 900}}, expired_in=4))
    book.look(30)
    assert {entry.legs[0].account for entry in book.entries} == {"program:rewards", "ambassador:held"}
    assert book.account.balances["EUR"] == {"expired": 900, "held": 0, "available": 1150}


def test_what_has_expired_is_taken_back_once() -> None:
    """First by the order itself, then by its prizes, until nothing of it is left."""
    rules = program(tiers=(Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700)))
    book = Book(rules)
    book.look(30)
    book.account = replace(book.account, balances={"EUR": {"available": 150, "expired": 1000}}, expired_in=9)
    book.refund(4500)
    book.look(60)
    assert book.account.balances["EUR"] == {"available": 0, "expired": 0}


def test_an_order_counts_as_sent_back_from_the_first_cent_on() -> None:
    """Or when it was cancelled; once, and no longer if the refund no longer counts."""
    book = Book()
    seen = []
    for kind, amount in (("chargeback", 1), ("chargeback", 900), ("cancellation", 0)):
        refund = book.refund(amount, kind=kind)  # type: ignore[arg-type]
        book.look(2)
        seen.append(book.account.refunded)
        book.reverse(refund)
        book.look(2)
        seen.append(book.account.refunded)
    assert seen == [1, 0, 1, 0, 1, 0]


def test_nobody_asks_for_a_look_at_what_may_expire_when_nothing_was_posted() -> None:
    """An account is not written for a look that changes nothing, even where new rules let rewards expire."""
    book = Book()
    book.look(30)
    book.program = replace(book.program, expiry_months=6)
    again = book.look(31)
    assert (again.account_changed, again.account.due_at) == (False, None)


def test_what_is_freed_goes_back_to_the_shard_it_came_from() -> None:
    """The first, when the budget of several was needed; what is taken again comes from there too."""
    for budget, drawn in ((8 * 1000, 1), (8 * 300, 2)):
        shelf = Shelf(program(budget_month=budget))
        book = shelf.sell(0)
        shards = [shard for shard, _ in book.standing.terms.drawn]
        assert len(shards) == drawn
        refund = book.refund(900, kind="chargeback")
        assert shelf.look(book, 1).draws == (Draw("2026-03", shards[0], -90),)
        book.reverse(refund)
        assert shelf.look(book, 2).draws == (Draw("2026-03", shards[0], 90),)


# --- what is asked, and the case that asks it ---


@pytest.mark.parametrize(
    ("review", "answers", "refunds", "asked"),
    [
        (False, None, (), ()),
        (True, None, (), ("signals",)),
        (True, (), (), ()),
        (False, None, ("r1",), ("foreign_refund",)),
        (True, None, ("r1",), ("signals", "foreign_refund")),
        (True, (), ("r1",), ("foreign_refund",)),
        (True, ("r1",), ("r1",), ()),
        (False, ("r1",), ("r1", "r2"), ("foreign_refund",)),
        (False, ("r1", "r2"), ("r1", "r2"), ()),
    ],
)
def test_what_an_admin_is_asked(
    review: bool, answers: tuple[str, ...] | None, refunds: tuple[str, ...], asked: tuple[str, ...]
) -> None:
    """About signals until anybody has decided; about each refund in another currency until a decision has seen it."""
    book = Book()
    for name in refunds:
        book.refund(700, currency="USD", name=name)
    book.refund(700, name="plain")
    if answers is not None:
        book.take(Review("o1", 1, "approve", "key_1", "looked at it", at(1), answers, due_at=at(1)))
    terms = Terms("Starter", TEN_PERCENT, 450, 450, review=review)
    assert tuple(it.about for it in questions(book.order, terms, at(0), program())) == asked


def test_a_case_says_what_it_asks() -> None:
    """And changes when another question comes; the earliest deadline stands."""
    book = Book(program(watch=Watch(velocity_orders=1, review_at=40)))
    book.look(0)
    assert book.order.case == Case(
        "o1", "amb_1", opened_at=at(0), deadline=at(30), questions=(Question("signals", at(30)),)
    )
    book.refund(700, currency="USD", days=2)
    book.look(2)
    assert book.order.case.questions == (Question("signals", at(30)), Question("foreign_refund", at(32)))
    assert (book.order.case.opened_at, book.order.case.deadline, book.order.case.version) == (at(0), at(30), 2)


def test_a_closed_case_stays_as_it_was_closed() -> None:
    """No later look writes it again."""
    book = Book()
    refund = book.refund(700, currency="USD")
    book.look(1)
    book.review("approve", answers=(refund,))
    assert book.look(2).case is not None
    assert book.look(3).case is None
    assert book.look(30).case is None


# --- what is posted ---


def test_an_entry_says_all_that_there_is_to_know_about_it() -> None:
    """Whose it is, its place in the ledger, when and why, under which program and tier; the standing names it."""
    book = Book(program(version=7), account=Account("amb_1", version=41))
    book.order = replace(book.order, redemption=replace(book.redemption, program_version=7))
    book.look(2)
    assert book.messages[0].due_at == at(2)
    hold = LedgerEntry(
        ambassador_id="amb_1",
        number="00000042-001",
        kind="hold",
        at=at(2),
        cause="redemption",
        legs=(Leg("program:rewards", -450, "EUR"), Leg("ambassador:held", 450, "EUR")),
        program_version=7,
        order_id="o1",
        tier="Starter",
    )
    assert book.entries == [hold]
    book.look(30)
    assert book.standing.entries == ("00000042-001", "00000043-001")


def test_a_standing_names_no_prizes() -> None:
    """They belong to the account: another order may take them back."""
    tiers = (Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700))
    book = Book(program(tiers=tiers))
    book.look(40)
    assert [entry.kind for entry in book.entries] == ["hold", "release", "bonus"]
    assert book.standing.entries == tuple(entry.number for entry in book.entries[:2])


def test_a_reward_that_came_after_an_expiry_owes_nothing_to_it() -> None:
    """It was not there to expire: a clawback takes all of it from what is available, down into debt."""
    book = Book(account=Account("amb_1", 9, {"EUR": {"available": 0, "expired": 400}}, expired_in=9))
    book.look(30)
    book.account = replace(book.account, balances={"EUR": {"available": 0, "expired": 400, "spent": 450}})
    book.refund(4500, days=31)
    book.look(31)
    assert book.account.balances["EUR"] == {"available": -450, "expired": 400, "spent": 450}


def test_what_is_won_back_after_an_expiry_is_available_in_full() -> None:
    """What had expired was the rest; a clawback before it took its part, and that comes back."""
    book = Book()
    book.look(30)
    refund = book.refund(900, kind="chargeback", days=31)
    book.look(31)
    expired = {"EUR": {"held": 0, "available": 0, "expired": 360}}
    book.account = replace(book.account, balances=expired, expired_in=book.account.version)
    book.reverse(refund)
    book.look(32)
    assert book.postings[-1] == ("reinstate", 90)
    assert book.account.balances["EUR"] == {"held": 0, "available": 90, "expired": 360}


def test_facts_seen_together_are_named_together() -> None:
    """Each by its own name, up to five; that there were more is told as well."""
    book = Book()
    book.look(0)
    book.refund(100, name="R-1")
    book.deliver(3)
    book.review("approve")
    book.look(4)
    for number in range(5):
        book.refund(100, name=f"S-{number}")
    book.look(5)
    for number in range(6):
        book.refund(100, name=f"T-{number}")
    book.look(6)
    assert [entry.cause for entry in book.entries] == [
        "redemption",
        "refund:R-1,fulfilment:f1#1,review:1",
        "refund:S-0,refund:S-1,refund:S-2,refund:S-3,refund:S-4",
        "refund:T-0,refund:T-1,refund:T-2,refund:T-3,refund:T-4,…",
    ]


def test_only_the_first_hold_is_the_redemptions() -> None:
    """What is held again later is so because of what has happened since, or because a deadline has passed."""
    book = Book(program(review_default="deny", review_days=5, hold_days=30))
    book.look(0)
    refund = book.refund(4500, kind="chargeback")
    book.look(1)
    book.reverse(refund)
    book.look(2)
    book.refund(1, currency="USD", days=3)
    book.look(3)
    book.look(8)
    assert [(entry.kind, entry.cause) for entry in book.entries] == [
        ("hold", "redemption"),
        ("void", f"refund:{refund}"),
        ("hold", f"reversal:{refund}"),
        ("void", "review_deadline"),
    ]


def test_a_bonus_names_the_tier_that_it_is_for() -> None:
    """As its cause, and as the tier of the entry; the reward beside it has the tier it was earned in."""
    tiers = (Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 1, TEN_PERCENT, bonus=700))
    book = Book(program(tiers=tiers, hold_days=0))
    book.look(0)
    assert [(entry.kind, entry.cause, entry.tier) for entry in book.entries] == [
        ("hold", "redemption", "Starter"),
        ("release", "hold_ended", "Starter"),
        ("bonus", "tier:Silver", "Silver"),
    ]


# --- deliveries, as their highest revisions tell them ---

DELIVERED = program(hold_from="delivery", hold_days=14, longest_wait_days=60)


def test_the_highest_revision_counts_whatever_came_last() -> None:
    """A wrong day of return is corrected, in whatever order the reports come; each moves the release either way."""
    book = Book(DELIVERED)
    for revision, until, release in ((1, 1000, 1000), (3, 50, 50), (2, 900, 50), (10, None, 17)):
        book.deliver(3, name="f1", return_by=until, revision=revision)
        book.look(4)
        assert book.standing.release_at == at(release)
        assert book.redemption.due_at == at(release)


def test_a_delivery_that_never_was_does_not_count() -> None:
    """Neither its time nor its day of return; another one may still count, and so may a revision after it."""
    book = Book(DELIVERED)
    book.deliver(3, name="f1", return_by=100)
    book.deliver(3, name="f1", revision=2, void=True, delivered_at=None, return_by=200)
    book.look(4)
    assert book.standing.release_at == at(60)
    book.deliver(5, name="f2")
    book.look(6)
    assert book.standing.release_at == at(19)
    book.deliver(8, name="f1", revision=3)
    book.look(9)
    assert book.standing.release_at == at(22)


def test_an_order_is_complete_when_a_delivery_says_no_more() -> None:
    """Until then it waits as long as the program waits at most, or for its last parcel's own hold if that is longer."""
    book = Book(DELIVERED)
    book.deliver(5, name="f1", more=True)
    book.look(6)
    assert (book.standing.release_at, book.standing.marks) == (at(60), ("undelivered",))
    book.deliver(55, name="f2", more=True)
    book.look(56)
    assert (book.standing.release_at, book.standing.marks) == (at(69), ("undelivered",))
    book.deliver(56, name="f3")
    book.look(57)
    assert (book.standing.release_at, book.standing.marks) == (at(70), ())
    book.deliver(57, name="f3", revision=2, void=True)
    book.look(58)
    assert book.standing.has("undelivered")
    book.look(69)
    assert (book.posted, book.standing.marks) == ((0, 450), ("earned",))


def test_no_delivery_is_earlier_than_its_order() -> None:
    """Delivered before it was placed: its hold runs from when the order begins."""
    book = Book(DELIVERED)
    book.deliver(-9000)
    book.look(0)
    assert (book.posted, book.standing.release_at) == ((450, 0), at(14))


def test_a_hold_from_purchase_knows_no_parcels() -> None:
    """It asks for the last day of return alone."""
    book = Book(program(hold_days=30))
    book.deliver(40, more=True)
    book.deliver(-5, name="f9", return_by=45)
    book.look(41)
    assert (book.posted, book.standing.release_at, book.standing.marks) == ((450, 0), at(45), ())


def test_a_correction_after_the_release_moves_nothing() -> None:
    """What is available stays so."""
    book = Book(DELIVERED)
    book.deliver(0, name="f1")
    book.look(14)
    book.deliver(0, name="f1", revision=2, return_by=90)
    book.look(15)
    assert (book.posted, book.redemption.due_at) == ((0, 450), None)


# --- what comes back: goods alone, and no crumbs ---


def test_only_goods_come_back() -> None:
    """Tax and shipping are no part of what was paid for goods; a refund of these alone has no effect at all."""
    book = Book(program(void_below_minimum=True, minimum=5000))
    book.look(0)
    book.refund(490, shipping=400, tax=90)
    book.look(1)
    assert (book.posted, book.standing.refunded, book.account.refunded) == ((450, 0), 0, 0)
    book.program = program()
    book.refund(3570, tax=570)
    book.look(2)
    assert (book.posted, book.standing.net) == ((150, 0), 1500)


def test_shipping_in_another_currency_asks_nothing() -> None:
    """Nobody needs to say what it is worth, since no goods came back."""
    book = Book()
    book.refund(500, currency="USD", shipping=500)
    book.look(0)
    assert (book.posted, book.order.case) == ((450, 0), None)


def test_tax_on_an_order_is_no_part_of_its_goods() -> None:
    """What the friend paid for goods is the base of the reward, and the minimum looks at goods at list price."""
    book = Book(program(minimum=4050, void_below_minimum=True), tax=950)
    book.look(0)
    assert (book.redemption.listed, book.redemption.paid, book.posted) == (4050, 3550, (355, 0))
    book.refund(1)
    book.look(1)
    assert book.standing.marks == ("below_minimum",)


@pytest.mark.parametrize(
    ("refunds", "left"),
    [
        ((4499,), 1),
        ((4498, 1), 0),
        ((4497, 1), 2),
        ((4400, 50, 48), 0),
        ((4400, 50, 47), 3),
        ((4490, *[1] * 5), 0),
        ((4489, *[1] * 5), 6),
        ((4485, *[1] * 10), 0),
        ((4484, *[1] * 10), 6),
        ((4500, 100), 0),
    ],
)
def test_crumbs_are_nothing(refunds: tuple[int, ...], left: int) -> None:
    """Refunded line by line with its tax taken off, an order leaves a cent for each but the first, at most five."""
    book = Book(program(tiers=(Tier("Starter", 0, Rate(basis_points=10_000)),)))
    book.look(0)
    for amount in refunds:
        book.refund(amount)
    book.look(1)
    assert (book.standing.net, book.posted, void_whole(book.order)) == (left, (left, 0), left == 0)


def test_a_refund_without_goods_makes_no_crumbs() -> None:
    """A cent is left by rounding tax, and of shipping no tax of goods is rounded."""
    book = Book()
    book.refund(4499)
    book.refund(100, shipping=100)
    book.look(0)
    assert (book.standing.net, void_whole(book.order)) == (1, False)


def test_whether_an_order_came_to_nothing() -> None:
    """Cancelled or paid back whole by refunds that count; goods that may have been kept free nobody."""
    cases: list[tuple[bool, list[tuple[RefundKind, int, str]]]] = [
        (True, [("cancellation", 0, "EUR")]),
        (True, [("refund", 4000, "EUR"), ("refund", 500, "EUR")]),
        (False, []),
        (False, [("refund", 4499, "EUR")]),
        (False, [("chargeback", 4500, "EUR")]),
        (False, [("refund", 4000, "EUR"), ("chargeback", 500, "EUR")]),
        (False, [("refund", 4500, "USD")]),
    ]
    for came_to_nothing, refunds in cases:
        book = Book()
        ids = [book.refund(amount, kind=kind, currency=currency) for kind, amount, currency in refunds]
        book.look(0)
        book.review("deny", answers=tuple(ids), values=dict.fromkeys(ids, 4500))
        assert void_whole(book.order) == came_to_nothing
        for refund_id in ids:
            book.reverse(refund_id)
        assert not void_whole(book.order)


# --- orders that wait to be paid --------------------------------------------------------------------------------------


def test_an_unpaid_order_only_waits() -> None:
    """It has no terms, moves no account, owes nothing to anybody, and asks for no attention any more."""
    book = Book(pending=True)
    assert not decides_terms(book.order)
    found = settle(book.order, book.account, book.program, now=at(0))
    assert (found.entries, found.gifts, found.draws, found.message, found.case) == ((), (), (), None, None)
    assert (found.account, found.changed, found.account_changed) == (book.account, True, False)
    assert found.redemption == replace(book.redemption, due_at=None, version=2)
    again = settle(replace(book.order, redemption=found.redemption), book.account, book.program, now=at(1))
    assert (again.changed, again.redemption) == (False, found.redemption)


def test_a_payment_decides_the_terms_unless_the_order_was_withdrawn() -> None:
    """From then on it is an order like any other, that began when it was paid for."""
    book = Book(pending=True)
    paid = Payment("o1", "p1", paid_at=at(3), recorded_at=at(3))
    order = replace(book.order, payment=paid)
    assert decides_terms(order)
    found = settle(order, book.account, book.program, now=at(3))
    assert found.redemption.standing is not None
    assert (found.redemption.standing.worth, found.redemption.standing.release_at) == (450, at(33))
    settled = replace(order, redemption=found.redemption)
    assert not decides_terms(settled)
    withdrawn = replace(order, redemption=replace(book.redemption, withdrawn="below_minimum"))
    assert not decides_terms(withdrawn)
    left = settle(withdrawn, book.account, book.program, now=at(3))
    assert (left.redemption.standing, left.account_changed) == (None, False)

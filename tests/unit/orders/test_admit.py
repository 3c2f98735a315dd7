"""Admission, reason by reason: what the checkout is told, and what is stored of an order that is admitted."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.model.people import Code
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask, Line, Offered, Refused, admit, admit_again, redemption
from chalicelib.domain.orders.friends import Holder, Place
from chalicelib.domain.program.program import Campaign, Cap, FurtherOrders, Program, Rate, Tier
from tests.unit.book import START, TEN_PERCENT, Book, at, program, root

CODE = Code("MAYA7K3Q", "amb_1", owners=("maya", "maya-2"), created_at=START)
ASK = Ask("o1", "MAYA7K3Q", ("fay", "fay-2"), Money(5000, "EUR"), START, first_order=True, fingerprint="f")


@pytest.mark.parametrize(
    ("code", "ask", "rules", "reason"),
    [
        (CODE, {}, {"open": False}, "program_closed"),
        (None, {}, {}, "unknown_code"),
        (None, {}, {"open": False}, "program_closed"),
        (replace(CODE, state="paused"), {}, {}, "paused_code"),
        (replace(CODE, expires_at=START), {}, {}, "expired_code"),
        (CODE, {"persons": ("fay", "maya-2")}, {}, "own_code"),
        (CODE, {"amount": Money(5000, "USD")}, {}, "currency_mismatch"),
        (CODE, {"first_order": False}, {}, "not_first_order"),
        (CODE, {"amount": Money(1999, "EUR")}, {"minimum": 2000}, "below_minimum"),
        (CODE, {"amount": Money(0, "EUR")}, {}, "below_minimum"),
        (CODE, {}, {"offer": Rate(amount=5000)}, "below_minimum"),
        (CODE, {}, {"offer": Rate(amount=9000)}, "below_minimum"),
        (CODE, {"lines": (Line("CARD", 5000, gift_card=True),)}, {}, "nothing_counts"),
        (CODE, {"lines": (Line("CARD", 9000, gift_card=True),)}, {}, "nothing_counts"),
    ],
)
def test_a_refusal_names_its_reason(code: Code | None, ask: Any, rules: Any, reason: str) -> None:
    """One stable reason for each rule that says no; a closed program says so before anything else."""
    assert admit(code, replace(ASK, **ask), program(**rules), now=at(0)) == Refused(reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("code", "ask", "rules"),
    [
        (replace(CODE, expires_at=START + timedelta(milliseconds=1)), {}, {}),
        (CODE, {"first_order": None}, {}),
        (CODE, {"first_order": False}, {"new_friends_only": False}),
        (CODE, {"amount": Money(2000, "EUR")}, {"minimum": 2000}),
        (CODE, {"amount": Money(1, "EUR")}, {}),
        (CODE, {"lines": (Line("MUG", None), Line("CARD", 4999, gift_card=True))}, {}),
        (CODE, {}, {"offer": Rate(amount=4999)}),
    ],
)
def test_what_only_just_fits_is_admitted(code: Code, ask: Any, rules: Any) -> None:
    """The last moment of a code, the smallest order, a friend of whom the checkout knows nothing."""
    assert isinstance(admit(code, replace(ASK, **ask), program(**rules), now=at(0)), Offered)


@pytest.mark.parametrize(
    ("rules", "discount", "estimate", "unit"),
    [
        (program(), 500, 450, "EUR"),
        (program(offer=None), 0, 500, "EUR"),
        (program(offer=Rate(basis_points=2000, maximum=700)), 700, 430, "EUR"),
        (program(tiers=(Tier("A", 0, Rate(amount=7, unit="points")), Tier("B", 1, TEN_PERCENT))), 500, 7, "points"),
        (program(tiers=(Tier("A", 0, Rate(gift="Mug")),)), 500, 1, "gift:Mug"),
        (program(tiers=(Tier("A", 0),)), 500, 0, "EUR"),
        (program(caps=(Cap("life", amount=0),)), 500, 450, "EUR"),
    ],
)
def test_an_offer_is_reckoned_by_the_first_tier(rules: Program, discount: int, estimate: int, unit: str) -> None:
    """The friend's discount, and about what the ambassador earns: of what is paid, before any cap."""
    answer = admit(CODE, ASK, rules, now=at(0))
    assert answer == Offered(CODE, discount, estimate, unit)


def test_what_is_stored_is_what_was_asked_and_offered() -> None:
    """Everything that settling needs is fixed with the order, pinned to the program's version."""
    ask = replace(ASK, lines=(Line("CARD", 1000, gift_card=True),), payment="p", address="a")
    rules = program(version=7, tiers=(Tier("A", 0, Rate(amount=7, unit="points")),))
    answer = admit(CODE, ask, rules, now=at(0))
    assert isinstance(answer, Offered)
    stored = redemption(answer, ask, rules, now=at(1), due_at=at(2))
    assert (stored.order_id, stored.code, stored.ambassador_id, stored.friend) == ("o1", "MAYA7K3Q", "amb_1", "fay")
    assert (stored.amount, stored.excluded, stored.friend_discount, stored.paid) == (5000, 1000, 400, 3600)
    assert (stored.currency, stored.reward_estimate, stored.reward_unit) == ("EUR", 7, "points")
    assert (stored.placed_at, stored.recorded_at, stored.due_at) == (START, at(1), at(2))
    assert (stored.program_version, stored.fingerprint, stored.payment, stored.address) == (7, "f", "p", "a")
    assert (stored.version, stored.standing, stored.campaign) == (1, None, None)
    plain = admit(CODE, ASK, program(), now=at(0))
    assert isinstance(plain, Offered)
    assert redemption(plain, ASK, program(), now=at(1), due_at=at(2)).reward_unit is None


@pytest.mark.parametrize(
    ("since", "answer"),
    [
        (-29.99, Offered),
        (-30, Refused("friend_already_referred")),
        (5, Offered),
        (29.99, Offered),
        (30, Refused("friend_already_referred")),
    ],
)
def test_the_days_of_a_friend_end_to_the_moment(since: float, answer: Any) -> None:
    """Thirty days from the first order are over at their last moment; facts may arrive out of order."""
    guard = root("o0", "amb_1", since=at(since))
    found = admit(CODE, replace(ASK, first_order=False), program(friend_days=30), (Holder(guard),), now=at(0))
    assert found == answer if isinstance(answer, Refused) else isinstance(found, answer)


def test_one_guard_that_does_not_fit_is_enough() -> None:
    """A friend known by address and by id comes again only if both say so; a guard from before says nothing."""
    rules, friend = program(friend_days=30), root("o0", "amb_1", since=at(-1))
    for other in (replace(friend, ambassador_id="amb_2"), replace(friend, since=None)):
        assert admit(CODE, ASK, rules, (Holder(friend), Holder(other)), now=at(0)) == Refused("friend_already_referred")


def test_an_order_that_is_claimed_later_has_no_discount() -> None:
    """It was paid for in full, without the code: the ambassador earns on all of it, and the claim is stored."""
    ask = replace(ASK, claim="clm_1")
    answer = admit(CODE, ask, program(), now=at(0))
    assert answer == Offered(CODE, 0, 500, "EUR")
    assert isinstance(answer, Offered)
    stored = redemption(answer, ask, program(), now=at(1), due_at=at(2))
    assert (stored.claim, stored.friend_discount, stored.paid) == ("clm_1", 0, 5000)


def test_a_campaign_is_stored_with_its_orders() -> None:
    """With the campaign's own offer and reward, in the reward's unit; what it leaves out is the program's."""
    whole = Campaign("spring", at(0), at(5), offer=Rate(amount=1000), reward=Rate(amount=70, unit="points"))
    bare = replace(whole, offer=None, reward=None)
    code = replace(CODE, campaign="spring")
    for campaign, offered in (
        (whole, Offered(code, 1000, 70, "points", campaign="spring")),
        (bare, Offered(code, 500, 450, "EUR", campaign="spring")),
    ):
        rules = program(campaigns=(campaign,))
        answer = admit(code, ASK, rules, now=at(0))
        assert answer == offered
        assert isinstance(answer, Offered)
        assert redemption(answer, ASK, rules, now=at(1), due_at=at(2)).campaign == "spring"


@pytest.mark.parametrize(
    ("lines", "excluded"),
    [
        ((Line("MUG", 5000),), None),
        ((Line("MUG", 4000), Line("SALE-1", 600), Line("CARD", 400, gift_card=True)), 1000),
        ((Line("MUG", None), Line("SALE-1", 600)), 600),
        ((Line("SALE-1", 0),), None),
        ((Line("SALE-1", 4999),), 4999),
    ],
)
def test_what_is_left_out_of_an_order(lines: tuple[Line, ...], excluded: int | None) -> None:
    """Gift cards and excluded goods, whatever else is in it; a line that counts need not say its amount."""
    answer = admit(CODE, replace(ASK, lines=lines), program(offer=None, excluded_skus=("SALE-1", "SALE-2")), now=at(0))
    assert isinstance(answer, Offered)
    counts = 5000 - (excluded or 0)
    assert (answer.excluded, answer.reward_estimate) == (excluded, counts // 10)


@pytest.mark.parametrize(
    "lines", [(Line("MUG", 4000), Line("SALE-1", None)), (Line("SALE-1", 2500), Line("SALE-1", 2500))]
)
def test_an_order_of_which_nothing_is_known_to_count_counts_nothing(lines: tuple[Line, ...]) -> None:
    """One excluded line without an amount may be all of it; several may come to all of it."""
    assert admit(CODE, replace(ASK, lines=lines), program(excluded_skus=("SALE-1",)), now=at(0)) == Refused(
        "nothing_counts"
    )


def test_the_first_order_of_a_friend_known_here_may_be_any_of_theirs() -> None:
    """For whom the program takes further orders, `first_order` says nothing once their guards have been read."""
    friend = root("o0", "amb_1", since=at(-1))
    later = replace(ASK, first_order=False)
    assert isinstance(admit(CODE, later, program(friend_days=30), (Holder(friend),), now=at(0)), Offered)
    assert admit(CODE, later, program(), (Holder(friend),), now=at(0)) == Refused("not_first_order")
    assert admit(CODE, later, program(friend_days=30), now=at(0)) == Refused("not_first_order")


def test_an_order_that_is_refused_for_itself_says_so_before_its_friend() -> None:
    """What is wrong with the order helps the checkout more than whom the friend belongs to."""
    stranger = root("o0", "amb_2", since=at(-1))
    assert admit(CODE, ASK, program(minimum=5001), (Holder(stranger),), now=at(0)) == Refused("below_minimum")
    assert admit(CODE, ASK, program(), (Holder(stranger),), now=at(0)) == Refused("friend_already_referred")
    assert isinstance(admit(CODE, ASK, program(), (Holder(replace(stranger, order_id="o1")),), now=at(0)), Offered)


FURTHER = program(friend_days=30, later=FurtherOrders(offer=Rate(amount=100), reward=Rate(amount=70)))


def test_a_further_order_has_the_terms_of_further_ones_and_its_place() -> None:
    """What the friend saves and the ambassador earns is that of its place, which is stored with it."""
    friend = root("o0", "amb_1", since=at(-1))
    answer = admit(CODE, ASK, FURTHER, (Holder(friend),), now=at(0))
    counted = replace(friend, count=2, version=2)
    assert answer == Offered(CODE, 100, 70, "EUR", place=Place(2, counted))
    assert isinstance(answer, Offered)
    assert redemption(answer, ASK, FURTHER, now=at(1), due_at=at(2)).friend_order == 2
    first = admit(CODE, ASK, FURTHER, now=at(0))
    assert first == Offered(CODE, 500, 450, "EUR", place=Place())
    assert isinstance(first, Offered)
    assert redemption(first, ASK, FURTHER, now=at(1), due_at=at(2)).friend_order == 1


def test_an_order_without_a_place_is_judged_as_a_first_one() -> None:
    """It never becomes a further one, so what these are worth gives no reason against it."""
    stranger = root("o0", "amb_2", since=at(-1))
    rules = replace(FURTHER, later=FurtherOrders(offer=Rate(amount=9000)))
    assert admit(CODE, ASK, rules, (Holder(stranger),), now=at(0)) == Refused("friend_already_referred")
    assert admit(CODE, ASK, rules, (Holder(replace(stranger, ambassador_id="amb_1")),), now=at(0)) == Refused(
        "below_minimum"
    )


@pytest.mark.parametrize(("day", "row"), [(13.99, (3, at(0))), (14, (1, at(14)))])
def test_an_unpaid_order_takes_the_turn_that_is_its_own_by_now(day: float, row: tuple[int, datetime]) -> None:
    """The row of unpaid orders that it goes on with is the one that has not ended at that moment."""
    friend = root("o0", "amb_2", since=at(0), unpaid=2, unpaid_since=at(0))
    pending = replace(ASK, pending=True)
    answer = admit(CODE, pending, program(), (Holder(friend),), now=at(day))
    unpaid, since = row
    taken = root("o1", "amb_1", since=START, unpaid=unpaid, unpaid_since=since, version=2)
    assert answer == Offered(CODE, 500, 450, "EUR", place=Place(1, taken))


def test_a_further_order_that_changes_stays_with_its_ambassador() -> None:
    """While it is not paid for, a first order may go to another's code; a further one was taken for whom it was."""
    rules, other = program(friend_days=30), replace(CODE, code="ASHA7K3Q", ambassador_id="amb_2")
    first = Book(rules, pending=True, code=CODE.code).redemption
    further = replace(first, friend_order=2)
    assert isinstance(admit_again(other, ASK, rules, first), Offered)
    assert admit_again(other, ASK, rules, further) == Refused("friend_already_referred")
    assert isinstance(admit_again(replace(other, ambassador_id="amb_1"), ASK, rules, further), Offered)
    assert isinstance(admit_again(replace(other, kin=("amb_1",)), ASK, rules, further), Offered)


def test_the_code_that_an_order_has_stays_good_on_it() -> None:
    """Paused, expired or moved to a campaign since: what was promised at the checkout holds while the cart changes."""
    spring = Campaign("spring", at(-9), at(9), offer=Rate(amount=1000))
    rules = program(campaigns=(spring,))
    stored = Book(rules, pending=True, code=CODE.code).redemption
    since = replace(CODE, state="paused", expires_at=at(-1), campaign="spring")
    good = replace(since, state="active", expires_at=None, campaign=None)
    assert admit_again(since, ASK, rules, stored) == Offered(good, 500, 450, "EUR")
    promised = replace(since, campaign=None)
    assert admit_again(promised, ASK, rules, replace(stored, campaign="spring")) == Offered(
        replace(good, campaign="spring"), 1000, 400, "EUR", campaign="spring"
    )
    assert admit_again(replace(since, code="OTHER7K3"), ASK, rules, stored) == Refused("paused_code")
    assert admit_again(None, ASK, rules, stored) == Refused("unknown_code")


def test_a_pending_order_is_stored_as_it_came() -> None:
    """Unpaid, in its revision, with all that its friend is known by; a paid one needs none of that later."""
    pending = replace(ASK, pending=True, revision=3, unaddressed=True, tax=100, payment="card", address="home")
    answer = admit(replace(CODE, kin=("amb_9",)), pending, program(), now=at(0))
    assert isinstance(answer, Offered)
    stored = redemption(answer, pending, program(), now=at(1), due_at=at(2))
    assert (stored.pending, stored.revision, stored.aliases, stored.friend) == (True, 3, ("fay-2",), "fay")
    assert (stored.unaddressed, stored.tax, stored.payment, stored.address) == (True, 100, "card", "home")
    assert (stored.friend_order, stored.placed_at, stored.recorded_at, stored.due_at) == (1, START, at(1), at(2))
    paid = redemption(answer, ASK, program(), now=at(1), due_at=None)
    assert (paid.pending, paid.revision, paid.aliases, paid.due_at) == (False, 1, (), None)


def test_an_order_seeks_its_place_as_it_is_paid_for() -> None:
    """With its ambassador and whoever that is the same person as, when it was placed, and whether it is paid for."""
    code = replace(CODE, kin=("amb_9",))
    for pending in (True, False):
        sought = replace(ASK, pending=pending).seeker(code)
        assert (sought.order_id, sought.ambassador_id, sought.placed_at) == ("o1", "amb_1", START)
        assert (sought.paid, sought.kin) == (not pending, ("amb_1", "amb_9"))


def test_an_order_that_changes_is_judged_by_all_that_bars_a_code() -> None:
    """The friend's own code, another currency and a program that is closed bar it in any revision."""
    stored = Book(pending=True, code=CODE.code).redemption
    own, closed = replace(ASK, persons=("maya",)), replace(program(), open=False)
    assert admit_again(CODE, own, program(), stored) == Refused("own_code")
    assert admit_again(CODE, ASK, closed, stored) == Refused("program_closed")
    assert admit_again(CODE, replace(ASK, amount=Money(5000, "USD")), program(), stored) == Refused("currency_mismatch")
    later = program(friend_days=9, later=FurtherOrders(offer=Rate(amount=0), reward=Rate(amount=70)))
    further = admit_again(CODE, ASK, later, replace(stored, friend_order=2))
    assert isinstance(further, Offered)
    assert (further.friend_discount, further.reward_estimate) == (0, 70)

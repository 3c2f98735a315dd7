"""Settle for every program and every history of facts that the schema allows."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.ledger import add
from chalicelib.domain.model.accounts import Account, Month
from chalicelib.domain.model.facts import Fulfilment, Refund, Reversal, Review
from chalicelib.domain.money import share
from chalicelib.domain.orders.explain import trace
from chalicelib.domain.orders.refunds import void_whole
from chalicelib.domain.orders.settle import settle
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import Campaign, Cap, Milestone, Program, Rate, Tier, Watch
from tests.simulator.books import untold
from tests.unit.book import Book, at, program

Later = Refund | Reversal | Fulfilment | Review
FAR = 2000.0

amounts = st.integers(1, 10_000)
days = st.integers(0, 120).map(float)
ids = st.sampled_from(["r1", "r2", "r3"])
units = st.sampled_from([None, None, "points"])
rates = st.one_of(
    st.builds(Rate, amount=st.integers(0, 5000), unit=units),
    st.builds(Rate, basis_points=st.integers(0, 10_000), maximum=st.none() | st.integers(0, 3000), unit=units),
    st.just(Rate(gift="Tea mug")),
)
tiers = st.tuples(st.none() | rates, rates, st.integers(0, 900)).map(
    lambda drawn: (Tier("Starter", 0, drawn[0]), Tier("Silver", 1, drawn[1], bonus=drawn[2]))
)
prizes = st.builds(Rate, amount=st.integers(0, 500), unit=units) | st.just(Rate(gift="Tea mug"))
milestones = st.lists(
    st.one_of(
        st.builds(lambda reward: Milestone("first", reward, at=1), prizes),
        st.builds(lambda reward: Milestone("each", reward, every=1), prizes),
    ),
    max_size=2,
    unique_by=lambda it: it.name,
).map(tuple)
caps = st.lists(
    st.builds(
        Cap,
        st.sampled_from(["month", "year", "life"]),
        amount=st.integers(0, 2000),
        count=st.none() | st.integers(0, 2),
    ),
    max_size=3,
    unique_by=lambda it: it.per,
).map(tuple)
campaigns = st.just(()) | st.builds(lambda rate: (Campaign("spring", at(-1), at(1), reward=rate),), st.none() | rates)
programs = st.builds(
    program,
    tiers=tiers,
    hold_from=st.sampled_from(["purchase", "delivery"]),
    hold_days=st.integers(0, 60),
    longest_wait_days=st.integers(0, 90),
    void_below_minimum=st.booleans(),
    minimum=st.integers(0, 3000),
    tier_months=st.none() | st.integers(1, 3),
    demotion_months=st.none() | st.integers(0, 3),
    milestones=milestones,
    campaigns=campaigns,
    caps=caps,
    budget_month=st.none() | st.integers(0, 3000),
    watch=st.builds(Watch, review_at=st.none() | st.just(1), velocity_orders=st.integers(1, 2)),
    expiry_months=st.none() | st.integers(1, 3),
    review_days=st.integers(0, 40),
    review_default=st.sampled_from(["approve", "deny"]),
)
cancellations = st.builds(
    lambda name, day: Refund("o1", name, "cancellation", recorded_at=at(day), due_at=at(day)), ids, days
)
refunds = st.builds(
    lambda name, kind, goods, tax, shipping, currency, day: Refund(
        *("o1", name, kind, goods + (tax or 0) + (shipping or 0), currency, tax, shipping),
        recorded_at=at(day),
        due_at=at(day),
    ),
    ids,
    st.sampled_from(["refund", "refund", "chargeback"]),
    st.just(0) | amounts,
    st.none() | st.integers(0, 500),
    st.none() | st.integers(0, 500),
    st.sampled_from(["EUR", "EUR", "EUR", "USD"]),
    days,
)
reversals = st.builds(lambda name, day: Reversal("o1", name, recorded_at=at(day), due_at=at(day)), ids, days)
fulfilments = st.builds(
    lambda name, revision, day, until, more, void: Fulfilment(
        *("o1", name, at(day - 20)),
        recorded_at=at(day),
        revision=revision,
        return_by=until and at(until),
        more=more,
        void=void,
        due_at=at(day),
    ),
    ids,
    st.integers(1, 3),
    days,
    st.none() | days,
    st.booleans(),
    st.booleans(),
)
facts = st.lists(
    st.one_of(refunds, refunds, cancellations, reversals, fulfilments),
    max_size=6,
    unique_by=lambda fact: fact.name,
)
decisions: st.SearchStrategy[list[Any]] = st.lists(
    st.tuples(st.sampled_from(["approve", "deny"]), st.dictionaries(ids, st.integers(0, 5000), max_size=2)), max_size=2
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Program, int, list[Later | float]]:
    """A program, what the friend paid, and facts, looks (a day) and decisions in an order in which they may happen."""
    events: list[Later | float] = [*draw(facts), *draw(st.lists(days, max_size=5))]
    events = draw(st.permutations(events))
    looks = iter(sorted(event for event in events if isinstance(event, float)))
    ordered: list[Later | float] = [next(looks) if isinstance(event, float) else event for event in events]
    for number, (decision, values) in enumerate(draw(decisions), start=1):
        seen = tuple(draw(st.sets(ids)) | set(values))
        review = Review("o1", number, decision, "key", "note", at(0), seen, values, due_at=at(0))
        ordered.append(review)
    return draw(programs), draw(amounts), ordered


def play(rules: Program, paid: int, events: list[Later | float]) -> Book:
    """Let a history happen. The first look comes before any decision, since a review needs terms."""
    book = Book(rules, paid=paid, campaign="spring")
    for event in events:
        if isinstance(event, float):
            book.look(event)
        else:
            if isinstance(event, Review) and book.redemption.standing is None:
                book.look(0)
            book.take(event)
    return book


def standing_balances(account: Account) -> dict[tuple[str, str], int]:
    """The balances that are not nothing."""
    return {(unit, name): n for unit, kept in account.balances.items() for name, n in kept.items() if n}


def won(account: Account) -> dict[str, list[tuple[int, str, int]]]:
    """The prizes that an account holds, whenever they were granted."""
    return {key: [(it.amount, it.unit, it.times) for it in grants] for key, grants in account.prizes.items()}


@given(histories(), st.randoms(use_true_random=False))
def test_the_end_does_not_depend_on_the_way(history: tuple[Program, int, list[Later | float]], chance: Any) -> None:
    """Whatever the order of facts, and however often anybody looked on the way, the final position is the same."""
    rules, paid, events = history
    one = play(rules, paid, events)
    shuffled: list[Later | float] = [event for event in events if not isinstance(event, float)]
    chance.shuffle(shuffled)
    other = play(rules, paid, shuffled)
    for book in (one, other):
        book.look(FAR)
        book.look(FAR + 50)  # a review that the first look opened has decided itself by then
    assert one.posted == other.posted
    assert one.standing.facts_named == other.standing.facts_named
    assert standing_balances(one.account) == standing_balances(other.account)
    assert (one.account.referrals, one.account.months) == (other.account.referrals, other.account.months)
    assert won(one.account) == won(other.account)


@given(histories())
def test_the_books_balance(history: tuple[Program, int, list[Later | float]]) -> None:
    """Legs of each entry sum to zero in one currency, and the account is the sum of its entries."""
    book = play(*history)
    book.look(FAR)
    assert all(sum(leg.amount for leg in entry.legs) == 0 for entry in book.entries)
    assert all(len({leg.currency for leg in entry.legs}) == 1 for entry in book.entries)
    assert book.account.balances == add({}, tuple(book.entries))
    numbers = [entry.number for entry in book.entries]
    assert numbers == sorted(set(numbers))


@given(histories())
def test_posted_stays_between_nothing_and_what_was_granted(history: tuple[Program, int, list[Later | float]]) -> None:
    """Never less than nothing, never more than the terms grant, and the cap's room never above the cap."""
    rules, paid, events = history
    book = Book(rules, paid=paid)
    for event in [0.0, *events, FAR]:
        if isinstance(event, float):
            book.look(event)
            granted = book.standing.terms.granted
            assert 0 <= sum(book.posted) <= granted
            assert min(book.posted) >= 0
            month = book.account.months.get("2026-03", Month())
            assert 0 <= month.cap_used <= granted
            assert month.uses == int(book.standing.cap_used > 0)
            if book.redemption.unit == "EUR":
                assert all(cap.amount is not None and granted <= cap.amount for cap in rules.caps)
                assert rules.budget_month is None or granted <= rules.budget_month
            assert all(cap.count is None or month.uses <= cap.count for cap in rules.caps)
        else:
            book.take(event)


@given(programs, amounts, st.lists(st.integers(1, 500), min_size=1, max_size=8))
def test_refunds_that_add_up_leave_exactly_nothing(rules: Program, paid: int, parts: list[int]) -> None:
    """However the whole is split, and with a look after each part, nothing is left, and it never rises on the way."""
    total = sum(parts)
    book = Book(rules, paid=total)
    book.look(0)
    left = sum(book.posted)
    for day, part in enumerate(parts, start=1):
        book.refund(part)
        book.look(float(day))
        assert sum(book.posted) <= left
        left = sum(book.posted)
    assert left == 0


@given(st.lists(st.integers(100, 9999), min_size=1, max_size=9), st.sampled_from([5, 7, 10, 16, 19, 20, 21, 25]))
def test_an_order_that_is_sent_back_line_by_line_comes_to_nothing(prices: list[int], percent: int) -> None:
    """A shop rounds the tax of the whole order, and that of each line when it pays it back: crumbs keep no friend."""

    def tax(gross: int) -> int:
        return (2 * gross * percent + 100 + percent) // (2 * (100 + percent))

    book = Book(paid=sum(prices), tax=tax(sum(prices)))
    book.order = replace(book.order, redemption=replace(book.redemption, friend_discount=0, amount=sum(prices)))
    book.look(0)
    for gross in prices:
        assert not void_whole(book.order)
        book.refund(gross, tax=tax(gross))
    book.look(1)
    assert void_whole(book.order)
    assert (book.posted, book.standing.cap_used) == ((0, 0), 0)


@given(histories())
def test_nothing_is_released_early_under_review_or_twice(history: tuple[Program, int, list[Later | float]]) -> None:
    """A release happens once, when the hold known by then has ended and no question is open; then nothing is held."""
    rules, paid, events = history
    book = Book(rules, paid=paid)
    released = False
    for event in [0.0, *events, FAR]:
        if not isinstance(event, float):
            book.take(event)
            continue
        kinds = [entry.kind for entry in book.look(event).entries]
        assert not released or not {"release", "hold", "void"} & set(kinds)
        if "release" in kinds:
            assert at(event) >= book.standing.release_at
            assert not book.standing.review_open
        assert not (released and book.standing.held)
        released = released or book.standing.released
    assert [entry.kind for entry in book.entries].count("release") <= 1


@given(histories(), days)
def test_settling_again_changes_nothing(history: tuple[Program, int, list[Later | float]], day: float) -> None:
    """A doubled look at the same moment posts nothing, sends nothing, writes nothing."""
    book = play(*history)
    book.look(day)
    again = book.look(day)
    assert not again.changed
    assert not again.account_changed
    assert again.entries == ()
    assert again.messages == ()


@given(histories())
def test_the_trace_alone_recomputes_the_amount(  # noqa: C901 - a rule a line
    history: tuple[Program, int, list[Later | float]],
) -> None:
    """A reader with nothing but the trace arrives at the same worth."""
    book = play(*history)
    book.look(FAR)
    amount = 0
    for step in trace(book.redemption):
        detail = step["detail"]
        match step["rule"]:
            case "rate" if "gift" in detail:
                amount = 1
            case "rate" if "amount" in detail:
                amount = detail["amount"]
            case "rate":
                amount = min(share(detail["of"], detail["basis_points"], 10_000), detail.get("maximum", 10**15))
            case "cap" | "budget":
                assert detail["wanted"] == amount
                amount = step["outcome"]
            case "refunds" if book.redemption.unit.startswith("gift:"):
                amount = amount if detail["net"] else 0
            case "refunds":
                amount = share(amount, detail["net"], detail["of"])
            case "cancelled" | "below_minimum":
                amount = 0
            case "review" if detail.get("decision") == "deny":
                amount = 0
            case "worth":
                assert step["outcome"] == amount
    assert amount == book.standing.worth


@given(histories(), days)
def test_an_order_wakes_up_until_it_is_final(history: tuple[Program, int, list[Later | float]], day: float) -> None:
    """A settled order either knows a later time at which to look again, or is released with no question open."""
    book = play(*history)
    settlement = book.look(day)
    wake = settlement.redemption.due_at
    final = book.standing.released and not book.standing.review_open
    assert (wake is None) == final
    assert wake is None or wake > at(day)


@given(histories())
def test_following_the_wake_ups_reaches_the_end(history: tuple[Program, int, list[Later | float]]) -> None:
    """Nobody needs to look at the right moment: the wake-ups alone lead to the same end as a look in the far future."""
    one, other = play(*history), play(*history)
    one.look(FAR)
    one.look(FAR + 50)
    day = 120.0
    for _ in range(20):
        wake = other.look(day).redemption.due_at
        if wake is None:
            break
        day = (wake - at(0)) / timedelta(days=1)
    assert other.redemption.due_at is None
    assert one.posted == other.posted


@given(
    programs,
    st.lists(st.builds(Tier, st.sampled_from(["A", "B"]), st.integers(0, 3), st.builds(Rate)), max_size=3),
    amounts,
)
def test_any_program_is_settled_by_or_named(rules: Program, wrong: list[Tier], paid: int) -> None:
    """Any program and any order: an answer, or where the program contradicts itself; never an exception."""
    book = Book(paid=paid)
    for candidate in (rules, replace(rules, tiers=tuple(wrong))):
        assert flaws(candidate) or settle(book.order, Account("amb_1"), candidate, now=at(0)).changed


@given(histories())
def test_what_was_last_told_stands(history: tuple[Program, int, list[Later | float]]) -> None:
    """Whenever it is settled, the last letter says what is so, by one letter a time; each leads on from the last."""
    rules, paid, events = history
    for stop in range(len(events) + 1):
        book = play(rules, paid, events[:stop])
        book.look(max([0.0, *(event for event in events[:stop] if isinstance(event, float))]))
        assert list(untold([book.redemption], book.messages, [book.account], [book.program], set())) == []
    book.look(FAR)
    assert list(untold([book.redemption], book.messages, [book.account], [book.program], set())) == []

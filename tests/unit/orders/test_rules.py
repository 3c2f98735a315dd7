"""The rules of a program, one by one: tiers in windows, prizes, caps, budgets, campaigns, units, signals."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts.limits import after_draws, draw, merged
from chalicelib.domain.accounts.tiers import best, reached
from chalicelib.domain.calendar import months_after
from chalicelib.domain.effects import BUDGET_SHARDS
from chalicelib.domain.model.accounts import Account, Draw, Grant, Month, Pace
from chalicelib.domain.model.people import Code, Friend
from chalicelib.domain.money import Money
from chalicelib.domain.orders.admit import Ask, Line, Offered, Refused, admit
from chalicelib.domain.orders.explain import reason_of, state_of, trace
from chalicelib.domain.orders.friends import Holder
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import Campaign, Cap, Milestone, Rate, Tier, Watch
from tests.unit.book import START, TEN_PERCENT, Book, Shelf, at, program, root

SILVER = (Tier("Starter", 0, TEN_PERCENT), Tier("Silver", 2, Rate(basis_points=2000), bonus=700))
CODE = Code("MAYA7K3Q", "amb_1", owners=("maya",), created_at=START)


def ask(amount: int = 5000, **more: Any) -> Ask:
    """An order of a new friend."""
    return Ask(order_id="o1", code=CODE.code, persons=("fay",), amount=Money(amount, "EUR"), placed_at=START, **more)


def months(**counted: int) -> dict[str, Month]:
    """Counted referrals by month, written m2026_01."""
    return {name[1:].replace("_", "-"): Month(referrals=number) for name, number in counted.items()}


# --- tiers ---


def test_a_window_counts_its_months_and_no_others() -> None:
    """Three months mean this one and the two before it; what came earlier, or comes later, does not count."""
    rules = program(tier_months=3)
    account = Account("amb_1", referrals=31, months=months(m2025_12=1, m2026_01=2, m2026_02=4, m2026_03=8, m2026_04=16))
    assert [reached(account, rules, f"2026-{month:02d}") for month in (1, 3, 4, 6, 7)] == [3, 14, 28, 16, 0]
    assert reached(account, program(), "2026-07") == 31


def test_a_tier_is_kept_for_the_demotion_months() -> None:
    """With a grace of two months the best window that ended within them decides; with None every window ever."""
    account = Account("amb_1", months=months(m2026_01=5))
    graced, kept = program(tier_months=1, demotion_months=2), program(tier_months=1, demotion_months=None)
    assert [reached(account, graced, f"2026-{month:02d}") for month in (1, 2, 3, 4)] == [5, 5, 5, 0]
    assert reached(account, kept, "2030-01") == 5
    assert reached(account, kept, "2025-12") == 0


def test_an_order_gets_the_tier_of_the_month_in_which_it_is_placed() -> None:
    """Two counted orders in March make Silver in April; by June they have left the window."""
    shelf = Shelf(program(tiers=SILVER, tier_months=2, hold_days=10))
    for day in (0, 1):
        shelf.sell(day)
    shelf.pass_to(32)
    tiers = []
    for day in (32, 95):
        tiers.append(shelf.sell(day).standing.terms.tier)
        shelf.pass_to(day)
    assert tiers == ["Silver", "Starter"]
    assert shelf.books[2].standing.terms.referrals == 2


def test_a_bonus_stays_when_the_window_moves_on_and_is_not_paid_again() -> None:
    """Reaching is what pays: time alone takes nothing back, and reaching again in a later window pays nothing more."""
    shelf = Shelf(program(tiers=SILVER, tier_months=1, hold_days=0))
    for day in (0, 1, 62, 63):
        shelf.sell(day)
    assert shelf.postings("bonus", "bonus_lost") == [("bonus", 700, "EUR")]
    assert best(shelf.account, 1) == 2


def test_a_tier_of_another_window_pays_its_bonus_once() -> None:
    """It was reached in a whole life, and is reached again within a month by later rules."""
    shelf = Shelf(program(tiers=SILVER, hold_days=0))
    shelf.sell(0)
    shelf.sell(92)
    shelf.program = replace(shelf.program, version=2, tier_months=1)
    shelf.sell(93)
    assert shelf.postings("bonus", "bonus_lost") == [("bonus", 700, "EUR")]


def test_a_bonus_stays_while_the_newest_window_sees_the_tier() -> None:
    """It was reached within a month; one of these orders goes back when a whole life counts and has more."""
    shelf = Shelf(program(tiers=SILVER, tier_months=1, hold_days=0))
    first, _ = shelf.sell(0), shelf.sell(1)
    shelf.program = replace(shelf.program, version=2, tier_months=None)
    third, fourth = shelf.sell(62), shelf.sell(93)
    first.refund(4500)
    shelf.look(first, 94)
    assert shelf.postings("bonus", "bonus_lost") == [("bonus", 700, "EUR")]
    for book in (third, fourth):
        book.refund(4500)
        shelf.look(book, 95)
    assert shelf.postings("bonus", "bonus_lost") == [("bonus", 700, "EUR"), ("bonus_lost", 700, "EUR")]


def test_a_tier_that_a_wider_window_sees_is_reached_by_the_next_referral() -> None:
    """One a month was never two within a month; in a whole life they are more, and the bonus for that comes once."""
    shelf = Shelf(program(tiers=SILVER, tier_months=1, hold_days=0))
    for day in (0, 31, 62):
        shelf.sell(day)
    shelf.program = replace(shelf.program, version=2, tier_months=None)
    for day in (93, 124):
        shelf.sell(day)
    assert shelf.postings("bonus", "bonus_lost") == [("bonus", 700, "EUR")]


def test_a_tier_without_a_reward_can_be_left() -> None:
    """Where the rate gives nothing an order counts as long as it stands: milestones alone are a program too."""
    rules = program(
        tiers=(Tier("Starter", 0), Tier("Silver", 2, TEN_PERCENT)),
        hold_days=10,
        milestones=(Milestone("pair", Rate(gift="Tea mug"), every=2),),
        void_below_minimum=True,
        minimum=2000,
    )
    shelf = Shelf(rules)
    books = [shelf.sell(0) for _ in range(4)]
    assert shelf.account.referrals == 0
    books[0].refund(4500)
    books[1].refund(3100)
    books[2].refund(100)
    books[3].refund(0, kind="cancellation")
    shelf.pass_to(10)
    assert shelf.account.referrals == 1
    last = [shelf.sell(11) for _ in range(2)]
    last[0].review("deny")
    shelf.pass_to(21)
    assert (shelf.account.referrals, shelf.postings("bonus")) == (2, [("bonus", 1, "gift:Tea mug")])
    assert shelf.sell(22).standing.terms.tier == "Silver"


def test_a_renamed_tier_pays_its_bonus_once() -> None:
    """A bonus is known by the number that it is for, so another name for the tier is no second bonus."""
    shelf = Shelf(program(tiers=SILVER, hold_days=0))
    shelf.sell(0)
    shelf.sell(1)
    shelf.program = replace(shelf.program, tiers=(SILVER[0], replace(SILVER[1], name="Argent")))
    shelf.sell(2)
    assert shelf.postings("bonus", "bonus_lost") == [("bonus", 700, "EUR")]


def test_a_bonus_is_taken_back_as_it_was_granted() -> None:
    """A later version with another bonus changes nothing that was granted; losing it takes back just that."""
    shelf = Shelf(program(tiers=SILVER, hold_days=0))
    shelf.sell(0)
    second = shelf.sell(1)
    second.program = replace(second.program, tiers=(SILVER[0], replace(SILVER[1], bonus=100)))
    second.refund(4500)
    shelf.look(second, 3)
    assert shelf.postings("bonus", "bonus_lost") == [("bonus", 700, "EUR"), ("bonus_lost", 700, "EUR")]
    assert shelf.account.prizes == {}


def test_a_tier_without_a_reward_earns_nothing_and_says_so() -> None:
    """One-sided programs thank the friend alone: the order is settled, counts as a referral, and is explained."""
    book = Book(program(tiers=(Tier("Friends only", 0),)))
    book.look(40)
    assert (book.posted, state_of(book.standing), reason_of(book.standing)) == ((0, 0), "void", None)
    assert [step["outcome"] for step in trace(book.redemption) if step["rule"] == "rate"] == [0]
    assert book.account.referrals == 1


# --- milestones ---


def test_milestones_pay_the_first_and_every_nth() -> None:
    """The first referral and every second one pay their prizes, in the order in which they are reached."""
    rules = program(
        hold_days=0,
        milestones=(
            Milestone("first", Rate(amount=100, unit="points"), at=1),
            Milestone("pair", Rate(amount=300), every=2),
        ),
    )
    shelf = Shelf(rules)
    for day in range(5):
        shelf.sell(day)
    assert shelf.postings("bonus") == [("bonus", 100, "points"), ("bonus", 300, "EUR"), ("bonus", 300, "EUR")]
    assert shelf.account.prizes == {"at:1": (Grant(100, "points"),), "every:2": (Grant(300, "EUR", 2),)}


def test_a_milestone_lost_is_taken_back_last_first() -> None:
    """When refunds take the count below a multiple, the latest prize goes, as it was granted under its own rules."""
    rules = program(hold_days=0, milestones=(Milestone("pair", Rate(amount=300), every=2),))
    shelf = Shelf(rules)
    shelf.sell(0)
    shelf.sell(1)
    shelf.program = replace(rules, milestones=(Milestone("pair", Rate(amount=500), every=2),))
    shelf.sell(2)
    shelf.sell(3)
    assert shelf.account.prizes == {"every:2": (Grant(300, "EUR"), Grant(500, "EUR"))}
    for book in shelf.books[:3]:
        book.refund(4500)
        shelf.look(book, 5)
    assert shelf.postings("bonus_lost") == [("bonus_lost", 500, "EUR"), ("bonus_lost", 300, "EUR")]
    assert shelf.account.prizes == {}
    assert shelf.account.balance("EUR", "available") == 450


def test_a_new_milestone_is_for_what_comes() -> None:
    """Rules that come later do not pay for what was reached before them."""
    shelf = Shelf(program(hold_days=0))
    for day in range(4):
        shelf.sell(day)
    shelf.program = replace(shelf.program, milestones=(Milestone("pair", Rate(amount=300), every=2),))
    shelf.sell(4)
    assert shelf.postings("bonus") == []
    shelf.sell(5)
    assert shelf.postings("bonus") == [("bonus", 300, "EUR")]


# --- caps and budget ---


@pytest.mark.parametrize(
    ("cap", "days", "granted"),
    [
        (Cap("month", count=1), (0, 1, 31), [450, 0, 450]),
        (Cap("month", amount=600), (0, 1, 31), [450, 150, 450]),
        (Cap("year", amount=600), (0, 31, 310), [450, 150, 450]),
        (Cap("year", count=2), (0, 31, 62, 310), [450, 450, 0, 450]),
        (Cap("life", amount=1000), (0, 31, 700), [450, 450, 100]),
        (Cap("life", count=0), (0,), [0]),
    ],
)
def test_a_cap_bounds_its_own_period(cap: Cap, days: tuple[float, ...], granted: list[int]) -> None:
    """Month, year and life; by amount and by count; reckoned by when the order was placed."""
    shelf = Shelf(program(caps=(cap,)))
    books = [shelf.sell(day) for day in days]
    assert [book.standing.terms.granted for book in books] == granted
    assert all(reason_of(it.standing) == ("cap_ambassador" if it.standing.worth < 450 else None) for it in books)


def test_a_full_refund_gives_a_place_under_the_cap_back() -> None:
    """A cap by count counts orders that are worth something; a partial refund keeps the place."""
    shelf = Shelf(program(caps=(Cap("month", count=1),)))
    first = shelf.sell(0)
    first.refund(1000)
    shelf.look(first, 1)
    assert shelf.sell(2).standing.terms.granted == 0
    first.refund(3500)
    shelf.look(first, 3)
    assert shelf.sell(4).standing.terms.granted == 450


def test_caps_by_amount_are_about_money() -> None:
    """Points are bounded by the number of orders only, and take no room from money."""
    rules = program(tiers=(Tier("Starter", 0, Rate(amount=50, unit="points")),), caps=(Cap("month", amount=0),))
    shelf = Shelf(rules)
    assert shelf.sell(0).standing.terms.granted == 50
    assert shelf.account.months["2026-03"] == Month(cap_used=0, uses=1)


def test_a_budget_is_spent_to_the_cent_and_no_further() -> None:
    """Whoever comes when the month is spent earns nothing, and is told that it was the budget."""
    shelf = Shelf(program(budget_month=1000))
    books = [shelf.sell(day) for day in (0, 1, 2, 3)]
    assert [book.standing.terms.granted for book in books] == [450, 450, 100, 0]
    assert [reason_of(book.standing) for book in books] == [None, None, "cap_budget", "cap_budget"]
    assert sum(shelf.used["2026-03"]) == 1000
    assert shelf.sell(31).standing.terms.granted == 450


def test_refunds_give_to_the_budget_what_they_free() -> None:
    """A refund frees its part for the next order; a dispute that is won takes it again, whatever was spent since."""
    shelf = Shelf(program(budget_month=450))
    first = shelf.sell(0)
    refund = first.refund(4500, kind="chargeback")
    shelf.look(first, 1)
    assert sum(shelf.used["2026-03"]) == 0
    assert shelf.sell(2).standing.terms.granted == 450
    first.reverse(refund)
    shelf.look(first, 3)
    assert first.posted == (450, 0)
    assert sum(shelf.used["2026-03"]) == 900


def test_the_parts_of_a_budget_add_up() -> None:
    """However small the budget is, its shards hold all of it and nothing more."""
    for budget in (0, 1, 7, 8, 9, 1000):
        draws = draw({}, program(budget_month=budget), "2026-03", "amb_1", 10_000)
        assert sum(it.amount for it in draws) == budget
        assert len({it.shard for it in draws}) == len(draws) <= BUDGET_SHARDS


def test_draws_on_one_shard_become_one_with_the_condition_of_all() -> None:
    """What is taken one after the other needs as much room at the start as the last of them."""
    used = {"2026-03": (0,) * BUDGET_SHARDS}
    rules = program(budget_month=800)
    first = draw(used, rules, "2026-03", "amb_1", 60)
    second = draw(after_draws(used, first), rules, "2026-03", "amb_1", 30)
    (one,) = merged([*first, *second, Draw("2026-03", first[0].shard, -10)])
    assert (one.amount, one.at_most) == (80, 10)
    (freed,) = merged([Draw("2026-03", 3, -50), Draw("2026-03", 3, 60, at_most=40)])
    assert (freed.amount, freed.at_most) == (10, 90)


# --- what counts, and for whom ---


def test_gift_cards_and_excluded_goods_do_not_count() -> None:
    """Discount, minimum and reward are reckoned on what counts."""
    lines = (Line("CARD", 1000, gift_card=True), Line("SALE-1", 500), Line("MUG", 3500))
    answer = admit(CODE, ask(lines=lines), program(offer=TEN_PERCENT, excluded_skus=("SALE-1",)), now=at(0))
    assert isinstance(answer, Offered)
    assert (answer.excluded, answer.friend_discount, answer.reward_estimate) == (1500, 350, 315)
    low = admit(CODE, ask(lines=lines), program(minimum=3501, excluded_skus=("SALE-1",)), now=at(0))
    assert low == Refused("below_minimum")


def test_an_excluded_line_without_an_amount_leaves_nothing_that_counts() -> None:
    """Nobody can tell what the rest is worth, so the order goes on without the code."""
    answer = admit(CODE, ask(lines=(Line("CARD", None, gift_card=True),)), program(), now=at(0))
    assert answer == Refused("nothing_counts")


@pytest.mark.parametrize(
    ("guard", "days", "answer"),
    [
        (root("o0", "amb_1", since=at(-10)), 30, Offered),
        (root("o0", "amb_1", since=at(-30)), 30, Refused("friend_already_referred")),
        (root("o0", "amb_2", since=at(-10)), 30, Refused("friend_already_referred")),
        (root("o0", "amb_1", since=at(-10)), None, Refused("friend_already_referred")),
        (root("o1", "amb_1", since=at(0)), None, Offered),
    ],
)
def test_further_orders_of_a_friend_count_in_the_first_days(guard: Friend, days: int | None, answer: Any) -> None:
    """Within the days, for the same ambassador, even though they are no first orders; the order itself always."""
    found = admit(CODE, ask(first_order=days is None), program(friend_days=days), (Holder(guard),), now=at(0))
    assert found == answer if isinstance(answer, Refused) else isinstance(found, answer)


def test_a_new_friend_must_be_new_even_where_further_orders_count() -> None:
    """Days are for those whom an ambassador brought, not for customers the shop had before."""
    assert admit(CODE, ask(first_order=False), program(friend_days=30), now=at(0)) == Refused("not_first_order")
    once = program(new_friends_only=False)
    assert isinstance(admit(CODE, ask(first_order=False), once, now=at(0)), Offered)


# --- campaigns and units ---


SPRING = Campaign("spring", at(-5), at(5), offer=Rate(basis_points=2000), reward=Rate(amount=900))


@pytest.mark.parametrize(
    ("campaign", "placed", "discount", "reward"),
    [("spring", 0, 1000, 900), ("spring", -5, 1000, 900), ("spring", 5, 500, 450), (None, 0, 500, 450)],
)
def test_a_campaign_has_its_own_terms_between_its_dates(
    campaign: str | None, placed: float, discount: int, reward: int
) -> None:
    """From the first moment on and before the last, for its codes only; else the program's terms hold."""
    rules = program(campaigns=(SPRING,))
    answer = admit(replace(CODE, campaign=campaign), replace(ask(), placed_at=at(placed)), rules, now=at(0))
    assert isinstance(answer, Offered)
    assert (answer.friend_discount, answer.reward_estimate) == (discount, reward)
    book = Book(rules, placed=placed, campaign=answer.campaign, paid=4500)
    book.look(placed)
    assert book.standing.worth == reward
    assert book.standing.terms.campaign == answer.campaign


def test_points_are_counted_apart_from_money() -> None:
    """Each unit has balances of its own, and legs of one unit sum to zero."""
    rules = program(tiers=(Tier("Starter", 0, Rate(basis_points=100, unit="points")),), hold_days=0)
    shelf = Shelf(rules)
    shelf.sell(0)
    assert shelf.account.balances == {"points": {"held": 0, "available": 45}}
    assert {leg.currency for entry in shelf.entries for leg in entry.legs} == {"points"}


def test_a_gift_stays_whole_while_anything_is_left_of_the_order() -> None:
    """Nobody sends half a mug: a partial refund keeps it, a full one takes it back; released it is a task to send."""
    shelf = Shelf(program(tiers=(Tier("Starter", 0, Rate(gift="Tea mug")),)))
    book = shelf.sell(0)
    book.refund(4499)
    shelf.look(book, 1)
    assert (book.posted, shelf.gifts) == ((1, 0), [])
    shelf.pass_to(30)
    (gift,) = shelf.gifts
    assert (gift.name, gift.amount, gift.order_id, gift.state) == ("Tea mug", 1, "o1", "open")
    assert gift.id == shelf.entries[-1].id
    book.refund(1)
    shelf.look(book, 31)
    assert shelf.account.balance("gift:Tea mug", "available") == 0


# --- expiry ---


def test_what_may_expire_asks_to_be_looked_at() -> None:
    """From the last time that something was earned, less the notice; the first such time stands."""
    shelf = Shelf(program(expiry_months=6, expiry_notice_days=5, hold_days=0))
    first = months_after(START, 6, program()) - timedelta(days=5)
    shelf.sell(0)
    assert shelf.account.due_at == first
    shelf.sell(10)
    assert (shelf.account.active_at, shelf.account.due_at) == (at(10), first)


def test_months_after_end_on_a_day_that_exists() -> None:
    """Half a year after the last of August is the end of February."""
    assert months_after(datetime(2026, 8, 31, 9, tzinfo=UTC), 6, program()) == datetime(2027, 2, 28, 9, tzinfo=UTC)


def test_a_clawback_takes_what_has_expired_first() -> None:
    """What expired can't be owed: a refund after the expiry draws on it, and only the rest becomes a debt."""
    shelf = Shelf(program(hold_days=0))
    old = shelf.sell(0)
    expired = {"EUR": {"held": 0, "available": 0, "expired": 400}}
    shelf.account = replace(shelf.account, balances=expired, expired_in=shelf.account.version)
    new = shelf.sell(5)
    old.refund(4500)
    shelf.look(old, 6)
    assert shelf.account.balances["EUR"] == {"held": 0, "available": 400, "expired": 0}
    new.refund(4500)
    shelf.look(new, 7)
    assert shelf.account.balance("EUR", "available") == -50
    assert [len(entry.legs) for entry in shelf.entries if entry.kind == "clawback"] == [3, 2]


# --- signals ---


def test_signals_are_shown_and_hold_nothing_until_the_program_says_from_where() -> None:
    """Without `review_at` nobody has to decide; with it the weights add up, and the program may weigh them itself."""
    found = ("shared_address", "disposable_email")
    calm = Shelf(program()).sell(0, found=found)
    assert (calm.standing.terms.signals, calm.standing.terms.review) == (found, False)
    strict = Shelf(program(watch=Watch(review_at=60))).sell(0, found=found)
    assert (strict.standing.review_open, strict.posted) == (True, (450, 0))
    light = program(watch=Watch(review_at=60, weights={"shared_address": 29}))
    assert not Shelf(light).sell(0, found=found).standing.terms.review


def test_a_day_is_too_fast_only_against_the_ambassadors_own_pace() -> None:
    """Six orders a day of somebody new are a signal; of somebody who has had 120 a month they are an ordinary day."""
    rules = program(watch=Watch(velocity_orders=6, velocity_times=5))
    new, known = Shelf(rules), Shelf(rules)
    usual = {name: Month(uses=120) for name in ("2025-12", "2026-01", "2026-02")}
    known.account = Account("amb_1", months=usual)
    for shelf, expected in ((new, ("velocity",)), (known, ())):
        signals = [shelf.sell(0).standing.terms.signals for _ in range(6)]
        assert signals == [()] * 5 + [expected]
    assert new.account.last_day == Pace("2026-03-01", 6)
    new.sell(1)
    assert new.account.last_day == Pace("2026-03-02", 1)


def test_a_steady_pace_is_no_signal() -> None:
    """A popular ambassador sells eight a day, day after day: asked about in the first month only."""
    shelf = Shelf(program(watch=Watch(velocity_orders=6)))
    found = [{name for _ in range(8) for name in shelf.sell(day).standing.terms.signals} for day in range(40)]
    assert found == [{"velocity"}] * 31 + [set()] * 9


def test_many_refunds_and_orders_without_a_visit_are_signals() -> None:
    """Both need enough orders to tell; the order itself is one of them."""
    shelf = Shelf(program(watch=Watch(refunded_orders=2, refunded_percent=50, clickless_orders=3)))
    first = shelf.sell(0, clicks=0)
    first.refund(100)
    shelf.look(first, 1)
    assert shelf.account.orders_refunded == 1
    assert shelf.sell(2, clicks=0).standing.terms.signals == ("refund_rate",)
    assert shelf.sell(3, clicks=0).standing.terms.signals == ("no_clicks",)
    assert shelf.sell(4, clicks=1).standing.terms.signals == ()


def test_an_open_review_is_a_case_until_it_is_decided() -> None:
    """The queue shows what waits, and no longer; a new question opens the same case again."""
    book = Book()
    refund = book.refund(700, currency="USD", days=2)
    book.look(2)
    assert book.order.case is not None
    assert (book.order.case.state, book.order.case.deadline, book.order.case.version) == ("open", at(32), 1)
    assert book.look(3).case is None
    book.review("approve", answers=(refund,))
    book.look(4)
    assert (book.order.case.state, book.order.case.version) == ("closed", 2)
    book.refund(5, currency="USD", days=9)
    book.look(9)
    assert (book.order.case.state, book.order.case.opened_at, book.order.case.deadline) == ("open", at(9), at(39))


# --- what a program must not say ---


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"offer": Rate(amount=5, unit="points")}, "/offer"),
        ({"offer": Rate(gift="Mug")}, "/offer"),
        ({"offer": Rate(amount=5, maximum=3)}, "/offer/maximum"),
        ({"offer": Rate(basis_points=10_000)}, "/offer"),
        ({"tiers": (Tier("Starter", 0, Rate(gift=" ")),)}, "/tiers/0/reward/gift"),
        ({"tiers": (Tier("Starter", 0, Rate(amount=5, unit="Points")),)}, "/tiers/0/reward/unit"),
        ({"tiers": (Tier("Starter", 0, Rate(gift="Mug", unit="points")),)}, "/tiers/0/reward/unit"),
        ({"tiers": (Tier("Starter", 0, TEN_PERCENT, bonus=5),)}, "/tiers/0/bonus"),
        ({"tiers": (Tier("A", 0), Tier("A", 1))}, "/tiers"),
        ({"tiers": (Tier("A", 0), Tier("B", 10**9))}, "/tiers/1/threshold"),
        ({"milestones": (Milestone("m", Rate(amount=5)),)}, "/milestones/0"),
        ({"milestones": (Milestone("m", Rate(amount=5), every=1, at=1),)}, "/milestones/0"),
        ({"milestones": (Milestone("m", Rate(amount=5), every=0),)}, "/milestones/0/every"),
        ({"milestones": (Milestone("m", TEN_PERCENT, at=1),)}, "/milestones/0/reward/basis_points"),
        ({"milestones": (Milestone("m", Rate(amount=5), at=1), Milestone("m", Rate(amount=5), at=2))}, "/milestones"),
        ({"milestones": (Milestone("m", Rate(amount=5), at=1), Milestone("n", Rate(amount=5), at=1))}, "/milestones"),
        ({"campaigns": (replace(SPRING, ends_at=at(-5)),)}, "/campaigns/0/ends_at"),
        ({"campaigns": (replace(SPRING, ends_at=datetime(2027, 1, 1)),)}, "/campaigns/0/ends_at"),  # noqa: DTZ001 - the flaw
        ({"campaigns": (replace(SPRING, offer=Rate()),)}, "/campaigns/0/offer"),
        ({"campaigns": (replace(SPRING, reward=Rate()),)}, "/campaigns/0/reward"),
        ({"campaigns": (SPRING, SPRING)}, "/campaigns"),
        ({"caps": (Cap("month"),)}, "/caps/0"),
        ({"caps": (Cap("life", count=-1),)}, "/caps/0/count"),
        ({"caps": (Cap("life", count=1), Cap("life", amount=1))}, "/caps"),
        ({"budget_month": -1}, "/budget_month"),
        ({"friend_days": 0}, "/friend_days"),
        ({"tier_months": 0}, "/tier_months"),
        ({"demotion_months": -1}, "/demotion_months"),
        ({"expiry_months": 0}, "/expiry_months"),
        ({"spend_minimum": 0}, "/spend_minimum"),
        ({"spend_days": -1}, "/spend_days"),
        ({"adjustment_limit": -1}, "/adjustment_limit"),
        ({"watch": Watch(review_at=0)}, "/watch/review_at"),
        ({"watch": Watch(refunded_percent=101)}, "/watch/refunded_percent"),
        ({"watch": Watch(weights={"velocity": -1})}, "/watch/weights/velocity"),
        ({"watch": Watch(weights={"velocty": 1})}, "/watch/weights/velocty"),
        ({"excluded_skus": ("x",) * 1001}, "/excluded_skus"),
    ],
)
def test_rules_that_contradict_themselves_are_named(wrong: dict[str, Any], pointer: str) -> None:
    """Each flaw is found once, with a pointer to its place."""
    assert [place for place, _ in flaws(program(**wrong))] == [pointer]

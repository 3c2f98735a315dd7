"""Each occasion finds its people and its time, once, and leaves alone those whom it does not concern."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.care import draws
from chalicelib.domain.care.occasions.check_in import CheckIn
from chalicelib.domain.care.occasions.how_to import HowTo
from chalicelib.domain.care.occasions.interests import Interests
from chalicelib.domain.care.occasions.invitation import Invitation
from chalicelib.domain.care.occasions.miss_you import MissYou
from chalicelib.domain.care.occasions.social import Social
from chalicelib.domain.care.occasions.surprise import GIVEN_LATE, MONTHS_AHEAD, Round, Surprise, month_after
from chalicelib.domain.care.settings import Care
from chalicelib.domain.model.people import Answer, Bought, Person, Touched
from chalicelib.domain.people.person import bought, merge_people
from chalicelib.domain.program.program import Rate
from tests.unit.care.life import DAY, HOUR, MINUTE, Life, at, buyer, known, look, order, ruled, went_at

ASKED = Care(check_in=CheckIn())
SHOWN = Care(how_to=HowTo())
INVITED = Care(invitation=Invitation())
MISSED = Care(miss_you=MissYou())
CURIOUS = Care(interests=Interests(choices=("tea", "vases")))
VISITED = Care(social=Social())


def said(value: str, when: str, about: str = "check_in:1001") -> Answer:
    """What somebody has answered."""
    return Answer(about, value, at(when))


def times(settings: Care, person: Person, start: str, end: str) -> dict[str, tuple[datetime, datetime]]:
    """What there is for somebody: when the time of each touch begins and ends, whether it goes or not."""
    plan = look(replace(person, seen_until=at(start), consents={}), settings, end)
    later = look(replace(person, consents={}), settings, start)
    return {it.touch.key: (it.touch.starts, it.touch.ends) for it in (*plan.ended, *later.ahead)}


# --- after an order ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "delivered", "purchased", "lasts"),
    [(ASKED, 14, 21, 14), (SHOWN, 4, 10, 30)],
    ids=["check_in", "how_to"],
)
def test_an_order_is_followed_up_from_its_delivery_on(
    settings: Care, delivered: int, purchased: int, lasts: int
) -> None:
    """Or from its purchase on, somewhat later, if no delivery is reported; each order by itself, once."""
    one, two = order("1001", "2026-03-01", delivered_at=at("2026-03-05")), order("1002", "2026-03-02")
    (name,) = (it.NAME for it in settings.occasions())
    found = times(settings, buyer(one, two), "2026-02-01", "2026-02-02")
    assert not any(it.touch.firm for it in look(buyer(one, two), settings, "2026-03-02").ahead)
    starts = {"1001": at("2026-03-05") + delivered * DAY, "1002": at("2026-03-02") + purchased * DAY}
    assert found == {f"{name}:{it}": (when, when + lasts * DAY) for it, when in starts.items()}
    assert went_at(settings, buyer(one, two), "2026-03-02", "2027-03-01") == {
        f"{name}:{it}": when for it, when in starts.items()
    }


def test_a_delivery_that_is_reported_late_asks_nobody_twice() -> None:
    """Who was asked by the purchase is not asked again by the delivery."""
    life = Life(buyer(order("1001", "2026-03-01")), ASKED, at("2026-03-02")).until("2026-03-25")
    life.learn(Person("per_1", orders=(order("1001", "2026-03-01", delivered_at=at("2026-03-24"), facts=2),)))
    assert life.until("2026-06-01").keys() == ["check_in:1001"]


def test_a_delivery_that_is_reported_in_time_puts_the_question_off() -> None:
    """Nobody is asked about what came the day before."""
    life = Life(buyer(order("1001", "2026-03-01")), ASKED, at("2026-03-02")).until("2026-03-20")
    life.learn(Person("per_1", orders=(order("1001", "2026-03-01", delivered_at=at("2026-03-19"), facts=2),)))
    assert life.until("2026-06-01").times() == [at("2026-04-02")]


@pytest.mark.parametrize("settings", [ASKED, SHOWN, MISSED, VISITED], ids=["check_in", "how_to", "miss_you", "social"])
def test_what_was_paid_back_is_not_spoken_of(settings: Care) -> None:
    """As if it had not been bought."""
    asha = buyer(order("1001", "2026-03-01", refunded=True), handles={"instagram": "asha"})
    assert went_at(settings, asha, "2026-03-02", "2027-03-01") == {}
    kept = replace(asha, orders=(replace(asha.orders[0], refunded=False),))
    assert len(went_at(settings, kept, "2026-03-02", "2027-03-01")) == 1


def test_who_has_answered_before_is_not_asked() -> None:
    """As on the page of the order; what was said of another order is another answer."""
    asha = buyer(order("1001", "2026-03-01"), order("1002", "2026-03-02"), answers=(said("happy", "2026-03-05"),))
    assert list(went_at(ASKED, asha, "2026-03-02", "2026-06-01")) == ["check_in:1002"]


@pytest.mark.parametrize(
    ("told", "shown"), [({}, False), ({"skus": ("vase",)}, True), ({"categories": ("vases",)}, True)]
)
def test_something_is_shown_of_what_is_known_to_be_bought(told: dict[str, Any], shown: bool) -> None:
    """By its number or its kind."""
    asha = buyer(Bought("1001", at("2026-03-01"), **told))
    assert bool(went_at(SHOWN, asha, "2026-03-02", "2026-06-01")) == shown


def test_who_buys_much_at_a_time_is_asked_about_nothing_twice() -> None:
    """The last eight orders are known; of none of them it is forgotten that it was asked about, whatever else was."""
    orders = [
        order(f"100{n}", f"2026-03-01T0{n}:00", delivered_at=at("2026-03-05") - (n == 8) * DAY) for n in range(1, 9)
    ]
    life = Life(buyer(*orders), ASKED, at("2026-03-01")).until("2026-03-20")
    assert life.keys() == ["check_in:1008", *(f"check_in:100{n}" for n in range(1, 8))]
    for n in range(10, 17):
        life.tell(lambda it, n=n: bought(it, order(f"10{n}", "2026-03-02", delivered_at=at("2026-03-02"))))  # type: ignore[misc]
    life.until("2026-06-01")
    assert len(set(life.keys())) == len(life.keys()) == 15


# --- the invitation ---------------------------------------------------------------------------------------------------


def test_who_is_happy_is_invited_a_day_later() -> None:
    """For two months it still makes sense."""
    asha = buyer(order("1001", "2026-03-01"), answers=(said("happy", "2026-03-20T10:00"),))
    starts = at("2026-03-21T10:00")
    assert times(INVITED, asha, "2026-03-20", "2026-03-21") == {"invitation:check_in:1001": (starts, starts + 60 * DAY)}
    assert went_at(INVITED, asha, "2026-03-20T10:00", "2027-01-01") == {"invitation:check_in:1001": starts}


def test_who_buys_again_is_invited_ten_days_after_the_delivery() -> None:
    """Or after the purchase; not after the first order, nor if the first one was paid back."""
    one, two = order("1001", "2026-03-01"), order("1002", "2026-04-01")
    assert went_at(INVITED, buyer(one), "2026-03-01", "2027-01-01") == {}
    assert went_at(INVITED, buyer(one, two), "2026-04-01", "2027-01-01") == {"invitation:1002": at("2026-04-11")}
    delivered = replace(two, delivered_at=at("2026-04-05"))
    assert went_at(INVITED, buyer(one, delivered), "2026-04-01", "2027-01-01") == {"invitation:1002": at("2026-04-15")}
    assert went_at(INVITED, buyer(replace(one, refunded=True), two), "2026-04-01", "2027-01-01") == {}
    patient = Care(invitation=Invitation(after_order_days=None))
    assert went_at(patient, buyer(one, two), "2026-04-01", "2027-01-01") == {}
    at_once = Care(invitation=Invitation(after_order_days=0))
    assert went_at(at_once, buyer(one, two), "2026-04-01", "2027-01-01") == {"invitation:1002": at("2026-04-01")}


@pytest.mark.parametrize(
    ("answers", "invited"),
    [
        (("unhappy",), False),
        (("happy", "unhappy"), False),
        (("unhappy", "happy"), True),
        (("happy", "fine"), False),
        (("unhappy", "fine", "unhappy"), False),
        (("happy", "interested"), True),
    ],
)
def test_nobody_is_invited_after_an_unhappy_answer(answers: tuple[str, ...], invited: bool) -> None:
    """The latest one about how it went counts; `fine` is no reason to ask, and what is no such answer says nothing."""
    spoken = tuple(said(it, f"2026-03-2{n}", f"check_in:{n}") for n, it in enumerate(answers))
    asha = buyer(order("1001", "2026-03-01"), answers=spoken)
    assert bool(went_at(INVITED, asha, "2026-03-26", "2027-01-01")) == invited


def test_an_unhappy_answer_keeps_away_the_invitation_of_a_second_order() -> None:
    """Also the one that is due any day; a later happy one brings it back."""
    asha = buyer(order("1001", "2026-03-01"), order("1002", "2026-04-01"))
    life = Life(asha, INVITED, at("2026-04-01"))
    life.learn(Person("per_1", answers=(said("unhappy", "2026-04-01"),))).until("2026-05-01")
    assert life.keys() == []
    life.learn(Person("per_1", answers=(said("happy", "2026-05-01", "check_in:1002"),))).until("2026-12-01")
    assert life.keys() == ["invitation:1002"]


def test_nobody_is_asked_for_anything_while_something_is_open() -> None:
    """An invitation waits until the shop has closed the case, and goes then if it still makes sense."""
    asha = buyer(
        order("1001", "2026-03-01"),
        answers=(said("happy", "2026-03-20"),),
        complaints={"care:1001": at("2026-03-19")},
    )
    life = Life(asha, INVITED, at("2026-03-20")).until("2026-04-01")
    assert life.keys() == []
    life.learn(Person("per_1", closed={"care:1001": at("2026-04-01")}))
    assert life.times() == [at("2026-04-01")]


def test_an_ambassador_is_not_invited_nor_anybody_while_the_program_is_closed() -> None:
    """There is nothing that they could accept."""
    asha = buyer(order("1001", "2026-03-01"), answers=(said("happy", "2026-03-20"),))
    assert went_at(INVITED, replace(asha, ambassador_id="amb_1"), "2026-03-20", "2027-01-01") == {}
    three = buyer(*(order(f"100{n}", f"2026-0{n}-01") for n in (1, 2, 3)))
    assert list(went_at(INVITED, three, "2026-03-01", "2027-01-01")) == ["invitation:1003"]
    asked = replace(three, touches=(Touched("check_in", "1002", at("2026-02-22")),))
    assert list(went_at(INVITED, asked, "2026-03-01", "2027-01-01")) == ["invitation:1003"]
    closed = replace(ruled(), open=False)
    assert went_at(INVITED, asha, "2026-03-20", "2027-01-01", closed) == {}


def test_nobody_is_invited_twice_in_a_year() -> None:
    """However happy; after a year they may be."""
    happy = said("happy", "2026-03-20")
    asha = buyer(order("1001", "2026-03-01"), answers=(happy,))
    life = Life(asha, INVITED, at("2026-03-20")).until("2026-05-01")
    life.learn(Person("per_1", orders=(order("1002", "2026-05-01"),))).until("2027-03-10")
    life.learn(Person("per_1", answers=(said("happy", "2027-03-19T23:59:59", "check_in:1003"),))).until("2027-04-01")
    assert life.times() == [at("2026-03-21")]
    life.learn(Person("per_1", answers=(said("happy", "2027-04-01", "check_in:1004"),))).until("2027-06-01")
    assert life.times() == [at("2026-03-21"), at("2027-04-02")]
    life.learn(Person("per_1", answers=(said("happy", "2028-03-31", "check_in:1005"),))).until("2028-06-01")
    assert life.times()[2] == at("2028-04-01") == at("2027-04-02") + 365 * DAY


@pytest.mark.parametrize(
    ("settings", "occasion"),
    [
        (Care(invitation=Invitation(within_days=1000, again_days=30)), "invitation"),
        (Care(social=Social(within_days=1000, again_days=30)), "social"),
    ],
)
def test_an_older_reason_is_none_after_a_newer_one(settings: Care, occasion: str) -> None:
    """Though it still makes sense, and began long before: the latest order is paid back, and the one before counts."""
    orders = [order(f"100{n}", f"2026-0{n}-01") for n in (1, 3, 6)]
    asha = buyer(*orders, handles={"instagram": "asha"}, touches=(Touched(occasion, "1006", at("2026-06-12")),))
    back = replace(asha, orders=(*orders[:2], replace(orders[2], refunded=True)))
    assert went_at(settings, back, "2026-06-13", "2026-08-01") == {}


# --- the win-back -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("placed", "days"),
    [
        (["2026-01-01"], 120),  # no rhythm yet
        (["2026-01-01", "2026-03-02"], 120),  # 60 days, doubled
        (["2026-01-01", "2026-03-02", "2026-03-12"], 70),  # 60 and 10: their median is 35
        (["2026-01-01", "2026-03-02", "2026-03-12", "2026-04-11"], 60),  # 60, 10 and 30
        (["2026-01-01", "2026-01-11"], 45),  # not before 45 days
    ],
)
def test_who_is_quiet_is_told_by_their_own_rhythm(placed: list[str], days: int) -> None:
    """Twice the median time between two orders, 45 days at least, and 120 after a first order."""
    asha = buyer(*(order(f"o{n}", it) for n, it in enumerate(placed)))
    starts = at(placed[-1]) + days * DAY
    assert times(MISSED, asha, placed[-1], placed[-1]) == {f"miss_you:o{len(placed) - 1}": (starts, starts + 30 * DAY)}
    assert list(went_at(MISSED, asha, placed[-1], "2028-01-01").values()) == [starts]


def test_the_shop_says_how_long_a_silence_is() -> None:
    """By a share of the rhythm, the least, and the time after a first order."""
    settings = Care(miss_you=MissYou(factor_percent=150, least_days=10, first_order_days=33, within_days=5))
    one, two = order("1", "2026-01-01"), order("2", "2026-01-11")
    assert times(settings, buyer(one, two), "2026-01-11", "2026-01-11") == {
        "miss_you:2": (at("2026-01-26"), at("2026-01-31"))
    }
    assert times(settings, buyer(one), "2026-01-11", "2026-01-11") == {
        "miss_you:1": (at("2026-02-03"), at("2026-02-08"))
    }


def test_a_purchase_ends_a_silence_and_begins_the_next() -> None:
    """One letter in each; none if somebody buys in time."""
    life = Life(buyer(order("1", "2026-01-01")), MISSED, at("2026-01-01")).until("2026-04-30")
    assert life.keys() == []
    life.learn(Person("per_1", orders=(order("2", "2026-04-30"),))).until("2027-04-30")
    assert life.times() == [at("2026-04-30") + 238 * DAY]
    life.learn(Person("per_1", orders=(order("3", "2027-04-30"),))).until("2030-01-01")
    assert life.keys() == ["miss_you:2", "miss_you:3"]


def test_a_silence_whose_last_order_is_cancelled_is_the_same_silence() -> None:
    """Who was told that they are missed is not told again, though the silence is now since an earlier order."""
    orders = order("1", "2025-11-01"), order("2", "2026-01-01"), order("3", "2026-01-03")
    life = Life(buyer(*orders), MISSED, at("2026-01-03")).until("2026-04-01")
    assert life.keys() == ["miss_you:3"]
    life.learn(Person("per_1", orders=(replace(orders[2], refunded=True, facts=2),))).until("2027-01-01")
    assert life.keys() == ["miss_you:3"]
    same = buyer(order("4", "2026-01-01"), touches=(Touched("miss_you", "3", at("2026-01-01")),))
    assert went_at(MISSED, same, "2026-01-01", "2027-01-01") == {}


# --- interests --------------------------------------------------------------------------------------------------------


def test_interests_are_asked_once_in_a_life() -> None:
    """A month after the first purchase, or after becoming an ambassador; the first purchase is the better date."""
    starts = at("2026-03-31")
    asha = buyer(order("1001", "2026-03-01"), ambassador_since=at("2026-01-01"))
    assert times(CURIOUS, asha, "2026-03-01", "2026-03-01") == {"interests:once": (starts, starts + 60 * DAY)}
    assert went_at(CURIOUS, asha, "2026-03-01", "2030-01-01") == {"interests:once": starts}
    ambassador = known(ambassador_since=at("2026-03-01"))
    assert went_at(CURIOUS, ambassador, "2026-03-01", "2030-01-01") == {"interests:once": starts}
    assert went_at(CURIOUS, known(), "2026-03-01", "2030-01-01") == {}
    assert went_at(CURIOUS, replace(asha, interests=("tea",)), "2026-03-01", "2030-01-01") == {}


# --- visits -----------------------------------------------------------------------------------------------------------


def test_somebody_is_visited_after_the_latest_order_if_they_told_where() -> None:
    """Ten days after its delivery, or its purchase; it is a task, and no letter."""
    asha = buyer(order("1001", "2026-03-01"), order("1002", "2026-03-02"), handles={"instagram": "asha"})
    starts = at("2026-03-12")
    assert times(VISITED, asha, "2026-03-02", "2026-03-02") == {"social:1002": (starts, starts + 30 * DAY)}
    assert went_at(VISITED, asha, "2026-03-02", "2027-01-01") == {"social:1002": starts}
    delivered = replace(asha, orders=(replace(asha.orders[1], delivered_at=at("2026-03-09")),))
    assert went_at(VISITED, delivered, "2026-03-02", "2027-01-01") == {"social:1002": at("2026-03-19")}
    assert went_at(VISITED, replace(asha, handles={}), "2026-03-02", "2027-01-01") == {}
    plan = look(asha, VISITED, starts)
    assert plan.go is not None
    assert plan.go.touch.letter is None


def test_nobody_is_visited_twice_in_a_quarter() -> None:
    """What would be seen a minute before the quarter is over is not, then or later; a minute later it is."""
    spoken = (Touched("check_in", "1000", at("2026-03-08")),)
    asha = buyer(order("1001", "2026-03-01"), handles={"instagram": "asha"}, touches=spoken)
    life = Life(asha, VISITED, at("2026-03-01")).until("2026-05-29")
    life.learn(Person("per_1", orders=(order("1002", "2026-05-29T23:59"),))).until("2026-07-31")
    assert life.keys() == ["social:1001"]
    life.learn(Person("per_1", orders=(order("1003", "2026-07-31"),))).until("2026-10-30")
    assert life.times() == [at("2026-03-11"), at("2026-08-10")]
    life.learn(Person("per_1", orders=(order("1004", "2026-10-29"),))).until("2026-12-30")
    assert life.keys() == ["social:1001", "social:1003", "social:1004"]
    assert life.times()[2] == at("2026-11-08") == at("2026-08-10") + 90 * DAY


# --- surprises --------------------------------------------------------------------------------------------------------


def round_(since: str, chance: int) -> Round:
    """By what gifts are drawn from a month on."""
    return Round(since, chance, budget=10**6, gift=Rate(amount=500))


def surprising(*rounds: Round, **more: Any) -> Care:
    """Settings with these rounds."""
    return Care(surprise=Surprise(rounds=rounds, **more))


def customer(n: int = 1, **about: Any) -> Person:
    """Somebody who has bought long ago."""
    return replace(buyer(order("1", "2020-01-01"), id=f"per_{n}"), **about)


def drawn(n: int, chance: int, first: str = "2026-01", months: int = 24) -> list[str]:
    """The months in which somebody is drawn, drawn again."""
    return [it for m in range(months) if draws.is_drawn(f"per_{n}", it := month_after(first, m), chance)]


@pytest.mark.parametrize("n", range(12))
def test_a_surprise_comes_in_the_months_that_are_drawn(n: int) -> None:
    """And in no other, at the moment that is drawn, by somebody's own clocks; looked for in vain once a year."""
    life = Life(customer(n, time_zone="Asia/Kolkata"), surprising(round_("2020-01", 1000)), at("2026-01-01"))
    life.until("2028-01-01")
    assert [line.touch.subject for _, line in life.went] == drawn(n, 1000)
    assert life.times() == [draws.moment(f"per_{n}", it, ZoneInfo("Asia/Kolkata")) for it in drawn(n, 1000)]
    assert life.looks <= 2 + 2 * len(life.went) + 3


def test_who_is_not_drawn_is_looked_at_when_sight_ends() -> None:
    """The draw looks a year ahead; a chance that begins after that is seen then."""
    settings = surprising(round_("2020-01", 0), round_("2027-06", 10_000))
    life = Life(customer(), settings, at("2026-01-15"))
    plan = life.look()
    assert (plan.go, plan.ahead, plan.due_at) == (None, (), at("2026-12-01"))
    life.until("2027-08-01")
    assert [line.touch.subject for _, line in life.went] == ["2027-06", "2027-07"]
    assert life.looks <= 8


def test_the_draw_is_seen_a_year_ahead() -> None:
    """The month of the end of sight is the first that was not looked at, whatever the zone."""
    for zone in "Pacific/Kiritimati", "Pacific/Pago_Pago":
        settings = surprising(round_("2020-01", 0), round_(month_after("2026-01", MONTHS_AHEAD), 10_000))
        assert look(customer(time_zone=zone), settings, "2026-01-15").due_at == at("2026-12-01")
        settings = surprising(round_("2020-01", 0), round_(month_after("2026-01", MONTHS_AHEAD - 1), 10_000))
        moment = draws.moment("per_1", "2026-12", ZoneInfo(zone))
        assert look(customer(time_zone=zone), settings, "2026-01-15").due_at == moment


def test_a_surprise_may_still_go_as_long_as_it_is_good() -> None:
    """Sixty days at most: also in the second month after its own."""
    settings = surprising(round_("2020-01", 0), round_("2026-01", 10_000), round_("2026-02", 0), within_days=60)
    moment = look(customer(), settings, "2026-01-01").ahead[0].at
    assert moment is not None
    last = moment + 60 * DAY
    plan = look(customer(), settings, last - MINUTE)
    assert plan.go is not None
    assert plan.go.touch.ends == last
    over = look(customer(seen_until=at("2026-01-01"), consents={}), settings, last)
    assert [it.touch.subject for it in over.ended] == ["2026-01"]
    assert GIVEN_LATE * 28 >= 60


def test_a_move_after_a_surprise_does_not_put_the_next_one_to_sleep() -> None:
    """Its moment is yet to come by the new clocks, but it has gone."""
    settings = surprising(round_("2020-01", 0), round_("2026-03", 10_000), round_("2026-04", 0))
    life = Life(customer(time_zone="Pacific/Kiritimati"), settings, at("2026-03-01")).until("2026-03-22")
    assert len(life.went) == 1
    life.now = life.went[0][0] + HOUR
    life.tell(lambda it: replace(it, time_zone="Pacific/Pago_Pago"))
    assert life.look().due_at == at("2027-02-01")


@pytest.mark.parametrize(
    ("about", "settings", "met"),
    [
        ({}, {}, True),
        ({"first_bought_at": at("2026-03-01")}, {}, False),
        ({"first_bought_at": at("2026-03-01")}, {"known_days": 0}, True),
        ({"first_bought_at": None, "ambassador_since": at("2020-01-01")}, {}, True),
        ({"first_bought_at": None}, {}, False),
        ({}, {"least_orders": 2}, False),
        ({"orders": ()}, {"least_orders": 0}, True),
        ({"orders": (order("1", "2020-01-01", refunded=True),)}, {}, False),
    ],
)
def test_a_surprise_meets_who_has_been_a_customer_for_some_time(
    about: dict[str, Any], settings: dict[str, Any], met: bool
) -> None:
    """And has bought so often, and kept it."""
    asha = replace(customer(), **about)
    rules = surprising(round_("2020-01", 0), round_("2026-04", 10_000), round_("2026-05", 0), **settings)
    assert bool(went_at(rules, asha, "2026-04-01", "2026-06-01")) == met


def test_whoever_is_known_long_enough_at_the_drawn_moment_is_met() -> None:
    """To the second."""
    rules = surprising(round_("2020-01", 0), round_("2026-04", 10_000), round_("2026-05", 0))
    moment = look(customer(), rules, "2026-03-01").ahead[0].at
    assert moment is not None
    since = moment - 180 * DAY
    assert went_at(rules, customer(first_bought_at=since), "2026-03-01", "2026-06-01") == {"surprise:2026-04": moment}
    later = since + timedelta(seconds=1)
    assert went_at(rules, customer(first_bought_at=later), "2026-03-01", "2026-06-01") == {}


def test_the_latest_round_that_has_begun_holds() -> None:
    """Whatever the order in which they are written; before the first one nothing is drawn."""
    rounds = (round_("2026-06", 3), round_("2026-02", 1), round_("2026-04", 2))
    surprise = Surprise(rounds=rounds)
    months = ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2027-01"]
    assert [it and it.chance for it in map(surprise.round_of, months)] == [None, 1, 1, 2, 2, 3, 3]
    terms = surprise.terms_of("2026-03", "EUR", 7)
    assert terms is not None
    assert (terms.month, terms.chance, terms.budget, terms.unit, terms.version) == ("2026-03", 1, 10**6, "EUR", 7)
    assert (terms.gift.rate, terms.gift.days, terms.gift.minimum) == (Rate(amount=500), 30, 0)
    assert surprise.terms_of("2026-01", "EUR", 7) is None
    later = Surprise(rounds=rounds[::2])
    assert later.keeps(surprise, month_after("2026-04", GIVEN_LATE))
    assert not later.keeps(surprise, month_after("2026-03", GIVEN_LATE))
    points = Surprise(rounds=(replace(rounds[1], gift=Rate(amount=5, unit="points"), days=9, minimum=4),))
    terms = points.terms_of("2026-03", "EUR", 7)
    assert terms is not None
    assert (terms.unit, terms.gift.days, terms.gift.minimum) == ("points", 9, 4)


@given(st.integers(0, 40), st.integers(-40, 40))
def test_months_are_counted_over_the_years(first: int, months: int) -> None:
    """Forwards and backwards."""
    every = [f"{year}-{month:02}" for year in range(2020, 2032) for month in range(1, 13)]
    assert month_after(every[50 + first], months) == every[50 + first + months]


def test_two_who_turn_out_to_be_one_are_surprised_as_one() -> None:
    """What either got in a month is the month's."""
    rules = surprising(round_("2020-01", 10_000))
    one = Life(customer(1), rules, at("2026-03-01")).until("2026-03-22")
    both, _ = merge_people(customer(2), one.person)
    again = Life(both, rules, at("2026-03-22")).until("2026-04-01")
    assert again.keys() == []

"""A day of the year is kept on the day, once a year, by the clocks that somebody lives by, however odd those are."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.care.occasion import SOON
from chalicelib.domain.care.occasions.anniversary import Anniversary
from chalicelib.domain.care.occasions.birthday import Birthday
from chalicelib.domain.care.settings import Care
from chalicelib.domain.care.sight import Sight
from chalicelib.domain.model.people import EVERYTHING, Consent, Person
from chalicelib.domain.people.person import join, merge_people, tell
from tests.unit.care.life import BORN, DAY, HOUR, MINUTE, Life, at, buyer, known, look, order, ruled, went_at

WISHES = Care(birthday=Birthday())
THANKS = Care(anniversary=Anniversary())
ODD_DAYS = {
    "Asia/Beirut": ("2026-03-29", "2026-10-25"),
    "America/Santiago": ("2026-09-06", "2026-04-05"),
    "Africa/Cairo": ("2026-04-24", "2026-10-30"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2010-11-07", "2010-03-14"),
    "Pacific/Apia": ("2011-12-30", "2026-05-05"),
    "Asia/Kathmandu": ("2026-02-28", "2026-03-01"),
    "Pacific/Kiritimati": ("2026-01-01", "2026-12-31"),
    "Pacific/Pago_Pago": ("2026-01-01", "2026-12-31"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
}
"""Days that begin late, twice or not at all, and some that don't."""


def born(birthday: str, told: str = "2020-01-01", **about: object) -> Person:
    """Somebody whose birthday was told on a day."""
    return known(birthday=birthday, told={"birthday": at(told)}, **about)


# --- the day ----------------------------------------------------------------------------------------------------------


@given(st.sampled_from([(zone, day) for zone, days in ODD_DAYS.items() for day in days]), st.integers(-1, 1))
def test_a_day_begins_with_its_first_moment(place: tuple[str, str], days: int) -> None:
    """Against a walk minute by minute over the wall: the first one that shows the day, or a later one if none does."""
    zone, day = ZoneInfo(place[0]), date.fromisoformat(place[1]) + timedelta(days=days)
    start = at(day.isoformat()) - 30 * HOUR
    first = next(it for n in range(60 * 60) if (it := start + n * MINUTE).astimezone(zone).date() >= day)
    assert Sight(known(time_zone=place[0]), ruled(), first).begins(day) == first


@pytest.mark.parametrize(
    ("zone", "birthday", "begins"),
    [
        ("Asia/Beirut", "03-29", "2026-03-28T22:00"),  # 00:00 does not exist, 01:00 does
        ("America/Santiago", "09-06", "2026-09-06T04:00"),
        ("Africa/Cairo", "04-24", "2026-04-23T22:00"),
        ("America/Havana", "11-01", "2026-11-01T04:00"),  # 00:00 comes twice
        ("Pacific/Apia", "12-30", "2011-12-30T10:00"),  # the whole day does not exist: the next one
        ("America/St_Johns", "11-07", "2010-11-07T02:30"),  # for one minute, and an hour later for good
    ],
)
def test_a_wish_goes_on_a_day_without_midnight(zone: str, birthday: str, begins: str) -> None:
    """At the first moment that bears the date, if no quiet hours keep it, and not on the day before."""
    due = at(begins)
    asha = born(birthday, told="2005-01-01", time_zone=zone)
    assert look(asha, WISHES, due - MINUTE).go is None
    assert look(asha, WISHES, due - MINUTE).due_at == due
    plan = look(asha, WISHES, due)
    assert plan.go is not None
    assert plan.go.touch.ends == due + 3 * DAY
    assert [it.touch.subject for it in plan.ahead] == [str(due.year + 1)]


def test_the_29th_of_february_is_the_last_of_february() -> None:
    """Each year, and on the 29th itself where there is one."""
    went = went_at(WISHES, born("1992-02-29"), "2026-01-01", "2029-01-01")
    assert went == {
        "birthday:2026": at("2026-02-28"),
        "birthday:2027": at("2027-02-28"),
        "birthday:2028": at("2028-02-29"),
    }


# --- a birthday -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "first"),
    [("2026-04-05", "2026-05-05"), ("2026-04-05T00:00:01", "2027-05-05"), ("2026-05-04", "2027-05-05")],
)
def test_a_birthday_told_late_is_kept_from_next_year_on(told: str, first: str) -> None:
    """Less than 30 days ahead it is too late: nobody has a birthday whenever they like a gift."""
    life = Life(born("05-05", told=told), WISHES, at(told)).until("2028-01-01")
    assert life.times()[0] == at(first)


def test_a_birthday_whose_telling_has_no_date_was_told_at_first() -> None:
    """As all about somebody of whom it is not known when it was told."""
    assert went_at(WISHES, known(birthday="05-05", created_at=at("2026-04-06")), "2026-04-06", "2028-01-01") == {
        "birthday:2027": at("2027-05-05")
    }


@pytest.mark.parametrize("days", [0, 400, 3650])
def test_a_birthday_is_seen_however_far_it_is(days: int) -> None:
    """Also if the shop wants to know of it years before: the first one after that wakes somebody up."""
    told = at("2026-01-01")
    settings = Care(birthday=Birthday(known_before_days=days))
    life = Life(born("05-05", told="2026-01-01"), settings, told).until("2037-01-01")
    years = [year for year in range(2026, 2037) if at(f"{year}-05-05") >= told + days * DAY]
    assert life.times() == [at(f"{year}-05-05") for year in years]


def test_a_date_told_anew_earns_no_second_wish() -> None:
    """Until 300 days after the last one; and the one after that is not forgotten."""
    life = Life(born("12-20"), WISHES, at("2026-12-01")).until("2026-12-21")
    life.tell(lambda it: tell(it, {"birthday": "03-01"}, life.now)).until("2029-01-01")
    assert life.times() == [at("2026-12-20"), at("2028-03-01")]


@pytest.mark.parametrize(("birthday", "year"), [("10-15", 2028), ("10-16", 2027)])
def test_a_date_told_anew_is_celebrated_300_days_after(birthday: str, year: int) -> None:
    """A day more, and it is another birthday."""
    life = Life(born("12-20"), WISHES, at("2026-12-01")).until("2026-12-21")
    life.tell(lambda it: tell(it, {"birthday": birthday}, life.now)).until(f"{year}-12-01")
    assert life.times() == [at("2026-12-20"), at(f"{year}-{birthday}")]


def test_a_date_told_anew_in_its_year_is_no_second_birthday_of_that_year() -> None:
    """Even if it is more than 300 days later."""
    life = Life(born("01-02"), WISHES, at("2026-01-01")).until("2026-01-03")
    life.tell(lambda it: tell(it, {"birthday": "12-30"}, life.now)).until("2028-01-01")
    assert life.times() == [at("2026-01-02"), at("2027-12-30")]


def test_a_move_does_not_make_a_second_birthday() -> None:
    """Nor does who has flown west forget the next one."""
    life = Life(born("05-05", time_zone="Pacific/Kiritimati"), WISHES, at("2026-05-01")).until("2026-05-04T11:00")
    assert life.times() == [at("2026-05-04T10:00")]
    life.tell(lambda it: replace(it, time_zone="Pacific/Pago_Pago")).until("2028-01-01")
    assert life.times() == [at("2026-05-04T10:00"), at("2027-05-05T11:00")]


def test_a_wish_is_good_for_three_days_of_the_wall() -> None:
    """And over then; what kept it is recorded once."""
    life = Life(born("05-05", consents={}), WISHES, at("2026-05-05")).until("2026-05-07T23:59")
    assert life.ended == []
    life.until("2026-05-08").until("2027-01-01")
    assert life.reasons() == {"birthday:2026": ("no_consent",)}
    assert len(life.ended) == 1


def test_a_wish_of_last_year_may_still_go() -> None:
    """Over the turn of the year, and not twice."""
    asha = born("12-31")
    refused = replace(asha, consents={EVERYTHING: Consent(own_no=at("2026-01-01"))})
    life = Life(refused, WISHES, at("2026-12-30")).until("2027-01-02")
    life.tell(lambda it: replace(it, consents=asha.consents)).until("2027-12-31")
    assert life.keys() == ["birthday:2026", "birthday:2027"]
    assert life.times() == [at("2027-01-02"), at("2027-12-31")]


def test_who_tells_no_birthday_has_none() -> None:
    """And nobody wakes up for it."""
    assert look(known(), WISHES, "2026-05-05").due_at is None


def test_a_birthday_taken_back_is_none() -> None:
    """Told and untold."""
    asha = tell(born("05-05"), {"birthday": None}, at("2026-01-01"))
    assert went_at(WISHES, asha, "2026-01-01", "2028-01-01") == {}


def test_two_who_turn_out_to_be_one_have_one_birthday() -> None:
    """The wish of either is the wish of both."""
    start, end = at("2026-05-01"), "2026-05-06"
    one = Life(born("05-05"), WISHES, start).until(end)
    other = Life(replace(born("05-05"), id="per_2", consents={}), WISHES, start).until(end)
    both, gone = merge_people(other.person, one.person)
    both = join(both, Person("per_2", consents=one.person.consents))
    assert Life(both, WISHES, at("2026-05-06")).until("2027-05-01").keys() == []
    assert look(gone, WISHES, "2027-05-05").go is None


# --- an anniversary ---------------------------------------------------------------------------------------------------


def test_thanks_come_each_year_after_the_first() -> None:
    """Of joining and of the first purchase, on their days; not at once."""
    asha = buyer(order("1", "2026-02-03T09:00"), ambassador_since=at("2026-07-08T23:00"))
    went = went_at(THANKS, asha, "2026-01-01", "2028-03-01")
    assert went == {
        "anniversary:purchase-2027": at("2027-02-03"),
        "anniversary:joining-2027": at("2027-07-08"),
        "anniversary:purchase-2028": at("2028-02-03"),
    }


@pytest.mark.parametrize("kept", ["joining", "purchase"])
def test_either_anniversary_can_be_left_out(kept: str) -> None:
    """By a switch of its own."""
    asha = buyer(order("1", "2026-02-03T09:00"), ambassador_since=at("2026-07-08T23:00"))
    settings = Care(anniversary=Anniversary(joining=kept == "joining", purchase=kept == "purchase"))
    assert list(went_at(settings, asha, "2026-01-01", "2028-01-01")) == [f"anniversary:{kept}-2027"]


def test_an_anniversary_is_the_day_on_the_wall() -> None:
    """What is evening here is the next day there; and the 29th of February is the last of February."""
    asha = buyer(order("1", "2024-02-28T23:30"), time_zone="Europe/Berlin")
    assert went_at(THANKS, asha, "2025-01-01", "2026-01-01") == {"anniversary:purchase-2025": at("2025-02-27T23:00")}


def test_thanks_are_good_for_a_week() -> None:
    """Seven days, the day itself among them; no others make room for them."""
    asha = buyer(order("1", "2025-02-03T09:00"), consents={})
    touch = look(asha, THANKS, "2026-02-04").ahead[0].touch
    assert (touch.starts, touch.ends, touch.firm) == (at("2026-02-03"), at("2026-02-10"), False)


def test_a_move_over_the_new_year_brings_no_second_thanks() -> None:
    """Somebody who joined late on the 31st joined on the 1st by other clocks: two days, one anniversary."""
    asha = known(ambassador_since=at("2024-12-31T23:30"))
    life = Life(asha, THANKS, at("2025-12-01")).until("2025-12-31T12:00")
    life.tell(lambda it: replace(it, time_zone="Europe/Berlin")).until("2027-06-01")
    assert life.times() == [at("2025-12-31"), at("2026-12-31T23:00")]


def test_an_older_first_purchase_brings_no_second_thanks() -> None:
    """As when two turn out to be one: what comes to be known moves the day, and not sooner than 300 days after."""
    life = Life(buyer(order("2", "2024-12-20")), THANKS, at("2025-12-01")).until("2025-12-21")
    life.learn(Person("per_1", first_bought_at=at("2023-01-05"))).until("2028-01-01")
    assert life.times() == [at("2025-12-20"), at("2027-01-05")]


# --- over a life ------------------------------------------------------------------------------------------------------

changes = st.one_of(
    st.tuples(st.just("birthday"), st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda it: f"{it:%m-%d}")),
    st.tuples(st.just("time_zone"), st.sampled_from((*ODD_DAYS, "UTC", None))),
    st.tuples(st.just("merge"), st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda it: f"{it:%m-%d}")),
    st.tuples(st.just("first"), st.integers(0, 3000)),
)


@given(st.lists(st.tuples(st.integers(1, 500), changes), max_size=6))
@example([(360, ("birthday", "01-05")), (20, ("time_zone", "Pacific/Kiritimati")), (100, ("merge", "12-30"))])
def test_each_day_is_kept_once_a_year_whatever_comes(told: list[tuple[int, tuple[str, object]]]) -> None:
    """Over moves, mergers and corrections no key comes twice, and no two wishes lie closer than 300 days.

    Only who has turned out to be two people may have had two wishes: both went before.
    """
    settings = Care(birthday=Birthday(), anniversary=Anniversary(purchase=True, joining=False))
    asha = born("05-05", told="2019-01-01", first_bought_at=at("2019-06-06T12:00"))
    life = Life(asha, settings, at("2020-01-01"))
    for days, (what, value) in told:
        life.until(life.now + days * DAY)
        if what == "merge":
            other = replace(born(str(value), told="2019-01-01"), id="per_2", first_bought_at=at("2019-03-03"))
            second = Life(other, settings, at("2020-01-01")).until(life.now)
            life.tell(lambda it, other=second.person: merge_people(it, other)[0])  # type: ignore[misc]
        elif what == "first":
            life.learn(Person("per_1", first_bought_at=BORN + int(str(value)) * DAY))
        else:
            life.tell(lambda it, word={what: value}: tell(it, word, life.now))  # type: ignore[misc]
    life.until(life.now + 800 * DAY)
    assert len(set(life.keys())) == len(life.keys())
    for occasion in "birthday", "anniversary":
        times = life.times(occasion)
        assert all(later - earlier >= SOON for earlier, later in pairwise(times))


def test_two_who_were_wished_well_are_so_again() -> None:
    """Though both wishes have gone before they turned out to be one, nobody is forgotten."""
    one = Life(born("05-05"), WISHES, at("2026-05-01")).until("2026-06-01").person
    other = Life(replace(born("09-09"), id="per_2"), WISHES, at("2026-05-01")).until("2026-10-01").person
    both, _ = merge_people(one, other)
    assert Life(both, WISHES, at("2026-10-01")).until("2029-01-01").times() == [at("2028-05-05")]

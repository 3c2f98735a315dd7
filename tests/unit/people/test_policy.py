"""The one gate of letters: nothing outside it goes now, and what it moves goes at the first moment that it allows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from importlib import resources
from math import ceil
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.messages import Name
from chalicelib.domain.model.people import EVERYTHING, PROMOTIONAL, Consent, Person, Purpose, Sent, Stop
from chalicelib.domain.people.countries import ZONE_OF_COUNTRY
from chalicelib.domain.people.person import KEPT, join
from chalicelib.domain.people.policy import (
    BEGINS,
    MORNING_MINUTES,
    PURPOSES,
    Later,
    Never,
    Now,
    is_counted,
    is_held_out,
    may,
    zone_of,
)
from chalicelib.domain.program.program import (
    LETTERS_MAX,
    PROMOTION,
    LetterCap,
    Letters,
    Limited,
    Program,
    Quiet,
)
from tests.unit.book import program

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/St_Johns",
    "Pacific/Apia",
    "Asia/Beirut",
)
CHANGES = {
    "Europe/Berlin": ("2026-03-29T01:00", "2026-10-25T01:00"),
    "America/New_York": ("2026-03-08T07:00", "2026-11-01T06:00"),
    "Australia/Lord_Howe": ("2026-04-04T15:00", "2026-10-03T15:30"),
    "Africa/Cairo": ("2026-04-23T22:00", "2026-10-29T21:00"),
    "America/St_Johns": ("2026-03-08T05:30", "2026-11-01T04:30"),
    "Pacific/Apia": ("2011-12-30T10:00", "2012-03-31T14:00"),
    "Asia/Beirut": ("2026-03-28T22:00", "2026-10-24T21:00"),
}
"""When clocks there are put forward and back, in UTC. Apia left out a whole day."""

YES: dict[str, Consent] = {it: Consent(own_yes=datetime(2010, 1, 1, tzinfo=UTC)) for it in PROMOTIONAL}
MAILBOX = "a mailbox"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def known(**about: object) -> Person:
    """Somebody who has agreed to everything, and lives by UTC."""
    return replace(Person("per_1", email="asha@example.com", time_zone="UTC", consents=YES), **about)  # type: ignore[arg-type]


def ruled(**letters: object) -> Program:
    """A program whose letters nothing limits but this."""
    return program(letters=replace(Letters(quiet=None, caps=()), **letters))  # type: ignore[arg-type]


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def morning(person: Person) -> timedelta:
    """The minutes of the person's own by which their nights are longer, seen from outside."""
    night = ruled(quiet=Quiet("20:00", "09:00"))
    found = may(replace(person, time_zone="UTC"), "tips", night, at("2026-06-01T08:00"), mailbox=MAILBOX)
    assert isinstance(found, Later)
    return found.at - at("2026-06-01T09:00")


def is_quiet(moment: datetime, zone: str, quiet: Quiet, own: timedelta) -> bool:
    """Whether the wall shows a time of the night: worked out minute by minute, of those that it has already shown."""
    wall = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    for days in (-1, 0, 1):
        day = datetime.combine(wall.date() + days * DAY, time())
        starts = datetime.combine(day, time.fromisoformat(quiet.starts))
        ends = datetime.combine(day, time.fromisoformat(quiet.ends)) + (DAY if quiet.ends < quiet.starts else 0 * DAY)
        if starts <= wall < ends + own:
            return True
    return False


def night(starts: int, free: int) -> Quiet:
    """A night by the minute at which it starts and the minutes of the day between its end and that."""
    ends = (starts - free) % 1440
    return Quiet(f"{starts // 60:02d}:{starts % 60:02d}", f"{ends // 60:02d}:{ends % 60:02d}")


nights = st.builds(night, st.integers(0, 1439), st.sampled_from((60, 61, 120)) | st.integers(60, 1439))


@st.composite
def moments(draw: st.DrawFn) -> tuple[datetime, str]:
    """A moment, and a zone: mostly around the hours in which clocks are put forward or back there."""
    zone = draw(st.sampled_from(ZONES))
    around = at(draw(st.sampled_from(CHANGES.get(zone, ("2026-05-05T00:00",)))))
    return around + timedelta(seconds=draw(st.integers(-36 * 3600, 12 * 3600))), zone


@given(moments(), nights, st.integers(0, 99))
def test_a_night_is_waited_for_to_its_first_free_minute(moment: tuple[datetime, str], quiet: Quiet, who: int) -> None:
    """Against a walk minute by minute: neither now nor a minute later is quiet, and no earlier minute is like that."""
    now, zone = moment
    person = known(id=f"per_{who}", time_zone=zone)
    own = morning(person)
    found = may(person, "tips", ruled(quiet=quiet), now, mailbox=MAILBOX)

    def free(it: datetime) -> bool:
        return not is_quiet(it, zone, quiet, own) and not is_quiet(it + BEGINS, zone, quiet, own)

    assert (found == Now()) == free(now)
    if isinstance(found, Later):
        assert found.why == ("quiet_hours",)
        assert_first(free, now, found.at)


def assert_first(free: Callable[[datetime], bool], now: datetime, found: datetime) -> None:
    """The moment is free, and none before it: by the minute, and by the second at last."""
    assert free(found)
    minutes = ceil((found - now) / MINUTE)
    assert not any(free(now + n * MINUTE) for n in range(minutes))
    assert not any(free(it) for n in range(1, 90) if (it := found - timedelta(seconds=n)) >= now)


limited = st.lists(st.sampled_from((*PROMOTION, "rewards")), min_size=3, max_size=5, unique=True).map(tuple)
caps = st.lists(st.builds(LetterCap, st.integers(1, 3), st.integers(1, 3), limited), min_size=1, max_size=3).map(tuple)
purposes = st.sampled_from(get_args(Purpose))
mailboxes = st.sampled_from((MAILBOX,) * 9 + (None,))
words = st.none() | st.integers(-3, 3).map(lambda days: at("2026-05-05T12:00") + days * DAY)
consents = st.dictionaries(
    st.sampled_from(("rewards", *PROMOTIONAL, EVERYTHING)), st.builds(Consent, words, words, words, words)
)


recent = st.integers(-5000, 1).map(lambda minutes: at("2026-05-05T12:00") + minutes * MINUTE)


@st.composite
def people(draw: st.DrawFn) -> Person:
    """Anybody: most could be written to, of whom most have had letters in the last days."""
    now = at("2026-05-05T12:00")
    rarely = st.sampled_from((None,) * 9 + (now,))
    sent = st.builds(Sent, st.sampled_from("abcdefgh"), st.sampled_from(get_args(Limited)), recent)
    answers = draw(st.sampled_from((YES, YES, YES, draw(consents), {**YES, **draw(consents)})))
    return replace(
        Person(f"per_{draw(st.integers(0, 50))}", email=draw(st.sampled_from(("asha@example.com",) * 9 + (None,)))),
        time_zone=draw(st.sampled_from((*ZONES, "Mars/Olympus", None))),
        country=draw(st.sampled_from(("IN", "in", "DE", "ZZ", None))),
        consents=answers,
        stops={draw(st.sampled_from((MAILBOX, "another"))): Stop("bounce", now)} if draw(rarely) else {},
        complaints={"care:1001": now} if draw(rarely) else {},
        restricted_at=draw(rarely),
        erased_at=draw(rarely),
        sent=tuple(draw(st.lists(sent, min_size=2, max_size=8))),
    )


@st.composite
def settings(draw: st.DrawFn) -> Program:
    """Any limits, that bite at once or not."""
    quiet = draw(st.builds(replace, nights, purposes=limited)) if draw(st.integers(0, 3)) else None
    gather, share = draw(st.sampled_from((0, 30, 2000))), draw(st.sampled_from((0, 0, 0, 30)))
    return ruled(quiet=quiet, caps=draw(st.just(()) | caps | caps), gather_minutes=gather, hold_out_percent=share)


def agrees(person: Person, purpose: Purpose) -> bool:
    """What was last said holds, but that one's own no yields to nothing but one's own yes: in order of time."""
    state, own_no = purpose not in PROMOTIONAL, False
    told = []
    for place in (purpose, EVERYTHING):
        it = person.consents.get(place, Consent())
        told += [(it.own_no, 1, "own no"), (it.shop_no, 1, "shop no")]
        told += [(it.own_yes, 0, "own yes"), (it.shop_yes, 0, "shop yes")] if place == purpose else []
    for _, _, word in sorted((when, rank, word) for when, rank, word in told if when):
        if word == "own yes":
            state, own_no = True, False
        elif word == "shop yes":
            state = not own_no
        else:
            state, own_no = False, own_no or word == "own no"
    return state


def may_ever(person: Person, purpose: Purpose, rules: Program, mailbox: str | None) -> bool:
    """Whether nothing keeps a letter from going, whenever."""
    if mailbox is None or mailbox in person.stops or (person.erased_at and not person.email):
        return False
    if purpose == "service":
        return True
    quiet = purpose in PROMOTIONAL and (person.restricted_at or person.complaints or is_held_out(person, rules))
    return agrees(person, purpose) and not quiet


@given(
    people(),
    purposes,
    settings(),
    st.sampled_from((*"aaaaaaaaa", None)).map(lambda it: it and MAILBOX),
    st.integers(-3000, 3000),
)
def test_nothing_outside_the_policy_goes_and_what_is_moved_goes_at_its_first_moment(
    person: Person, purpose: Purpose, rules: Program, mailbox: str | None, minutes: int
) -> None:
    """Against each rule worked out anew for each minute: now is allowed, later is the first such, never is never."""
    now = at("2026-05-05T12:00") + minutes * MINUTE
    since = now - timedelta(minutes=minutes % 100)
    found = may(person, purpose, rules, now, mailbox=mailbox, key="a", since=since)
    letters, zone, own = rules.letters, zone_of(person, rules), morning(known(id=person.id))

    def free(it: datetime) -> bool:
        if purpose == "rewards" and it < since + timedelta(minutes=letters.gather_minutes):
            return False
        for cap in letters.caps:
            others = [mail for mail in person.sent if mail.purpose in cap.purposes and mail.key != "a"]
            within = [mail for mail in others if mail.at + timedelta(days=cap.days) > it]
            if purpose in cap.purposes and len(within) >= cap.letters:
                return False
        if letters.quiet is None or purpose not in letters.quiet.purposes:
            return True
        return not any(is_quiet(moment, str(zone), letters.quiet, own) for moment in (it, it + BEGINS))

    assert isinstance(found, Never) == (not may_ever(person, purpose, rules, mailbox))
    assert (found == Now()) == (may_ever(person, purpose, rules, mailbox) and free(now))
    if isinstance(found, Later):
        assert_first(free, now, found.at)
        assert may(person, purpose, rules, found.at, mailbox=mailbox, key="a", since=since) == Now()


@given(people(), purposes, settings(), st.integers(0, 10**6))
def test_never_is_never_until_facts_or_settings_change(
    person: Person, purpose: Purpose, rules: Program, minutes: int
) -> None:
    """Whoever asks again at any later time is told the same, and why; nobody has to wake up for it."""
    now = at("2026-05-05T12:00")
    found = may(person, purpose, rules, now, mailbox=MAILBOX)
    again = may(person, purpose, rules, now + minutes * MINUTE, mailbox=MAILBOX)
    assert isinstance(found, Never) == isinstance(again, Never)
    assert not isinstance(found, Never) or found == again


@pytest.mark.parametrize(
    ("about", "purpose", "why"),
    [
        ({"erased_at": at("2026-05-01T00:00"), "email": None}, "service", "erased"),
        ({"stops": {MAILBOX: Stop("bounce", at("2026-05-01T00:00"))}}, "service", "stopped"),
        ({"consents": {EVERYTHING: Consent(own_no=at("2026-05-01T00:00"))}}, "rewards", "refused"),
        ({"consents": {EVERYTHING: Consent(own_no=at("2026-05-01T00:00"))}}, "tips", "refused"),
        ({"consents": {"rewards": Consent(shop_no=at("2026-05-01T00:00"))}}, "rewards", "refused"),
        ({"consents": {}}, "offers", "no_consent"),
        ({"restricted_at": at("2026-05-01T00:00")}, "wishes", "restricted"),
        ({"complaints": {"care:1001": at("2026-05-01T00:00")}}, "care", "complaint_open"),
    ],
)
def test_what_keeps_a_letter_from_going_is_named(about: dict[str, object], purpose: Purpose, why: str) -> None:
    """By a word that stays, whatever else would have moved it."""
    night = ruled(quiet=Quiet("00:00", "22:00", get_args(Limited)))
    assert may(known(**about), purpose, night, at("2026-05-05T12:00"), mailbox=MAILBOX) == Never(why)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("about", "purpose"),
    [
        # Nothing of these is about service, and of rewards only a no.
        ({"restricted_at": at("2026-05-01T00:00"), "complaints": {"care:1": at("2026-05-01T00:00")}}, "service"),
        ({"restricted_at": at("2026-05-01T00:00"), "complaints": {"care:1": at("2026-05-01T00:00")}}, "rewards"),
        ({"consents": {EVERYTHING: Consent(own_no=at("2026-05-01T00:00"))}}, "service"),
        ({"consents": {}}, "rewards"),
        # What was told after an erasure counts again.
        ({"erased_at": at("2026-05-01T00:00")}, "service"),
        # A bounce stops the address and not the person, who has another one now.
        ({"stops": {"the former one": Stop("bounce", at("2026-05-01T00:00"))}}, "tips"),
    ],
)
def test_what_does_not_concern_a_letter_lets_it_go(about: dict[str, object], purpose: Purpose) -> None:
    """Service is kept from going only by a stopped address, an erasure or nobody to write to."""
    assert may(known(**about), purpose, ruled(), at("2026-05-05T12:00"), mailbox=MAILBOX) == Now()


def test_nobody_is_written_to_without_an_address() -> None:
    """Not even for service; and who was erased is told apart from who never told one."""
    assert may(known(), "service", ruled(), at("2026-05-05T12:00"), mailbox=None) == Never("no_address")


def test_service_never_waits() -> None:
    """Whatever hours are quiet and whatever went before: who did something gets the answer."""
    rules = ruled(quiet=Quiet("00:00", "23:00"), caps=(LetterCap(1, 366),), gather_minutes=600, hold_out_percent=50)
    now = at("2026-05-05T12:00")
    for n in range(9):
        person = known(id=f"per_{n}", sent=(Sent("a", "tips", now),))
        assert may(person, "service", rules, now, mailbox=MAILBOX, since=now) == Now()


def test_a_letter_may_begin_a_minute_after_it_is_let_through() -> None:
    """So 19:59 is the last minute before 20:00, and its first second not any more."""
    night = ruled(quiet=Quiet("20:00", "09:00"))
    person = known()
    morning_at = at("2026-05-06T09:00") + morning(person)
    for now, found in (
        (at("2026-05-05T19:59") - timedelta(milliseconds=1), Now()),
        (at("2026-05-05T19:59"), Later(morning_at, ("quiet_hours",))),
        (at("2026-05-05T19:59:30"), Later(morning_at, ("quiet_hours",))),
        (morning_at - timedelta(milliseconds=1), Later(morning_at, ("quiet_hours",))),
        (morning_at, Now()),
    ):
        assert may(person, "tips", night, now, mailbox=MAILBOX) == found


def test_mornings_begin_in_45_different_minutes() -> None:
    """So no zone wakes up in one second; and each person's is the same every day."""
    mornings = {morning(known(id=f"per_{n}")) for n in range(1000)}
    assert mornings == {n * MINUTE for n in range(MORNING_MINUTES)}


@pytest.mark.parametrize(
    ("zone", "starts", "ends", "now", "found"),
    [
        # 2:00 to 3:00 is skipped in Berlin: a night that ends at 2:30 ends at the jump, at 3:00.
        ("Europe/Berlin", "22:00", "02:30", "2026-03-28T23:00", "2026-03-29T01:00"),
        # There 2:00 to 3:00 comes twice: a night that ends at 2:30 ends the first time, and is quiet the second time.
        ("Europe/Berlin", "22:00", "02:30", "2026-10-24T22:00", "2026-10-25T00:30"),
        ("Europe/Berlin", "22:00", "02:30", "2026-10-25T01:10", "2026-10-25T01:30"),
        # A night that begins at 2:30 has not begun yet when the hour comes again.
        ("Europe/Berlin", "02:30", "09:00", "2026-10-25T00:45", "2026-10-25T01:00"),
        # Clocks go from 24:00 to 1:00 in Cairo and Beirut: that day has no midnight.
        ("Africa/Cairo", "20:00", "00:30", "2026-04-23T20:00", "2026-04-23T22:00"),
        ("Asia/Beirut", "20:00", "00:00", "2026-03-28T20:00", "2026-03-28T22:00"),
        # Half an hour is skipped on Lord Howe, and comes again.
        ("Australia/Lord_Howe", "22:00", "02:15", "2026-10-03T14:00", "2026-10-03T15:30"),
        ("Australia/Lord_Howe", "22:00", "01:45", "2026-04-04T15:05", "2026-04-04T15:15"),
        # Apia had no 30 December 2011.
        ("Pacific/Apia", "20:00", "09:00", "2011-12-30T08:00", "2011-12-30T19:00"),
        # Zones of quarters of an hour.
        ("Asia/Kolkata", "20:00", "09:00", "2026-05-05T20:00", "2026-05-06T03:30"),
        ("Asia/Kathmandu", "20:00", "09:00", "2026-05-05T20:00", "2026-05-06T03:15"),
    ],
)
def test_a_night_ends_by_the_wall(zone: str, starts: str, ends: str, now: str, found: str) -> None:
    """Where hours are skipped or come again, or zones are no whole hours apart; somebody without own minutes."""
    person = next(it for n in range(1000) if not morning(it := known(id=f"per_{n}", time_zone=zone)))
    night = ruled(quiet=Quiet(starts, ends))
    assert may(person, "tips", night, at(now), mailbox=MAILBOX) == Later(at(found), ("quiet_hours",))


@pytest.mark.parametrize(
    ("time_zone", "country", "zone"),
    [
        ("Asia/Kolkata", "DE", "Asia/Kolkata"),
        (None, "AU", "Australia/Sydney"),
        (None, "gb", "Europe/London"),
        ("Mars/Olympus", "DE", "Europe/Berlin"),
        ("../../etc/passwd", "DE", "Europe/Berlin"),
        ("", "ZZ", "Asia/Kathmandu"),
        ("Europe", None, "Asia/Kathmandu"),
        ("\0", "", "Asia/Kathmandu"),
    ],
)
def test_a_zone_is_ones_own_else_of_the_country_else_of_the_shop(
    time_zone: str | None, country: str | None, zone: str
) -> None:
    """Names that nobody knows fall through."""
    rules = replace(ruled(), time_zone="Asia/Kathmandu")
    assert str(zone_of(known(time_zone=time_zone, country=country), rules)) == zone


def test_every_country_has_a_zone_of_its_own() -> None:
    """The table is that of the time zone database that is installed: each country, with one of its zones."""
    listed: dict[str, set[str]] = {}
    for line in resources.files("tzdata").joinpath("zoneinfo/zone.tab").read_text().splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            listed.setdefault(country, set()).add(zone)
    assert ZONE_OF_COUNTRY.keys() == listed.keys()
    assert all(zone in listed[country] for country, zone in ZONE_OF_COUNTRY.items())


def test_a_cap_makes_room_when_its_days_are_over() -> None:
    """Two in 7 days: the third waits until the first of the last two is 7 days old, and not for the one before them."""
    rules = ruled(caps=(LetterCap(2, 7),))
    now = at("2026-05-05T12:00")
    sent = tuple(Sent(key, "tips", now - days * DAY) for key, days in (("a", 6), ("b", 5), ("c", 1)))
    assert may(known(sent=sent), "offers", rules, now, mailbox=MAILBOX) == Later(now + 2 * DAY, ("cap",))
    assert may(known(sent=sent[:1]), "offers", rules, now, mailbox=MAILBOX) == Now()
    assert may(known(sent=sent), "offers", rules, now + 2 * DAY, mailbox=MAILBOX) == Now()


def test_a_cap_counts_the_purposes_that_it_names_together() -> None:
    """And no others; and each cap that names the purpose has to have room."""
    now = at("2026-05-05T12:00")
    rules = ruled(caps=(LetterCap(1, 7, ("tips", "rewards")), LetterCap(2, 30)))
    person = known(sent=(Sent("a", "rewards", now), Sent("b", "offers", now), Sent("c", "care", now)))
    assert may(person, "tips", rules, now, mailbox=MAILBOX) == Later(now + 30 * DAY, ("cap",))
    assert may(person, "rewards", rules, now, mailbox=MAILBOX) == Later(now + 7 * DAY, ("cap",))
    assert may(replace(person, sent=person.sent[1:]), "rewards", rules, now, mailbox=MAILBOX) == Now()


def test_a_letter_is_not_in_the_way_of_its_own_retry() -> None:
    """The claim of a try that got no answer stands among the mails; the letter itself may be tried again."""
    now = at("2026-05-05T12:00")
    rules = ruled(caps=(LetterCap(1, 7),))
    person = known(sent=(Sent("a", "tips", now + BEGINS),))
    assert may(person, "tips", rules, now, mailbox=MAILBOX, key="a") == Now()
    assert may(person, "tips", rules, now, mailbox=MAILBOX, key="b") == Later(now + BEGINS + 7 * DAY, ("cap",))


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 60)), max_size=12), st.integers(1, 8), st.integers(1, 2))
def test_no_span_of_days_has_more_mails_than_the_cap(tries: list[tuple[int, int]], letters: int, days: int) -> None:
    """Wherever in its minute each mail begins, since a claim is dated by the end of it."""
    rules, person, began = ruled(caps=(LetterCap(letters, days),)), known(), list[datetime]()
    now = at("2026-05-05T12:00")
    for n, (minutes, late) in enumerate(tries):
        now += minutes * MINUTE
        if may(person, "tips", rules, now, mailbox=MAILBOX, key=str(n)) == Now():
            person = join(person, replace(person, sent=(Sent(str(n), "tips", now + BEGINS),)))
            began.append(now + timedelta(seconds=late))
    for first in began:
        assert sum(first <= it < first + days * DAY for it in began) <= letters


def test_news_of_rewards_does_not_push_out_what_a_cap_counts() -> None:
    """The last eight are kept of each purpose: a cap may name eight, and counts by purpose."""
    now = at("2026-05-05T12:00")
    person = known(sent=(Sent("tip", "tips", now),))
    for n in range(20):
        person = join(person, replace(person, sent=(Sent(f"news {n}", "rewards", now + n * MINUTE),)))
    assert [it.key for it in person.sent] == ["tip", *(f"news {n}" for n in range(12, 20))]
    assert may(person, "offers", ruled(caps=(LetterCap(1, 7),)), now, mailbox=MAILBOX) != Now()
    assert LETTERS_MAX <= KEPT


def test_rewards_gather_and_nothing_else_does() -> None:
    """From when it was owed on; the digest, which has gathered, does not gather again."""
    rules, now = ruled(gather_minutes=60), at("2026-05-05T12:00")
    found = Later(now + timedelta(minutes=50), ("gathering",))
    since = now - timedelta(minutes=10)
    assert may(known(), "rewards", rules, now, mailbox=MAILBOX, since=since) == found
    assert may(known(), "rewards", rules, found.at, mailbox=MAILBOX, since=since) == Now()
    assert may(known(), "rewards", rules, now, mailbox=MAILBOX) == Now()
    assert may(known(), "tips", rules, now, mailbox=MAILBOX, since=since) == Now()


def test_all_that_moved_a_letter_is_its_why() -> None:
    """Gathered at 19:30, room from 21:00 on, which is at night; what moved nothing is not named."""
    person, every = known(), get_args(Limited)
    now = at("2026-05-05T19:00")
    sent = (Sent("a", "rewards", now - DAY + timedelta(hours=2)),)
    rules = ruled(quiet=Quiet("20:00", "09:00", every), caps=(LetterCap(1, 1, every),), gather_minutes=30)
    found = may(replace(person, sent=sent), "rewards", rules, now, mailbox=MAILBOX, since=now)
    assert found == Later(at("2026-05-06T09:00") + morning(person), ("gathering", "cap", "quiet_hours"))
    by_day = may(replace(person, sent=sent), "rewards", rules, at("2026-05-05T23:00"), mailbox=MAILBOX, since=now)
    assert by_day == Later(found.at, ("quiet_hours",))


def test_whoever_is_held_out_stays_so_as_the_share_grows() -> None:
    """By what they are, not by when one asks; about as many as were asked for; nothing that promotes goes to them."""
    now = at("2026-05-05T12:00")

    def held(share: int) -> set[str]:
        everybody, rules = [known(id=f"per_{n}") for n in range(1000)], ruled(hold_out_percent=share)
        return {it.id for it in everybody if may(it, "tips", rules, now, mailbox=MAILBOX) == Never("hold_out")}

    one, ten, half = held(1), held(10), held(50)
    assert not held(0)
    assert one <= ten <= half
    assert 0 < len(one) < 25
    assert 70 < len(ten) < 130
    assert 450 < len(half) < 550
    assert may(known(id=min(ten)), "rewards", ruled(hold_out_percent=10), now, mailbox=MAILBOX) == Now()


def test_what_was_drawn_for_somebody_stays_for_good() -> None:
    """By SHA-256, whatever is deployed: or else those who were held out would be others, and nothing be learnt."""

    def drawn(what: str, person_id: str, of: int) -> int:
        return int(sha256(f"{what}:{person_id}".encode()).hexdigest()[:16], 16) % of

    rules = ruled(hold_out_percent=20)
    for person in (known(id=f"per_{n}") for n in range(50)):
        assert is_held_out(person, rules) == (drawn("hold-out", person.id, 100) < 20)
        assert morning(person) == drawn("morning", person.id, 45) * MINUTE


def test_mails_are_counted_whose_purpose_a_cap_names() -> None:
    """The claim of any other leaves nothing with the person."""
    rules = ruled(caps=(LetterCap(1, 7), LetterCap(1, 1, ("rewards", "tips"))))
    assert [it for it in get_args(Purpose) if is_counted(it, rules)] == ["rewards", *PROMOTIONAL]
    assert not is_counted("rewards", ruled(caps=(LetterCap(1, 7),)))


def test_every_letter_has_a_purpose() -> None:
    """A letter whose purpose nobody has thought of would go through any gate; a digest is made of others."""
    assert PURPOSES.keys() - {"digest"} == set(get_args(Name))
    assert set(PURPOSES.values()) <= set(get_args(Purpose))


def test_by_default_one_letter_that_promotes_goes_in_a_week_and_none_by_night() -> None:
    """News of rewards goes at once, unless the shop says otherwise."""
    person, now = known(sent=(Sent("a", "tips", at("2026-05-04T12:00")),)), at("2026-05-05T21:00")
    found = Later(at("2026-05-11T12:00"), ("cap",))
    assert may(person, "offers", program(), now, mailbox=MAILBOX) == found
    assert may(person, "rewards", program(), now, mailbox=MAILBOX, since=now) == Now()
    assert PROMOTION == PROMOTIONAL

"""The one gate of letters: nothing outside it goes now, and what it moves goes at the first moment that it allows."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.model.people import PROMOTIONAL, Consent, Person
from chalicelib.domain.people.policy import (
    BEGINS,
    Later,
    Now,
    may,
)
from chalicelib.domain.program.program import Letters, Program, Quiet, minutes_between
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

YES = {it: Consent(own_yes=datetime(2010, 1, 1, tzinfo=UTC)) for it in PROMOTIONAL}
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


clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from((0, 1, 15, 30, 45, 59)))
nights = st.builds(Quiet, clocks, clocks).filter(lambda it: minutes_between(it.ends, it.starts) >= 60)


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
        assert free(found.at)
        walk = now
        while walk < found.at:
            assert not free(walk)
            walk += MINUTE

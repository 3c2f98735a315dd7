"""May somebody get a letter now? The one gate, asked when a letter is planned and again in the moment of sending.

The answer is one of three: now; later, at the first moment that is allowed, and what stands in the way until then; or
never, until facts or settings change. So what may not go is moved and not dropped, and can say why.

A mail begins up to a minute after it was let through, so a moment is allowed only if one a minute later is as well.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from math import ceil, floor
from typing import Literal

from chalicelib.domain.model.people import PROMOTIONAL, Person, Purpose
from chalicelib.domain.people.consent import agreed, refused
from chalicelib.domain.people.countries import ZONE_OF_COUNTRY
from chalicelib.domain.program.program import Program, minutes_between, zone_named

PURPOSES: dict[str, Purpose] = {
    "friend_thanks": "service",
    "balances": "service",
    "confirm": "service",
    "sign_in": "service",
    "welcome": "service",
    "spent": "service",
    "reward_held": "rewards",
    "reward_released": "rewards",
    "reward_changed": "rewards",
    "reward_lost": "rewards",
    "gift_sent": "rewards",
    "proof_approved": "rewards",
    "proof_denied": "rewards",
    "tier_reached": "rewards",
    "expiring": "rewards",
    "digest": "rewards",
    "check_in": "care",
    "interests": "care",
    "how_to": "tips",
    "birthday": "wishes",
    "anniversary": "wishes",
    "surprise": "wishes",
    "invitation": "offers",
    "miss_you": "offers",
}
"""What each letter is for, by its name."""

BEGINS = timedelta(seconds=60)
"""So long after it was let through a mail may begin, and no longer. Its `Sent` is dated by the end of it."""

MORNING_MINUTES = 45
"""Quiet hours end in so many different minutes, so that no zone wakes up in one second."""

Wait = Literal["gathering", "cap", "quiet_hours", "kept_free"]
"""What a letter waits for: more news, so that it goes out as one mail; fewer letters in the last days; the morning; one
that can't be put off, and would be if this one went before it (`domain/care/care.py`)."""

Bar = Literal["erased", "no_address", "stopped", "refused", "no_consent", "restricted", "complaint_open", "hold_out"]
"""Why there is no moment at which a letter may go: all about somebody was erased; there is nobody to write to; mail to
the address came back, or was called spam; they have said no; they have not said yes; they have restricted what is done
with what is known of them; something is open between them and the shop; they are of those who get nothing that
promotes, so that it can be told what that is worth."""

_DAY = timedelta(days=1)
_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_MIDNIGHT = "00:00"


@dataclass(frozen=True, slots=True)
class Now:
    """It may go out, if it begins within a minute."""


@dataclass(frozen=True, slots=True)
class Later:
    """It waits until `at`, the first moment at which it may go; `why` is all that moved it, the last word last."""

    at: datetime
    why: tuple[Wait, ...]


@dataclass(frozen=True, slots=True)
class Never:
    """It does not go out unless facts or settings change."""

    why: Bar


Verdict = Now | Later | Never


def may(
    person: Person,
    purpose: Purpose,
    program: Program,
    now: datetime,
    *,
    mailbox: str | None,
    key: str | None = None,
    since: datetime | None = None,
    despite: Bar | None = None,
) -> Verdict:
    """Say whether a letter may go out.

    Args:
        person: Who gets it.
        purpose: What it is for.
        program: The settings in force now, whatever version the letter speaks of.
        now: The moment.
        mailbox: The pseudonym of the address that it would go to; None if there is none.
        key: The `Sent` of this very letter, if it was tried before: it is not in its own way.
        since: When it was owed, from where on it gathers; None if it has gathered.
        despite: What is passed over, to say when it would go if that were not.
    """
    bar = next((it for it in _bars(person, purpose, program, mailbox) if it != despite), None)
    if bar is not None:
        return Never(bar)
    # Only quiet hours come again once they are over. So they are asked last, and one round finds the first moment.
    gathered = max(now, _gathered(purpose, program, since) or now)
    free = max([gathered, *_free(person, purpose, program, key)])
    at = _after_quiet(person, purpose, program, free.astimezone(UTC))
    moved: tuple[tuple[Wait, bool], ...] = (
        ("gathering", gathered > now),
        ("cap", free > gathered),
        ("quiet_hours", at > free),
    )
    why = tuple(wait for wait, has_moved in moved if has_moved)
    return Later(at, why) if why else Now()


def is_counted(purpose: Purpose, program: Program) -> bool:
    """Whether letters of a purpose are counted, so that each that goes out leaves its `Sent` with the person."""
    return any(purpose in cap.purposes for cap in program.letters.caps)


def zone_of(person: Person, program: Program) -> tzinfo:
    """Return the zone by whose clocks somebody lives: their own, else that of their country, else the program's.

    A name that the IANA database does not know, or not any more, is none.
    """
    told = (person.time_zone, ZONE_OF_COUNTRY.get((person.country or "").upper()))
    known = (zone for name in told if name and (zone := _zone(name)))
    return next(known, program.zone)


def has_open_case(person: Person) -> bool:
    """Whether something is open between somebody and the shop: then nobody asks them for anything."""
    return any(at > person.closed.get(name, _EVER) for name, at in person.complaints.items())


def is_held_out(person: Person, program: Program) -> bool:
    """Whether somebody gets nothing that promotes; who is held out at a share is so at each that is larger."""
    return draw("hold-out", person.id, 100) < program.letters.hold_out_percent


def _bars(person: Person, purpose: Purpose, program: Program, mailbox: str | None) -> Iterator[Bar]:
    """What keeps a letter from going, whenever; the gravest first."""
    promotes = purpose in PROMOTIONAL
    bars: tuple[tuple[Bar, bool], ...] = (
        ("erased", person.erased_at is not None and person.email is None),
        ("no_address", mailbox is None),
        ("stopped", mailbox in person.stops),
        ("refused", purpose != "service" and refused(person.consents, purpose)),
        ("no_consent", promotes and not agreed(person.consents, purpose)),
        ("restricted", promotes and person.restricted_at is not None),
        ("complaint_open", promotes and has_open_case(person)),
        ("hold_out", promotes and is_held_out(person, program)),
    )
    yield from (bar for bar, holds in bars if holds)


def _gathered(purpose: Purpose, program: Program, since: datetime | None) -> datetime | None:
    """When news of a reward no longer waits for more of it."""
    if purpose != "rewards" or since is None:
        return None
    return since + timedelta(minutes=program.letters.gather_minutes)


def _free(person: Person, purpose: Purpose, program: Program, key: str | None) -> Iterator[datetime]:
    """From when on each cap has room for one letter more."""
    for cap in program.letters.caps:
        counted = sorted(it.at for it in person.sent if it.purpose in cap.purposes and it.key != key)
        if purpose in cap.purposes and len(counted) >= cap.letters:
            yield counted[-cap.letters] + timedelta(days=cap.days)


def _after_quiet(person: Person, purpose: Purpose, program: Program, at: datetime) -> datetime:
    """The first moment from `at` on that is not quiet, nor the last a mail may begin at that is let through in it.

    It is sought by the wall, in steps of what the wall says is left of the night; a step ends early where clocks are
    put forward or back on the way. No night is shorter than a minute, so none lies between the two moments.
    """
    quiet = program.letters.quiet
    if quiet is None or purpose not in quiet.purposes:
        return at
    zone, own = zone_of(person, program), draw("morning", person.id, MORNING_MINUTES)
    starts = timedelta(minutes=minutes_between(_MIDNIGHT, quiet.starts))
    length = timedelta(minutes=minutes_between(quiet.starts, quiet.ends) + own)

    def left(moment: datetime) -> timedelta:
        wall = moment.astimezone(zone).replace(tzinfo=None)
        passed = (wall - datetime.combine(wall, time()) - starts) % _DAY
        return max(length - passed, timedelta())

    while (now := left(at)) or left(at + BEGINS):
        at = _step(at, now, zone) if now else at + BEGINS
    return at


def _step(at: datetime, by: timedelta, zone: tzinfo) -> datetime:
    """So much later, or where clocks are put forward or back before that: to the second, where that always is."""
    offset = at.astimezone(zone).utcoffset()
    if (at + by).astimezone(zone).utcoffset() == offset:
        return at + by
    before, after = floor(at.timestamp()), ceil((at + by).timestamp())
    while after - before > 1:
        between = (before + after) // 2
        if datetime.fromtimestamp(between, zone).utcoffset() == offset:
            before = between
        else:
            after = between
    return datetime.fromtimestamp(after, UTC)


def draw(what: str, person_id: str, of: int) -> int:
    """A number from 0 on and below `of`, always the same for a person; another one for each `what`."""
    digest = hashlib.sha256(f"{what}:{person_id}".encode()).digest()
    return int.from_bytes(digest[:8]) % of


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo | None:
    try:
        return zone_named(name)
    except (KeyError, OSError, ValueError):
        return None

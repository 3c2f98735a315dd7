"""The occasions once more, said differently: what may be done for somebody, by what they and the shop have told.

Nothing of care is asked. A picture is what may be known of a person at a time; of it follows for each touch of theirs
when its time begins and ends.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import chain, combinations, pairwise
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from tests.year.facts import Fact
from tests.year.rules import GUIDES, KIND_OF, month_of
from tests.year.town import Order

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
KEPT = 8
UNSURE_MAX = 12

PURPOSES = {
    "birthday": "wishes",
    "check_in": "care",
    "how_to": "tips",
    "invitation": "offers",
    "anniversary": "wishes",
    "surprise": "wishes",
    "miss_you": "offers",
    "interests": "care",
}
"""What each touch by mail is for."""

Key = tuple[str, str]
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Bought:
    """An order, as far as it is known."""

    order: Order
    delivered_at: datetime | None
    refunded: bool

    def since(self, after_delivery: int, after_purchase: int) -> datetime:
        """Return so long after the delivery, or after the purchase if none is reported."""
        if self.delivered_at:
            return self.delivered_at + after_delivery * DAY
        return self.order.placed_at + after_purchase * DAY


@dataclass(frozen=True, slots=True)
class Picture:
    """What may be known of somebody: facts, each for sure, and when each touch went before that.

    Attributes:
        gone: When each touch was let through, by occasion and subject.
        owner: The id by which it is drawn.
        early: Whether a request that was tried again had done its work at the first try.
    """

    facts: Sequence[Fact]
    rules: Mapping[str, Any]
    zone: str
    gone: Mapping[Key, datetime]
    owner: str
    early: bool = False

    def joined_at(self) -> datetime | None:
        """Return when somebody became an ambassador; of two who are one, when the first did."""
        joined = [it for it in self.facts if it.kind == "enrolled"]
        times = [it.asked_at if self.early else it.answered_at or it.asked_at for it in joined]
        return min((at for at in times if at), default=None)

    def last(self, kind: str) -> Fact | None:
        """What was told of a kind last."""
        return max((it for it in self.facts if it.kind == kind), key=lambda it: it.last, default=None)

    def orders(self) -> list[Bought]:
        """All that was bought, as it is known, in the order of time: the last eight."""
        found = []
        for fact in (it for it in self.facts if it.kind == "order" and it.value):
            about = [it for it in self.facts if it.about == fact.about]
            parcels = [it.value for it in about if it.kind == "delivery"]
            whole = any(not more for _, _, more in parcels)
            at = max((at for _, at, _ in parcels), default=None) if whole else None
            found.append(Bought(fact.value, at, any(it.kind == "refund" and it.value for it in about)))
        return sorted(found, key=lambda it: (it.order.placed_at, it.order.id))[-KEPT:]

    def windows(self, now: datetime) -> Iterator[tuple[Key, Window]]:
        """Yield each touch that there may be about a time, and from when until when it makes sense."""
        care = self.rules["care"]
        kept = [it for it in self.orders() if not it.refunded]
        for name, find in (
            ("birthday", self._birthday),
            ("anniversary", self._anniversary),
            ("invitation", self._invitation),
            ("miss_you", self._miss_you),
            ("interests", self._interests),
            ("social", self._social),
            ("surprise", self._surprise),
        ):
            if name in care:
                for subject, (starts, lasts) in find(care[name], kept, now):
                    yield (name, subject), (starts, starts + lasts * DAY)
        told = {it.about for it in self.facts if it.kind == "answer"}
        for it in kept:
            asked = care["check_in"]
            if it.order.id not in told:
                starts = it.since(asked.get("after_delivery_days", 14), 21)
                yield ("check_in", it.order.id), (starts, starts + 14 * DAY)
            if it.order.skus:
                starts = it.since(4, 10)
                yield ("how_to", it.order.id), (starts, starts + 30 * DAY)

    def _birthday(self, settings: Any, kept: Any, now: datetime) -> Iterator[tuple[str, tuple[datetime, int]]]:
        del settings, kept
        told = self.last("birthday")
        if told is None:
            return
        assert told.asked_at is not None, "it was told"
        at = told.answered_at or told.asked_at
        for year in (now.year - 1, now.year, now.year + 1):
            starts = midnight(the_day(told.value, year), self.zone)
            if starts >= at + 30 * DAY and self._is_far("birthday", str(year), starts):
                yield str(year), (starts, 3)

    def _is_far(self, occasion: str, subject: str, starts: datetime, name: str = "", days: int = 300) -> bool:
        """Whether no other touch of an occasion went a while before."""
        gone = {key[1]: at for key, at in self.gone.items() if key[0] == occasion and key[1].startswith(name)}
        return all(starts >= at + days * DAY for other, at in gone.items() if other != subject)

    def _anniversary(self, settings: Any, kept: Any, now: datetime) -> Iterator[tuple[str, tuple[datetime, int]]]:
        del settings, kept
        first = min((it.value.placed_at for it in self.facts if it.kind == "order" and it.value), default=None)
        for name, at in (("joining", self.joined_at()), ("purchase", first)):
            for year in (now.year - 1, now.year, now.year + 1):
                if at is None:
                    continue
                day = at.astimezone(ZoneInfo(self.zone)).strftime("%m-%d")
                subject, starts = f"{name}-{year}", midnight(the_day(day, year), self.zone)
                if starts >= at + 300 * DAY and self._is_far("anniversary", subject, starts, f"{name}-"):
                    yield subject, (starts, 7)

    def _invitation(
        self, settings: Any, kept: Sequence[Bought], now: datetime
    ) -> Iterator[tuple[str, tuple[datetime, int]]]:
        del settings, now
        answers = sorted((it for it in self.facts if it.kind == "answer"), key=lambda it: it.last)
        if self.last("enrolled") or (answers and answers[-1].value == "unhappy"):
            return
        if answers and answers[-1].value == "happy":
            subject, at = f"check_in:{answers[-1].about}", answers[-1].answered_at or answers[-1].asked_at
            assert at is not None, "it was answered"
            if self._is_far("invitation", subject, at + DAY, days=365):
                yield subject, (at + DAY, 60)
        if len(kept) > 1:
            last = kept[-1]
            starts = last.since(10, 10)
            if self._is_far("invitation", last.order.id, starts, days=365):
                yield last.order.id, (starts, 60)

    def _miss_you(
        self, settings: Mapping[str, Any], kept: Sequence[Bought], now: datetime
    ) -> Iterator[tuple[str, tuple[datetime, int]]]:
        del now
        if not kept:
            return
        last, gaps = kept[-1].order, [b.order.placed_at - a.order.placed_at for a, b in pairwise(kept)]
        silence = settings["first_order_days"] * DAY
        if gaps:
            twice = 2 * median(it.total_seconds() for it in gaps)
            silence = max(timedelta(seconds=round(twice)), 45 * DAY)
        gone = [at for (occasion, subject), at in self.gone.items() if occasion == "miss_you" and subject != last.id]
        if all(at < last.placed_at for at in gone):
            yield last.id, (last.placed_at + silence, 30)

    def _interests(self, settings: Any, kept: Any, now: datetime) -> Iterator[tuple[str, tuple[datetime, int]]]:
        del settings, kept, now
        first = min((it.value.placed_at for it in self.facts if it.kind == "order" and it.value), default=None)
        since = first or self.joined_at()
        if since and not self.last("interests"):
            yield "once", (since + 30 * DAY, 60)

    def _social(
        self, settings: Any, kept: Sequence[Bought], now: datetime
    ) -> Iterator[tuple[str, tuple[datetime, int]]]:
        del settings, now
        if kept and self.last("handles"):
            starts = kept[-1].since(10, 10)
            if self._is_far("social", kept[-1].order.id, starts, days=90):
                yield kept[-1].order.id, (starts, 30)

    def _surprise(
        self, settings: Mapping[str, Any], kept: Sequence[Bought], now: datetime
    ) -> Iterator[tuple[str, tuple[datetime, int]]]:
        first = min((it.value.placed_at for it in self.facts if it.kind == "order" and it.value), default=None)
        since = first or self.joined_at()
        if since is None or not kept:
            return
        for ahead in (-1, 0, 1):
            month = month_of(now, ahead)
            drawn = is_drawn(self.owner, month, terms_of(settings, month))
            starts = moment_of(self.owner, month, self.zone)
            if drawn and starts >= since + settings["known_days"] * DAY:
                yield month, (starts, 14)


def terms_of(settings: Mapping[str, Any], month: str) -> Mapping[str, Any] | None:
    """Return by what the gifts of a month are drawn."""
    held = [it for it in settings["rounds"] if it["since"] <= month]
    return max(held, key=lambda it: it["since"], default=None)


def number_of(question: str, person_id: str, month: str) -> int:
    """Draw again: the first eight bytes of a SHA-256."""
    digest = hashlib.sha256(f"surprise {question} {month} {person_id}".encode()).hexdigest()
    return int(digest[:16], 16)


def place_of(question: str, person_id: str) -> int:
    """Draw who is held out, or has a variant: a number below a hundred, always the same for one person."""
    digest = hashlib.sha256(f"{question}:{person_id}".encode()).hexdigest()
    return int(digest[:16], 16) % 100


def is_held_out(occasion: str, person_id: str, rules: Mapping[str, Any]) -> bool:
    """Whether somebody gets nothing of an occasion, or nothing at all."""
    of_it, of_all = rules["care"][occasion].get("hold_out_percent", 0), rules["letters"]["hold_out_percent"]
    return place_of(f"hold-out:{occasion}", person_id) < int(of_it) or place_of("hold-out", person_id) < int(of_all)


def variant_of(occasion: str, person_id: str, rules: Mapping[str, Any]) -> str | None:
    """Return which variant somebody has; the rules of the year have one at most."""
    variants = rules["care"][occasion].get("variants", ())
    place = place_of(f"variant:{occasion}", person_id)
    return next((it["name"] for it in variants if place < it["percent"]), None)


def is_drawn(person_id: str, month: str, terms: Mapping[str, Any] | None) -> bool:
    """Whether somebody is drawn in a month: of 10,000 people so many are."""
    return terms is not None and number_of("who", person_id, month) / 2**64 < terms["chance"] / 10_000


def moment_of(person_id: str, month: str, zone: str) -> datetime:
    """The minute of the month's first 21 days at which it goes."""
    minute = number_of("when", person_id, month) * 21 * 24 * 60 // 2**64
    wall = datetime(int(month[:4]), int(month[5:]), 1) + timedelta(minutes=minute)  # noqa: DTZ001 - on a wall
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def the_day(text: str, year: int) -> date:
    """A day of the year; 29 February is the day before 1 March."""
    month, day = map(int, text[-5:].split("-"))
    return date(year, 3, 1) - DAY if (month, day) == (2, 29) else date(year, month, day)


def midnight(day: date, zone: str) -> datetime:
    """The first minute that bears a date on a wall, found by trying one after the other."""
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) - 15 * timedelta(hours=1)
    while at.astimezone(ZoneInfo(zone)).date() < day:
        at += 15 * MINUTE
    return at


def has_guide(order: Order, locale: str) -> bool:
    """Whether there is a guide to something in an order, in a language."""
    kinds = {KIND_OF[it] for it in order.skus if it in KIND_OF}
    return any(
        language == locale and (set(skus) & set(order.skus) or set(categories) & kinds)
        for _, language, skus, categories in GUIDES
    )


def pictures(
    facts: Iterable[Fact],
    rules: Sequence[Mapping[str, Any]],
    zones: Iterable[str],
    gone: Mapping[Key, datetime],
    owners: Sequence[str],
    at: datetime,
) -> Iterator[Picture]:
    """Yield all that may be known of somebody at a time: with or without what is unsure, and with each part of it."""
    known = [it for it in facts if it.may_count(at)]
    unsure = [it for it in known if not it.counts(at)]
    sure = [it for it in known if it not in unsure]
    choices: Iterator[Sequence[Fact]] = iter([sure, known])
    if len(unsure) <= UNSURE_MAX:
        parts = (part for size in range(1, len(unsure)) for part in combinations(unsure, size))
        choices = chain(choices, ([*sure, *part] for part in parts))
    for chosen in choices:
        for zone in zones:
            for program in rules:
                for owner in owners:
                    for early in (False, True):
                        yield Picture(chosen, program, zone, gone, owner, early)

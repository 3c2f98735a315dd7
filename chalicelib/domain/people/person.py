"""What is known of a person: the newest word on each thing, in whatever order and however often it comes in.

Everything here is a maximum, a union or "the last eight". So to tell something, to fold it in late or twice, to forget,
and to find that two people are one, are one operation: `join`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from chalicelib.domain.model.people import EVERYTHING, Answer, Bought, Consent, Person, Sent, Touched
from chalicelib.domain.people.mail_events import graver, joined_bounces, with_unreachable

T = TypeVar("T")

KEPT = 8
"""How many orders are kept of a person, and how many mails of each purpose: no cap counts more of them."""

REMEMBERED = 2 * KEPT
"""How many touches of each occasion are kept: as long as an order is, that many others can't have been asked about."""

TOLD = (
    "email",
    "customer_id",
    "first_name",
    "last_name",
    "locale",
    "time_zone",
    "country",
    "birthday",
    "handles",
    "interests",
    "restricted_at",
)
"""What can be told of a person: each with the time at which it was."""

_EVER = datetime(2000, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=1)
_BLANK = Person("")
_CONSENT_TIMES = tuple(it.name for it in fields(Consent) if it.name not in {"source", "text"})


def tell(person: Person, particulars: Mapping[str, Any], at: datetime) -> Person:
    """Fold in what was told at a time, by the names of `TOLD`. An empty value takes back what was told before.

    What is older than the newest word on a thing, or than an erasure, changes nothing.
    """
    return join(person, Person(person.id, **particulars, told=dict.fromkeys(particulars, at)))


def news(person: Person, particulars: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of it is not known already: a shop that tells everything each night changes nothing by it."""
    return {name: value for name, value in particulars.items() if value != getattr(person, name)}


def join(one: Person, other: Person) -> Person:
    """Return the person who is both: with the id, the version and the role of the one, where both have them.

    In all else it does not matter which is which, nor how often they are joined.
    """
    erased_at = _later(one.erased_at, other.erased_at)
    said = {name: newest for name in TOLD if (newest := _newest(one, other, name, erased_at))}
    bounces = _joined(one.bounces, other.bounces, joined_bounces)
    starts = [it.created_at for it in (one, other) if it.created_at]
    return replace(
        one,
        names=tuple(sorted({*one.names, *other.names})),
        created_at=min(starts, default=None),
        **{name: said[name][2] if name in said else getattr(_BLANK, name) for name in TOLD},
        told={name: at for name, (at, *_) in said.items()},
        consents=_consents(one, other, erased_at),
        stops=with_unreachable(_joined(one.stops, other.stops, graver), bounces),
        bounces=bounces,
        complaints={name: at for name, at in _most(one.complaints, other.complaints).items() if _counts(at, erased_at)},
        closed={name: at for name, at in _most(one.closed, other.closed).items() if _counts(at, erased_at)},
        ambassador_id=one.ambassador_id or other.ambassador_id,
        ambassador_since=_earlier(one.ambassador_since, other.ambassador_since),
        absorbed=tuple(sorted({*one.absorbed, *other.absorbed})),
        orders=_orders((*one.orders, *other.orders), erased_at),
        first_bought_at=_kept(_earlier(one.first_bought_at, other.first_bought_at), erased_at),
        first_coded_at=_kept(_earlier(one.first_coded_at, other.first_coded_at), erased_at),
        answers=_answers((*one.answers, *other.answers), erased_at),
        touches=_touches((*one.touches, *other.touches), erased_at),
        sent=_sent({*one.sent, *other.sent}),
        seen_until=_later(one.seen_until, other.seen_until),
        paused_until=_later(one.paused_until, other.paused_until),
        erased_at=erased_at,
    )


def merge_people(person: Person, other: Person) -> tuple[Person, Person]:
    """Return both as they are once they have turned out to be one: the person, and the one that leads there.

    What is known of the person stays; of the other comes what nobody knew, and all that happened. The person has the
    version that they had, since more may change with it.
    """
    own = {name: getattr(person, name) for name in TOLD if getattr(person, name) != getattr(_BLANK, name)}
    times = {name: at for name, at in person.told.items() if name in own}
    one = join(person, other)
    absorbed = tuple(sorted({*one.absorbed, other.id}))
    one = replace(one, **own, told={**one.told, **times}, absorbed=absorbed)
    return one, Person(other.id, version=other.version + 1, into=person.id, listed=other.listed)


def known_as(person: Person, *names: str) -> Person:
    """Remember by which pseudonyms somebody is known."""
    return replace(person, names=tuple(sorted({*person.names, *names})))


def bought(person: Person, order: Bought) -> Person:
    """Remember an order, unless there are later ones enough; one that is told again changes nothing."""
    return join(person, Person(person.id, orders=(order,), first_bought_at=order.placed_at))


def coded(person: Person, at: datetime) -> Person:
    """Remember that an order which was placed then had a code."""
    return join(person, Person(person.id, first_coded_at=at))


def folded(person: Person, particulars: Mapping[str, Any], order: Bought, at: datetime) -> Person:
    """Fold in an order, and what it tells of its buyer. An ambassador has told better: it only adds what is missing."""
    missing = {name: value for name, value in particulars.items() if getattr(person, name) == getattr(_BLANK, name)}
    told = missing if person.ambassador_id else news(person, particulars)
    times = dict.fromkeys(told, at)
    return join(person, Person(person.id, **told, told=times, orders=(order,), first_bought_at=order.placed_at))


def erase(person: Person, at: datetime) -> Person:
    """Forget all that was told until a time. It counts as the person's own no to everything; what comes later counts.

    The pseudonyms stay, so that the no is found whatever the person is known by, and so do the stops of addresses.
    """
    return join(person, Person(person.id, erased_at=at))


def restrict(person: Person, at: datetime, *, lifted: bool = False) -> Person:
    """Use nothing of what is known but for service and rewards from now on, or use it again."""
    return tell(person, {"restricted_at": None if lifted else at}, at)


def is_blank(person: Person, *, but: str = "") -> bool:
    """Whether nothing is known of somebody `but` one address or id, and what was bought by it: no name, no word."""
    spoken = {name for name in TOLD if getattr(person, name) != getattr(_BLANK, name)} - {but}
    said = person.consents or person.complaints or person.erased_at
    return not (spoken or said or person.ambassador_id or person.sent)


def moment(person: Person, now: datetime) -> datetime:
    """Return the time of what is told now: later than all that was, so that the second of two words counts.

    Clocks of two functions differ; what was told last is what the table has taken last.
    """
    times = [*person.told.values(), *(at for it in person.consents.values() for at in _times(it))]
    times += [*(it.at for it in person.answers), *person.complaints.values(), *person.closed.values()]
    newest = max([*times, *filter(None, [person.erased_at])], default=None)
    return now if newest is None else max(now, newest + _STEP)


def last_seen(person: Person) -> datetime | None:
    """Return when a person last told, wrote or answered something, agreed or refused themselves, or bought."""
    said = [at for it in person.consents.values() for at in (it.own_yes, it.own_no) if at]
    said += person.complaints.values()
    told = (*person.told.values(), *(it.at for it in person.answers), *(it.placed_at for it in person.orders))
    return max([*told, *said], default=person.created_at)


def masked(email: str) -> str:
    """Show an address so that its owner knows it, and nobody else learns it: `m…@example.com`."""
    local, _, host = email.rpartition("@")
    return f"{local[:1]}…@{host}"


def _newest(one: Person, other: Person, name: str, erased_at: datetime | None) -> tuple[datetime, str, Any] | None:
    """The last word on one thing, with its time; of two at the same time one of them, whichever comes first."""
    words = [word for person in (one, other) if (word := _word(person, name)) and _counts(word[0], erased_at)]
    return max(words, key=lambda word: word[:2], default=None)


def _word(person: Person, name: str) -> tuple[datetime, str, Any] | None:
    value, at = getattr(person, name), person.told.get(name)
    if at is None and value == getattr(_BLANK, name):
        return None
    return at or person.created_at or _EVER, repr(value), value


def _consents(one: Person, other: Person, erased_at: datetime | None) -> dict[str, Consent]:
    purposes = sorted({*one.consents, *other.consents, *([EVERYTHING] if erased_at else [])})
    none = Consent()
    both = {it: _consent(one.consents.get(it, none), other.consents.get(it, none), erased_at) for it in purposes}
    if erased_at:
        everything = both[EVERYTHING]
        both[EVERYTHING] = replace(everything, own_no=_later(everything.own_no, erased_at))
    return {purpose: consent for purpose, consent in both.items() if consent != none}


def _consent(one: Consent, other: Consent, erased_at: datetime | None) -> Consent:
    """Join what was said about a purpose: four maxima, and the words that came with the latest yes."""
    yes = max((one, other), key=lambda it: (_yes(it), it.source or "", it.text or ""))
    latest = {name: _later(getattr(one, name), getattr(other, name)) for name in _CONSENT_TIMES}
    kept: dict[str, Any] = {name: at for name, at in latest.items() if at and _counts(at, erased_at)}
    if "own_yes" not in kept and "shop_yes" not in kept:
        return Consent(**kept)
    return Consent(**kept, source=yes.source, text=yes.text)


def _yes(consent: Consent) -> datetime:
    return max(filter(None, [consent.own_yes, consent.shop_yes]), default=_EVER)


def _times(consent: Consent) -> Iterator[datetime]:
    return filter(None, (getattr(consent, name) for name in _CONSENT_TIMES))


def _joined(one: Mapping[str, T], other: Mapping[str, T], join_two: Callable[[list[T]], T]) -> dict[str, T]:
    names = sorted({*one, *other})
    return {name: join_two([it[name] for it in (one, other) if name in it]) for name in names}


def _most(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    names = sorted({*one, *other})
    return {name: max(it[name] for it in (one, other) if name in it) for name in names}


def _orders(orders: Iterable[Bought], erased_at: datetime | None) -> tuple[Bought, ...]:
    """The last of them, each as the most facts tell it."""
    told = {it.order_id: it for it in sorted(orders, key=lambda it: (it.facts, repr(it)))}.values()
    return _last((it.placed_at, it.order_id, it) for it in told if _counts(it.placed_at, erased_at))


def _answers(answers: Iterable[Answer], erased_at: datetime | None) -> tuple[Answer, ...]:
    """The last of them, of each question the latest."""
    told = {it.about: it for it in sorted(answers, key=lambda it: (it.at, it.value))}.values()
    return _last((it.at, it.about, it) for it in told if _counts(it.at, erased_at))


def _touches(touches: Iterable[Touched], erased_at: datetime | None) -> tuple[Touched, ...]:
    """The last of each occasion; of one that was begun again the last try."""
    tries = sorted(touches, key=lambda it: (it.at, it.held_out, it.variant or ""))
    kept = {(it.occasion, it.subject): it for it in tries if _counts(it.at, erased_at)}.values()
    lasts = [
        _last(((it.at, it.subject, it) for it in kept if it.occasion == occasion), REMEMBERED)
        for occasion in {it.occasion for it in kept}
    ]
    return tuple(sorted((it for last in lasts for it in last), key=lambda it: (it.at, it.occasion, it.subject)))


def _last(dated: Iterable[tuple[datetime, str, Any]], most: int = KEPT) -> tuple[Any, ...]:
    return tuple(it for *_, it in sorted(dated, key=lambda it: it[:2])[-most:])


def _sent(mails: Iterable[Sent]) -> tuple[Sent, ...]:
    """The last of each purpose, since caps count by it; of each mail its last try."""
    tries = {it.key: it for it in sorted(mails, key=lambda it: (it.at, it.purpose))}.values()
    kept = [
        _last((it.at, it.key, it) for it in tries if it.purpose == purpose) for purpose in {it.purpose for it in tries}
    ]
    return tuple(sorted((it for mails in kept for it in mails), key=lambda it: (it.at, it.key)))


def _counts(at: datetime, erased_at: datetime | None) -> bool:
    return erased_at is None or at > erased_at


def _kept(at: datetime | None, erased_at: datetime | None) -> datetime | None:
    return at if at is None or _counts(at, erased_at) else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, (one, other)), default=None)


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)

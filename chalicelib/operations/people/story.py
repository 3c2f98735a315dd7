"""A person's whole story in the order of time: what lies about them in many lists, as one that is read page by page.

Each list is read from where the last page ended in it, a page and one more at most; of all these the newest come first.
So a page costs the same however long a story is, nothing is told twice, and nothing between two pages is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.facts import Purchase
from chalicelib.domain.model.messages import Message, Recipient
from chalicelib.domain.model.people import Person, Profile
from chalicelib.domain.people.story import Bought, Group, Moment, Said
from chalicelib.operations.people.belongings import keys_behind, recipients
from chalicelib.operations.people.codes import codes_of
from chalicelib.operations.people.merged import profile_of
from chalicelib.store.keys import stamp
from chalicelib.store.table import Table

Places = dict[str, str]
"""By list, after which position the next page goes on in it, or that it is at its end."""

ENDED = ""

T = TypeVar("T")
_Listed = list[tuple[str, T]]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A page of a story, the newest first, and where the next one goes on; None if it is at its end."""

    moments: tuple[Moment, ...]
    places: Places | None


class _Row(NamedTuple):
    """What is told at one position of a list."""

    position: str
    moment: Moment


_Read = Callable[[str | None, int], "list[_Row]"]


def tell_story(table: Table, person: Person, places: Places, limit: int, group: Group | None = None) -> StoryPage:
    """Return a page of some `limit` moments of a person's story, from some places on; all of it, or of one group.

    Raises:
        BusyError: the table did not answer in time.
    """
    profile = profile_of(table, person.ambassador_id) if person.ambassador_id else None
    lists = _lists(table, person, profile, group)
    after = dict.fromkeys(lists, None) | places
    left = {name: read(after[name], limit + 1) for name, read in lists.items() if after[name] != ENDED}
    moments: list[Moment] = []
    while len(moments) < limit and (waiting := [name for name, rows in left.items() if rows]):
        name = max(waiting, key=lambda it: left[it][0].moment.at)
        row = left[name].pop(0)
        moments.append(row.moment)
        after[name] = row.position
    # Of a list that goes on there is one more than a page has.
    after |= {name: ENDED for name, rows in left.items() if not rows}
    goes_on = any(place != ENDED for place in after.values())
    begun = {name: place for name, place in after.items() if place is not None}
    return StoryPage(tuple(_complete(table, moments)), begun if goes_on else None)


def _lists(table: Table, person: Person, profile: Profile | None, group: Group | None) -> dict[str, _Read]:
    """The lists of a story, by the names under which a reader's places in them are kept."""
    kin, ids = profile.kin if profile else (), (*person.absorbed, person.id)
    groups: dict[Group, Callable[[], dict[str, _Read]]] = {
        "orders": lambda: _of_orders(table, person, kin),
        "rewards": lambda: {f"entries {name}": _entries(table, name) for name in kin},
        "letters": lambda: {
            "mails": _listed(
                partial(table.list_messages, recipients(person, kin)),
                lambda found: (Moment("mail", it.owed_at, it.id, it) for it in found),
            )
        },
        "care": lambda: {
            "answers": _small(lambda: (Moment("answer", it.at, it.about, it) for it in person.answers)),
            "offers": _listed(
                partial(table.list_offers, ids),
                lambda found: (Moment("offer", it.created_at, it.code, it) for it in found),
            ),
            "surprises": _small(lambda: _surprises(table, ids)),
        },
        "tasks": lambda: {
            "tasks": _small(lambda: (Moment("task", it.opened_at, it.id, it) for it in table.tasks_of(ids)))
        },
        "person": lambda: {"person": _small(lambda: _person(person))},
        "ambassador": lambda: {"ambassador": _small(lambda: _ambassador(table, person, profile))} if profile else {},
    }
    return {name: read for it, lists in groups.items() if group in {None, it} for name, read in lists().items()}


def _of_orders(table: Table, person: Person, kin: Sequence[str]) -> dict[str, _Read]:
    orders = _Orders(table, person)
    thanks = [Recipient("friend", name) for name in person.names]
    return {
        "known": _small(orders.known),
        "bought": _listed(partial(table.list_purchases, person.names), orders.reported),
        "thanked": _listed(partial(table.list_messages, thanks), orders.thanked),
        "referrals": _listed(
            partial(table.list_referrals, kin),
            lambda found: (Moment("referral", it.placed_at, it.order_id, it) for it in found),
        ),
        "claims": _listed(
            partial(table.list_decided_claims, kin),
            lambda found: (Moment("claim", it.claimed_at, it.id, it) for it in found),
        ),
        "open": _small(
            lambda: (Moment("claim", it.claimed_at, it.id, it) for name in kin for it in table.read_open_claims(name))
        ),
    }


# --- the lists ------------------------------------------------------------------------------------------------------


def _listed(
    read: Callable[[str | None, int], "_Listed[T]"], tell: Callable[[list[T]], Iterable[Moment | None]]
) -> _Read:
    """A list of the table, each line of which tells of a moment, or of none that is not told elsewhere."""

    def rows(after: str | None, size: int) -> list[_Row]:
        found: list[_Row] = []
        while len(found) < size and (page := read(after, size)):
            told = zip(page, tell([entity for _, entity in page]), strict=True)
            found += (_Row(position, moment) for (position, _), moment in told if moment)
            after = page[-1][0] if len(page) == size else None
            if after is None:
                break
        return found

    return rows


def _small(moments: Callable[[], Iterable[Moment]]) -> _Read:
    """What is read whole each time, since there is never much of it."""

    def rows(after: str | None, size: int) -> list[_Row]:
        placed = [_Row(f"{stamp(it.at)}#{it.kind}#{it.id}", it) for it in moments()]
        placed.sort(key=lambda it: it.position, reverse=True)
        return [it for it in placed if after is None or it.position < after][:size]

    return rows


def _entries(table: Table, ambassador_id: str) -> _Read:
    def rows(after: str | None, size: int) -> list[_Row]:
        found = table.list_ledger_back(ambassador_id, after, size)
        return [_Row(it.number, Moment("entry", it.at, it.id, it)) for it in found]

    return rows


class _Orders:
    """What somebody has bought: it is known by them, by what the shop has reported, and by the letters that thank."""

    def __init__(self, table: Table, person: Person) -> None:
        self._table = table
        self._person = person

    @cached_property
    def _known(self) -> tuple[str, ...]:
        roots = self._table.read_roots(self._person.names).values()
        known = [it.order_id for it in self._person.orders] + [it.order_id for it in roots if it.order_id]
        return tuple(dict.fromkeys(known))

    def known(self) -> Iterator[Moment]:
        """Tell of those that are known by the person, and that nobody has reported."""
        yield from filter(None, map(self._told, self._read(self._known)))

    def reported(self, purchases: list[Purchase]) -> Iterator[Moment]:
        """Tell of those that were reported."""
        redemptions = {it.order_id: it for it in self._table.read_redemptions(it.order_id for it in purchases)}
        for it in purchases:
            yield _bought(Bought(it.order_id, it, redemptions.get(it.order_id)), it.placed_at)

    def thanked(self, messages: list[Message]) -> Iterator[Moment | None]:
        """Tell of those for which somebody was thanked, and of which nothing else is known."""
        asked = [it.cause.id if it.letter.name == "friend_thanks" and not it.copy else "" for it in messages]
        new = [it for it in asked if it and it not in self._known]
        found = {it.order_id: it for it in self._read(new)}
        yield from (self._told(found[it]) if it in found else None for it in asked)

    def _told(self, order: Bought) -> Moment | None:
        is_reported = order.purchase is not None and order.purchase.persons[0] in self._person.names
        known = order.redemption or order.purchase
        return None if known is None or is_reported else _bought(order, known.placed_at)

    def _read(self, order_ids: Sequence[str]) -> Iterator[Bought]:
        yield from (Bought(*it) for it in self._table.read_bought(order_ids))


def _bought(order: Bought, at: datetime) -> Moment:
    return Moment("order", at, order.order_id, order)


def _surprises(table: Table, ids: Sequence[str]) -> Iterator[Moment]:
    for it in (it for person_id in ids for it in table.list_surprises_of(person_id)):
        yield Moment("surprise", it.at, f"{it.person_id}:{it.month}", it)


def _person(person: Person) -> Iterator[Moment]:
    """What a person holds of their own story: the first and the last of each, since no more is kept of it."""
    if person.created_at:
        yield Moment("met", person.created_at, person.id, person)
    for purpose, consent in person.consents.items():
        for name in ("own_yes", "own_no", "shop_yes", "shop_no"):
            at = getattr(consent, name)
            if at:
                by, _, word = name.partition("_")
                given = word == "yes"
                latest = given and at == max(filter(None, [consent.own_yes, consent.shop_yes]))
                source, text = (consent.source, consent.text) if latest else (None, None)
                yield Moment("consent", at, f"{purpose}:{name}", Said(purpose, given, by == "own", source, text))
    for name, stop in person.stops.items():
        yield Moment("stop", stop.at, name, stop)
    for name, at in person.complaints.items():
        yield Moment("complaint", at, name, name)
    for name, at in person.closed.items():
        yield Moment("complaint_closed", at, name, name)
    if person.restricted_at:
        yield Moment("restricted", person.restricted_at, person.id, person)
    if person.erased_at:
        yield Moment("erased", person.erased_at, person.id, person)


def _ambassador(table: Table, person: Person, profile: Profile) -> Iterator[Moment]:
    yield Moment("joined", person.ambassador_since or profile.created_at, profile.ambassador_id, profile)
    for code in codes_of(table, profile):
        if code.code != profile.code:
            yield Moment("code", code.created_at, code.code, code)
    for name in profile.kin:
        for suspension in table.list_suspensions(name):
            yield Moment("suspension", suspension.decided_at, f"{name}:{suspension.version}", suspension)
        for session in table.list_sessions(name):
            yield Moment("session", session.created_at, session.id, session)


# --- what belongs to them -------------------------------------------------------------------------------------------


def _complete(table: Table, moments: Sequence[Moment]) -> Iterator[Moment]:
    """Let each entry have what stands behind it."""
    entries = [it.about for it in moments if isinstance(it.about, LedgerEntry)]
    found = {key: it.entity for key, it in table.find(key for it in entries for key in keys_behind(it)).items()}
    for moment in moments:
        keys = keys_behind(moment.about) if isinstance(moment.about, LedgerEntry) else []
        yield replace(moment, behind=next((found[it] for it in keys if found.get(it)), None)) if keys else moment

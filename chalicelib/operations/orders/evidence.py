"""Read what the terms of orders rest on: how much of the budget is used, and signals in the table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.domain.accounts.limits import Used
from chalicelib.domain.calendar import month_of
from chalicelib.domain.effects import Create, Entity, Replace
from chalicelib.domain.model.accounts import Account
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.people import Code, Friend, Membership
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.fraud import noticed, remembered
from chalicelib.domain.orders.terms import decides_terms
from chalicelib.domain.people.pseudonyms import canonical_email
from chalicelib.domain.program.program import Program
from chalicelib.operations.people.merged import accounts_of
from chalicelib.operations.program import programs
from chalicelib.store.table import Table

CLICK_DAYS = 30


@dataclass(slots=True)
class Circle:
    """The people and things around the orders of one ambassador that are settled together for the first time.

    Attributes:
        traits: Cards and addresses by pseudonym, as these orders leave them one after the other.
        stored: The same as they were read; one that nobody has used before has version 0.
        addresses: The friends' e-mail addresses, by person, as far as they are known.
        ambassadors: The ids of friends who share a code themselves, by person.
        brought_by: The ids of those who referred the ambassador: all that each of them has had, if it may be a friend.
        own: What the ambassador has bought with somebody's code.
        clicks: Visits of links, by code, as far as they were read.
    """

    traits: dict[str, Trait] = field(default_factory=dict)
    stored: dict[str, Trait] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)
    ambassadors: dict[str, str] = field(default_factory=dict)
    brought_by: set[str] = field(default_factory=set)
    own: list[Redemption] = field(default_factory=list)
    clicks: dict[str, int] = field(default_factory=dict)

    def notices(self, redemption: Redemption, *, watched: bool) -> tuple[str, ...]:
        """Name the signals that people and other orders give."""
        return noticed(
            redemption,
            self.traits,
            self.own,
            ring=self.ambassadors.get(redemption.friend) in self.brought_by,
            disposable=watched and is_disposable(self.addresses.get(redemption.friend)),
        )

    def remember(self, redemption: Redemption) -> None:
        """Note the card and the address of an order that has its terms now."""
        for trait in _traits([redemption]):
            self.traits[trait] = remembered(self.traits[trait], redemption.friend)

    def effects(self) -> list[Create | Replace]:
        """Store what was noted."""
        changed = [replace(it, version=it.version + 1) for key, it in self.traits.items() if it != self.stored[key]]
        return [Create(it) if it.version == 1 else Replace(it) for it in changed]


def read_circle(table: Table, orders: Sequence[Order], account: Account) -> Circle:
    """Read what surrounds the first settlements among an ambassador's orders, after their `account` was read.

    Each of them writes the account, so if that has not moved, no trait has either: a signal is missed by no race. One
    trip for all orders that bring a trait, or whose program is watched. More for the ambassador as a friend, for who
    brought the ambassador and for what the ambassador has bought, when these can matter.

    Raises:
        BusyError: the table did not answer in time.
    """
    fresh = [it.redemption for it in orders if decides_terms(it)]
    watched = [it for it in fresh if programs.version(table, it.program_version).watch.on]
    traits, kin = _traits(fresh), dict.fromkeys([*(it.ambassador_id for it in fresh), *account.absorbed])
    kin[account.ambassador_id] = None
    found = table.read_circle(kin, traits, [it.friend for it in watched], [it.code for it in watched])
    own, *others = (
        {it.pseudonym: it for it in found if isinstance(it, Trait) and it.ambassador_id == of} for of in kin
    )
    stored = {trait: own.get(trait, Trait(trait, next(iter(kin)), version=0)) for trait in traits}
    circle = Circle(
        traits={
            trait: _gathered(it, [known[trait] for known in others if trait in known]) for trait, it in stored.items()
        },
        stored=stored,
        ambassadors={it.person: it.ambassador_id for it in found if isinstance(it, Membership) and it.ambassador_id},
    )
    circle.addresses = _addresses(table, found)
    if circle.ambassadors or _traits(watched):
        _read_ambassador(table, circle, found, with_orders=bool(_traits(watched)))
    return circle


def read_evidence(
    table: Table,
    circle: Circle,
    order: Order,
    account: Account,
    program: Program,
    *,
    used: Used,
    now: datetime,
) -> Evidence:
    """Return the evidence on an order; `used` is what is known of the budget already, by month.

    Raises:
        BusyError: the table did not answer in time.
    """
    redemption = order.redemption
    month = month_of(order.begins, program)
    if program.budget_month is not None and month not in used:
        used = {**used, month: table.read_used(month)}
    clicks = None
    if program.watch.on and account.orders_settled + 1 >= program.watch.clickless_orders:
        clicks = _clicks(table, circle, redemption.code, now)
    return Evidence(circle.notices(redemption, watched=program.watch.on), clicks, used)


def is_disposable(email: str | None) -> bool:
    """Whether a mailbox is of a host, or of a part of one, that gives them away for minutes."""
    from disposable_email_domains import blocklist  # heavy, and no redemption asks

    labels = canonical_email(email or "").rpartition("@")[2].split(".")
    return any(".".join(labels[place:]) in blocklist for place in range(len(labels) - 1))


def _addresses(table: Table, entities: Iterable[Entity]) -> dict[str, str]:
    """The addresses of friends: where their order left them, or who they are known as since that was taken over."""
    left = {it.person: it.email for it in entities if isinstance(it, Friend) and it.email}
    ids = {it.person: it.person_id for it in entities if isinstance(it, Membership) and it.person_id}
    people = table.read_people(dict.fromkeys(ids.values())) if ids else {}
    known = {name: people[known].email for name, known in ids.items() if known in people}
    return {**{name: email for name, email in known.items() if email}, **left}


def _read_ambassador(table: Table, circle: Circle, entities: Iterable[Entity], *, with_orders: bool) -> None:
    owners = {person: None for it in entities if isinstance(it, Code) for person in it.owners}
    guards = {it.person: it for it in table.read_roots(owners).values()}.values()
    circle.brought_by = {it.ambassador_id for it in guards if it.ambassador_id is not None}
    if circle.ambassadors and circle.brought_by:
        heirs = accounts_of(table, circle.brought_by).values()
        circle.brought_by.update(name for it in heirs for name in (it.ambassador_id, *it.absorbed))
    if with_orders:
        circle.own = table.read_redemptions(dict.fromkeys(it.order_id for it in guards))


def _traits(orders: Iterable[Redemption]) -> list[str]:
    """The cards and addresses of some orders, each once."""
    return list(dict.fromkeys(trait for it in orders for trait in (it.payment, it.address) if trait))


def _gathered(trait: Trait, others: Iterable[Trait]) -> Trait:
    """Add the friends of whom an ambassador was merged with."""
    for friend in (friend for other in others for friend in other.friends):
        trait = remembered(trait, friend)
    return trait


def _clicks(table: Table, circle: Circle, code: str, now: datetime) -> int:
    """How often the link of a code was opened of late; read once for all orders of a fold."""
    if code not in circle.clicks:
        days = table.read_clicks(code, (now - timedelta(days=CLICK_DAYS)).date())
        circle.clicks[code] = sum(number for day in days for number in day.channels.values())
    return circle.clicks[code]

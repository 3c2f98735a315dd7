"""All that lies about a person, wherever it lies: what an export shows, and what an erasure goes through.

It is one reading for both, so that nothing can be taken which was not to be seen.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from chalicelib.domain.accounts.gifts import is_gift
from chalicelib.domain.effects import Entity
from chalicelib.domain.model.access import Session, SignIn
from chalicelib.domain.model.accounts import Account, Adjustment, Gift, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.messages import Message, Recipient
from chalicelib.domain.model.offers import Offer, SurpriseGift
from chalicelib.domain.model.orders import Order, OrderFacts, Redemption
from chalicelib.domain.model.people import Code, Friend, Membership, Person, Profile
from chalicelib.domain.model.tasks import Task
from chalicelib.operations.people.codes import codes_of
from chalicelib.operations.people.merged import profile_of
from chalicelib.store import keys
from chalicelib.store.keys import Key
from chalicelib.store.reads.people import Clicks
from chalicelib.store.table import Table

PAGE = 100

T = TypeVar("T")
Read = Callable[[str | None, int], list[tuple[str, T]]]


@dataclass(frozen=True, slots=True)
class Sharing:
    """What somebody has as an ambassador.

    Attributes:
        clicks: How often the links of each code were opened, by day.
        referrals: The orders of their friends, with the facts about them, the newest first.
        entries: The ledger, under all ids that they have had.
    """

    profile: Profile
    account: Account | None
    codes: tuple[Code, ...]
    clicks: dict[str, list[Clicks]]
    referrals: tuple[Order, ...]
    entries: tuple[LedgerEntry, ...]
    withdrawals: tuple[Withdrawal, ...]
    adjustments: tuple[Adjustment, ...]
    gifts: tuple[Gift, ...]
    claims: tuple[Claim, ...]
    suspensions: tuple[Suspension, ...]
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True)
class Belongings:
    """All that lies about a person.

    Attributes:
        guards: Whose each of their pseudonyms is.
        friends: Their places as a friend, and what an order has told of them that nobody has folded in yet.
        orders: What they have bought, as far as it can be found.
        messages: What was or is to be written to them, the newest first.
        offers: What was made for them alone, the newest first.
        surprises: What they were given by surprise.
        tasks: What people of the shop had or have to do for them, the latest last.
        sign_ins: When they wanted to sign in, the newest first, until that is cleaned up.
        cut: The names of those lists that go on beyond the limit.
    """

    person: Person
    guards: tuple[Membership, ...]
    friends: tuple[Friend, ...]
    orders: tuple[OrderFacts, ...]
    messages: tuple[Message, ...]
    offers: tuple[Offer, ...]
    surprises: tuple[SurpriseGift, ...]
    tasks: tuple[Task, ...]
    sign_ins: tuple[SignIn, ...]
    sharing: Sharing | None
    cut: frozenset[str] = frozenset()

    def items(self) -> Iterator[Entity]:
        """All entities that they may be told in, once each."""
        yield from self.friends
        yield from self.messages
        yield from self.offers
        yield from self.surprises
        yield from self.tasks
        for order in self.orders:
            yield from _facts(order)
        if self.sharing is None:
            return
        seen = {it.order_id for it in self.orders}
        for order in self.sharing.referrals:
            if order.order_id not in seen:
                yield from _facts(order)
        if self.sharing.account is not None:
            yield self.sharing.account
        yield from self.sharing.claims
        yield from self.sharing.gifts
        yield from self.sharing.suspensions


def belongings(table: Table, person: Person, limit: int | None = None) -> Belongings:
    """Read all that lies about a person; of the lists that grow for ever at most `limit` of each.

    Raises:
        BusyError: the table did not answer in time.
    """
    cut: set[str] = set()
    own, roots = table.read_friends(person.names), table.read_roots(person.names).values()
    friends = list({it.person: it for it in (*own, *roots)}.values())
    profile = profile_of(table, person.ambassador_id) if person.ambassador_id else None
    ids = (*person.absorbed, person.id)
    they = recipients(person, profile.kin if profile else ())
    messages = _cut(_all(lambda after, size: table.list_messages(they, after, size), limit), limit, "messages", cut)
    thanked = [it.cause.id for it in messages if it.to.kind == "friend" and it.cause.kind == "order"]
    reported = _all(lambda after, size: table.list_purchases(person.names, after, size), limit)
    bought = [it.order_id for it in person.orders]
    bought += [it.order_id for it in _cut(reported, limit, "orders", cut)]
    bought += [it.order_id for it in friends if it.order_id]
    return Belongings(
        person=person,
        guards=tuple(table.read_memberships(person.names).values()),
        friends=tuple(friends),
        orders=tuple(table.each(table.read_order, dict.fromkeys([*bought, *thanked]))),
        messages=tuple(messages),
        offers=tuple(_all(lambda after, size: table.list_offers(ids, after, size), None)),
        surprises=tuple(it for person_id in ids for it in table.list_surprises_of(person_id)),
        tasks=tuple(table.tasks_of(ids)),
        sign_ins=tuple(_sign_ins(table, (*person.names, *(profile.kin if profile else ())))),
        sharing=_sharing(table, profile, limit, cut) if profile else None,
        cut=frozenset(cut),
    )


def recipients(person: Person, kin: Sequence[str]) -> list[Recipient]:
    """As whom somebody is written to: a friend by each pseudonym, an ambassador under all their ids."""
    return [Recipient("friend", name) for name in person.names] + [Recipient("ambassador", name) for name in kin]


def _sign_ins(table: Table, whose: Iterable[str]) -> Iterator[SignIn]:
    for name in whose:
        yield from (it for _, it in table.list_sign_ins(name, None, PAGE))


def _sharing(table: Table, profile: Profile, limit: int | None, cut: set[str]) -> Sharing:
    kin = profile.kin
    codes = codes_of(table, profile)
    orders = _cut(_all(lambda after, size: table.list_referrals(kin, after, size), limit), limit, "referrals", cut)
    entries = [it for name in kin for it in _cut(_ledger(table, name, limit), limit, "ledger", cut)]
    spends = _all(lambda after, size: table.list_spends(kin, after, size), None)
    decided = _all(lambda after, size: table.list_decided_claims(kin, after, size), None)
    behind = _behind(table, entries)
    withdrawals = {it.id: it for it in (*spends, *(it for it in behind if isinstance(it, Withdrawal)))}
    return Sharing(
        profile=profile,
        account=table.read_account(profile.ambassador_id),
        codes=tuple(codes),
        clicks={it.code: table.read_clicks(it.code, date.min) for it in codes},
        referrals=tuple(_orders(table, orders)),
        entries=tuple(entries),
        withdrawals=tuple(sorted(withdrawals.values(), key=lambda it: it.created_at)),
        adjustments=tuple(it for it in behind if isinstance(it, Adjustment)),
        gifts=tuple(it for it in behind if isinstance(it, Gift)),
        claims=(*decided, *(it for name in kin for it in table.read_open_claims(name))),
        suspensions=tuple(it for name in kin for it in table.list_suspensions(name)),
        sessions=tuple(it for name in kin for it in table.list_sessions(name)),
    )


def _behind(table: Table, entries: Sequence[LedgerEntry]) -> list[Entity]:
    """What stands behind entries: gifts that came with them, withdrawals and adjustments that they are of."""
    wanted = [key for it in entries for key in keys_behind(it)]
    return [it.entity for it in table.find(wanted).values() if it.entity is not None]


def keys_behind(entry: LedgerEntry) -> list[Key]:
    """Return where that lies which stands behind an entry."""
    came = [keys.gift(entry.id)] if is_gift(entry) else []
    kind, _, own = entry.cause.partition(":")
    match kind:
        case "spend" | "payout":
            return [*came, keys.withdrawal(own)]
        case "adjustment":
            return [*came, keys.adjustment(own)]
        case "gift":
            return [*came, keys.gift(own)]
        case _:
            return came


def _orders(table: Table, redemptions: Sequence[Redemption]) -> Iterator[Order]:
    for start in range(0, len(redemptions), PAGE):
        yield from table.read_orders(redemptions[start : start + PAGE])


def _facts(order: OrderFacts) -> Iterator[Entity]:
    if isinstance(order, Order):
        yield order.redemption
    if order.purchase:
        yield order.purchase
    yield from order.later


def _ledger(table: Table, ambassador_id: str, limit: int | None) -> list[LedgerEntry]:
    entries: list[LedgerEntry] = []
    while limit is None or len(entries) <= limit:
        page = table.list_ledger(ambassador_id, entries[-1].number if entries else None, PAGE)
        entries += page
        if len(page) < PAGE:
            break
    return entries


def _all(read: "Read[T]", limit: int | None) -> list[T]:
    """All of a list, or one more than `limit`."""
    found: list[T] = []
    after: str | None = None
    while limit is None or len(found) <= limit:
        page = read(after, PAGE)
        found += [it for _, it in page]
        if len(page) < PAGE:
            break
        after = page[-1][0]
    return found


def _cut(rows: list[T], limit: int | None, name: str, cut: set[str]) -> list[T]:
    """Keep to the limit, and note what goes on beyond it."""
    if limit is None or len(rows) <= limit:
        return rows
    cut.add(name)
    return rows[:limit]

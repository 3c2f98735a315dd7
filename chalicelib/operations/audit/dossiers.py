"""Orders as an audit reads them: each with everything that must agree with it."""

from collections import defaultdict
from collections.abc import Iterable

from chalicelib.domain.audit.audit import Finding
from chalicelib.domain.audit.dossier import FIRST, SETTLES_MAX, Dossier
from chalicelib.domain.model.accounts import LedgerEntry
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.messages import Cause, Message, message_ids
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.people import Friend
from chalicelib.domain.model.reviews import Trait
from chalicelib.operations.audit.causes import read_programs
from chalicelib.operations.audit.findings import entity, sound
from chalicelib.store import keys
from chalicelib.store.keys import Key
from chalicelib.store.reads.orders import order_of
from chalicelib.store.table import Table


def dossiers_of(table: Table, order_ids: Iterable[str], kin: tuple[str, ...]) -> tuple[list[Dossier], list[Finding]]:
    """Gather settled orders with everything that must agree with them: a query each, and one trip for the rest."""
    findings: list[Finding] = []
    orders = []
    for order_id in order_ids:
        found = [it for it in table.find_order(order_id) if sound(it, findings) and it.entity is not None]
        orders.append(order_of(order_id, [it.entity for it in found if it.entity is not None]))
    settled = [it for it in orders if isinstance(it, Order) and it.redemption.standing is not None]
    beside = table.find(key for order in settled for key in _beside(order.redemption))
    roots = _roots(table, [it.entity for it in beside.values() if isinstance(it.entity, Friend)])
    versions = {order.redemption.program_version for order in settled}
    known = read_programs(table, versions)
    owners = {of for order in settled for of, _ in order.redemption.posted}
    decisions = {owner: table.list_suspensions(owner) for owner in owners}
    dossiers = []
    for order in settled:
        about = [sound(beside.get(key), findings) for key in dict.fromkeys(_beside(order.redemption))]
        those = [it.entity for it in about if it is not None]
        dossiers.append(
            Dossier(
                order,
                known.get(order.redemption.program_version),
                entries=_named(order.redemption, [it for it in those if isinstance(it, LedgerEntry)]),
                root=roots.get(order.redemption.friend),
                messages=_by_version(it for it in those if isinstance(it, Message)),
                claim=next((it for it in those if isinstance(it, Claim)), None),
                traits={it.pseudonym: it for it in those if isinstance(it, Trait)},
                suspensions=decisions,
                kin=tuple(kin),
            )
        )
    return dossiers, findings


def _roots(table: Table, guards: Iterable[Friend]) -> dict[str, Friend]:
    """Follow guards to their roots, by person; an alias that leads nowhere is left out."""
    roots = {it.person: it for it in guards}
    while leads := {it.root for it in roots.values() if it.root}:
        found = table.find(keys.friend(person) for person in sorted(leads))
        guard_of = {it.person: it for it in (entity(it, Friend) for it in found.values()) if it is not None}
        led = {person: guard_of.get(it.root) if it.root else it for person, it in roots.items()}
        roots = {person: it for person, it in led.items() if it is not None and it.root != person}
    return roots


def _named(redemption: Redemption, entries: Iterable[LedgerEntry]) -> dict[str, LedgerEntry]:
    """The entries of an order, as it names them."""
    assert redemption.standing is not None
    found = {(it.ambassador_id, it.number): it for it in entries}
    named = zip(redemption.standing.entries, redemption.posted, strict=True)
    return {name: found[at] for name, at in named if at in found}


def _by_version(messages: Iterable[Message]) -> dict[int, list[Message]]:
    found = defaultdict[int, list[Message]](list)
    for message in messages:
        found[message.cause.version].append(message)
    return dict(found)


def _beside(redemption: Redemption | None) -> list[Key]:
    """Where everything lies that must agree with an order."""
    assert redemption is not None
    assert redemption.standing is not None
    until = min(redemption.version + 1, FIRST + SETTLES_MAX)
    causes = (Cause("order", redemption.order_id, version) for version in range(1, until + 1))
    return [
        *(keys.entry(*posted) for posted in redemption.posted),
        keys.friend(redemption.friend),
        *(keys.message(name) for cause in causes for name in message_ids(cause)),
        *([keys.claim(redemption.claim)] if redemption.claim else []),
        *(keys.trait(trait, redemption.ambassador_id) for trait in (redemption.payment, redemption.address) if trait),
    ]

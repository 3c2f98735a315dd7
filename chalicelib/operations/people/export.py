"""What lies about a person, written out as it is kept: for them, and for nobody else's secrets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.domain.effects import Entity
from chalicelib.domain.model.orders import Order, OrderFacts
from chalicelib.operations.people.belongings import Belongings, Sharing
from chalicelib.store.reads.people import Clicks

HIDDEN = frozenset(
    (
        *(
            "digest",
            "key_digest",
            "fingerprint",
            "due_at",
            "version",
            "budget_drawn",
            "facts_seen",
            "facts_named",
            "taken",
        ),
        *("owners", "friend", "friends", "aliases", "persons", "payment", "address"),
    )
)
"""What opens something, names others, or is of use to the program alone."""

ADMINS = frozenset({"signals"})
"""What admins alone may read: it tells what makes an order suspicious."""

Document = dict[str, Any]


def export(belongings: Belongings, *, own: bool, now: datetime) -> Document:
    """Return all that lies about somebody, by what it is; for themselves (`own`) without what would help a cheat.

    Friends whom they have brought are told by the order alone.
    """
    hidden = HIDDEN | ADMINS if own else HIDDEN
    sharing = belongings.sharing
    return {
        "made_at": now,
        "roles": _roles(belongings),
        "pseudonyms": list(belongings.person.names),
        "person": _written(belongings.person, hidden),
        "friend": _list(belongings.friends, hidden),
        "orders": [_order(it, hidden) for it in belongings.orders],
        "messages": _list(belongings.messages, hidden),
        "offers": _list(belongings.offers, hidden),
        "surprises": _list(belongings.surprises, hidden),
        "tasks": _list(belongings.tasks, hidden),
        "sign_ins": _list(belongings.sign_ins, hidden),
        "ambassador": _sharing(sharing, hidden) if sharing else None,
        "more": sorted(belongings.cut),
    }


def _sharing(sharing: Sharing, hidden: frozenset[str]) -> Document:
    return {
        "profile": _written(sharing.profile, hidden),
        "account": _written(sharing.account, hidden) if sharing.account else None,
        "codes": _list(sharing.codes, hidden),
        "clicks": {code: _clicks(days) for code, days in sharing.clicks.items()},
        "referrals": [_order(it, hidden) for it in sharing.referrals],
        "ledger": _list(sharing.entries, hidden),
        "withdrawals": _list(sharing.withdrawals, hidden),
        "adjustments": _list(sharing.adjustments, hidden),
        "gifts": _list(sharing.gifts, hidden),
        "claims": _list(sharing.claims, hidden),
        "suspensions": _list(sharing.suspensions, hidden),
        "sessions": _list(sharing.sessions, hidden),
    }


def _roles(belongings: Belongings) -> list[str]:
    roles = {
        "ambassador": belongings.sharing is not None,
        "friend": any(it.order_id for it in belongings.friends),
        "buyer": bool(belongings.orders),
    }
    return [name for name, is_so in roles.items() if is_so]


def _order(order: OrderFacts, hidden: frozenset[str]) -> Document:
    redemption = _written(order.redemption, hidden) if isinstance(order, Order) else None
    purchase = _written(order.purchase, hidden) if order.purchase else None
    told = {"order_id": order.order_id, "reported": purchase, "redemption": redemption}
    return {**told, "facts": _list(order.later, hidden)}


def _clicks(days: Iterable[Clicks]) -> dict[str, dict[str, int]]:
    return {it.day: it.channels for it in days}


def _list(entities: Iterable[Entity], hidden: frozenset[str]) -> list[Document]:
    return [_written(it, hidden) for it in entities]


def _written(entity: Entity, hidden: frozenset[str]) -> Document:
    """Write an entity as it is kept, without what is hidden and what says nothing."""
    plain: Document = _trimmed(msgspec.to_builtins(entity, builtin_types=(datetime,)), hidden)
    return plain


def _trimmed(plain: Any, hidden: frozenset[str]) -> Any:
    if isinstance(plain, dict):
        kept = {name: _trimmed(value, hidden) for name, value in plain.items() if name not in hidden}
        return {name: value for name, value in kept.items() if value not in (None, "", [], {})}
    if isinstance(plain, list | tuple):
        return [_trimmed(it, hidden) for it in plain]
    return plain

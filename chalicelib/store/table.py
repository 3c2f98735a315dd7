"""The one table: reads by feature, `commit`, which carries out what a decision wants or says what stood in the way.

Beside `commit` stand the few updates of single fields that need no decision.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.effects import (
    Absent,
    Change,
    Create,
    Effect,
    Entity,
    Forgotten,
    Owned,
    Paused,
    Replace,
    Revoked,
    Seen,
    Take,
    Unchanged,
    Unsuspended,
    Valid,
)
from chalicelib.domain.frozen import frozen
from chalicelib.store import keys
from chalicelib.store.items import Item, NewerError, entity_of, item_of, read
from chalicelib.store.keys import Key, stamp
from chalicelib.store.kinds import index_keys, key_of
from chalicelib.store.reads.access import Access
from chalicelib.store.reads.accounts import Accounts
from chalicelib.store.reads.audit import Audit
from chalicelib.store.reads.messages import Messages
from chalicelib.store.reads.orders import Orders
from chalicelib.store.reads.people import People
from chalicelib.store.reads.program import Programs
from chalicelib.store.reads.work import Work
from chalicelib.store.wire import WRITE_SECONDS, Action, BusyError, Wire, key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.access import ApiKey
    from chalicelib.domain.model.accounts import Draw
    from chalicelib.domain.model.facts import Purchase
    from chalicelib.domain.model.people import Code, NameWord

__all__ = ["EFFECTS_MAX", "BusyError", "Failure", "NewerError", "Table"]

EFFECTS_MAX = 100
"""Items in one transaction (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)."""

_POSTPONED_MAX = timedelta(days=1)
_REASON_MAX = 500
_LATE_KEPT = timedelta(days=31)
_LANE_KEPT = timedelta(hours=1)
_VALID = "attribute_exists(PK) AND attribute_not_exists(revoked_at)"


@frozen
class Failure:
    """An effect whose condition did not hold, and the entity that stood in its place (None if nothing did)."""

    effect: Effect
    stored: Entity | None


class Table(Orders, People, Accounts, Access, Programs, Messages, Work, Audit):
    """What the program reads and writes, by name.

    Every method may raise `BusyError`, and one that returns entities `NewerError`.
    """

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self.pause = wire.pause
        self.deadline = wire.deadline
        self.is_past = wire.is_past
        self.each = wire.each

    def commit(self, effects: Sequence[Effect], *, within: float = WRITE_SECONDS) -> tuple[Failure, ...]:
        """Carry out all effects or none. Return the failed conditions: none means that everything is stored."""
        targets = {_target(effect) for effect in effects}
        assert len(targets) == len(effects) > 0, "two effects on one item"
        effects, words = _named(effects, targets)
        actions = [self._action(effect) for effect in effects]
        actions += [self._wire.put(item_of(word, self.shards)) for word in words]
        assert len(actions) <= EFFECTS_MAX, f"{len(actions)} items in one transaction"
        rejections = self._wire.write(actions, within=within)
        if any(target.sk == "CODE" for target in targets):
            self.forget_codes()
        return tuple(Failure(effects[place], entity_of(item) if item else None) for place, item in rejections)

    def fits(self, effects: Sequence[Effect]) -> bool:
        """Whether effects are not too many for one transaction, with the names that change by them."""
        return len(effects) + len(_named(effects, map(_target, effects))[1]) <= EFFECTS_MAX

    def postpone(self, pk: str, now: datetime, reason: str) -> None:
        """Move away everything in a partition that is due, with growing gaps, and store why.

        Works on raw items: what cannot even be read must not block the others.
        """
        for item in self._wire.query(pk):
            at = item.get("due_at", {"S": "~"})["S"]
            if at > stamp(now):
                continue
            tries = _tries_of(item) + 1
            gap = min(timedelta(minutes=2 ** min(tries, 12)), _POSTPONED_MAX)
            self._wire.update(
                key_in(item),
                "SET due_at = :next, tries = :tries, failure = :reason",
                "due_at = :at",
                {":next": now + gap, ":tries": tries, ":reason": reason[:_REASON_MAX], ":at": at},
            )

    def split(self, since: date, count: int) -> bool:
        """Split lists into so many shards from a day on, which is after the last one for which that was decided.

        False if somebody else has decided meanwhile.
        """
        item = self._wire.get(keys.SHARDS)
        before = read(item["since"]) if item else None
        values = {":since": {**(before or {}), since.isoformat(): count}, **({":before": before} if before else {})}
        condition = "since = :before" if before else "attribute_not_exists(PK)"
        return self._wire.update(keys.SHARDS, "SET since = :since", condition, values) is not None

    def change_code(self, code: str, changes: dict[str, object]) -> "Code | None":
        """Set fields of a code, or remove those that become None; None when there is no such code."""
        kept = {name: value for name, value in changes.items() if value is not None}
        gone = [name for name in changes if name not in kept]
        parts = ["SET " + ", ".join(f"#{name} = :{name}" for name in kept)] if kept else []
        parts += ["REMOVE " + ", ".join(f"#{name}" for name in gone)] if gone else []
        values = {f":{name}": value for name, value in kept.items()}
        stored = self._wire.update(keys.code(code), " ".join(parts), "attribute_exists(PK)", values)
        self.forget_codes()
        return entity_of(stored) if stored else None

    def rest_code(self, code: str, *, active: bool) -> "Code | None":
        """Pause a code that works, for its ambassador, or let it work again; None if that is not how it stands."""
        change = "SET #state = :active REMOVE #own_pause" if active else "SET #state = :paused, #own_pause = :yes"
        condition = "#own_pause = :yes" if active else "#state = :active"
        values = {":active": "active", ":yes": True, **({} if active else {":paused": "paused"})}
        stored = self._wire.update(keys.code(code), change, condition, values)
        self.forget_codes()
        return entity_of(stored) if stored else None

    def count_click(
        self, code: str, on: date, channel: str, until: "datetime | None" = None, campaign: str | None = None
    ) -> None:
        """Count one visit of a share link. A count, not money: a request that is sent twice may count twice.

        `until` is when the visits of this day are let go, None for never; `campaign` is that of the code, and counts
        for all visits of the day.
        """
        listed = keys.visits_of(code, on).key(self.shards())
        values: dict[str, object] = {":pk": listed.pk, ":sk": listed.sk, ":campaign": campaign or ""}
        keeping = "SET day_pk = :pk, day_sk = :sk, campaign = :campaign"
        if until:
            keeping += ", expires_ttl = :until"
            values[":until"] = int(until.timestamp())
        self._wire.update(keys.clicks(code, on), f"{keeping} ADD ch_{channel} :one", None, {":one": 1, **values})

    def count_attempt(self, name: str, until: datetime) -> int:
        """Count that something was tried, and return how often it was until now. It is forgotten after `until`."""
        values = {":until": int(until.timestamp()), ":one": 1}
        stored = self._wire.update(keys.attempts(name), "SET expires_ttl = :until ADD tried :one", None, values)
        assert stored is not None, "nothing stands in the way"
        return int(stored["tried"]["N"])

    def take_lane(self, ambassador_id: str, worker: str, now: datetime, until: datetime, far: datetime) -> bool:
        """Give an ambassador's lane to a worker until a moment, and return whether it was free, or theirs.

        Taken until `far` or later it counts as free. It is forgotten an hour after the moment.
        """
        values: dict[str, object] = {":worker": worker, ":now": now, ":until": until, ":far": far}
        values[":gone"] = int((until + _LANE_KEPT).timestamp())
        return bool(
            self._wire.update(
                keys.lane(ambassador_id),
                "SET worker = :worker, held_until = :until, expires_ttl = :gone",
                "attribute_not_exists(held_until) OR held_until <= :now OR held_until >= :far OR worker = :worker",
                values,
            )
        )

    def free_lane(self, ambassador_id: str, worker: str, now: datetime) -> None:
        """Let others into an ambassador's lane, if it still is this worker's."""
        values = {":worker": worker, ":now": now}
        expression = "SET left_at = :now REMOVE held_until"
        self._wire.update(keys.lane(ambassador_id), expression, "worker = :worker", values)

    def note_late(self, day: date, now: datetime) -> None:
        """Note that something came in which a day may have been counted without. It is forgotten after a month."""
        values = {":now": now, ":until": int((now + _LATE_KEPT).timestamp())}
        self._wire.update(keys.late(day), "SET #at = :now, expires_ttl = :until", None, values)

    def let_go(self, purchases: "Iterable[Purchase]", now: datetime) -> int:
        """Let the table clean up what was reported of some orders, and return how many there were."""
        number = 0
        for purchase in purchases:
            gone = {":now": int(now.timestamp())}
            condition = "attribute_exists(PK) AND attribute_not_exists(due_at) AND attribute_not_exists(expires_ttl)"
            number += self._wire.update(key_of(purchase), "SET expires_ttl = :now", condition, gone) is not None
        return number

    def note_key_used(self, key: "ApiKey", now: datetime, since: datetime) -> None:
        """Note that a key is in use, unless a use from `since` on is noted already; and list one that is not yet."""
        listed = {f":{name}": text for name, text in index_keys(key).items()}
        self._wire.update(
            key_of(key),
            "SET last_used_at = :now, list_pk = :list_pk, list_sk = :list_sk",
            "attribute_exists(PK) AND (attribute_not_exists(last_used_at) OR last_used_at < :since)",
            {":now": now, ":since": since, **listed},
        )

    def _action(self, effect: Effect) -> Action:
        """One effect as one item of TransactWriteItems."""
        match effect:
            case Create(entity):
                condition, was = "attribute_not_exists(PK)", {}
            case Replace(entity):
                condition, was = "version = :version", {":version": entity.version - 1}
            case _:
                return self._change(effect)
        return {"Put": self._wire.action(None, condition, was, Item=item_of(entity, self.shards))}

    def _change(self, effect: Change) -> Action:  # noqa: PLR0911 - an effect a line
        """An effect that changes an item in part, or only looks at it."""
        action, key = self._wire.action, _target(effect)
        match effect:
            case Owned(code):
                return {"Update": self._own(key, code)}
            case Paused():
                bare: Action = {
                    "UpdateExpression": "SET #state = :paused REMOVE #own_pause",
                    "ExpressionAttributeNames": {"#state": "state", "#own_pause": "own_pause"},
                }
                return {"Update": action(key, "attribute_exists(PK)", {":paused": "paused"}, **bare)}
            case Forgotten(entity, names):
                return {"Update": self._forget(key, entity, names)}
            case Unsuspended():
                free = "attribute_exists(PK) AND attribute_not_exists(suspended_in)"
                return {"ConditionCheck": action(key, free, {})}
            case Seen(fact):
                forget = "REMOVE due_pk, due_at, tries, failure"
                return {"Update": action(key, "due_at = :due", {":due": fact.due_at}, UpdateExpression=forget)}
            case Revoked(api_key):
                revoke, at = "SET revoked_at = :at REMOVE email", {":at": api_key.revoked_at}
                return {"Update": action(key, _VALID, at, UpdateExpression=revoke)}
            case Take(draw):
                return {"Update": self._draw(draw)}
            case _:
                return {"ConditionCheck": self._check(key, effect)}

    def _own(self, key: Key, code: "Code") -> Action:
        """Set whose a code is, in every way in which it says so."""
        values = {":ambassador_id": code.ambassador_id, ":owners": code.owners, ":kin": code.kin}
        expression = "SET ambassador_id = :ambassador_id, owners = :owners, kin = :kin"
        return self._wire.action(key, "attribute_exists(PK)", values, UpdateExpression=expression)

    def _forget(self, key: Key, entity: Entity, names: Sequence[str]) -> Action:
        """Set some fields to what an entity says in them."""
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in names)
        values = {f":{name}": getattr(entity, name) for name in names}
        named = {f"#{name}": name for name in names}
        bare: Action = {"UpdateExpression": expression, "ExpressionAttributeNames": named}
        return self._wire.action(key, "attribute_exists(PK)", values, **bare)

    def _check(self, key: Key, effect: Unchanged | Absent | Valid) -> Action:
        """What must be true of an item that is not written."""
        match effect:
            case Unchanged(entity):
                return self._wire.action(key, "version = :version", {":version": entity.version})
            case Absent():
                return self._wire.action(key, "attribute_not_exists(PK)", {})
            case Valid():
                return self._wire.action(key, _VALID, {})

    def _draw(self, draw: "Draw") -> Action:
        """Add to what is used of a shard, if no more than `at_most` was used of it before, in whatever form it lies."""
        key, beside = keys.budget_apart(draw.month, draw.shard), 0
        if not self.lies_apart(draw.month):
            key, beside = keys.budget(draw.month, draw.shard), self.read_apart(draw.month, draw.shard)
        condition, values = "attribute_exists(PK)", {":amount": draw.amount}
        if draw.at_most is not None:
            most = draw.at_most - beside
            condition = "drawn <= :most" if most < 0 else "attribute_not_exists(drawn) OR drawn <= :most"
            values[":most"] = most
        bare: Action = {"UpdateExpression": "ADD drawn :amount", "ReturnValuesOnConditionCheckFailure": "NONE"}
        return self._wire.action(key, condition, values, **bare)


def _named(effects: Sequence[Effect], targets: Iterable[Key]) -> "tuple[Sequence[Effect], Sequence[NameWord]]":
    """Effects as they list people by their names, and the words that are stored beside them."""
    if not any(target.sk == "PERSON" for target in targets):
        return effects, ()
    from chalicelib.store.names import with_names  # no checkout stores a person

    return with_names(effects)


def _tries_of(item: Item) -> int:
    """How often something was tried in vain; 0 where nobody can read that."""
    try:
        return int(item["tries"]["N"])
    except (KeyError, ValueError):
        return 0


def _target(effect: Effect) -> Key:
    """The item an effect is about."""
    match effect:
        case Create(entity) | Replace(entity) | Owned(entity) | Paused(entity) | Unchanged(entity) | Seen(entity):
            return key_of(entity)
        case Forgotten(entity):
            return key_of(entity)
        case Revoked(api_key) | Valid(api_key):
            return key_of(api_key)
        case Absent(order_id, name):
            return keys.fact(order_id, name) if name else keys.redemption(order_id)
        case Unsuspended(ambassador_id):
            return keys.account(ambassador_id)
        case Take(draw):
            return keys.budget(draw.month, draw.shard)

"""Orders, the facts about them, and what is asked and claimed about them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from chalicelib.domain.effects import BUDGET_SHARDS, Entity
from chalicelib.domain.model.facts import Fulfilment, Refund, in_force
from chalicelib.domain.model.orders import Order, OrderFacts, Redemption
from chalicelib.store import keys
from chalicelib.store.items import Item, entity_of, read
from chalicelib.store.kinds import kind_of
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import Wire, key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.claims import Claim, OpenClaims
    from chalicelib.domain.model.facts import Freed, Payment, Purchase, TakenOff
    from chalicelib.domain.model.people import Code, Friend
    from chalicelib.domain.model.reviews import Case
    from chalicelib.domain.model.stats import Receipt


class Orders(Reader):
    """Orders and what surrounds them."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._apart = set[str]()

    def read_redemption(self, order_id: str) -> Redemption | None:
        """An order's redemption alone."""
        return self._get(keys.redemption(order_id))

    def read_redemptions(self, order_ids: Iterable[str]) -> list[Redemption]:
        """The redemptions of some orders, in their order."""
        return self._batch([keys.redemption(order_id) for order_id in order_ids])

    def read_order(self, order_id: str) -> OrderFacts:
        """Everything known about an order, in one consistent query."""
        return order_of(order_id, [entity_of(item) for item in self._wire.query(keys.order(order_id))])

    def read_orders(self, redemptions: Sequence[Redemption]) -> list[Order]:
        """Some orders with the later facts that their standings name, in their order."""
        found: dict[str, list[Entity]] = {it.order_id: [it] for it in redemptions}
        wanted = [keys.fact(it.order_id, name) for it in redemptions if it.standing for name in it.standing.facts_named]
        for item in self._wire.batch(wanted):
            found[keys.order_in(key_in(item).pk)].append(entity_of(item))
        facts = (order_of(order_id, entities) for order_id, entities in found.items())
        return [it for it in facts if isinstance(it, Order)]

    def read_unpaid(self, code: str | None, order_id: str) -> "tuple[Code | None, TakenOff | None]":
        """A code as the checkout needs it, and what took one off an order that may not be stored yet: in one trip."""
        wanted = [keys.fact(order_id, "takenoff"), *([keys.code(code)] if code else [])]
        found = {key_in(item): entity_of(item) for item in self._wire.batch(wanted)}
        return found.get(keys.code(code)) if code else None, found.get(wanted[0])

    def read_payment(self, order_id: str) -> "Payment | None":
        """The payment of an order."""
        return self._get(keys.fact(order_id, "payment"))

    def read_told(self, order_id: str) -> "tuple[Redemption | None, Purchase | None, Payment | None]":
        """What tells of the buyer of an order, and its payment, in one trip."""
        wanted = [keys.redemption(order_id), keys.fact(order_id, "purchase"), keys.fact(order_id, "payment")]
        found = {key_in(item): entity_of(item) for item in self._wire.batch(wanted)}
        redemption, purchase, payment = map(found.get, wanted)
        return redemption, purchase, payment

    def read_bought(self, order_ids: Iterable[str]) -> "list[tuple[str, Purchase | None, Redemption | None]]":
        """Some orders in one trip, as they were reported, and as a code was used on them."""
        ids = list(dict.fromkeys(order_ids))
        wanted = [key for it in ids for key in (keys.fact(it, "purchase"), keys.redemption(it))]
        found = {key_in(item): entity_of(item) for item in self._wire.batch(wanted)}
        return [(it, found.get(keys.fact(it, "purchase")), found.get(keys.redemption(it))) for it in ids]

    def read_report(self, order_id: str) -> "tuple[Purchase | None, Receipt | None]":
        """An order as the shop has reported it, and as the figures count it."""
        wanted = [keys.fact(order_id, "purchase"), keys.receipt(order_id)]
        found = {key_in(item): entity_of(item) for item in self._wire.batch(wanted)}
        purchase, receipt = map(found.get, wanted)
        return purchase, receipt

    def read_buyer(self, redemption: Redemption) -> "tuple[Friend | None, Receipt | None]":
        """Whoever placed an order, as the checkout knows them, and the order as the figures count it."""
        wanted = [keys.friend(redemption.friend), keys.receipt(redemption.order_id)]
        found = {key_in(item): entity_of(item) for item in self._wire.batch(wanted)}
        friend, receipt = map(found.get, wanted)
        return friend, receipt

    def list_purchases(self, persons: Iterable[str], after: str | None, limit: int) -> "list[tuple[str, Purchase]]":
        """Up to `limit` orders that the shop has reported of a buyer's pseudonyms, the newest first. Slightly stale."""
        lists = (self._owned(keys.purchases(it), after, limit) for it in persons)
        return sorted((row for rows in lists for row in rows), key=lambda row: row[0], reverse=True)[:limit]

    def read_freed(self, order_id: str) -> "Freed | None":
        """Whether an order has set its friend free."""
        return self.read_order(order_id).freed

    def is_reversed(self, refund: Refund) -> bool:
        """Whether a reversal says that a refund no longer counts."""
        return self._wire.get(keys.fact(refund.order_id, f"reversal:{refund.refund_id}")) is not None

    def is_superseded(self, fulfilment: Fulfilment) -> bool:
        """Whether there is a higher revision of the same delivery."""
        key = keys.fact(fulfilment.order_id, fulfilment.name)
        bounds = (key.sk, f"{key.sk.rpartition('#')[0]}#~")
        return any(self._wire.query(key.pk, bounds, skip=key.sk, limit=1))

    def read_used(self, month: str) -> tuple[int, ...]:
        """What is used of a month's budget, of each shard, in whatever form it lies."""
        used = dict.fromkeys(range(BUDGET_SHARDS), 0)
        found = self._wire.batch([keys.budget_apart(month, shard) for shard in used]) if _may_lie_apart(month) else []
        for item in (*found, *self._in_one(month)):
            used[int(item["SK"]["S"].partition("#")[2])] += read(item["drawn"])
        return tuple(used.values())

    def lies_apart(self, month: str) -> bool:
        """Whether a month's budget is drawn on in a partition for each shard.

        What an older build has begun in a single partition stays there. That there is none of it is looked up once: no
        build of today makes any. Budgets that are no month's are small, and lie in one partition.
        """
        return _may_lie_apart(month) and not self._in_one(month)

    def read_apart(self, month: str, shard: int) -> int:
        """What lies apart of a shard though it is drawn on in one partition: builds of two ages were at work."""
        item = self._wire.get(keys.budget_apart(month, shard)) if _may_lie_apart(month) else None
        return read(item["drawn"]) if item else 0

    def _in_one(self, month: str) -> list[Item]:
        """What lies of a budget in one partition."""
        if month in self._apart:
            return []
        found = list(self._wire.query(keys.budget(month).pk))
        if not found and _may_lie_apart(month):
            self._apart.add(month)
        return found

    def read_circle(
        self, ambassador_ids: Iterable[str], traits: Sequence[str], persons: Iterable[str], codes: Iterable[str]
    ) -> list[Entity]:
        """What is known of cards and addresses with ambassadors, of people and of codes: all in one trip."""
        wanted = [keys.trait(trait, ambassador_id) for ambassador_id in ambassador_ids for trait in traits]
        wanted += [key for person in persons for key in (keys.friend(person), keys.membership(person))]
        wanted += [keys.code(code) for code in codes]
        return [entity_of(item) for item in self._wire.batch(list(dict.fromkeys(wanted)))]

    def read_claim(self, claim_id: str) -> "Claim | None":
        """An order that an ambassador claims."""
        return self._get(keys.claim(claim_id))

    def read_claimed(
        self, claim_id: str, ambassador_id: str, order_id: str
    ) -> "tuple[Redemption | None, Claim | None, OpenClaims | None]":
        """Everything about an order that an ambassador claims, in one trip whether or not there is anything."""
        wanted = [keys.redemption(order_id), keys.claim(claim_id), keys.open_claims(ambassador_id)]
        found = {key_in(item): entity_of(item) for item in self._wire.batch(wanted)}
        redemption, claim, waiting = map(found.get, wanted)
        return redemption, claim, waiting

    def list_claims(self, after: str | None, limit: int) -> "list[tuple[str, Claim]]":
        """Up to `limit` claims, the oldest first, each with its position. Some may have been decided a moment ago."""
        bounds = (after or " ", "~")
        rows = list(self._wire.query(keys.CLAIMS, bounds, index="list", skip=after, limit=limit))
        claims = self._batch([key_in(row) for row in rows])
        return [(row["list_sk"]["S"], claim) for row, claim in zip(rows, claims, strict=True)]

    def read_open_claims(self, ambassador_id: str) -> "list[Claim]":
        """The claims of an ambassador that wait for an admin."""
        waiting: OpenClaims | None = self._get(keys.open_claims(ambassador_id))
        return self._batch([keys.claim(claim_id) for claim_id in waiting.claims]) if waiting else []

    def list_decided_claims(self, kin: Iterable[str], after: str | None, limit: int) -> "list[tuple[str, Claim]]":
        """Up to `limit` decided claims under some ids, the newest first, each with its position."""
        return self._of_kin(kin, after, limit, keys.CLAIMED)

    def list_cases(self, after: str | None, limit: int) -> "list[tuple[str, Case, Redemption]]":
        """Up to `limit` cases with their orders, the soonest deadline first, each with its position.

        The index is a moment behind: what it lists may have been closed.
        """
        bounds = (after or " ", "~")
        rows = list(self._wire.query(keys.CASES, bounds, index="list", skip=after, limit=limit))
        positions = {key_in(row).pk: row["list_sk"]["S"] for row in rows}
        cases = self._batch([key_in(row) for row in rows])
        redemptions = self.read_redemptions(case.order_id for case in cases)
        return [(positions[keys.order(it.order_id)], it, of) for it, of in zip(cases, redemptions, strict=True)]

    def list_referrals(self, kin: Iterable[str], after: str | None, limit: int) -> list[tuple[str, Redemption]]:
        """Up to `limit` settled referrals under some ids, the newest order first, each with its position."""
        return self._of_kin(kin, after, limit, keys.REFERRAL)

    def list_orders(self, on: date) -> list[str]:
        """All settled orders that were placed on a day. Slightly stale."""
        shards = (self._wire.query(shard, index="day") for shard in self._daily(keys.ORDERS, on))
        return [keys.order_in(key_in(row).pk) for rows in shards for row in rows]


def order_of(order_id: str, entities: Iterable[Entity]) -> OrderFacts:
    """Put together what is known about an order."""
    lying: dict[str, list[Any]] = defaultdict(list)
    for entity in entities:
        lying[kind_of(entity).mark].append(entity)
    freed = in_force(lying["FREED"], lying["KEPT"])
    facts = OrderFacts(
        order_id=order_id,
        refunds=tuple(lying["REFUND"]),
        reversals=tuple(lying["REVERSAL"]),
        fulfilments=tuple(lying["FULFILMENT"]),
        reviews=tuple(lying["REVIEW"]),
        payment=next(iter(lying["PAYMENT"]), None),
        freed=freed,
        once_freed=tuple(it for it in lying["FREED"] if it is not freed),
        kept=tuple(lying["KEPT"]),
        taken_off=next(iter(lying["TAKENOFF"]), None),
        purchase=next(iter(lying["PURCHASE"]), None),
        case=next(iter(lying["CASE"]), None),
    )
    return facts.redeemed(lying["REDEMPTION"][0]) if lying["REDEMPTION"] else facts


def _may_lie_apart(month: str) -> bool:
    """Whether a budget is that of a month's orders."""
    return ":" not in month

"""The one table: named reads, and `commit`, which carries out what a decision wants or says what stood in the way."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TypeVar, cast

from chalicelib.domain.accounts.limits import BUDGET_SHARDS
from chalicelib.domain.effects import (
    Absent,
    Create,
    Effect,
    Entity,
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
from chalicelib.domain.model.access import ApiKey, Attempt, Session
from chalicelib.domain.model.accounts import (
    Account,
    Adjustment,
    Coupon,
    Draw,
    Gift,
    LedgerEntry,
    Suspension,
    Withdrawal,
)
from chalicelib.domain.model.claims import Claim, OpenClaims
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import (
    Freed,
    Fulfilment,
    Order,
    OrderFacts,
    Payment,
    Redemption,
    Refund,
    Reversal,
    Review,
)
from chalicelib.domain.model.people import Code, Friend, FurtherCodes, Membership, Profile
from chalicelib.domain.model.reviews import Case
from chalicelib.domain.model.work import Job
from chalicelib.domain.program.program import Program
from chalicelib.store import keys
from chalicelib.store.items import Found, entity_of, found_in, item_of, letters_of, read
from chalicelib.store.keys import Key, stamp
from chalicelib.store.wire import WRITE_SECONDS, Action, BusyError, Wire, key_in

__all__ = ["EFFECTS_MAX", "BusyError", "Clicks", "Failure", "Found", "Table", "order_of"]

EFFECTS_MAX = 100
"""Items in one transaction (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html)."""

_LAST_VERSION = 10**8 - 1
_POSTPONED_MAX = timedelta(days=1)
_REASON_MAX = 500
_VALID = "attribute_exists(PK) AND attribute_not_exists(revoked_at)"

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class Failure:
    """An effect whose condition did not hold, and the entity that stood in its place (None if nothing did)."""

    effect: Effect
    stored: Entity | None


@dataclass(frozen=True, slots=True)
class Clicks:
    """Clicks on one code on one day, by channel."""

    day: str
    channels: dict[str, int]


class Table:
    """What the program reads and writes, by name. Every method may raise `BusyError`."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.pause = wire.pause
        self.deadline = wire.deadline
        self.is_past = wire.is_past

    # --- writing ------------------------------------------------------------------------------------------------------

    def commit(self, effects: Sequence[Effect], *, within: float = WRITE_SECONDS) -> tuple[Failure, ...]:
        """Carry out all effects or none. Return the failed conditions: none means that everything is stored."""
        targets = {_target(effect) for effect in effects}
        assert 0 < len(effects) <= EFFECTS_MAX, f"{len(effects)} effects in one transaction"
        assert len(targets) == len(effects), "two effects on one item"
        rejections = self._wire.write([self._action(effect) for effect in effects], within=within)
        return tuple(Failure(effects[place], entity_of(item) if item else None) for place, item in rejections)

    def postpone_order(self, order_id: str, now: datetime, reason: str) -> None:
        """Move away everything of an order that is due, with growing gaps, and store why.

        Works on raw items: an order that cannot even be read must not block the others.
        """
        for item in self._wire.query(keys.order(order_id)):
            at = item.get("due_at", {"S": "~"})["S"]
            if at > stamp(now):
                continue
            attempts = int(item.get("attempts", {"N": "0"})["N"]) + 1
            gap = min(timedelta(minutes=2 ** min(attempts, 12)), _POSTPONED_MAX)
            self._wire.update(
                key_in(item),
                "SET due_at = :next, attempts = :attempts, failure = :reason",
                "due_at = :at",
                {":next": now + gap, ":attempts": attempts, ":reason": reason[:_REASON_MAX], ":at": at},
            )

    def change_code(self, code: str, changes: dict[str, object]) -> Code | None:
        """Set fields of a code, or remove those that become None; None when there is no such code."""
        kept = {name: value for name, value in changes.items() if value is not None}
        gone = [name for name in changes if name not in kept]
        parts = ["SET " + ", ".join(f"#{name} = :{name}" for name in kept)] if kept else []
        parts += ["REMOVE " + ", ".join(f"#{name}" for name in gone)] if gone else []
        values = {f":{name}": value for name, value in kept.items()}
        stored = self._wire.update(keys.code(code), " ".join(parts), "attribute_exists(PK)", values)
        return cast("Code", entity_of(stored)) if stored else None

    def count_click(self, code: str, on: date, channel: str) -> None:
        """Count one visit of a share link. A count, not money: a request that is sent twice may count twice."""
        self._wire.update(keys.clicks(code, on), f"ADD ch_{channel} :one", None, {":one": 1})

    def note_key_used(self, key: ApiKey, now: datetime, since: datetime) -> None:
        """Note that a key is in use, unless a use from `since` on is noted already; and list one that is not yet."""
        listed = {f":{name}": text for name, text in keys.index_keys(key).items()}
        self._wire.update(
            keys.key_of(key),
            "SET last_used_at = :now, owner_pk = :owner_pk, owner_sk = :owner_sk",
            "attribute_exists(PK) AND (attribute_not_exists(last_used_at) OR last_used_at < :since)",
            {":now": now, ":since": since, **listed},
        )

    def lease_message(self, message_id: str, now: datetime, stale: datetime) -> Message | None:
        """Mark a message as being sent and return it; None when another sender has it, or it needs no sending.

        One marked before `stale` counts as abandoned: its sender died between sending and saying so.
        """
        stored = self._wire.update(
            keys.message(message_id),
            "SET #state = :sending, sending_at = :now, tries = tries + :one",
            "#state = :pending OR (#state = :sending AND sending_at < :stale)",
            {":sending": "sending", ":pending": "pending", ":now": now, ":stale": stale, ":one": 1},
        )
        return cast("Message", entity_of(stored)) if stored else None

    def finish_message(self, message: Message) -> None:
        """Say how a leased message's letters ended: it asks for nothing any more."""
        self._end_lease(message, "SET letters = :letters, #state = :state REMOVE due_pk, due_at", {":state": "done"})

    def return_message(self, message: Message, due_at: datetime) -> None:
        """Give back a leased message with letters that were surely not sent, to be tried again at `due_at`."""
        back = {":state": "pending", ":due_at": due_at}
        self._end_lease(message, "SET letters = :letters, #state = :state, due_at = :due_at", back)

    def keep_message(self, message: Message) -> None:
        """Note how a leased message's letters went and keep the lease: of one of them nobody knows."""
        self._end_lease(message, "SET letters = :letters", {})

    def _end_lease(self, message: Message, expression: str, values: dict[str, object]) -> None:
        condition = "#state = :sending AND sending_at = :mine"
        mine = {":sending": "sending", ":mine": message.sending_at, ":letters": letters_of(message)}
        self._wire.update(keys.message(message.id), expression, condition, {**values, **mine})

    def _action(self, effect: Effect) -> Action:  # noqa: PLR0911 - an effect a line
        """One effect as one item of TransactWriteItems."""
        action, key = self._wire.action, _target(effect)
        match effect:
            case Create(entity):
                return {"Put": action(None, "attribute_not_exists(PK)", {}, Item=item_of(entity))}
            case Replace(entity):
                was = {":version": entity.version - 1}
                return {"Put": action(None, "version = :version", was, Item=item_of(entity))}
            case Owned(code):
                return {"Update": self._own(key, code)}
            case Paused():
                bare: Action = {
                    "UpdateExpression": "SET #state = :paused",
                    "ExpressionAttributeNames": {"#state": "state"},
                }
                return {"Update": action(key, "attribute_exists(PK)", {":paused": "paused"}, **bare)}
            case Unsuspended():
                free = "attribute_exists(PK) AND attribute_not_exists(suspended_in)"
                return {"ConditionCheck": action(key, free, {})}
            case Seen(fact):
                forget = "REMOVE due_pk, due_at, attempts, failure"
                return {"Update": action(key, "due_at = :due", {":due": fact.due_at}, UpdateExpression=forget)}
            case Revoked(api_key):
                revoke, at = "SET revoked_at = :at", {":at": api_key.revoked_at}
                return {"Update": action(key, _VALID, at, UpdateExpression=revoke)}
            case Take(draw):
                return {"Update": self._draw(key, draw)}
            case _:
                return {"ConditionCheck": self._check(key, effect)}

    def _own(self, key: Key, code: Code) -> Action:
        """Set whose a code is, in every way in which it says so."""
        values = {":ambassador_id": code.ambassador_id, ":owners": code.owners, ":kin": code.kin}
        expression = "SET ambassador_id = :ambassador_id, owners = :owners, kin = :kin"
        return self._wire.action(key, "attribute_exists(PK)", values, UpdateExpression=expression)

    def _check(self, key: Key, effect: Unchanged | Absent | Valid) -> Action:
        """What must be true of an item that is not written."""
        match effect:
            case Unchanged(redemption):
                return self._wire.action(key, "version = :version", {":version": redemption.version})
            case Absent():
                return self._wire.action(key, "attribute_not_exists(PK)", {})
            case Valid():
                return self._wire.action(key, _VALID, {})

    def _draw(self, key: Key, draw: Draw) -> Action:
        """Add to what is used of a shard, if no more than `at_most` was used of it before."""
        condition, values = "attribute_exists(PK)", {":amount": draw.amount}
        if draw.at_most is not None:
            condition = "drawn <= :most" if draw.at_most < 0 else "attribute_not_exists(drawn) OR drawn <= :most"
            values[":most"] = draw.at_most
        bare: Action = {"UpdateExpression": "ADD drawn :amount", "ReturnValuesOnConditionCheckFailure": "NONE"}
        return self._wire.action(key, condition, values, **bare)

    # --- reading ------------------------------------------------------------------------------------------------------

    def read_code(self, code: str) -> Code | None:
        """A code as the checkout needs it."""
        return self._get(keys.code(code), Code)

    def read_memberships(self, persons: Iterable[str]) -> dict[str, Membership]:
        """Which of these people are ambassadors, or were, by person."""
        found = self._batch([keys.membership(person) for person in dict.fromkeys(persons)], Membership)
        return {it.person: it for it in found}

    def read_friend(self, person: str) -> Friend | None:
        """Whether a person has been referred, and how to reach them."""
        return self._get(keys.friend(person), Friend)

    def read_profile(self, ambassador_id: str) -> Profile | None:
        """An ambassador's person data."""
        return self._get(keys.profile(ambassador_id), Profile)

    def read_account(self, ambassador_id: str) -> Account | None:
        """An ambassador's balances."""
        return self._get(keys.account(ambassador_id), Account)

    def read_further_codes(self, ambassador_id: str) -> FurtherCodes | None:
        """The codes of an ambassador beside the first one."""
        return self._get(keys.further_codes(ambassador_id), FurtherCodes)

    def list_suspensions(self, ambassador_id: str) -> list[Suspension]:
        """What admins decided about all that leaves an account, the latest last."""
        last = keys.suspension(ambassador_id, _LAST_VERSION)
        found = self._wire.query(last.pk, ("SUSPENSION#", last.sk))
        return [cast("Suspension", entity_of(item)) for item in found]

    def read_profiles(self, ambassador_ids: Iterable[str]) -> list[Profile]:
        """Some ambassadors' person data."""
        return self._batch([keys.profile(ambassador_id) for ambassador_id in ambassador_ids], Profile)

    def read_accounts(self, ambassador_ids: Iterable[str]) -> dict[str, Account]:
        """The balances of some ambassadors, by id."""
        wanted = [keys.account(ambassador_id) for ambassador_id in dict.fromkeys(ambassador_ids)]
        return {account.ambassador_id: account for account in self._batch(wanted, Account)}

    def read_withdrawal(self, withdrawal_id: str) -> Withdrawal | None:
        """A spend or a payout."""
        return self._get(keys.withdrawal(withdrawal_id), Withdrawal)

    def read_coupon(self, code: str) -> Coupon | None:
        """What leads from a coupon's code to its spend."""
        return self._get(keys.coupon(code), Coupon)

    def read_adjustment(self, adjustment_id: str) -> Adjustment | None:
        """A correction by hand."""
        return self._get(keys.adjustment(adjustment_id), Adjustment)

    def read_gift(self, gift_id: str) -> Gift | None:
        """A gift that somebody has to send, or has sent."""
        return self._get(keys.gift(gift_id), Gift)

    def read_redemption(self, order_id: str) -> Redemption | None:
        """An order's redemption alone."""
        return self._get(keys.redemption(order_id), Redemption)

    def is_reversed(self, refund: Refund) -> bool:
        """Whether a reversal says that a refund no longer counts."""
        reversal = Reversal(refund.order_id, refund.refund_id, recorded_at=refund.recorded_at)
        return self._wire.get(keys.key_of(reversal)) is not None

    def is_superseded(self, fulfilment: Fulfilment) -> bool:
        """Whether there is a higher revision of the same delivery."""
        key = keys.key_of(fulfilment)
        bounds = (key.sk, f"{key.sk.rpartition('#')[0]}#~")
        return any(self._wire.query(key.pk, bounds, skip=key.sk, limit=1))

    def read_api_key(self, digest: str) -> ApiKey | None:
        """A server key by the SHA-256 of its secret."""
        return self._get(keys.api_key(digest), ApiKey)

    def read_job(self, job_id: str) -> Job | None:
        """A job, as far as it is."""
        return self._get(keys.job(job_id), Job)

    def find_api_key(self, key_id: str) -> ApiKey | None:
        """A server key by its id. A key is in the list, where this looks, a moment after it was made."""
        rows = self._wire.query(keys.API_KEYS, (key_id, key_id), index="owner", limit=1)
        return next(iter(self._batch([key_in(row) for row in rows], ApiKey)), None)

    def read_session(self, ambassador_id: str, session_id: str) -> Session | None:
        """One of an ambassador's sessions."""
        return self._get(keys.session(ambassador_id, session_id), Session)

    def read_attempt(self, key: str) -> Attempt | None:
        """What was made under an Idempotency-Key."""
        return self._get(keys.attempt(key), Attempt)

    def read_program(self, version: int) -> Program | None:
        """One version of the rules."""
        return self._get(keys.program(version), Program)

    def read_newest_program(self) -> Program | None:
        """The rules in force."""
        newest = self._wire.query(keys.program(0).pk, limit=1, forward=False)
        return next((cast("Program", entity_of(item)) for item in newest), None)

    def read_order(self, order_id: str) -> OrderFacts:
        """Everything known about an order, in one consistent query."""
        return order_of(order_id, [entity_of(item) for item in self._wire.query(keys.order(order_id))])

    def read_used(self, month: str) -> tuple[int, ...]:
        """What is used of a month's budget, of each shard."""
        used = dict.fromkeys(range(BUDGET_SHARDS), 0)
        for item in self._wire.query(keys.budget(month).pk):
            used[int(item["SK"]["S"].partition("#")[2])] = read(item["drawn"])
        return tuple(used.values())

    def read_entries(self, redemption: Redemption) -> list[LedgerEntry]:
        """The entries of an order."""
        return self._batch([keys.entry(*posted) for posted in redemption.posted], LedgerEntry)

    def read_redemptions(self, order_ids: Iterable[str]) -> list[Redemption]:
        """The redemptions of some orders, in their order."""
        return self._batch([keys.redemption(order_id) for order_id in order_ids], Redemption)

    def read_orders(self, redemptions: Sequence[Redemption]) -> list[Order]:
        """Some orders with the later facts that their standings name, in their order."""
        found: dict[str, list[Entity]] = {it.order_id: [it] for it in redemptions}
        wanted = [keys.fact(it.order_id, name) for it in redemptions if it.standing for name in it.standing.named]
        for item in self._wire.batch(wanted):
            found[keys.order_in(key_in(item).pk)].append(entity_of(item))
        facts = (order_of(order_id, entities) for order_id, entities in found.items())
        return [it for it in facts if isinstance(it, Order)]

    def read_codes(self, codes: Iterable[str]) -> list[Code]:
        """Some codes, in their order."""
        return self._batch([keys.code(code) for code in codes], Code)

    def read_friends(self, persons: Iterable[str]) -> list[Friend]:
        """The guards of these people, where they have one."""
        return self._batch([keys.friend(person) for person in persons], Friend)

    def read_roots(self, persons: Iterable[str]) -> dict[str, Friend]:
        """The roots of these people, where they have one: a guard is a root, or an alias that leads to one."""
        roots = {it.person: it for it in self.read_friends(persons)}
        while leads := {it.root for it in roots.values() if it.root}:
            found = {it.person: it for it in self.read_friends(sorted(leads))}
            roots = {person: found[it.root] if it.root else it for person, it in roots.items()}
        return roots

    def read_payment(self, order_id: str) -> Payment | None:
        """The payment of an order."""
        return self._get(keys.fact(order_id, "payment"), Payment)

    def read_freed(self, order_id: str) -> Freed | None:
        """Whether an order has given its friend free."""
        return self._get(keys.fact(order_id, "freed"), Freed)

    def read_circle(
        self, ambassador_ids: Iterable[str], traits: Sequence[str], persons: Iterable[str], codes: Iterable[str]
    ) -> list[Entity]:
        """What is known of cards and addresses with ambassadors, of people and of codes: all in one trip."""
        wanted = [keys.trait(trait, ambassador_id) for ambassador_id in ambassador_ids for trait in traits]
        wanted += [key for person in persons for key in (keys.friend(person), keys.membership(person))]
        wanted += [keys.code(code) for code in codes]
        return [entity_of(item) for item in self._wire.batch(list(dict.fromkeys(wanted)))]

    def read_claim(self, claim_id: str) -> Claim | None:
        """An order that an ambassador claims."""
        return self._get(keys.claim(claim_id), Claim)

    def read_claimed(
        self, claim_id: str, ambassador_id: str, order_id: str
    ) -> tuple[Redemption | None, Claim | None, OpenClaims | None]:
        """Everything about an order that an ambassador claims, in one trip whether or not there is anything."""
        wanted = [keys.redemption(order_id), keys.claim(claim_id), keys.open_claims(ambassador_id)]
        found = [entity_of(item) for item in self._wire.batch(wanted)]
        redemption, claim, waiting = _only(Redemption, found), _only(Claim, found), _only(OpenClaims, found)
        return next(redemption, None), next(claim, None), next(waiting, None)

    def read_clicks(self, code: str, since: date) -> list[Clicks]:
        """The clicks of each day from `since` on."""
        return [
            Clicks(
                day=item["SK"]["S"].removeprefix("CLICKS#"),
                channels={name.removeprefix("ch_"): read(n) for name, n in item.items() if name.startswith("ch_")},
            )
            for item in self._wire.query(keys.code(code).pk, (keys.clicks(code, since).sk, "CLICKS#~"))
        ]

    # --- whatever there is, for an audit ----------------------------------------------------------------------------

    def find(self, wanted: Iterable[Key]) -> dict[Key, Found]:
        """Whatever lies under some keys, of any kind, each read consistently."""
        return {key_in(item): found_in(item) for item in self._wire.batch(list(dict.fromkeys(wanted)))}

    def find_order(self, order_id: str) -> list[Found]:
        """Whatever lies with an order, in one consistent query."""
        return [found_in(item) for item in self._wire.query(keys.order(order_id))]

    def find_entries(self, ambassador_id: str, after: str, until: str, limit: int) -> list[Found]:
        """Up to `limit` entries of one ambassador in order of posting, after one number and up to another."""
        bounds = (f"ENTRY#{after}", f"ENTRY#{until}")
        items = self._wire.query(keys.ledger(ambassador_id), bounds, skip=bounds[0], limit=limit)
        return [found_in(item) for item in items]

    def find_posted(self, ambassador_id: str, at: datetime) -> list[Found]:
        """What was posted to one ambassador at this very moment. Slightly stale."""
        shard, moment = keys.day_of(ambassador_id, at), stamp(at)
        rows = self._wire.query(shard, (f"{moment}#", f"{moment}#~"), index="day")
        return list(self.find(key for key in map(key_in, rows) if key.pk == keys.ledger(ambassador_id)).values())

    # --- listing ------------------------------------------------------------------------------------------------------

    def list_ledger(self, ambassador_id: str, after: str | None, limit: int) -> list[LedgerEntry]:
        """Up to `limit` entries of one ambassador in order of posting, after the entry numbered `after`."""
        bounds = (f"ENTRY#{after or ''}", "ENTRY#~")
        items = self._wire.query(keys.ledger(ambassador_id), bounds, skip=bounds[0], limit=limit)
        return [cast("LedgerEntry", entity_of(item)) for item in items]

    def list_day(self, on: date, after: str, before: str, limit: int) -> list[tuple[str, LedgerEntry]]:
        """Up to `limit` entries of one day in order of time, strictly between two positions, each with its position."""
        rows = [
            item
            for shard in range(keys.DAY_SHARDS)
            for item in self._wire.query(keys.day(on, shard), (after, before), index="day", skip=after, limit=limit)
        ]
        rows = sorted(rows, key=lambda item: item["day_sk"]["S"])[:limit]
        entries = self._batch([key_in(item) for item in rows], LedgerEntry)
        return [(item["day_sk"]["S"], entry) for item, entry in zip(rows, entries, strict=True)]

    def list_referrals(self, kin: Iterable[str], after: str | None, limit: int) -> list[tuple[str, Redemption]]:
        """Up to `limit` settled referrals under some ids, the newest order first, each with its position."""
        return self._of_kin(kin, Redemption, after, limit, keys.REFERRAL)

    def list_spends(self, kin: Iterable[str], after: str | None, limit: int) -> list[tuple[str, Withdrawal]]:
        """Up to `limit` spends under some ids, the newest first, each with its position."""
        return self._of_kin(kin, Withdrawal, after, limit, keys.SPEND)

    def list_payouts(self, state: str, after: str | None, limit: int) -> list[tuple[str, Withdrawal]]:
        """Up to `limit` payouts in one state, the newest first, each with its position. Slightly stale."""
        return self._owned(keys.payouts(state), Withdrawal, after, limit)

    def list_adjustments(self, after: str | None, limit: int) -> list[tuple[str, Adjustment]]:
        """Up to `limit` adjustments that wait, the newest first, each with its position. Slightly stale."""
        return self._owned(keys.ADJUSTMENTS, Adjustment, after, limit)

    def list_gifts(self, after: str | None, limit: int) -> list[tuple[str, Gift]]:
        """Up to `limit` gifts to send, the oldest first, each with its position. Slightly stale."""
        return self._owned(keys.GIFTS, Gift, after, limit, forward=True)

    def list_cases(self, after: str | None, limit: int) -> list[tuple[str, Case, Redemption]]:
        """Up to `limit` cases with their orders, the soonest deadline first, each with its position.

        The index is a moment behind: what it lists may have been closed.
        """
        bounds = (after or " ", "~")
        rows = list(self._wire.query(keys.CASES, bounds, index="owner", skip=after, limit=limit))
        positions = {key_in(row).pk: row["owner_sk"]["S"] for row in rows}
        found = [entity_of(it) for it in self._wire.batch([key_in(row) for row in rows])]
        cases = list(_only(Case, found))
        redemptions = self.read_redemptions(case.order_id for case in cases)
        return [(positions[keys.order(it.order_id)], it, of) for it, of in zip(cases, redemptions, strict=True)]

    def list_claims(self, after: str | None, limit: int) -> list[tuple[str, Claim]]:
        """Up to `limit` claims, the oldest first, each with its position. Some may have been decided a moment ago."""
        bounds = (after or " ", "~")
        rows = list(self._wire.query(keys.CLAIMS, bounds, index="owner", skip=after, limit=limit))
        claims = self._batch([key_in(row) for row in rows], Claim)
        return [(row["owner_sk"]["S"], claim) for row, claim in zip(rows, claims, strict=True)]

    def list_orders(self, on: date) -> list[str]:
        """All settled orders that were placed on a day. Slightly stale."""
        shards = (self._wire.query(keys.orders_of(on, shard), index="day") for shard in range(keys.DAY_SHARDS))
        return [keys.order_in(key_in(row).pk) for rows in shards for row in rows]

    def list_keys(self, name: str, after: str | None, limit: int, *, within: str = "") -> list[tuple[str, Key]]:
        """Up to `limit` keys of a list in the index `owner`, from its first position that begins with `within` on."""
        rows = self._wire.query(name, (after or within or " ", f"{within}~"), index="owner", skip=after, limit=limit)
        return [(row["owner_sk"]["S"], key_in(row)) for row in rows]

    def last_key(self, name: str) -> str:
        """The last position in a list of the index `owner` that is not empty."""
        return next(self._wire.query(name, index="owner", limit=1, forward=False))["owner_sk"]["S"]  # type: ignore[no-any-return]

    def count_ambassadors(self) -> int:
        """How many ambassadors there are. Slightly stale."""
        return self._wire.count(keys.AMBASSADORS, (" ", "~"), "owner", whole=True)

    def list_sessions(self, ambassador_id: str) -> Iterator[Session]:
        """All sessions of an ambassador, the newest first, until the table has cleaned them up."""
        bounds = (keys.session(ambassador_id).sk, keys.session(ambassador_id, "~").sk)
        found = self._wire.query(keys.session(ambassador_id).pk, bounds, forward=False)
        return (cast("Session", entity_of(item)) for item in found)

    def list_api_keys(self, after: str | None, limit: int | None = None) -> Iterator[ApiKey]:
        """Up to `limit` server keys, the newest first, those that were revoked among them, after the one `after`."""
        bounds = (" ", after or "~")
        rows = self._wire.query(keys.API_KEYS, bounds, index="owner", skip=after, limit=limit, forward=False)
        while page := list(islice(rows, EFFECTS_MAX)):
            yield from self._batch([key_in(row) for row in page], ApiKey)

    def list_programs(self, before: int | None, limit: int) -> list[Program]:
        """Up to `limit` versions of the rules, the newest first, of those `before` a version."""
        bounds = ("V#", keys.program(before).sk if before else "V#~")
        skip = bounds[1] if before else None
        found = self._wire.query(keys.program(0).pk, bounds, skip=skip, limit=limit, forward=False)
        return [cast("Program", entity_of(item)) for item in found]

    def list_due(self, now: datetime) -> Iterator[Key]:
        """The keys of everything whose time has come, oldest first in each shard. Slightly stale, so only a hint."""
        for shard in keys.due_shards():
            yield from (key_in(item) for item in self._wire.query(shard, (" ", stamp(now)), index="due"))

    def count_due(self, now: datetime) -> int:
        """How much is due, at most one page of each shard: a measure of backlog, exact while it is small."""
        return sum(self._wire.count(shard, (" ", stamp(now)), "due") for shard in keys.due_shards())

    def _of_kin(
        self, kin: Iterable[str], kind: type[E], after: str | None, limit: int, within: str
    ) -> list[tuple[str, E]]:
        """Up to `limit` entities of the lists of some ambassadors, as if they were one list."""
        lists = (self._owned(keys.ambassador(it), kind, after, limit, within=within) for it in kin)
        return sorted((row for rows in lists for row in rows), key=lambda row: row[0], reverse=True)[:limit]

    def _owned(
        self, pk: str, kind: type[E], after: str | None, limit: int, *, within: str = "", forward: bool = False
    ) -> list[tuple[str, E]]:
        """Up to `limit` entities of a list in the index `owner`, whose positions begin with `within`."""
        low, high = (after or within or " ", f"{within}~") if forward else (within or " ", after or f"{within}~")
        rows = list(self._wire.query(pk, (low, high), index="owner", skip=after, limit=limit, forward=forward))
        found = self._batch([key_in(item) for item in rows], kind)
        return [(item["owner_sk"]["S"], entity) for item, entity in zip(rows, found, strict=True)]

    def _get(self, key: Key, kind: type[E]) -> E | None:
        item = self._wire.get(key)
        return next(_only(kind, [entity_of(item)]), None) if item else None

    def _batch(self, wanted: Sequence[Key], kind: type[E]) -> list[E]:
        return list(_only(kind, [entity_of(item) for item in self._wire.batch(wanted)]))


def order_of(order_id: str, entities: Sequence[Entity]) -> OrderFacts:
    """Put together what is known about an order."""
    redemption = next(_only(Redemption, entities), None)
    facts = OrderFacts(
        order_id=order_id,
        refunds=tuple(_only(Refund, entities)),
        reversals=tuple(_only(Reversal, entities)),
        fulfilments=tuple(_only(Fulfilment, entities)),
        reviews=tuple(_only(Review, entities)),
        payment=next(_only(Payment, entities), None),
        freed=next(_only(Freed, entities), None),
        case=next(_only(Case, entities), None),
    )
    return facts if redemption is None else facts.redeemed(redemption)


def _only(kind: type[E], entities: Iterable[object]) -> Iterator[E]:
    return (entity for entity in entities if isinstance(entity, kind))


def _target(effect: Effect) -> Key:
    """The item an effect is about."""
    match effect:
        case Create(entity) | Replace(entity) | Owned(entity) | Paused(entity) | Unchanged(entity) | Seen(entity):
            return keys.key_of(entity)
        case Revoked(api_key) | Valid(api_key):
            return keys.key_of(api_key)
        case Absent(order_id, name):
            return keys.fact(order_id, name) if name else keys.redemption(order_id)
        case Unsuspended(ambassador_id):
            return keys.account(ambassador_id)
        case Take(draw):
            return keys.budget(draw.month, draw.shard)

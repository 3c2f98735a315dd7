"""Balances, the entries behind them, and what is on its way out."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import TYPE_CHECKING

from chalicelib.store import keys
from chalicelib.store.items import Item, entity_of
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.accounts import (
        Account,
        Adjustment,
        Coupon,
        Gift,
        LedgerEntry,
        Suspension,
        Withdrawal,
    )
    from chalicelib.domain.model.offers import Offer, SurpriseGift
    from chalicelib.domain.model.orders import Redemption

_LAST_VERSION = 10**8 - 1
_ENTRIES = 100


class Accounts(Reader):
    """What ambassadors have."""

    def read_account(self, ambassador_id: str) -> "Account | None":
        """An ambassador's balances."""
        return self._get(keys.account(ambassador_id))

    def read_accounts(self, ambassador_ids: Iterable[str]) -> "dict[str, Account]":
        """The balances of some ambassadors, by id."""
        wanted = [keys.account(ambassador_id) for ambassador_id in dict.fromkeys(ambassador_ids)]
        return {account.ambassador_id: account for account in self._batch(wanted)}

    def read_lane(self, ambassador_id: str) -> "tuple[Account | None, datetime | None, datetime | None]":
        """An ambassador's balances; until when somebody has their lane, and when somebody left it last."""
        wanted = [keys.account(ambassador_id), keys.lane(ambassador_id)]
        found = {item["SK"]["S"]: item for item in self._wire.batch(wanted)}
        account, lane = found.get("ACCOUNT"), found.get("LANE", {})
        until, left = (
            datetime.fromisoformat(lane[it]["S"]) if it in lane else None for it in ("held_until", "left_at")
        )
        return entity_of(account) if account else None, until, left

    def list_neighbours(self, by: str, period: str, position: str, limit: int) -> "list[Account]":
        """Up to `limit` accounts on either side of a position on a leaderboard. Who is on it is slightly stale."""
        pk, index = keys.board(period), "list" if by == "quarter" else "day"
        ahead = self._wire.query(pk, (position, "~"), index=index, skip=position, limit=limit)
        behind = self._wire.query(pk, (" ", position), index=index, skip=position, limit=limit, forward=False)
        return self._batch([key_in(item) for item in (*ahead, *behind)])

    def list_suspensions(self, ambassador_id: str) -> "list[Suspension]":
        """What admins decided about all that leaves an account, the latest last."""
        last = keys.suspension(ambassador_id, _LAST_VERSION)
        found = self._wire.query(last.pk, ("SUSPENSION#", last.sk))
        return [entity_of(item) for item in found]

    def read_entries(self, redemption: "Redemption") -> "list[LedgerEntry]":
        """The entries of an order."""
        return self._batch([keys.entry(*posted) for posted in redemption.posted])

    def list_ledger(self, ambassador_id: str, after: str | None, limit: int) -> "list[LedgerEntry]":
        """Up to `limit` entries of one ambassador in order of posting, after the entry numbered `after`."""
        bounds = (f"ENTRY#{after or ''}", "ENTRY#~")
        items = self._wire.query(keys.ledger(ambassador_id), bounds, skip=bounds[0], limit=limit)
        return [entity_of(item) for item in items]

    def read_ledger(self, ambassador_id: str, until: int) -> "Iterator[LedgerEntry]":
        """All entries of one ambassador in order of posting, up to a version of the account."""
        return map(entity_of, self._wire.query(keys.ledger(ambassador_id), ("ENTRY#", keys.entries_until(until))))

    def read_ledger_back(self, ambassador_id: str, until: int, before: datetime) -> "Iterator[LedgerEntry]":
        """The entries of one ambassador up to a version of the account, the last one first, back to a time."""
        pk, last, skip = keys.ledger(ambassador_id), keys.entries_until(until), None
        while True:
            bounds = ("ENTRY#", skip or last)
            page = list(self._wire.query(pk, bounds, skip=skip, limit=_ENTRIES, forward=False))
            for item in page:
                entry: LedgerEntry = entity_of(item)
                if entry.at < before:
                    return
                yield entry
            if len(page) < _ENTRIES:
                return
            skip = key_in(page[-1]).sk

    def list_ledger_back(self, ambassador_id: str, after: str | None, limit: int) -> "list[LedgerEntry]":
        """Up to `limit` entries of one ambassador, the latest first, before the entry numbered `after`."""
        bounds = ("ENTRY#", f"ENTRY#{after or '~'}")
        items = self._wire.query(keys.ledger(ambassador_id), bounds, skip=bounds[1], limit=limit, forward=False)
        return [entity_of(item) for item in items]

    def list_days(self, days: Iterable[date], after: str, before: str, limit: int) -> "list[tuple[str, LedgerEntry]]":
        """Up to `limit` entries of some days in order of time, strictly between two positions, each with its position.

        All shards of all these days are read side by side.
        """

        def shard(pk: str) -> list[Item]:
            return list(self._wire.query(pk, (after, before), index="day", skip=after, limit=limit))

        shards = [it for on in days for it in self._daily(keys.ENTRIES, on)]
        found = chain.from_iterable(self._wire.each(shard, shards))
        rows = sorted(found, key=lambda item: item["day_sk"]["S"])[:limit]
        entries = self._batch([key_in(item) for item in rows])
        return [(item["day_sk"]["S"], entry) for item, entry in zip(rows, entries, strict=True)]

    def read_withdrawal(self, withdrawal_id: str) -> "Withdrawal | None":
        """A spend or a payout."""
        return self._get(keys.withdrawal(withdrawal_id))

    def read_coupon(self, code: str) -> "Coupon | None":
        """What leads from a coupon's code to its spend."""
        return self._get(keys.coupon(code))

    def read_offer(self, code: str) -> "Offer | None":
        """An offer of somebody's own."""
        return self._get(keys.offer(code))

    def list_offers(self, person_ids: Iterable[str], after: str | None, limit: int) -> "list[tuple[str, Offer]]":
        """Up to `limit` offers that were made for somebody under some ids, the newest first, each with its position."""
        lists = (self._owned(keys.offers(it), after, limit) for it in person_ids)
        return sorted((row for rows in lists for row in rows), key=lambda row: row[0], reverse=True)[:limit]

    def list_surprises_of(self, person_id: str) -> "list[SurpriseGift]":
        """What all surprises of a person have taken, the first month first."""
        mark = keys.surprise(person_id, "")
        return [entity_of(item) for item in self._wire.query(mark.pk, (mark.sk, f"{mark.sk}~"))]

    def list_surprises(self, month: str, after: str | None, limit: int) -> "list[tuple[str, SurpriseGift]]":
        """Up to `limit` surprises of a month in the order of ids, each with its position. Slightly stale."""
        return self._owned(keys.SURPRISES, after, limit, within=f"{month}#", forward=True)

    def list_spends(self, kin: Iterable[str], after: str | None, limit: int) -> "list[tuple[str, Withdrawal]]":
        """Up to `limit` spends under some ids, the newest first, each with its position."""
        return self._of_kin(kin, after, limit, keys.SPEND)

    def list_payouts(self, state: str, after: str | None, limit: int) -> "list[tuple[str, Withdrawal]]":
        """Up to `limit` payouts in one state, the newest first, each with its position. Slightly stale."""
        return self._owned(keys.payouts(state), after, limit)

    def read_adjustment(self, adjustment_id: str) -> "Adjustment | None":
        """A correction by hand."""
        return self._get(keys.adjustment(adjustment_id))

    def list_adjustments(self, after: str | None, limit: int) -> "list[tuple[str, Adjustment]]":
        """Up to `limit` adjustments that wait, the newest first, each with its position. Slightly stale."""
        return self._owned(keys.ADJUSTMENTS, after, limit)

    def read_gift(self, gift_id: str) -> "Gift | None":
        """A gift that somebody has to send, or has sent."""
        return self._get(keys.gift(gift_id))

    def list_gifts(self, after: str | None, limit: int) -> "list[tuple[str, Gift]]":
        """Up to `limit` gifts to send, the oldest first, each with its position. Slightly stale."""
        return self._owned(keys.GIFTS, after, limit, forward=True)

"""One ambassador's books, read through page by page and checked; whoever stops goes on from there later.

Entries and orders are read while settlements go on. Entries up to a version of the account never change, so they are
compared with the account at that very version. Orders do move: what an account counts is compared once all of them
were read and the account has stood still meanwhile, else they are counted again, and in the end said to move.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from math import inf
from typing import Literal

from chalicelib.domain.audit.account_messages import check_told
from chalicelib.domain.audit.audit import (
    Counting,
    Finding,
    Reading,
    check_awaited,
    check_balances,
    check_counters,
    check_emptied,
    compared,
    version_of,
)
from chalicelib.domain.audit.causes import OF_ORDERS
from chalicelib.domain.audit.entry import take
from chalicelib.domain.audit.order import check_order
from chalicelib.domain.model.accounts import Account, Coupon, LedgerEntry, Withdrawal
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.people import Profile
from chalicelib.operations.audit.causes import causes_of, posted
from chalicelib.operations.audit.dossiers import dossiers_of
from chalicelib.operations.audit.findings import LAG, certain, entity, guarded, look_up, newer, sound
from chalicelib.operations.audit.gifts import check_letters_of_care
from chalicelib.operations.audit.letters import check_letters, check_owed
from chalicelib.operations.audit.people import check_claims, check_people, check_suspensions
from chalicelib.store import keys
from chalicelib.store.table import NewerError, Table

ENTRIES = 100
ORDERS = 20
SPENDS = 50
LETTERS = 50
ROUNDS_MAX = 3

_LAST = "~"
_A_MOMENT = 6
Stage = Literal["people", "letters", "entries", "orders", "spends", "unnamed", "done"]


@dataclass(slots=True)
class Books:
    """How far the audit of one ambassador is, and what it has read: sums only, so it can be stored at any time.

    `kin` are the ids under which the ambassador's orders and entries lie, the own one last, and `place` which of them
    is read now. `number` is that of the last entry read, `after` the position in the list that is read now, `version`
    the account's up to which all entries are read. `awaited` are the entries that were missing the last time all others
    were read. `moving` tells that the account never stood still for as long as it takes to count.
    """

    ambassador_id: str
    stage: Stage = "people"
    round: int = 1
    kin: tuple[str, ...] = ()
    place: int = 0
    number: str = ""
    after: str | None = None
    version: int = 0
    awaited: dict[str, str] | None = None
    reading: Reading = field(default_factory=Reading)
    counting: Counting = field(default_factory=Counting)
    orders: int = 0
    unnamed: int = 0
    moving: bool = False

    @property
    def own(self) -> bool:
        """Whether the id that is read now is the present one, and so the last."""
        return self.place == len(self.kin) - 1

    @property
    def now(self) -> str:
        """The id that is read now."""
        return self.kin[self.place]

    def begin(self, stage: Stage) -> None:
        """Go to the first position of a stage."""
        self.stage, self.after, self.place = stage, None, 0


def read_on(table: Table, books: Books, deadline: float, *, now: datetime) -> Iterator[Finding]:
    """Go on, a page at a time, until the books are done or the deadline of the table's clock has passed.

    Books in which a newer build wrote are left there: nothing of them can be compared with it.

    Raises:
        BusyError: the table did not answer in time.
    """
    while books.stage != "done":
        before = _place(books)
        where = f"{books.ambassador_id}/{books.stage}"
        try:
            yield from guarded(where, _STAGES[books.stage](table, books, now))
        except NewerError as error:
            yield newer(where, error)
            books.stage = "done"
        if _place(books) == before:
            books.stage = "done"
        if table.is_past(deadline):
            return


def _place(books: Books) -> tuple[object, ...]:
    return books.stage, books.round, books.place, books.number, books.after, books.awaited is None


# --- people -----------------------------------------------------------------------------------------------------------


def _people(table: Table, books: Books, _: datetime) -> Iterator[Finding]:
    """The profile has its account, its code and its guard, and what is claimed waits."""
    yield from certain(lambda: check_people(table, books.ambassador_id))
    yield from certain(lambda: check_claims(table, books.ambassador_id))
    yield from certain(lambda: check_suspensions(table, books.ambassador_id))
    at, of = keys.account(books.ambassador_id), keys.profile(books.ambassador_id)
    found = table.find([at, of])
    account, profile = entity(found.get(at), Account), entity(found.get(of), Profile)
    books.kin = profile.kin if profile else (books.ambassador_id,)
    led_on = account is None or account.merged_into or (profile and profile.merged_into)
    books.stage = "letters"
    if led_on:
        books.kin = ()


# --- letters ----------------------------------------------------------------------------------------------------------


def _letters(table: Table, books: Books, now: datetime) -> Iterator[Finding]:
    """Read a page of the messages to the ambassador under this very id: each about the account has its cause."""
    rows = table.list_keys(keys.letters("ambassador", books.ambassador_id), books.after, LETTERS)
    yield from certain(lambda: check_letters(table, books.ambassador_id, [key for _, key in rows]))
    if rows:
        books.after = rows[-1][0]
    if len(rows) < LETTERS:
        yield from certain(lambda: check_owed(table, books.ambassador_id, books.kin, now=now)) if books.kin else ()
        books.begin("entries")
        books.stage = "entries" if books.kin else "done"


# --- entries ----------------------------------------------------------------------------------------------------------


def _entries(table: Table, books: Books, now: datetime) -> Iterator[Finding]:
    """Read a page of entries, first of whom was merged into this one; after the last one compare the account.

    The account was read before it.
    """
    account = table.read_account(books.now)
    assert account is not None, "accounts are kept for good"
    findings: list[Finding] = []
    until = f"{account.version:08d}-{_LAST}"
    page = table.find_entries(books.now, books.number, until, ENTRIES)
    entries = [it for it in (entity(sound(found, findings), LedgerEntry) for found in page) if it is not None]
    yield from findings
    causes = causes_of(table, entries, books.kin)
    for entry in entries:
        yield from guarded(entry.id, take(books.reading, entry, account.version, causes))
        program = causes.programs.get(entry.program_version)
        yield from guarded(entry.id, check_told(entry, program, causes.messages, books.kin))
    if page:
        books.number = page[-1].key.sk.removeprefix("ENTRY#")
    if len(page) == ENTRIES:
        return
    if not books.own:
        yield from guarded(books.now, check_emptied(account, books.reading))
        books.reading.turn_over()
        books.place, books.number = books.place + 1, ""
        return
    if _has_moved_on(table, books):
        return
    if books.reading.awaited and books.awaited is None:
        books.awaited = dict(books.reading.awaited)
        return
    yield from check_awaited(books.reading, books.awaited or {}) if books.round == 1 else ()
    yield from guarded(books.ambassador_id, check_balances(account, books.reading)) if books.round == 1 else ()
    yield from _beyond(table, books) if books.round == 1 else ()
    if books.round == 1:
        told = partial(check_letters_of_care, table, books.ambassador_id, books.reading.given, now=now)
        yield from certain(lambda: list(guarded(books.ambassador_id, told())))
    books.begin("orders")
    books.version, books.counting = account.version, Counting()


def _has_moved_on(table: Table, books: Books) -> bool:
    """Whether the ambassador was merged with another one meanwhile; if so, begin anew."""
    profile = look_up(table, keys.profile(books.ambassador_id), Profile)
    if profile is None or (profile.merged_into is None and tuple(profile.kin) == tuple(books.kin)):
        return False
    fresh = Books(books.ambassador_id)
    for part in fields(fresh):
        setattr(books, part.name, getattr(fresh, part.name))
    return True


def _beyond(table: Table, books: Books) -> Iterator[Finding]:
    """No entry is of a version that the account has not had yet."""
    page = table.find_entries(books.ambassador_id, books.number, _LAST, ENTRIES)
    account = table.read_account(books.ambassador_id)
    for found in page:
        number = found.key.sk.removeprefix("ENTRY#")
        if account is not None and not 0 < version_of(number) <= account.version:
            where = f"{found.key.pk}/{found.key.sk}"
            yield Finding("number", where, f"a version up to {account.version}", number)


# --- orders -----------------------------------------------------------------------------------------------------------


def _orders(table: Table, books: Books, now: datetime) -> Iterator[Finding]:
    """Read a page of orders. The first time through each is checked, later ones only count again."""
    rows = table.list_keys(keys.ambassador(books.now), books.after, ORDERS, within=keys.REFERRAL)
    ids = [keys.order_in(key.pk) for _, key in rows]
    if books.round == 1:
        dossiers, findings = dossiers_of(table, ids, books.kin)
        redemptions = [it.redemption for it in dossiers]
        yield from findings
        for dossier in dossiers:
            order_id = dossier.order.order_id
            once = list(guarded(dossier.where, check_order(dossier, books.now, now=now)))
            yield from certain(partial(_check_again, table, order_id, books.now, books.kin, now), once)
        books.orders += len(dossiers)
    else:
        found = table.find(keys.redemption(order_id) for order_id in ids)
        redemptions = [order for order in (entity(it, Redemption) for it in found.values()) if order is not None]
    for redemption in redemptions:
        books.counting.add(redemption, books.version, books.ambassador_id)
    if rows:
        books.after = rows[-1][0]
    if len(rows) < ORDERS and books.own:
        books.begin("spends")
    elif len(rows) < ORDERS:
        books.place, books.after = books.place + 1, None


def _check_again(
    table: Table, order_id: str, ambassador_id: str, kin: tuple[str, ...], now: datetime
) -> Iterator[Finding]:
    for dossier in dossiers_of(table, [order_id], kin)[0]:
        yield from guarded(dossier.where, check_order(dossier, ambassador_id, now=now))


# --- what an account counts -------------------------------------------------------------------------------------------


def _spends(table: Table, books: Books, _: datetime) -> Iterator[Finding]:
    """Read a page of spends, each with its coupon; after the last one compare what was counted."""
    rows = table.list_keys(keys.ambassador(books.now), books.after, SPENDS, within=keys.SPEND)
    findings: list[Finding] = []
    found = table.find(key for _, key in rows)
    spends = [entity(sound(it, findings), Withdrawal) for it in found.values()]
    own = [it for it in spends if it is not None]
    for spend in own:
        books.counting.add_spend(spend)
    if books.round == 1:
        yield from findings
        yield from _check_coupons(table, own)
    if rows:
        books.after = rows[-1][0]
    if len(rows) < SPENDS and books.own:
        yield from _compare(table, books)
    elif len(rows) < SPENDS:
        books.place, books.after = books.place + 1, None


def _check_coupons(table: Table, spends: Sequence[Withdrawal]) -> Iterator[Finding]:
    """The code of a coupon leads to its spend, and a coupon that nobody uses will be looked at."""
    found = table.find(keys.coupon(it.code) for it in spends if it.code)
    for spend in spends:
        coupon = entity(found.get(keys.coupon(spend.code or "")), Coupon)
        yield from compared(
            "withdrawal", f"withdrawal/{spend.id}/code", spend.id, coupon.withdrawal_id if coupon else None
        )
        if spend.state == "reserved" and spend.due_at != spend.expires_at:
            yield Finding("wake_up", f"withdrawal/{spend.id}/due_at", str(spend.expires_at), str(spend.due_at))


def _compare(table: Table, books: Books) -> Iterator[Finding]:
    """Compare what an account counts; if it differs, count again before it is reported."""
    account = table.read_account(books.ambassador_id) or Account(books.ambassador_id)
    differences = [*check_counters(account, books.counting), *_unlinked(books)]
    moved = account.version != books.version
    if differences and _has_moved_on(table, books):
        return
    if differences and books.round < ROUNDS_MAX:
        table.pause(_A_MOMENT, inf)  # the lists are a moment behind
        books.round += 1
        books.stage, books.after = "entries", None
        return
    books.moving = bool(differences) and moved
    books.stage = "done"
    if differences and not moved:
        yield from check_counters(account, books.counting)
        if list(_unlinked(books)):
            books.begin("unnamed")


def _unlinked(books: Books) -> Iterator[Finding]:
    """The same pairs of entries and orders, and of entries and spends, on both sides of the books."""
    where, reading, counting = books.ambassador_id, books.reading, books.counting
    if reading.links != counting.links:
        yield Finding("entry", f"{where}/entries", _pairs(counting.links.number, "order"), reading.links.number)
    if reading.spends != counting.spends:
        yield Finding("withdrawal", f"{where}/spends", _pairs(reading.spends.number, "entry"), counting.spends.number)


def _pairs(number: int, of: str) -> str:
    return f"those of {number} that an {of} names"


def _unnamed(table: Table, books: Books, now: datetime) -> Iterator[Finding]:
    """Entries and orders, or entries and spends, don't match: look for those that are alone."""
    page = table.find_entries(books.now, books.after or "", _LAST, ENTRIES)
    entries = [it.entity for it in page if isinstance(it.entity, LedgerEntry)]
    alone = list(_alone(table, entries))
    books.unnamed += len(alone)
    yield from alone
    if page:
        books.after = page[-1].key.sk.removeprefix("ENTRY#")
    if len(page) < ENTRIES and not books.own:
        books.place, books.after = books.place + 1, None
    elif len(page) < ENTRIES:
        lost = list(_lost(table, books, now))
        books.unnamed += len(lost)
        yield from lost
        yield from _unlinked(books) if not books.unnamed else ()
        books.stage = "done"


def _alone(table: Table, entries: Iterable[LedgerEntry]) -> Iterator[Finding]:
    """Name the entries that no order names, though they name one; and orders that are not listed."""
    of_orders = [it for it in entries if it.kind in OF_ORDERS and it.order_id]
    found = table.find(keys.redemption(it.order_id or "") for it in of_orders)
    astray: list[Finding] = []
    for entry in of_orders:
        order = entity(sound(found.get(keys.redemption(entry.order_id or "")), astray), Redemption)
        if order is None or (entry.ambassador_id, entry.number) not in order.posted:
            yield Finding("entry", entry.id, f"an entry that order/{entry.order_id} names", None)
    yield from dict.fromkeys(astray)


def _lost(table: Table, books: Books, now: datetime) -> Iterator[Finding]:
    """Name the spends without an entry."""
    if books.reading.spends == books.counting.spends:
        return
    for name in books.kin:
        yield from _lost_of(table, name, now)


def _lost_of(table: Table, ambassador_id: str, now: datetime) -> Iterator[Finding]:
    after: str | None = None
    while rows := table.list_keys(keys.ambassador(ambassador_id), after, SPENDS, within=keys.SPEND):
        after = rows[-1][0]
        for found in table.find(key for _, key in rows).values():
            spend = entity(found, Withdrawal)
            if spend is not None and spend.created_at < now - LAG:
                number = posted(table, spend, f"spend:{spend.id}")
                yield from compared("withdrawal", f"withdrawal/{spend.id}", "an entry spend", _told(number))


def _told(number: int) -> str | None:
    return "an entry spend" if number == 1 else f"{number} entries" if number else None


_STAGES: dict[str, Callable[[Table, Books, datetime], Iterator[Finding]]] = {
    "people": _people,
    "letters": _letters,
    "entries": _entries,
    "orders": _orders,
    "spends": _spends,
    "unnamed": _unnamed,
}

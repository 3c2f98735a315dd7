"""One ambassador's books, read through page by page and checked; whoever stops goes on from there later.

Entries and orders are read while settlements go on. Entries up to a version of the account never change, so they are
compared with the account at that very version. Orders do move: what an account counts is compared once all of them
were read and the account has stood still meanwhile, else they are counted again, and in the end said to move.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import partial
from math import inf
from typing import Literal, TypeVar

from chalicelib.domain.accounts.gifts import is_gift
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
from chalicelib.domain.audit.dossier import FIRST, SETTLES_MAX, Dossier
from chalicelib.domain.audit.entry import BONUSES, OF_ORDERS, WITHDRAWN, Causes, caused_by, take
from chalicelib.domain.audit.order import check_order
from chalicelib.domain.model.accounts import Account, Adjustment, Coupon, Gift, LedgerEntry, Withdrawal
from chalicelib.domain.model.claims import Claim, OpenClaims
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.orders import Order, Redemption
from chalicelib.domain.model.people import Code, Friend, FurtherCodes, Membership, Profile
from chalicelib.domain.model.reviews import Trait
from chalicelib.domain.program.program import Program
from chalicelib.operations.program import programs
from chalicelib.operations.program.programs import NoProgramError
from chalicelib.store import keys
from chalicelib.store.items import Found
from chalicelib.store.keys import Key
from chalicelib.store.reads.orders import order_of
from chalicelib.store.table import Table

ENTRIES = 100
ORDERS = 20
SPENDS = 50
ROUNDS_MAX = 3

LAG = timedelta(minutes=1)
"""What is younger may not be listed yet."""

_LAST = "~"
_A_MOMENT = 6
_ERROR_MAX = 200
Stage = Literal["people", "entries", "orders", "spends", "unnamed", "done"]
E = TypeVar("E")


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

    Raises:
        BusyError: the table did not answer in time.
    """
    while books.stage != "done":
        before = _place(books)
        yield from guarded(f"{books.ambassador_id}/{books.stage}", _STAGES[books.stage](table, books, now))
        if _place(books) == before:
            books.stage = "done"
        if table.is_past(deadline):
            return


def _place(books: Books) -> tuple[object, ...]:
    return books.stage, books.round, books.place, books.number, books.after, books.awaited is None


def certain(look: Callable[[], Iterable[Finding]], first: Sequence[Finding] | None = None) -> list[Finding]:
    """Look, and if there is anything look again: what only one of both has seen was on its way meanwhile.

    `first` is what a first look has found already.
    """
    seen = list(look()) if first is None else first
    again = list(look()) if seen else []
    return [finding for finding in seen if finding in again]


def guarded(where: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield findings; what is so far from anything that it breaks a check is a finding itself. An outage is none."""
    try:
        yield from findings
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        yield Finding("unreadable", where, "something that can be checked", repr(error)[:_ERROR_MAX])


def sound(item: Found | None, findings: list[Finding]) -> Found | None:
    """Note what is wrong with an item itself."""
    if item is not None:
        where = f"{item.key.pk}/{item.key.sk}"
        if item.entity is None:
            findings.append(Finding("unreadable", where, "an item of the program's", None))
        findings += (Finding("listing", f"{where}/{name}", "as the item says", "otherwise") for name in item.astray)
    return item


def entity(item: Found | None, kind: type[E]) -> E | None:
    """Return what was found if it is of a kind."""
    return item.entity if item is not None and isinstance(item.entity, kind) else None


# --- people -----------------------------------------------------------------------------------------------------------


def _people(table: Table, books: Books, _: datetime) -> Iterator[Finding]:
    """The profile has its account, its code and its guard, and what is claimed waits."""
    yield from certain(lambda: _check_people(table, books.ambassador_id))
    yield from certain(lambda: _check_claims(table, books.ambassador_id))
    yield from certain(lambda: _check_suspensions(table, books.ambassador_id))
    at, of = keys.account(books.ambassador_id), keys.profile(books.ambassador_id)
    found = table.find([at, of])
    account, profile = entity(found.get(at), Account), entity(found.get(of), Profile)
    books.kin = profile.kin if profile else (books.ambassador_id,)
    led_on = account is None or account.merged_into or (profile and profile.merged_into)
    books.stage = "done" if led_on else "entries"


def led(table: Table, ambassador_id: str) -> str:
    """The id of whom an ambassador is now: who merges them meanwhile is not followed for ever."""
    at = keys.profile(ambassador_id)
    profile = entity(table.find([at]).get(at), Profile)
    return led(table, profile.merged_into) if profile and profile.merged_into else ambassador_id


def _check_led(table: Table, profile: Profile, account: Account | None) -> Iterator[Finding]:
    """Whoever was merged into another one leads there with profile and account, and is among those absorbed there."""
    told = account.merged_into if account else None
    yield from compared("account", f"{profile.ambassador_id}/merged_into", profile.merged_into, told)
    now = led(table, profile.ambassador_id)
    at, of = keys.account(now), keys.profile(now)
    found = table.find([at, of])
    into, person = entity(found.get(at), Account), entity(found.get(of), Profile)
    if person is None or profile.ambassador_id not in person.absorbed:
        yield Finding("account", f"{now}/absorbed", profile.ambassador_id, None)
    told_of = into.absorbed.keys() if into else set()
    yield from compared(
        "account", f"{now}/account/absorbed", _names(person.absorbed if person else ()), _names(told_of)
    )


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _check_people(table: Table, ambassador_id: str) -> Iterator[Finding]:
    findings: list[Finding] = []
    where, at = ambassador_id, (keys.profile(ambassador_id), keys.account(ambassador_id))
    found = table.find(at)
    profile, account = (sound(found.get(key), findings) for key in at)
    yield from findings
    if account is None:
        yield Finding("account", f"{where}/account", "an account", None)
    person = entity(profile, Profile)
    if person is None:
        yield Finding("account", f"{where}/profile", "a profile", None)
        return
    if person.merged_into:
        yield from _check_led(table, person, entity(account, Account))
    now = led(table, where)
    code = entity(table.find([keys.code(person.code)]).get(keys.code(person.code)), Code)
    yield from compared("account", f"{where}/code/{person.code}", now, code.ambassador_id if code else None)
    guards = table.find(keys.membership(person) for person in (code.owners if code else ())).values()
    held = [it.ambassador_id for it in (entity(guard, Membership) for guard in guards) if it and it.ambassador_id]
    if now not in held:
        yield Finding("account", f"{where}/membership", now, held[0] if held else None)
    yield from _check_owners(table, ambassador_id, code)


def _check_owners(table: Table, ambassador_id: str, first: Code | None) -> Iterator[Finding]:
    """All codes of an ambassador are theirs and have the same owners: with none of them anybody is their own friend."""
    at = keys.further_codes(ambassador_id)
    listed = entity(table.find([at]).get(at), FurtherCodes)
    for name in listed.codes if listed else ():
        code = entity(table.find([keys.code(name)]).get(keys.code(name)), Code)
        told, expected = (",".join(it.owners) if it else None for it in (code, first))
        yield from compared("account", f"{ambassador_id}/code/{name}/owners", expected, told)
        whose, of = (it.ambassador_id if it else None for it in (code, first))
        yield from compared("account", f"{ambassador_id}/code/{name}", of, whose)


def _check_claims(table: Table, ambassador_id: str) -> Iterator[Finding]:
    at = keys.open_claims(ambassador_id)
    waiting = entity(table.find([at]).get(at), OpenClaims)
    if waiting is None:
        return
    found = table.find(keys.claim(claim_id) for claim_id in waiting.claims)
    for claim_id in waiting.claims:
        claim = entity(found.get(keys.claim(claim_id)), Claim)
        told = (claim.ambassador_id, claim.state) if claim else None
        if told != (ambassador_id, "open"):
            yield Finding("claim", f"claim/{claim_id}", "an open claim", claim.state if claim else None)


def _check_suspensions(table: Table, ambassador_id: str) -> Iterator[Finding]:
    """The account is suspended if that was decided last, and nothing of it expires then; each end of it was told."""
    account, decisions = table.read_account(ambassador_id), table.list_suspensions(ambassador_id)
    if account is None:
        return
    last = decisions[-1] if decisions else None
    since = last.version if last and last.state == "suspended" else None
    yield from compared("suspension", f"{ambassador_id}/suspended_in", since, account.suspended_in)
    if account.suspended and account.due_at is not None:
        yield Finding("suspension", f"{ambassador_id}/due_at", None, str(account.due_at))
    ends = [
        keys.message(Cause("account", ambassador_id, it.version).key) for it in decisions if it.state == "reinstated"
    ]
    found = table.find(ends)
    for key in ends:
        if entity(found.get(key), Message) is None:
            yield Finding("message", f"{ambassador_id}/messages/{key.pk}", "balances", None)


# --- entries ----------------------------------------------------------------------------------------------------------


def _entries(table: Table, books: Books, _: datetime) -> Iterator[Finding]:
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
    causes = _causes(table, entries, books.kin)
    for entry in entries:
        yield from guarded(entry.id, take(books.reading, entry, account.version, causes))
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
    books.begin("orders")
    books.version, books.counting = account.version, Counting()


def _has_moved_on(table: Table, books: Books) -> bool:
    """Whether the ambassador was merged with another one meanwhile; if so, begin anew."""
    at = keys.profile(books.ambassador_id)
    profile = entity(table.find([at]).get(at), Profile)
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


def _causes(table: Table, entries: Sequence[LedgerEntry], kin: tuple[str, ...]) -> Causes:
    """Read what a page of entries names as causes, after the entries: it is at least as new."""
    wanted: list[Key] = []
    for entry in entries:
        if entry.kind in WITHDRAWN:
            wanted.append(keys.withdrawal(caused_by(entry)))
        elif entry.kind == "adjustment":
            wanted.append(keys.adjustment(caused_by(entry)))
        elif entry.kind == "gift_sent":
            wanted.append(keys.gift(caused_by(entry)))
        elif entry.kind in BONUSES and entry.order_id:
            wanted.append(keys.redemption(entry.order_id))
        if is_gift(entry):
            wanted.append(keys.gift(entry.id))
    found = [it.entity for it in table.find(wanted).values()]
    adjusted = {entry.cause: entry for entry in entries if entry.kind == "adjustment"}
    return Causes(
        kin=tuple(kin),
        programs=_programs(table, {entry.program_version for entry in entries}),
        owners={it.order_id: it.ambassador_id for it in found if isinstance(it, Redemption)},
        gifts={it.id: it for it in found if isinstance(it, Gift)},
        withdrawals={it.id: it for it in found if isinstance(it, Withdrawal)},
        adjustments={it.id: it for it in found if isinstance(it, Adjustment)},
        posted={cause: posted(table, entry, cause) for cause, entry in adjusted.items()},
        suspensions=table.list_suspensions(entries[0].ambassador_id) if entries else (),
    )


def posted(table: Table, record: LedgerEntry | Withdrawal, cause: str) -> int:
    """Count the entries that a cause has made at the moment of an entry or a withdrawal. Slightly stale."""
    at = record.at if isinstance(record, LedgerEntry) else record.created_at
    entries = [entity(found, LedgerEntry) for found in table.find_posted(record.ambassador_id, at)]
    return sum((entry.kind, entry.cause) == (record.kind, cause) for entry in entries if entry is not None)


def _programs(table: Table, versions: Iterable[int]) -> dict[int, Program]:
    found = {}
    for version in versions:
        try:
            found[version] = programs.version(table, version)
        except (NoProgramError, ValueError):
            continue
    return found


# --- orders -----------------------------------------------------------------------------------------------------------


def _orders(table: Table, books: Books, now: datetime) -> Iterator[Finding]:
    """Read a page of orders. The first time through each is checked, later ones only count again."""
    rows = table.list_keys(keys.ambassador(books.now), books.after, ORDERS, within=keys.REFERRAL)
    ids = [keys.order_in(key.pk) for _, key in rows]
    if books.round == 1:
        dossiers, findings = _dossiers(table, ids, books.kin)
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
    for dossier in _dossiers(table, [order_id], kin)[0]:
        yield from guarded(dossier.where, check_order(dossier, ambassador_id, now=now))


def _dossiers(table: Table, order_ids: Iterable[str], kin: tuple[str, ...]) -> tuple[list[Dossier], list[Finding]]:
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
    known = _programs(table, versions)
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
                messages={it.cause.version: it for it in those if isinstance(it, Message)},
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


def _beside(redemption: Redemption | None) -> list[Key]:
    """Where everything lies that must agree with an order."""
    assert redemption is not None
    assert redemption.standing is not None
    until = min(redemption.version + 1, FIRST + SETTLES_MAX)
    return [
        *(keys.entry(*posted) for posted in redemption.posted),
        keys.friend(redemption.friend),
        *(keys.message(Cause("order", redemption.order_id, version).key) for version in range(1, until + 1)),
        *([keys.claim(redemption.claim)] if redemption.claim else []),
        *(keys.trait(trait, redemption.ambassador_id) for trait in (redemption.payment, redemption.address) if trait),
    ]


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
    "entries": _entries,
    "orders": _orders,
    "spends": _spends,
    "unnamed": _unnamed,
}

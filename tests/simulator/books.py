"""What must be true of the books whatever has happened: pure functions over entities, each of which says what is wrong.

An order is compared with what `settle` answers for it now, so these hold for any program.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

from chalicelib.domain.accounts.ledger import AVAILABLE, EXPIRED, REWARDS, add
from chalicelib.domain.calendar import day_of
from chalicelib.domain.effects import Entity
from chalicelib.domain.model.accounts import Account, LedgerEntry, Month, Suspension
from chalicelib.domain.model.facts import (
    Freed,
    Fulfilment,
    Kept,
    Payment,
    Refund,
    Reversal,
    Review,
    TakenOff,
    in_force,
)
from chalicelib.domain.model.messages import NEWS, Letter, Message
from chalicelib.domain.model.orders import Order, Redemption, Standing
from chalicelib.domain.model.people import Code, Friend, Membership, Profile
from chalicelib.domain.orders.friends import UNPAID_MAX, in_time
from chalicelib.domain.orders.settle import settle
from chalicelib.domain.people.outbox import PATIENCE
from chalicelib.domain.program.program import Program

E = TypeVar("E")


def violations(entities: Iterable[Entity], *, now: datetime) -> list[str]:
    """Say all that is wrong in a drained table; an empty list means that the books are right."""
    stored = list(entities)
    accounts, entries, redemptions = of(Account, stored), of(LedgerEntry, stored), of(Redemption, stored)
    return [
        *still_due(stored),
        *unbalanced(entries),
        *wrong_accounts(accounts, entries),
        *wrong_counts(accounts, redemptions),
        *wrong_mergers(accounts, of(Profile, stored), of(Code, stored), of(Membership, stored)),
        *misnamed_entries(redemptions, entries),
        *doubled_releases(entries),
        *risen(redemptions, entries, Kin(accounts)),
        *wrong_friends(orders(stored), of(Friend, stored), of(Program, stored), Kin(accounts)),
        *told_apart(orders(stored), of(Friend, stored)),
        *overdrawn_rows(orders(stored), of(Friend, stored)),
        *too_many(orders(stored), of(Friend, stored), of(Program, stored)),
        *unsettled(orders(stored), accounts, of(Program, stored), now=now),
        *undelivered(of(Message, stored)),
        *untold(
            redemptions,
            of(Message, stored),
            accounts,
            of(Program, stored),
            {it.ambassador_id for it in of(Suspension, stored)},
        ),
    ]


class Kin:
    """Who was merged into whom."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._into = {it.ambassador_id: it.merged_into for it in accounts}

    def heir(self, ambassador_id: str) -> str:
        """Who an ambassador is now."""
        into = self._into.get(ambassador_id)
        return self.heir(into) if into else ambassador_id

    def of(self, ambassador_id: str) -> tuple[str, ...]:
        """All ids of an ambassador."""
        heir = self.heir(ambassador_id)
        return heir, *(it for it in self._into if it != heir and self.heir(it) == heir)

    def place(self, entry: LedgerEntry) -> tuple[str, int, str, str]:
        """The place of an entry among all of its person: a ledger begins to be theirs when the one before has ended."""
        into, steps = self._into.get(entry.ambassador_id), 0
        while into:
            into, steps = self._into.get(into), steps - 1
        return self.heir(entry.ambassador_id), steps, entry.ambassador_id, entry.number


def of(kind: type[E], entities: Iterable[object]) -> list[E]:
    """The entities of one kind."""
    return [it for it in entities if isinstance(it, kind)]


def orders(entities: Iterable[object]) -> list[Order]:
    """The orders that are stored, each with all its facts."""
    facts: dict[str, list[object]] = defaultdict(list)
    for it in entities:
        if isinstance(it, Redemption | Refund | Reversal | Fulfilment | Review | Payment | Freed | Kept | TakenOff):
            facts[it.order_id].append(it)
    return [_order(redemption, found) for found in facts.values() for redemption in of(Redemption, found)]


def _order(redemption: Redemption, found: list[object]) -> Order:
    freed = in_force(of(Freed, found), of(Kept, found))
    return Order(
        order_id=redemption.order_id,
        redemption=redemption,
        refunds=tuple(of(Refund, found)),
        reversals=tuple(of(Reversal, found)),
        fulfilments=tuple(of(Fulfilment, found)),
        reviews=tuple(of(Review, found)),
        payment=next(iter(of(Payment, found)), None),
        freed=freed,
        once_freed=tuple(it for it in of(Freed, found) if it is not freed),
        kept=tuple(of(Kept, found)),
        taken_off=next(iter(of(TakenOff, found)), None),
    )


def still_due(entities: Iterable[object]) -> Iterator[str]:
    """Nothing asks for attention any more."""
    return (f"still due: {it}" for it in entities if getattr(it, "due_at", None) is not None)


def unbalanced(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The legs of an entry sum to zero in each currency."""
    for entry in entries:
        sums = Counter[str]()
        for leg in entry.legs:
            sums[leg.currency] += leg.amount
        if any(sums.values()):
            yield f"the legs of {entry.id} sum to {dict(sums)}"


def wrong_accounts(accounts: Iterable[Account], entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """An account is the sum of its entries, and no entry is without an account."""
    posted: dict[str, list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        posted[entry.ambassador_id].append(entry)
    for account in accounts:
        summed = add({}, tuple(posted.pop(account.ambassador_id, ())))
        if account.balances != summed:
            yield f"{account.ambassador_id} has {account.balances}, its entries sum to {summed}"
    yield from (f"{ambassador_id} has entries and no account" for ambassador_id in posted)


def wrong_counts(accounts: Iterable[Account], redemptions: Iterable[Redemption]) -> Iterator[str]:
    """An account's counters say what its orders say: how many there are, count, were refunded, take of the caps."""
    stored = list(accounts)
    orders_of, kin = defaultdict[str, list[Redemption]](list), Kin(stored)
    for it in redemptions:
        if it.standing:
            orders_of[kin.heir(it.ambassador_id)].append(it)
    for account in stored:
        found = counters(orders_of[account.ambassador_id])
        told = (account.orders_settled, account.orders_refunded, account.referrals, account.months)
        if told != found:
            yield f"{account.ambassador_id} counts {told}, its orders say {found}"


def wrong_mergers(
    accounts: Iterable[Account], profiles: Iterable[Profile], codes: Iterable[Code], guards: Iterable[Membership]
) -> Iterator[str]:
    """Who was merged is empty and leads on; all codes and guards of a person are of who they are now, and alike."""
    stored, people = list(accounts), {it.ambassador_id: it for it in profiles}
    kin = Kin(stored)
    for it in stored:
        profile = people[it.ambassador_id]
        if profile.merged_into != it.merged_into or not (it.merged_into or set(profile.absorbed) == set(it.absorbed)):
            yield f"{it.ambassador_id} has merged {it.merged_into, it.absorbed}, its profile {profile}"
        if it.merged_into and any(amount for kept in it.balances.values() for amount in kept.values()):
            yield f"{it.ambassador_id} was merged and has {it.balances}"
        if not it.merged_into and {it.ambassador_id, *it.absorbed} != set(kin.of(it.ambassador_id)):
            yield f"{it.ambassador_id} has absorbed {set(it.absorbed)}, and is {kin.of(it.ambassador_id)}"
    owners = defaultdict[str, set[tuple[str, ...]]](set)
    for code in codes:
        owners[kin.heir(code.ambassador_id)].add(tuple(sorted(code.owners)))
        if code.ambassador_id != kin.heir(code.ambassador_id):
            yield f"{code.code} is of {code.ambassador_id}, who was merged"
        if {code.ambassador_id, *code.kin} != set(kin.of(code.ambassador_id)):
            yield f"{code.code} names the kin {code.kin}, which is {kin.of(code.ambassador_id)}"
    yield from (f"the codes of {name} have owners {found}" for name, found in owners.items() if len(found) > 1)
    yield from (
        f"{it.person} leads to {it.ambassador_id}, who was merged"
        for it in guards
        if it.ambassador_id and it.ambassador_id != kin.heir(it.ambassador_id)
    )


def counters(redemptions: Iterable[Redemption]) -> tuple[int, int, int, dict[str, Month]]:
    """Count the settled orders of one ambassador: all, those with refunds, those that count, and month by month."""
    settled, months = [(it, it.standing) for it in redemptions if it.standing], dict[str, Month]()
    for it, standing in settled:
        name = standing.terms.month
        month = months.get(name, Month())
        in_currency = it.unit == it.currency
        months[name] = Month(
            cap_used=month.cap_used + (standing.cap_used if in_currency else 0),
            uses=month.uses + (standing.cap_used > 0),
            referrals=month.referrals + standing.counts,
        )
    refunded = sum(standing.refunded > 0 or standing.has("cancelled") for _, standing in settled)
    kept = {name: month for name, month in months.items() if month != Month()}
    return len(settled), refunded, sum(standing.counts for _, standing in settled), kept


def misnamed_entries(redemptions: Iterable[Redemption], entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """An order names the entries that were posted for it, and no others; bonuses are the account's own."""
    posted: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for entry in entries:
        if entry.order_id and not entry.kind.startswith("bonus"):
            posted[entry.order_id].add((entry.ambassador_id, entry.number))
    for it in redemptions:
        named, found = set(it.posted), posted.pop(it.order_id, set())
        if named != found:
            yield f"{it.order_id} names the entries {sorted(named)}, posted were {sorted(found)}"
    yield from (f"{order_id} has entries and no redemption" for order_id in posted)


def doubled_releases(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """An order's reward is released once."""
    released = Counter(entry.order_id for entry in entries if entry.kind == "release")
    return (f"{order_id} was released {times} times" for order_id, times in released.items() if times > 1)


def risen(redemptions: Iterable[Redemption], entries: Iterable[LedgerEntry], kin: Kin) -> Iterator[str]:
    """What has expired stays so: no order and no prize makes more available than it was worth at one time."""
    most = {it.order_id: it.standing.terms.granted for it in redemptions if it.standing}
    net, out = Counter[str](), Counter[str]()
    whole, held = Counter[str](), Counter[str]()
    for entry in sorted(entries, key=kin.place):
        if entry.kind not in {"release", "clawback", "reinstate", "bonus", "bonus_lost"}:
            continue
        name = f"a prize of {kin.heir(entry.ambassador_id)}" if entry.kind.startswith("bonus") else entry.order_id or ""
        name += f" in {entry.legs[0].currency}" if entry.kind.startswith("bonus") else ""
        net[name] += sum(leg.amount for leg in entry.legs if leg.account == AVAILABLE)
        out[name] -= sum(leg.amount for leg in entry.legs if leg.account == EXPIRED)
        held[name] -= sum(leg.amount for leg in entry.legs if leg.account == REWARDS)
        whole[name] = max(whole[name], held[name])
        at_most = most.get(name, whole[name])
        if net[name] > at_most:
            yield f"{entry.id}: {name} has made {net[name]} available, and {at_most} at most was its due"
        if out[name] < 0:
            yield f"{entry.id}: {name} has put {-out[name]} into what has expired that never came from there"
    for it in redemptions:
        gone = it.standing.age.gone if it.standing and it.standing.age else 0
        if gone != out[it.order_id]:
            yield f"{it.order_id} says that {gone} is gone of what has expired, its entries say {out[it.order_id]}"


def wrong_friends(
    found: Iterable[Order], guards: Iterable[Friend], programs: Iterable[Program], kin: Kin
) -> Iterator[str]:
    """Of each friend one order is rewarded in the first place; further ones as the program takes them; guards say so.

    A friend is whoever one order after the other has been known as: guards that orders have brought together are one.
    """
    stored, version = {it.order_id: it for it in found}, {it.version: it for it in programs}
    guard_of = {guard.person: guard for guard in guards}
    yield from (f"{it.person} leads to no root" for it in guard_of.values() if _root(it, guard_of) is None)
    first: dict[str, str] = {}
    for order in stored.values():
        redemption = order.redemption
        root = _root(guard_of.get(redemption.friend), guard_of)
        if root is None and redemption.withdrawn:
            continue
        if root is None or root.order_id not in stored:
            yield f"{order.order_id} has a redemption and no root with an order"
            continue
        standing = redemption.standing
        if standing is not None and (redemption.withdrawn or not order.is_paid):
            yield f"{order.order_id} has terms, and is not paid for, or withdrawn"
        if standing is None or not (standing.worth or standing.cap_used):
            continue
        if redemption.friend_order == 1:
            if first.setdefault(root.person, order.order_id) != order.order_id:
                yield f"{root.person} was rewarded for {first[root.person]}, and again for {order.order_id}"
            if root.order_id != order.order_id or not root.is_paid:
                yield f"{order.order_id} is rewarded, and {root.order_id} has the place"
        elif not in_time(
            root, kin.of(redemption.ambassador_id), redemption.placed_at, version[redemption.program_version]
        ):
            yield f"{order.order_id} is rewarded as a further order, and is none"


def told_apart(found: Iterable[Order], guards: Iterable[Friend]) -> Iterator[str]:
    """Once a paid order has told that two friends are one, no place of theirs that was free until then is rewarded.

    An order that comes paid has its place at once, one that is paid for later has it when it is settled.
    """
    guard_of, known = {guard.person: guard for guard in guards}, list(found)
    settled: dict[str, list[tuple[Redemption, Standing]]] = defaultdict(list)
    for redemption in (it.redemption for it in known):
        root = _root(guard_of.get(redemption.friend), guard_of)
        if root and redemption.standing:
            settled[root.person].append((redemption, redemption.standing))
    for teller in (it.redemption for it in known):
        told = [_root(guard_of.get(name), guard_of) for name in (teller.friend, *teller.aliases)]
        if teller.standing is None:
            continue
        for person in {it.person for it in told[1:] if it} - {it.person for it in told[:1] if it}:
            ends = teller.standing.settled_at
            if any((had.settled_at if it.pending else it.recorded_at) <= ends for it, had in settled[person]):
                continue
            yield from (
                f"{teller.order_id} tells of {person}, and later {it.order_id} is rewarded as their first order"
                for it, standing in settled[person]
                if standing.worth and it.friend_order == 1
            )


def overdrawn_rows(found: Iterable[Order], guards: Iterable[Friend]) -> Iterator[str]:
    """Of a friend's unpaid orders no more have a code than take turns in a row.

    Two friends who turned out to be one have had a row each, and a paid order ends one: of those nothing is said.
    """
    guard_of, known = {guard.person: guard for guard in guards}, list(found)
    apart = {it.root for it in guard_of.values() if it.root and it.version > 1}
    paid = [_root(guard_of.get(it.redemption.friend), guard_of) for it in known if it.is_paid]
    apart |= {it.person for it in paid if it}
    rows = Counter[str]()
    for order in known:
        root, redemption = _root(guard_of.get(order.redemption.friend), guard_of), order.redemption
        ones = {it and it.person for it in (_root(guard_of.get(name), guard_of) for name in redemption.aliases)}
        waits = redemption.friend_order == 1 and not (order.is_paid or redemption.withdrawn)
        waits = waits and ones <= {root and root.person}
        if waits and root and root.unpaid_since and redemption.recorded_at >= root.unpaid_since:
            rows[root.person] += 1
    for person, unpaid in rows.items():
        if person not in apart and unpaid > guard_of[person].unpaid:
            yield f"{unpaid} unpaid orders of {person} have a code, and its root counts {guard_of[person].unpaid}"
    yield from (
        f"{it.person} has a row of {it.unpaid} unpaid orders"
        for it in guard_of.values()
        if it.unpaid > UNPAID_MAX and it.person not in apart
    )


def too_many(found: Iterable[Order], guards: Iterable[Friend], programs: Iterable[Program]) -> Iterator[str]:
    """Of a friend no more further orders are rewarded than the program takes, whatever was paid for late.

    Two friends who turned out to be one have had so many each: of them nothing is said.
    """
    guard_of, version = {guard.person: guard for guard in guards}, {it.version: it for it in programs}
    joined = {it.root for it in guard_of.values() if it.root and it.version > 1}
    further = defaultdict[str, list[Redemption]](list)
    for redemption in (it.redemption for it in found if it.redemption.friend_order > 1):
        root, standing = _root(guard_of.get(redemption.friend), guard_of), redemption.standing
        if root and root.person not in joined and standing and standing.terms.limit != "friend_already_referred":
            further[root.person].append(redemption)
    for person, orders_of in further.items():
        later = [version[it.program_version].later for it in orders_of]
        most = [it.orders if it else None for it in later]
        if None not in most and len(orders_of) > max(it or 0 for it in most):
            yield f"{person} has {len(orders_of)} further orders, and the program takes {most}"


def _root(guard: Friend | None, guard_of: Mapping[str, Friend]) -> Friend | None:
    """Where a guard leads; None if that is nowhere."""
    seen = set[str]()
    while guard is not None and guard.root is not None and guard.person not in seen:
        seen.add(guard.person)
        guard = guard_of.get(guard.root)
    return guard if guard is not None and guard.root is None else None


def unsettled(
    found: Iterable[Order], accounts: Iterable[Account], programs: Iterable[Program], *, now: datetime
) -> Iterator[str]:
    """An order stands where `settle` puts it: settling it once more would change nothing."""
    account_of = {it.ambassador_id: it for it in accounts}
    kin = Kin(account_of.values())
    version = {it.version: it for it in programs}
    for order in found:
        redemption = order.redemption
        if redemption.standing is None:
            if order.is_paid and not redemption.withdrawn:
                yield f"{order.order_id} was never settled"
            continue
        account = account_of[kin.heir(redemption.ambassador_id)]
        again = settle(order, account, version[redemption.program_version], now=now)
        if again.changed or again.account_changed or again.entries:
            yield f"{order.order_id} stands at {redemption.standing}, settle says {again.redemption.standing}"


def undelivered(messages: Iterable[Message]) -> Iterator[str]:
    """Every message was delivered, unless it was stuck for two weeks; nobody is thanked, or told of a reward, twice."""
    occasions = Counter[tuple[str, str]]()
    for message in messages:
        about = _about(message)
        if message.letter.name in {"friend_thanks", "reward_held", "balances"}:
            occasions[about, message.letter.name] += 1
        overtaken = message.why == ("overtaken",) and message.letter.name in {"expiring", "tier_reached"}
        waited = message.done_at - message.owed_at if message.done_at else timedelta()
        given_up = message.why == ("given_up",) and waited >= PATIENCE
        if message.outcome != "sent" and message.why != ("unsure",) and not overtaken and not given_up:
            yield f"{message.id} is {message.outcome or message.state}: {message.why}"
    yield from (
        f"{order_id}: {template} is told {times} times"
        for (order_id, template), times in occasions.items()
        if times > 1
    )


def untold(
    redemptions: Iterable[Redemption],
    messages: Iterable[Message],
    accounts: Iterable[Account],
    programs: Iterable[Program],
    suspended: set[str],
) -> Iterator[str]:
    """What an ambassador was last told of a reward stands; each letter leads on from the one before.

    Who was told nothing has nothing of it. Of what has expired, or changed while the ambassador was `suspended`, nobody
    was told.
    """
    account_of, rules = {it.ambassador_id: it for it in accounts}, {it.version: it for it in programs}
    news = defaultdict[str, list[Letter]](list)
    for message in sorted(messages, key=lambda it: it.cause.version):
        if message.letter.name in NEWS:
            news[_about(message)].append(message.letter)
    for it in redemptions:
        told, standing = news[it.order_id], it.standing
        if standing is None or it.ambassador_id in suspended:
            continue
        yield from (
            f"{it.order_id}: {after.name} says that {after.was} was told, and {before.told} was"
            for before, after in pairwise(told)
            if after.was != before.told
        )
        account = account_of[it.ambassador_id]
        expired = account.expired_in or (account.merged_into and account_of[account.merged_into].expired_in)
        if not expired and not _is_true(told[-1] if told else None, standing, rules[it.program_version]):
            yield f"{it.order_id} stands at {standing}, and was told by {told[-1:]}"


def _about(message: Message) -> str:
    """What has its news told one after another: an order; each change of an account is told by itself."""
    return message.cause.id if message.cause.kind == "order" else message.id


def _is_true(letter: Letter | None, standing: Standing, program: Program) -> bool:
    """Tell whether the last letter about a reward, if there was one, says what is so."""
    if letter is None:
        return standing.available == 0
    if letter.amount != standing.worth:
        return False
    if standing.released or not standing.worth or standing.review_open:
        return letter.release_at is None and (letter.when == "open") == (standing.review_open and standing.held > 0)
    if letter.release_at is None:
        return False
    days = (day_of(standing.release_at, program) - day_of(letter.release_at, program)).days
    return days <= 0 if letter.when == "expected" else days == 0

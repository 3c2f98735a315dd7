"""What must be true of what was taken out of accounts, given by hand, sent and claimed: each says what is wrong."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

from chalicelib.domain.accounts.ledger import AVAILABLE
from chalicelib.domain.effects import Entity
from chalicelib.domain.model.accounts import Account, Adjustment, Gift, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.claims import Claim, OpenClaims
from chalicelib.domain.model.messages import Cause, Message
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.model.reviews import Trait
from tests.simulator.books import Kin, of
from tests.simulator.wallet import ADJUSTMENT_LIMIT, BO

ENTRIES_OF = {"reserved": (), "confirmed": ("confirmed",), "cancelled": ("cancelled",), "expired": ("cancelled",)}
"""How the entry begins that ends a withdrawal, by its state."""


def violations(entities: Iterable[Entity]) -> list[str]:
    """Say all that is wrong."""
    stored = list(entities)
    kin = Kin(of(Account, stored))
    entries = sorted(of(LedgerEntry, stored), key=kin.place)
    return [
        *overdrawn(entries),
        *wrong_withdrawals(of(Withdrawal, stored), of(Account, stored), entries, kin),
        *wrong_adjustments(of(Adjustment, stored), entries),
        *wrong_gifts(of(Gift, stored), entries),
        *wrong_claims(of(Claim, stored), of(OpenClaims, stored), of(Redemption, stored), kin),
        *wrong_suspensions(of(Suspension, stored), of(Account, stored), entries, of(Message, stored)),
        *wrong_letters(of(Message, stored), of(Account, stored), entries),
        *wrong_notices(of(Message, stored), of(Account, stored), entries, kin),
        *wrong_traits(of(Trait, stored), of(Redemption, stored), kin),
    ]


def overdrawn(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """Nobody takes out what is not available, held money least of all; what is held or reserved is never below zero."""
    balances = Counter[tuple[str, str, str]]()
    for entry in entries:
        for leg in entry.legs:
            place = (entry.ambassador_id, leg.account, leg.currency)
            balances[place] += leg.amount
            may_owe = leg.account.startswith("program:") or (
                leg.account == AVAILABLE and entry.kind not in {"spend", "payout", "gift_sent", "expiry"}
            )
            if balances[place] < 0 and not may_owe:
                yield f"{entry.id} ({entry.kind}) leaves {balances[place]} in {leg.account}"


def wrong_withdrawals(
    withdrawals: Iterable[Withdrawal], accounts: Iterable[Account], entries: Iterable[LedgerEntry], kin: Kin
) -> Iterator[str]:
    """A withdrawal has the entries of its state, each once and with its amount; accounts hold what is reserved."""
    posted, sums = defaultdict[str, list[tuple[str, int]]](list), Counter[tuple[str, str]]()
    for entry in entries:
        if entry.kind.startswith(("spend", "payout")):
            posted[entry.cause].append((entry.kind, entry.legs[-1].amount))
    for it in withdrawals:
        yield from wrong_steps(it, posted.pop(f"{it.kind}:{it.id}", []))
        if it.state == "confirmed" and it.closed_at and it.expires_at and it.closed_at >= it.expires_at:
            yield f"{it.id} expired at {it.expires_at} and was confirmed at {it.closed_at}"
        end = {"reserved": "reserved", "confirmed": "spent" if it.kind == "spend" else "paid"}.get(it.state, "back")
        sums[kin.heir(it.ambassador_id), end] += it.amount - it.returned
    yield from (f"{cause} has entries and is no withdrawal" for cause in posted)
    for account in accounts:
        for part in ("reserved", "spent", "paid"):
            expected_sum, found_sum = sums[account.ambassador_id, part], account.balance("EUR", part)
            if expected_sum != found_sum:
                yield f"{account.ambassador_id} has {found_sum} {part}, withdrawals say {expected_sum}"


def wrong_steps(it: Withdrawal, found: list[tuple[str, int]]) -> Iterator[str]:
    """It was reserved, ended as it says, and what came back of it is no more than was confirmed."""
    expected = [it.kind, *(f"{it.kind}_{ending}" for ending in ENTRIES_OF[it.state])]
    steps, back = found[: len(expected)], found[len(expected) :]
    if steps != [(kind, it.amount) for kind in expected]:
        yield f"{it.id} is {it.state} with {it.amount}, and its entries are {found}"
    if {kind for kind, _ in back} - {f"{it.kind}_returned"} or sum(part for _, part in back) != it.returned:
        yield f"{it.id} says that {it.returned} came back, and its entries that {back} did"
    if it.returned > (it.amount if it.state == "confirmed" else 0):
        yield f"{it.id} is {it.state} with {it.amount}, and {it.returned} came back"


def wrong_adjustments(adjustments: Iterable[Adjustment], entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """What was posted has one entry, anything else none; above the limit only another owner's admin could post it.

    One that takes another back is of the opposite amount, and the only one to do so that was not denied.
    """
    posted = defaultdict[str, list[int]](list)
    for entry in entries:
        if entry.kind == "adjustment":
            posted[entry.cause].append(entry.legs[-1].amount)
    stored = {it.id: it for it in adjustments}
    for it in stored.values():
        found = posted.pop(f"adjustment:{it.id}", [])
        if found != ([it.amount] if it.state == "posted" else []):
            yield f"{it.id} of {it.amount} is {it.state}, and its entries move {found}"
        alone = it.decided_by is None or (it.author == BO.id) == (it.decided_by == BO.id)
        if abs(it.amount) > ADJUSTMENT_LIMIT and it.state == "posted" and alone:
            yield f"{it.id} of {it.amount} was posted, and {it.decided_by} is no second admin"
        if it.undoes and it.state != "denied":
            was = stored[it.undoes]
            if (was.undone_by, was.amount, was.unit, was.state) != (it.id, -it.amount, it.unit, "posted"):
                yield f"{it.id} of {it.amount} takes back {was}"
    yield from (f"{cause} has entries and is no adjustment" for cause in posted)


def wrong_gifts(gifts: Iterable[Gift], entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """Each entry that makes a gift available has its task; one that was sent has one entry more than was taken back."""
    made, sent, returned = set[str](), Counter[str](), Counter[str]()
    for entry in entries:
        gifts_in = (leg for leg in entry.legs if leg.account == AVAILABLE and leg.currency.startswith("gift:"))
        if entry.kind == "gift_sent":
            sent[entry.cause] += 1
        elif entry.kind == "gift_returned":
            returned[entry.cause] += 1
        elif entry.kind != "merge" and any(leg.amount > 0 for leg in gifts_in):
            made.add(entry.id)
    tasks = {it.id: it for it in gifts}
    yield from (f"{name} makes a gift available, and nobody is asked to send it" for name in made - tasks.keys())
    yield from (f"{name} asks for a gift that no entry makes available" for name in tasks.keys() - made)
    for it in tasks.values():
        times, back = sent.pop(f"gift:{it.id}", 0), returned.pop(f"gift:{it.id}", 0)
        if (times, back) != (len(it.earlier) + (it.state == "sent"), len(it.earlier)):
            yield f"the gift {it.id} is {it.state}, has {times} entries, and {back} take it back"
    yield from (f"{cause} has entries and is no gift" for cause in {**sent, **returned})


def wrong_suspensions(
    decisions: Iterable[Suspension],
    accounts: Iterable[Account],
    entries: Iterable[LedgerEntry],
    messages: Iterable[Message],
) -> Iterator[str]:
    """An account is suspended if that was decided last; nothing leaves it or expires meanwhile; its end is told."""
    decided, told = defaultdict[str, list[Suspension]](list), {it.id for it in messages}
    for it in sorted(decisions, key=lambda it: it.version):
        decided[it.ambassador_id].append(it)
        if it.state == "reinstated" and Cause("account", it.ambassador_id, it.version).key not in told:
            yield f"{it} was told to nobody"
    for account in accounts:
        states = [it.state for it in decided[account.ambassador_id]]
        if states != ["suspended", "reinstated"] * (len(states) // 2) + ["suspended"] * (len(states) % 2):
            yield f"{account.ambassador_id} was {states}"
        if account.suspended != (states[-1:] == ["suspended"]):
            yield f"{account.ambassador_id} is suspended: {account.suspended}, and was {states}"
    for entry in entries:
        version = int(entry.number[:8])
        before = [it for it in decided[entry.ambassador_id] if it.version < version]
        leaves = entry.kind in {"spend", "payout", "gift_sent", "expiry"}
        if leaves and before and before[-1].state == "suspended":
            yield f"{entry.id} ({entry.kind}) leaves a suspended account"


TELLING = {"spend": "spent", "payout": "spent", "gift_sent": "gift_sent"}
"""Which letter tells what left an account."""


def wrong_letters(
    messages: Iterable[Message], accounts: Iterable[Account], entries: Iterable[LedgerEntry]
) -> Iterator[str]:
    """Each ambassador was welcomed once, and whatever left an account was told once, with its amount; nothing else."""
    told = defaultdict[tuple[str, str], list[tuple[int, str]]](list)
    for it in messages:
        if it.letter.name in {"welcome", *TELLING.values()}:
            told[it.letter.name, it.cause.key].append((it.letter.amount, it.letter.unit))
    owed = {("welcome", f"account:{account.ambassador_id}#0"): [(0, "")] for account in accounts}
    for entry in entries:
        if entry.kind in TELLING:
            key = f"account:{entry.ambassador_id}#{int(entry.number[:8])}"
            owed[TELLING[entry.kind], key] = [(entry.legs[-1].amount, entry.legs[-1].currency)]
    for name, key in {**owed, **told}:
        expected, found = owed.get((name, key), []), told.get((name, key), [])
        if expected != found:
            yield f"{key}: {name} is told by {found}, and {expected} was"


def wrong_notices(
    messages: Iterable[Message], accounts: Iterable[Account], entries: Iterable[LedgerEntry], kin: Kin
) -> Iterator[str]:
    """Nothing expires before a day that was told; what an account remembers of tiers was told; each of them once."""
    days, known = defaultdict[str, list[datetime]](list), Counter[str]()
    for it in messages:
        if it.cause.kind in {"tier", "expiry"}:
            known[it.cause.key] += 1
        if it.letter.until is not None:
            days[kin.heir(it.cause.id)].append(it.letter.until)
    yield from (f"{key} is told {times} times" for key, times in known.items() if times > 1)
    for entry in entries:
        told = days[kin.heir(entry.ambassador_id)]
        if entry.kind == "expiry" and not any(it <= entry.at for it in told):
            yield f"{entry.id} expired, and of that day nobody was told: {told}"
    for account in accounts:
        for number, month in account.tiers_told.items():
            keys = {f"tier:{name}:{number}#{month.replace('-', '')}" for name in kin.of(account.ambassador_id)}
            if not keys & known.keys():
                yield f"{account.ambassador_id} remembers the tier {number} of {month}, and no letter tells it"


def wrong_claims(
    claims: Iterable[Claim], listed: Iterable[OpenClaims], redemptions: Iterable[Redemption], kin: Kin
) -> Iterator[str]:
    """An approved claim has its order, an order names no claim but such a one; what waits is what is listed."""
    admitted = {it.claim: it for it in redemptions if it.claim}
    waiting = {name for it in listed for name in it.claims}
    for it in claims:
        order = admitted.pop(it.id, None)
        owner = kin.heir(it.ambassador_id)
        named = order is not None and (order.order_id, kin.heir(order.ambassador_id)) == (it.order_id, owner)
        if named != (it.state == "approved"):
            yield f"{it.id} is {it.state}, and its order is {order}"
        if (it.state == "open") != (it.id in waiting):
            yield f"{it.id} is {it.state}, and listed: {it.id in waiting}"
    yield from (f"{name} has an order and is no claim" for name in admitted)


def wrong_traits(traits: Iterable[Trait], redemptions: Iterable[Redemption], kin: Kin) -> Iterator[str]:
    """A card or an address is remembered with the friends that used it: all of them, or two; with one's kin perhaps."""
    used = defaultdict[tuple[str, str], set[str]](set)
    for it in redemptions:
        for name in (it.payment, it.address):
            if name and it.standing:
                used[name, it.ambassador_id].add(it.friend)
    of_all = {
        (name, who): {friend for other in kin.of(who) for friend in used.get((name, other), ())} for name, who in used
    }
    for trait in traits:
        friends = used.pop((trait.pseudonym, trait.ambassador_id), set())
        everybody = of_all.get((trait.pseudonym, trait.ambassador_id), set())
        few, most = min(2, len(friends)), min(2, len(everybody))
        if not set(trait.friends) <= everybody or not few <= len(set(trait.friends)) <= most:
            yield f"{trait} was used by {friends}"
    yield from (f"{name} was used by {friends} and is not remembered" for name, friends in used.items())

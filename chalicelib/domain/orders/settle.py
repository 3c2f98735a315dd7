"""The heart: what is an order worth to its ambassador now, and what must the ledger post to say so?

`settle` is a pure function of the facts of one order, the ambassador's account, the program and the time. It is called
again whenever a fact arrives or a time has come, and returns the difference between what the order is worth and what
was posted for it. So redeeming, releasing, refunding and reviewing are one function at different moments, and it does
not matter how often, or in which order, they are looked at.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.expiry import fresh_of, renewed, watched
from chalicelib.domain.accounts.gifts import tasks
from chalicelib.domain.accounts.ledger import add
from chalicelib.domain.accounts.messages import tier_reached
from chalicelib.domain.accounts.tiers import granted, prizes
from chalicelib.domain.model.accounts import Account, Draw, Gift, LedgerEntry
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Order, Redemption, Terms
from chalicelib.domain.model.reviews import Case
from chalicelib.domain.orders.counters import recounted, welcomed
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.messages import owed, tell
from chalicelib.domain.orders.postings import ORDER_AGE, age_of, aged, entries_of, moves_of, naming, posting_of
from chalicelib.domain.orders.reviews import case_of, questions
from chalicelib.domain.orders.standing import stand, wake_up
from chalicelib.domain.orders.terms import decide_terms, redrawn
from chalicelib.domain.program.program import Program


@dataclass(frozen=True, slots=True)
class Settlement:
    """What settling one order leaves: the redemption and account as they shall be, and what to append.

    `account` keeps the version that was read: a fold of several orders raises it once. `account_changed` is also true
    when nothing was posted but terms were decided, because terms rest on what the account said.
    """

    redemption: Redemption
    account: Account
    entries: tuple[LedgerEntry, ...]
    gifts: tuple[Gift, ...]
    draws: tuple[Draw, ...]
    messages: tuple[Message, ...]
    case: Case | None
    changed: bool
    account_changed: bool


def settle(
    order: Order,
    account: Account,
    program: Program,
    *,
    now: datetime,
    posted: int = 0,
    evidence: Evidence | None = None,
) -> Settlement:
    """Settle one order by a program that is sound.

    `posted` is how many entries this version of the account has already been given by orders folded before this one.
    `evidence` is needed for the first settlement of an order only, which decides its terms. That is the first one which
    finds it paid for: until then it only waits, and is no concern of the account.
    """
    redemption = order.redemption
    before = redemption.standing
    if before is not None:
        return settle_on(order, account, program, before.terms, now=now, posted=posted)
    if not order.is_paid or order.withdrawn:
        return _waiting(order, account)
    account = welcomed(account, redemption, program)
    terms, draws = decide_terms(order, account, program, evidence or Evidence())
    return settle_on(order, account, program, terms, draws, now=now, posted=posted)


def _waiting(order: Order, account: Account) -> Settlement:
    """Leave an order as it is until a payment is reported, which asks for attention itself.

    One that a higher revision had overtaken when it was stored is withdrawn by that.
    """
    redemption, by = order.redemption, order.overtaken
    changed = redemption.due_at is not None or by is not None
    if by:
        redemption = replace(redemption, withdrawn=by.reason, revision=by.revision, fingerprint=by.fingerprint)
    if changed:
        redemption = replace(redemption, due_at=None, version=redemption.version + 1)
    return Settlement(
        redemption,
        account,
        entries=(),
        gifts=(),
        draws=(),
        messages=(),
        case=None,
        changed=changed,
        account_changed=False,
    )


def settle_on(
    order: Order,
    account: Account,
    program: Program,
    terms: Terms,
    draws: tuple[Draw, ...] = (),
    *,
    now: datetime,
    posted: int = 0,
) -> Settlement:
    """Settle an order on terms that have been decided.

    At the first settlement `account` counts the order already, and `draws` are what its terms take of the budget.
    """
    redemption = order.redemption
    before = redemption.standing
    asked = questions(order, terms, before.settled_at if before else now, program)
    after = stand(order, terms, asked, program, account.version + 1, now=now)
    due_at = wake_up(after)
    moved = recounted(account, redemption, before, after, program)
    changes = prizes(account, moved, program)
    moves = moves_of(order, before, after)
    age = age_of(redemption, account)
    had, ages = fresh_of(age, account), {**account.ages, ORDER_AGE: age}
    postings, ages = aged([*moves, *map(posting_of, changes)], ages, account)
    entries = entries_of(redemption, moved, postings, now=now, posted=posted)
    age = ages.pop(ORDER_AGE)
    has = fresh_of(age, account) if before and before.released else after.available
    after = naming(redemption, after, entries[: len(moves)], age)
    after = replace(after, told=tell(before, after, program, had=had, has=has, silent=account.suspended))
    changed = (after, due_at) != (before, redemption.due_at)
    settled = redemption
    if changed:
        settled = replace(redemption, standing=after, due_at=due_at, version=redemption.version + 1)
    if entries:
        won = granted(moved.prizes, changes, program)
        kept = {prize: age for prize, age in ages.items() if age.gone or age.fresh}
        moved = replace(moved, balances=add(moved.balances, entries), prizes=won, ages=kept)
        moved = watched(renewed(moved, entries, now=now), program)
    moved, tier = tier_reached(account, moved, entries, program, now=now)
    return Settlement(
        redemption=settled,
        account=moved,
        entries=entries,
        gifts=tasks(entries),
        draws=(*draws, *redrawn(before.cap_used if before else terms.granted, after)),
        messages=(*owed(settled, before, moved, had=had, now=now), *([tier] if tier else [])),
        case=case_of(order, after, asked, now),
        changed=changed,
        account_changed=before is None or moved != account,
    )

"""The heart: what is an order worth to its ambassador now, and what must the ledger post to say so?

`settle` is a pure function of the facts of one order, the ambassador's account, the program and the time. It is called
again whenever a fact arrives or a time has come, and answers the difference between what the order is worth and what
was posted for it. So redeeming, releasing, refunding and reviewing are one function at different moments, and it does
not matter how often, or in which order, they are looked at.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.accounts.expiry import carried, fresh_of, given_back, renewed, taken_back, watched
from chalicelib.domain.accounts.gifts import tasks
from chalicelib.domain.accounts.ledger import add, legs
from chalicelib.domain.accounts.limits import capped, draw, portion
from chalicelib.domain.accounts.tiers import Prize, granted, newest_window, prizes, reached
from chalicelib.domain.calendar import day_of, month_of
from chalicelib.domain.model.accounts import Account, Draw, Gift, LedgerEntry, Month
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import (
    FACTS_NAMED,
    Age,
    Decision,
    Fulfilment,
    Mark,
    OrderFacts,
    Redemption,
    Review,
    Standing,
    Terms,
)
from chalicelib.domain.model.reviews import About, Case, Question
from chalicelib.domain.orders.evidence import Evidence
from chalicelib.domain.orders.fraud import needs_review, paced, signals
from chalicelib.domain.orders.messages import owed, tell
from chalicelib.domain.orders.refunds import counting_refunds, foreign_refunds, is_cancelled, kept, values
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import Program, campaign_of, reward_of, tier_of

CAUSES_MAX = 5
"""So many facts an entry names as its cause; `…` stands for the rest."""

_ORDER = ""
"""What the order's own reward is called among ages, beside the prizes."""


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
    message: Message | None
    case: Case | None
    changed: bool
    account_changed: bool


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The rules of the program contradict each other; `reasons` say where."""

    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """An entry to be: its kind, amount and unit, and why. `prize` is what for, or empty for the order's own reward.

    `expired` is the part of what is taken back, or comes back, that has expired.
    """

    kind: str
    amount: int
    unit: str
    cause: str
    tier: str | None
    prize: str = _ORDER
    expired: int = 0


def settle(
    order: OrderFacts,
    account: Account,
    program: Program,
    *,
    now: datetime,
    posted: int = 0,
    evidence: Evidence | None = None,
) -> Settlement | Unsettled:
    """Settle one order that has a redemption.

    `posted` is how many entries this version of the account has already been given by orders folded before this one.
    `evidence` is needed for the first settlement of an order only, which decides its terms. That is the first one which
    finds it paid for: until then it only waits, and is no concern of the account.
    """
    redemption = order.redemption
    if redemption is None:
        raise ValueError("an order without a redemption has nothing to settle")
    wrong = flaws(program)
    if wrong:
        return Unsettled(tuple(f"{pointer}: {reason}" for pointer, reason in wrong))
    before = redemption.standing
    if before is not None:
        return settle_on(order, account, program, before.terms, now=now, posted=posted)
    if not order.is_paid or redemption.withdrawn:
        return _waiting(redemption, account)
    account = welcomed(account, redemption, program)
    terms, draws = decide_terms(order, account, program, evidence or Evidence())
    return settle_on(order, account, program, terms, draws, now=now, posted=posted)


def decides_terms(order: OrderFacts) -> bool:
    """Whether settling the order now decides its terms."""
    redemption = order.redemption
    return redemption is not None and redemption.standing is None and order.is_paid and not redemption.withdrawn


def _waiting(redemption: Redemption, account: Account) -> Settlement:
    """Leave an order as it is until a payment is reported, which asks for attention itself."""
    changed = redemption.due_at is not None
    if changed:
        redemption = replace(redemption, due_at=None, version=redemption.version + 1)
    return Settlement(
        redemption,
        account,
        entries=(),
        gifts=(),
        draws=(),
        message=None,
        case=None,
        changed=changed,
        account_changed=False,
    )


def settle_on(
    order: OrderFacts,
    account: Account,
    program: Program,
    terms: Terms,
    draws: tuple[Draw, ...] = (),
    *,
    now: datetime,
    posted: int = 0,
) -> Settlement:
    """Settle an order on terms that have been decided, by a program that is sound.

    At the first settlement `account` counts the order already, and `draws` are what its terms take of the budget.
    """
    redemption = order.redemption
    assert redemption is not None
    before = redemption.standing
    after = stand(order, terms, program, account.version + 1, now=now)
    due_at = wake_up(after)
    moved = _counted(account, redemption, before, after, program)
    changes = prizes(account, moved, program)
    moves = _moves(order, before, after)
    age = _age(redemption, account)
    had, ages = fresh_of(age, account), {**account.ages, _ORDER: age}
    postings, ages = aged([*moves, *map(posting_of, changes)], ages, account)
    entries = _entries(redemption, moved, postings, now=now, posted=posted)
    age = ages.pop(_ORDER)
    has = fresh_of(age, account) if before and before.released else after.available
    after = _naming(redemption, after, entries[: len(moves)], age)
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
    return Settlement(
        redemption=settled,
        account=moved,
        entries=entries,
        gifts=tasks(entries),
        draws=(*draws, *_redrawn(before.room if before else terms.granted, after)),
        message=owed(settled, before, moved, had=had, now=now),
        case=_case(order, after, program, now),
        changed=changed,
        account_changed=before is None or moved != account,
    )


def decide_terms(
    order: OrderFacts, account: Account, program: Program, evidence: Evidence
) -> tuple[Terms, tuple[Draw, ...]]:
    """Decide once, at the first settlement, what an order can earn at most: tier, rate, what caps and budget leave.

    `account` counts the order already. Answers also what is taken of the month's budget.
    """
    redemption = order.redemption
    assert redemption is not None
    month = month_of(order.begins, program)
    referrals = reached(account, program, month)
    tier = tier_of(program, referrals)
    campaign = campaign_of(program, redemption.campaign, redemption.placed_at)
    rate = reward_of(program, tier, campaign, redemption.friend_order)
    full = rate.of(redemption.paid) if rate else 0
    unit = rate.unit_in(program.currency) if rate else program.currency
    left = 0 if evidence.taken else capped(account, program, month, full, unit)
    budgeted = program.budget_month is not None and unit == program.currency
    draws = draw(evidence.used, program, month, account.ambassador_id, left) if budgeted else ()
    taken = sum(it.amount for it in draws) if budgeted else left
    found = signals(evidence, account, program, month)
    terms = Terms(
        tier=tier.name,
        rate=rate,
        full=full,
        granted=taken,
        month=month,
        place=account.settled,
        reached=referrals,
        begins=None if order.begins == redemption.placed_at else order.begins,
        unit=None if unit == redemption.currency else unit,
        campaign=campaign.name if campaign else None,
        limit=_limit(evidence, full, left, taken),
        signals=found,
        review=needs_review(found, program.watch),
        drawn=tuple((it.shard, it.amount) for it in draws),
    )
    return terms, draws


def _limit(evidence: Evidence, full: int, left: int, taken: int) -> str | None:
    """Why less is granted than the rate gives, or nothing at all."""
    if evidence.taken:
        return "friend_already_referred"
    if taken < left:
        return "cap_budget"
    return "cap_ambassador" if left < full else None


def stand(order: OrderFacts, terms: Terms, program: Program, version: int, *, now: datetime) -> Standing:
    """Work out worth and phase from the facts, the terms and the time. Only `released_in`, age and entries look back.

    `version` is the one that the account gets by this settlement.
    """
    redemption = order.redemption
    assert redemption is not None
    before = redemption.standing
    cancelled = is_cancelled(order)
    back = [it.goods for it in counting_refunds(order) if it.currency == redemption.currency]
    valued = values(order)
    refunded = sum(back) + sum(valued.values())
    net = 0 if cancelled or order.freed else kept(redemption.paid, [*back, *valued.values()])
    low = (
        program.void_below_minimum
        and refunded > 0
        and not (cancelled or order.freed)
        and redemption.listed * net < program.minimum * redemption.paid
    )
    last = _last_review(order)
    settled_at = before.settled_at if before else now
    asked = questions(order, terms, settled_at, program)
    waiting = [it for it in asked if now < it.deadline]
    by_default = {it.about for it in asked if now >= it.deadline and default_of(it.about, program) == "deny"}
    refused = last is not None and last.decision == "deny"
    release_at = due(order, program)
    released_in = before.released_in if before else None
    if released_in is None and now >= release_at and not waiting:
        released_in = version
    unit = terms.unit or redemption.currency
    room = portion(terms.granted, net, redemption.paid, unit)
    worth = 0 if refused or by_default or low else room
    earned = (before is not None and before.has("earned")) or (released_in is not None and worth > 0)
    marks: dict[Mark, bool] = {
        "cancelled": cancelled,
        "replaced": order.freed is not None,
        "denied": refused or bool(by_default),
        "by_default": bool(by_default or (asked and not waiting)) and not refused,
        "unvalued": "foreign_refund" in by_default and not refused,
        "below_minimum": low,
        "undelivered": program.hold_from == "delivery" and released_in is None and not is_complete(order),
        "earned": earned,
    }
    return Standing(
        terms=terms,
        settled_at=settled_at,
        release_at=release_at,
        net=net,
        refunded=refunded,
        valued=sum(valued.values()) or None,
        worth=worth,
        room=room,
        asked_until=min((it.deadline for it in waiting), default=None),
        released_in=released_in,
        age=before.age if before else None,
        reviews=last.number if last else 0,
        facts=len(order.later),
        named=tuple(sorted(fact.name for fact in order.later)[:FACTS_NAMED]),
        marks=tuple(mark for mark, true in marks.items() if true),
        entries=before.entries if before else (),
    )


def deliveries(order: OrderFacts) -> list[Fulfilment]:
    """The deliveries that count: of each the highest revision, unless that says that there was none."""
    latest: dict[str, Fulfilment] = {}
    for it in sorted(order.fulfilments, key=lambda it: it.revision):
        latest[it.fulfilment_id] = it
    return [it for it in latest.values() if not it.void]


def is_complete(order: OrderFacts) -> bool:
    """Tell whether everything has been delivered, as far as the facts known so far tell."""
    return any(not it.more for it in deliveries(order))


def due(order: OrderFacts, program: Program) -> datetime:
    """When the hold ends, as far as the facts known so far tell. Nothing is delivered before the order begins."""
    counting = deliveries(order)
    ends = [it.return_by for it in counting if it.return_by]
    if program.hold_from == "purchase":
        return max([order.begins + program.hold, *ends])
    ends += [max(it.delivered_at, order.begins) + program.hold for it in counting if it.delivered_at]
    if not is_complete(order):
        ends.append(order.begins + timedelta(days=program.longest_wait_days))
    return max(ends)


def questions(order: OrderFacts, terms: Terms, settled_at: datetime, program: Program) -> tuple[Question, ...]:
    """What an admin is asked about an order and has not answered: each has a deadline of its own, passed or not.

    A refund that was reported before its order asks nobody until that is known, too.
    """
    assert order.redemption is not None
    wait, known_at = timedelta(days=program.review_days), order.redemption.recorded_at
    answered = {refund_id for review in order.reviews for refund_id in review.answers}
    asked = [Question("signals", settled_at + wait)] if terms.review and not order.reviews else []
    unanswered = (it for it in foreign_refunds(order) if it.refund_id not in answered)
    return (*asked, *(Question("foreign_refund", max(it.recorded_at, known_at) + wait) for it in unanswered))


def default_of(about: About, program: Program) -> Decision:
    """What becomes of a question that nobody answers: what a refund is worth is never decided by silence."""
    return "deny" if about == "foreign_refund" else program.review_default


def wake_up(standing: Standing) -> datetime | None:
    """When this order must be looked at again although nothing happens to it; None when it is final."""
    if standing.asked_until is not None:
        return standing.asked_until
    return None if standing.released else standing.release_at


def _case(order: OrderFacts, standing: Standing, program: Program, now: datetime) -> Case | None:
    """Open the case of an order when its reward begins to wait for an admin, close it when it no longer does."""
    was, redemption = order.case, order.redemption
    assert redemption is not None
    is_open = was is not None and was.state == "open"
    if standing.asked_until is None:
        return replace(was, state="closed", version=was.version + 1) if was and is_open else None
    asked: dict[About, Question] = {}
    for it in sorted(questions(order, standing.terms, standing.settled_at, program), key=lambda it: it.deadline):
        if now < it.deadline:
            asked.setdefault(it.about, it)
    told, deadline = tuple(asked.values()), standing.asked_until
    if was is None:
        return Case(order.order_id, redemption.ambassador_id, opened_at=now, deadline=deadline, questions=told)
    if is_open and (was.deadline, was.questions) == (deadline, told):
        return None
    opened = was.opened_at if is_open else now
    return replace(was, state="open", opened_at=opened, deadline=deadline, questions=told, version=was.version + 1)


def _last_review(order: OrderFacts) -> Review | None:
    return max(order.reviews, key=lambda review: review.number, default=None)


def _moves(order: OrderFacts, before: Standing | None, after: Standing) -> list[Move]:
    """Return the postings that lead from what was posted to where the order stands now."""
    assert order.redemption is not None
    unit = after.terms.unit or order.redemption.currency
    if before is not None and before.released:
        more = after.available - before.available
        steps = [("reinstate", more), ("clawback", -more)]
    else:
        held = before.held if before else 0
        steps = [("hold", after.worth - held), ("void", held - after.worth)]
        if after.released:
            steps.append(("release", after.worth))
    return [Move(kind, amount, unit, _cause(order, kind), after.terms.tier) for kind, amount in steps if amount > 0]


def posting_of(prize: Prize) -> Move:
    """Return what posts a prize, or takes it back."""
    return Move(prize.kind, prize.amount, prize.unit, prize.cause, prize.tier, f"{prize.key} {prize.unit}")


def _age(redemption: Redemption, account: Account) -> Age:
    """How old an order's reward is: as old as its release, unless something was taken back or came back later."""
    before = redemption.standing
    if before is None or before.released_in is None:
        return Age()
    age = before.age or Age(fresh=before.available, since=before.released_in)
    return carried(age, redemption.ledger, account)


def aged(postings: list[Move], ages: dict[str, Age], account: Account) -> tuple[list[Move], dict[str, Age]]:
    """Say of each posting what part of it has expired, and how old all rewards are after them."""
    told, after = [], dict(ages)
    left = {it.unit: account.balance(it.unit, "expired") for it in postings}
    for it in postings:
        part, age = 0, after.get(it.prize, Age())
        if it.kind in {"clawback", "bonus_lost"}:
            part, after[it.prize] = taken_back(age, it.amount, account, left[it.unit])
            left[it.unit] -= part
        elif it.kind in {"reinstate", "bonus"}:
            part, after[it.prize] = given_back(age, it.amount, account)
            left[it.unit] += part
        told.append(replace(it, expired=part))
    return told, after


def _entries(
    redemption: Redemption, account: Account, postings: list[Move], *, now: datetime, posted: int
) -> tuple[LedgerEntry, ...]:
    return tuple(
        LedgerEntry(
            ambassador_id=account.ambassador_id,
            number=f"{account.version + 1:08d}-{posted + place:03d}",
            kind=it.kind,
            at=now,
            cause=it.cause,
            legs=legs(it.kind, it.amount, it.unit, expired=it.expired),
            program_version=redemption.program_version,
            order_id=redemption.order_id,
            tier=it.tier,
        )
        for place, it in enumerate(postings, start=1)
    )


def _naming(redemption: Redemption, standing: Standing, entries: tuple[LedgerEntry, ...], age: Age) -> Standing:
    """Note the entries of an order, and its age if that is not simply the release's."""
    if not entries:
        return standing
    ledgers = {redemption.ambassador_id: ""}
    numbers = tuple(ledgers.get(it.ambassador_id, f"{it.ambassador_id}/") + it.number for it in entries)
    changed = any(entry.kind in {"clawback", "reinstate"} for entry in entries)
    return replace(standing, entries=(*standing.entries, *numbers), age=age if changed else standing.age)


def _cause(order: OrderFacts, kind: str) -> str:
    """Name what moved the money: the facts that had not been seen yet, or the time that has come."""
    if kind == "release":
        return "hold_ended"
    if kind == "hold" and order.redemption and order.redemption.standing is None:
        return "redemption"
    fresh = [fact for fact in order.later if fact.due_at is not None]
    named = ",".join(fact.name for fact in fresh[:CAUSES_MAX])
    return named + (",…" if len(fresh) > CAUSES_MAX else "") if fresh else "review_deadline"


def welcomed(account: Account, redemption: Redemption, program: Program) -> Account:
    """Count an order that is settled for the first time: terms look at how many there are, and how fast they come."""
    day = day_of(redemption.recorded_at, program).isoformat()
    return replace(account, settled=account.settled + 1, pace=paced(account.pace, day))


def _counted(
    account: Account, redemption: Redemption, before: Standing | None, after: Standing, program: Program
) -> Account:
    """Move the counters by what this settlement has changed."""
    counted = int(after.counted) - int(before.counted if before else False)
    month = after.terms.month
    was = account.months.get(month, Month())
    in_currency = (after.terms.unit or redemption.currency) == program.currency
    became = Month(
        room=was.room + (after.room - (before.room if before else 0) if in_currency else 0),
        uses=was.uses + int(after.room > 0) - int(before is not None and before.room > 0),
        counted=was.counted + counted,
    )
    promised = [redemption.recorded_at] if before is None and after.terms.granted > 0 else []
    return replace(
        account,
        counted=account.counted + counted,
        refunded=account.refunded + int(_is_refunded(after)) - int(before is not None and _is_refunded(before)),
        months=_kept({**account.months, month: became}),
        window=newest_window(account, program),
        active_at=max([*promised, *([account.active_at] if account.active_at else [])], default=None),
    )


def _kept(months: dict[str, Month]) -> dict[str, Month]:
    """Leave out the months of which nothing is left."""
    return {name: month for name, month in months.items() if month != Month()}


def _is_refunded(standing: Standing) -> bool:
    return standing.refunded > 0 or standing.has("cancelled")


def _redrawn(room: int, after: Standing) -> tuple[Draw, ...]:
    """Give back to the budget what refunds freed of `room`, or take it again when a refund no longer counts."""
    if not after.terms.drawn or after.room == room:
        return ()
    shard, _ = after.terms.drawn[0]
    return (Draw(after.terms.month, shard, after.room - room),)

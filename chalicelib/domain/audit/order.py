"""One settled order: it stands where `settle` puts it, its entries say the same, and so do root, case and messages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from chalicelib.domain.accounts.ledger import AVAILABLE, EXPIRED, HELD, gains, moved
from chalicelib.domain.accounts.suspensions import was_suspended
from chalicelib.domain.audit.audit import Finding, Value, compared, version_of
from chalicelib.domain.audit.entry import OF_ORDERS
from chalicelib.domain.calendar import month_of
from chalicelib.domain.model.accounts import Account, LedgerEntry, Suspension
from chalicelib.domain.model.claims import Claim
from chalicelib.domain.model.messages import Letter, Message, Recipient
from chalicelib.domain.model.orders import Age, News, Order, Redemption, Standing
from chalicelib.domain.model.people import Friend
from chalicelib.domain.model.reviews import Case, Trait
from chalicelib.domain.orders.fraud import remembered
from chalicelib.domain.orders.friends import in_time
from chalicelib.domain.orders.postings import CAUSES_MAX
from chalicelib.domain.orders.settle import settle
from chalicelib.domain.orders.standing import due, wake_up
from chalicelib.domain.program.flaws import flaws
from chalicelib.domain.program.program import Program, campaign_of, reward_of, tier_of

FIRST = 2
"""The version that a redemption gets by its first settlement, which decides its terms if it is paid for by then."""

SETTLES_MAX = 200
"""At most this many settlements are looked through for the messages of one order."""

_MOMENT = timedelta(milliseconds=1)
_SKEW = timedelta(minutes=5)
_ATTRIBUTES = {"cap_used": "room", "facts_seen": "facts", "facts_named": "named", "last_review": "reviews"}
"""What the table calls fields of a standing, where its words are shorter: findings name what is found there."""

_LOOK_BACK = ("entries", "age")
"""What of a standing is no function of the facts: it is compared with the entries."""

_PLAIN_CAUSES = ("redemption", "hold_ended", "review_deadline", "…")


@dataclass(frozen=True, slots=True)
class Dossier:
    """An order with what the table has of everything that must agree with it. It has been settled.

    `entries` are those that the order names, as it names them, `messages` those about it by the redemption's version,
    looked for up to the version after the present one, `root` the one of its friend, `suspensions` all decisions about
    the account in their order, by whose it is. `kin` are all ids of the ambassador.
    """

    order: Order
    program: Program | None
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)
    root: Friend | None = None
    messages: Mapping[int, Message] = field(default_factory=dict)
    claim: Claim | None = None
    traits: Mapping[str, Trait] = field(default_factory=dict)
    suspensions: Mapping[str, Sequence[Suspension]] = field(default_factory=dict)
    kin: tuple[str, ...] = ()

    @property
    def redemption(self) -> Redemption:
        """The order's redemption."""
        return self.order.redemption

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        assert self.redemption.standing is not None
        return self.redemption.standing

    @property
    def where(self) -> str:
        """How findings name the order."""
        return f"order/{self.order.order_id}"

    @property
    def posted(self) -> list[LedgerEntry]:
        """The entries that it names and that are its own."""
        named = (self.entries.get(number) for number in self.standing.entries)
        return [it for it in named if it is not None and it.order_id == self.order.order_id]

    def tells(self, entry: LedgerEntry) -> bool:
        """Whether the ambassador was to hear of an entry: not while the account was suspended."""
        return not was_suspended(self.suspensions.get(entry.ambassador_id, ()), version_of(entry.number))

    @property
    def first(self) -> int:
        """The version that the redemption got by the settlement that decided its terms."""
        return min(self.messages, default=FIRST) if self.redemption.pending else FIRST

    @property
    def waits(self) -> bool:
        """Whether a settlement is still to come that will see facts for the first time."""
        return any(fact.due_at is not None for fact in self.order.later)


def check_order(dossier: Dossier, ambassador_id: str, *, now: datetime) -> Iterator[Finding]:
    """Check one order. What has arrived and waits to be settled is no difference yet."""
    yield from compared("entry", f"{dossier.where}/ambassador_id", ambassador_id, dossier.redemption.ambassador_id)
    yield from _check_facts(dossier)
    yield from _check_reviews(dossier)
    yield from _check_entries(dossier)
    yield from _check_sums(dossier)
    yield from _check_place(dossier)
    yield from _check_claim(dossier)
    yield from _check_traits(dossier)
    if dossier.program is None:
        version = dossier.redemption.program_version
        yield Finding("cause", f"{dossier.where}/program_version", "a version that there is", version)
        return
    yield from _check_terms(dossier, dossier.program)
    if not dossier.waits:
        yield from _check_position(dossier, dossier.program, now)
    yield from _check_messages(dossier, dossier.program)


# --- facts ------------------------------------------------------------------------------------------------------------


def _check_facts(dossier: Dossier) -> Iterator[Finding]:
    """Each fact says what the edge lets in: amounts with their parts, none to cancel, a time unless it is void."""
    for refund in dossier.order.refunds:
        where = f"{dossier.where}/{refund.name}/amount"
        if refund.kind == "cancellation":
            yield from compared("fact", where, 0, refund.amount)
        elif refund.goods < 0 or refund.currency is None:
            yield Finding("fact", where, "an amount with its parts", f"{refund.amount} {refund.currency}")
    for delivery in dossier.order.fulfilments:
        if delivery.delivered_at is None and not delivery.void:
            yield Finding("fact", f"{dossier.where}/{delivery.name}/delivered_at", "a time", None)


def _check_reviews(dossier: Dossier) -> Iterator[Finding]:
    """Reviews come one after the other, about refunds in a foreign currency; they value only what they have seen."""
    reviews = sorted(dossier.order.reviews, key=lambda review: review.number)
    foreign = {refund.refund_id for refund in dossier.order.refunds if refund.currency != dossier.redemption.currency}
    for place, review in enumerate(reviews, start=1):
        where = f"{dossier.where}/{review.name}"
        yield from compared("fact", f"{where}/number", place, review.number)
        for refund_id in sorted({*review.answers, *review.values} - foreign):
            yield Finding("fact", f"{where}/answers", "refunds in a foreign currency", refund_id)
        if not set(review.values) <= set(review.answers) or min(review.values.values(), default=0) < 0:
            yield Finding("fact", f"{where}/values", "what refunds that it has seen are worth", str(review.values))


# --- entries ----------------------------------------------------------------------------------------------------------


def _check_entries(dossier: Dossier) -> Iterator[Finding]:
    """Every entry that the order names is there once, is its own, and names facts of the order as its cause."""
    named = dossier.standing.entries
    for number in sorted({number for number in named if named.count(number) > 1}):
        yield Finding("entry", f"{dossier.where}/entries/{number}", "named once", f"named {named.count(number)} times")
    for number in dict.fromkeys(named):
        entry = dossier.entries.get(number)
        if entry is None:
            yield Finding("entry", f"{dossier.where}/entries/{number}", "an entry", None)
        elif entry.order_id != dossier.order.order_id or entry.kind not in OF_ORDERS:
            yield Finding("entry", entry.id, f"an entry of {dossier.where}", f"{entry.kind} of {entry.order_id}")
    names = [*_PLAIN_CAUSES, *(fact.name for fact in dossier.order.later)]
    known = "|".join(map(re.escape, names))
    for entry in dossier.posted:
        if not re.fullmatch(rf"(?:{known})(?:,(?:{known})){{0,{CAUSES_MAX}}}", entry.cause):
            yield Finding("cause", f"{entry.id}/cause", f"facts of {dossier.where}", entry.cause)


def _check_sums(dossier: Dossier) -> Iterator[Finding]:
    """The order's entries sum to what is held and available, and tell the same of its release."""
    unit, posted = dossier.redemption.unit, dossier.posted
    legs = [leg for entry in posted for leg in entry.legs]
    for leg in legs:
        if leg.currency != unit:
            yield Finding("position", f"{dossier.where}/unit", unit, leg.currency)
            break
    held = sum(leg.amount for leg in legs if leg.account == HELD)
    available = sum(leg.amount for leg in legs if leg.account in {AVAILABLE, EXPIRED})
    yield from compared("position", f"{dossier.where}/held", held, dossier.standing.held)
    yield from compared("position", f"{dossier.where}/available", available, dossier.standing.available)
    released = [entry for entry in posted if entry.kind == "release"]
    if len(released) > 1:
        yield Finding("position", f"{dossier.where}/release", 1, len(released))
    for entry in released[:1]:
        where = f"{dossier.where}/standing/released_in"
        yield from compared("position", where, version_of(entry.number), dossier.standing.released_in)
    earned = any(entry.kind in {"release", "reinstate"} for entry in posted)
    yield from compared(
        "position", f"{dossier.where}/standing/earned", str(earned), str(dossier.standing.has("earned"))
    )
    yield from _check_age(dossier)


def _check_age(dossier: Dossier) -> Iterator[Finding]:
    """What has expired stays so: what was taken out of there went back there, and nothing became available twice."""
    age, where = dossier.standing.age or Age(), f"{dossier.where}/standing/age"
    into = {kind: _into(dossier, kind, AVAILABLE) for kind in ("release", "clawback", "reinstate")}
    yield from compared(
        "position", f"{where}/gone", -sum(_into(dossier, kind, EXPIRED) for kind in OF_ORDERS), age.gone
    )
    at_most = dossier.standing.terms.granted - into["release"] - into["clawback"]
    if into["reinstate"] > at_most:
        yield Finding("position", f"{dossier.where}/reinstated", f"at most {at_most}", into["reinstate"])
    if dossier.standing.age is None:
        return
    since = list(_since(dossier))
    if since:
        yield from compared("position", f"{where}/since", max(since), age.since)
    if not 0 <= age.fresh <= dossier.standing.available:
        yield Finding("position", f"{where}/fresh", f"0 to {dossier.standing.available}", age.fresh)


def _since(dossier: Dossier) -> Iterator[int]:
    """The versions in which it became available, of the account that was posted to last: others don't compare."""
    ledgers = {of for of, _ in dossier.redemption.posted}
    for entry in dossier.posted:
        if entry.ambassador_id == dossier.redemption.ledger and entry.kind in {"release", "reinstate"} and gains(entry):
            yield version_of(entry.number)
    if len(ledgers) == 1 and dossier.standing.released_in is not None:
        yield dossier.standing.released_in


def _into(dossier: Dossier, kind: str, account: str) -> int:
    """What the order's entries of a kind have moved into an account."""
    return sum(
        leg.amount for entry in dossier.posted if entry.kind == kind for leg in entry.legs if leg.account == account
    )


def _check_place(dossier: Dossier) -> Iterator[Finding]:
    """The order has the place of its friend that it earns by, and no other order has the place of one that stands."""
    root, redemption, where = dossier.root, dossier.redemption, f"{dossier.where}/friend"
    if not dossier.order.is_paid:
        yield Finding("terms", f"{dossier.where}/payment", "a payment", None)
    if root is None:
        yield Finding("friend", where, "a root", None)
        return
    has_it, freed = root.order_id == dossier.order.order_id, dossier.order.freed
    if dossier.standing.terms.limit == "friend_already_referred" or freed:
        if has_it and not (freed and freed.author):
            yield Finding("friend", where, "another order", root.order_id)
    elif redemption.friend_order > 1:
        if root.count < redemption.friend_order:
            yield Finding("friend", f"{where}/count", redemption.friend_order, root.count)
        if dossier.program and not in_time(
            root, (redemption.ambassador_id, *dossier.kin), redemption.placed_at, dossier.program
        ):
            yield Finding("friend", where, "an order within the days of the friend", root.order_id)
    elif not has_it:
        yield Finding("friend", where, dossier.order.order_id, root.order_id)
    elif root.unpaid:
        yield Finding("friend", f"{where}/unpaid", 0, root.unpaid)


def _check_claim(dossier: Dossier) -> Iterator[Finding]:
    """An order that was claimed is there because that claim was approved."""
    claimed, where = dossier.redemption.claim, f"{dossier.where}/claim"
    if claimed is None:
        return
    if dossier.claim is None:
        yield Finding("claim", where, claimed, None)
        return
    yield from compared("claim", f"{where}/state", "approved", dossier.claim.state)
    if dossier.claim.ambassador_id not in (dossier.redemption.ambassador_id, *dossier.kin):
        yield Finding("claim", f"{where}/ambassador_id", dossier.redemption.ambassador_id, dossier.claim.ambassador_id)
    yield from compared("claim", f"{where}/order_id", dossier.order.order_id, dossier.claim.order_id)


def _check_traits(dossier: Dossier) -> Iterator[Finding]:
    """The friend is among those who have used the order's card and address."""
    for name in ("payment", "address"):
        pseudonym = getattr(dossier.redemption, name)
        trait = dossier.traits.get(pseudonym)
        if pseudonym and (trait is None or remembered(trait, dossier.redemption.friend) != trait):
            known = _told(trait.friends) if trait else None
            yield Finding("trait", f"{dossier.where}/{name}", dossier.redemption.friend, known)


# --- settle once more -------------------------------------------------------------------------------------------------


def _check_terms(dossier: Dossier, program: Program) -> Iterator[Finding]:
    """The terms are those of the program for the referrals that they name, and grant no more than the rate gives."""
    terms, redemption, where = dossier.standing.terms, dossier.redemption, f"{dossier.where}/terms"
    tier = tier_of(program, terms.referrals)
    campaign = campaign_of(program, redemption.campaign, redemption.placed_at)
    rate = reward_of(program, tier, campaign, redemption.friend_order)
    unit = rate.unit_in(program.currency) if rate else program.currency
    yield from compared("terms", f"{where}/tier", tier.name, terms.tier)
    yield from compared("terms", f"{where}/campaign", campaign.name if campaign else None, terms.campaign)
    yield from compared("terms", f"{where}/month", month_of(redemption.begins, program), terms.month)
    yield from compared("terms", f"{where}/full", rate.of(redemption.paid) if rate else 0, terms.reward_at_rate)
    yield from compared("terms", f"{where}/unit", unit, terms.unit or redemption.currency)
    if not 0 <= terms.granted <= terms.reward_at_rate:
        yield Finding("terms", f"{where}/granted", f"0 to {terms.reward_at_rate}", terms.granted)
    if terms.limit == "friend_already_referred":
        yield from compared("terms", f"{where}/granted", 0, terms.granted)
    elif (terms.limit is None) != (terms.granted == terms.reward_at_rate):
        expected = "a reason" if terms.limit is None else None
        yield Finding("terms", f"{where}/limit", expected, terms.limit)
    if terms.budget_drawn:
        drawn = sum(amount for _, amount in terms.budget_drawn)
        yield from compared("terms", f"{where}/drawn", terms.granted, drawn)


def _check_position(dossier: Dossier, program: Program, now: datetime) -> Iterator[Finding]:
    """Settling once more, before the next time that the order waits for, would change nothing and post nothing.

    Whoever settled it last may have a clock that is ahead.
    """
    wrong = flaws(program)
    if wrong:
        reasons = "; ".join(f"{pointer}: {reason}" for pointer, reason in wrong)
        yield Finding("position", dossier.where, "an order that can be settled", reasons)
        return
    soon = list(_check_position_at(dossier, program, now))
    later = list(_check_position_at(dossier, program, now + _SKEW)) if soon else []
    yield from (finding for finding in soon if finding in later)
    if dossier.order.case is not None:
        where = f"{dossier.where}/case/ambassador_id"
        yield from compared("case", where, dossier.redemption.ambassador_id, dossier.order.case.ambassador_id)


def _check_position_at(dossier: Dossier, program: Program, now: datetime) -> Iterator[Finding]:
    wakes = wake_up(dossier.standing)
    moment = now if wakes is None else min(now, wakes - _MOMENT)
    again = settle(dossier.order, Account(dossier.redemption.ambassador_id), program, now=moment)
    expected = again.redemption.standing
    assert expected is not None
    for name in (it.name for it in fields(Standing) if it.name not in _LOOK_BACK):
        would, is_now = getattr(expected, name), getattr(dossier.standing, name)
        where = f"{dossier.where}/standing/{_ATTRIBUTES.get(name, name)}"
        yield from compared("position", where, _told(would), _told(is_now))
    if wakes is not None and dossier.redemption.due_at is None:
        yield Finding("wake_up", f"{dossier.where}/due_at", _told(wakes), None)
    if again.case is not None:
        yield Finding("case", f"{dossier.where}/case", _shown_case(again.case), _shown_case(dossier.order.case))


def _shown_case(case: Case | None) -> str | None:
    return f"{case.state} until {_told(case.deadline)}" if case else None


def _told(value: datetime | tuple[object, ...] | News | Value) -> Value:
    if isinstance(value, News):
        return _shown_told(value)
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return value


# --- messages ---------------------------------------------------------------------------------------------------------


def _check_messages(dossier: Dossier, program: Program) -> Iterator[Finding]:
    """No message without a settlement that owed it, and none owed that is not there."""
    redemption = dossier.redemption
    for version, message in sorted(dossier.messages.items()):
        where = f"{dossier.where}/messages/{version}"
        if not FIRST <= version <= redemption.version:
            yield Finding("message", where, f"a settlement from {FIRST} to {redemption.version}", version)
        rules = redemption.program_version
        yield from compared("message", f"{where}/program_version", rules, message.program_version)
        for letter in message.letters:
            yield from _check_letter(letter, redemption, f"{where}/{letter.name}")
        early = [letter.name for letter in message.letters if letter.name in {"friend_thanks", "reward_held"}]
        if version != dossier.first and early:
            yield Finding("message", where, "what is told later", ", ".join(early))
        if message.state != "done" and message.due_at is None:
            yield Finding("wake_up", f"{where}/due_at", "a time", None)
    yield from _check_told(dossier)
    yield from _check_first_told(dossier, program)


def _check_letter(letter: Letter, redemption: Redemption, where: str) -> Iterator[Finding]:
    """Thanks for an order go to its friend, and news of its reward to its ambassador; each in its own unit."""
    if letter.name == "friend_thanks":
        to, unit = Recipient("friend", redemption.friend), redemption.currency
    else:
        to, unit = Recipient("ambassador", redemption.ambassador_id), redemption.unit
    yield from compared("message", f"{where}/to", " ".join(to), " ".join(letter.to))
    yield from compared("message", f"{where}/unit", unit, letter.unit)


def _check_told(dossier: Dossier) -> Iterator[Finding]:
    """Each news of the reward leads on from the one before, and the last is what the order knows was told.

    What changed while the ambassador was suspended was forgotten: after that, news begin anew.
    """
    known = None
    for version, message in sorted(dossier.messages.items()):
        for letter in message.letters:
            if letter.name != "friend_thanks":
                where = f"{dossier.where}/messages/{version}/{letter.name}/was"
                if letter.was is not None:
                    yield from compared("message", where, _shown_told(known), _shown_told(letter.was))
                known = letter.told
    if dossier.standing.told is not None and dossier.redemption.version <= FIRST + SETTLES_MAX:
        yield from compared(
            "message", f"{dossier.where}/standing/told", _shown_told(known), _shown_told(dossier.standing.told)
        )


def _shown_told(news: News | None) -> str | None:
    if news is None:
        return None
    when = news.when or ("on" if news.release_at else "now")
    return f"{news.amount} {when} {_told(news.release_at) if news.release_at else ''}".rstrip()


def _when(entry: LedgerEntry) -> tuple[str, int]:
    """The moment of an entry: a version, and of whose account, since those of two don't compare."""
    return entry.ambassador_id, version_of(entry.number)


def _check_first_told(dossier: Dossier, program: Program) -> Iterator[Finding]:
    """The first settlement thanked the friend, and told what it held.

    What it knew of refunds is past finding out by clocks. But its own entry tells what was held, and where nothing was
    ever paid back the friend was thanked.
    """
    found = dossier.messages.get(dossier.first)
    letters = {letter.name: letter for letter in found.letters} if found else {}
    thanks, told = letters.get("friend_thanks"), letters.get("reward_held")
    where = f"{dossier.where}/messages/{dossier.first}"
    hold = next((entry for entry in dossier.posted if (entry.kind, entry.cause) == ("hold", "redemption")), None)
    kept_all = not dossier.order.refunds and dossier.order.freed is None
    has_place = dossier.standing.terms.limit != "friend_already_referred"
    owed = dossier.redemption.friend_discount if dossier.redemption.thanks_friend and has_place else None
    if thanks or owed is None or hold or kept_all:
        yield from compared("message", f"{where}/friend_thanks", owed, thanks.amount if thanks else None)
    released = hold is not None and any(
        entry.kind == "release" and _when(entry) == _when(hold) for entry in dossier.posted
    )
    held = moved(hold) if hold and hold.legs and not released and dossier.tells(hold) else None
    may_wait = dossier.standing.terms.review or not kept_all
    if told or not may_wait:
        yield from compared("message", f"{where}/reward_held", held, told.amount if told else None)
    if told and not dossier.order.fulfilments:
        yield from compared(
            "message", f"{where}/release_at", _told(due(dossier.order, program)), _told(told.release_at)
        )

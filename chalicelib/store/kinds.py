"""Every kind of entity that the one table holds: its key, the lists it is in, and what it is read for.

| entity               | PK, SK                    | read by                              | also listed in            |
|----------------------|---------------------------|--------------------------------------|---------------------------|
| profile              | AMB#a, PROFILE            | ambassador                           | list: AMBASSADORS         |
| account              | AMB#a, ACCOUNT            | ambassador                           | due; if they want to be   |
|                      |                           |                                      | on the leaderboard, list: |
|                      |                           |                                      | BOARD#quarter / count,    |
|                      |                           |                                      | day: BOARD#month / count  |
| lane                 | LANE#a, LANE              | settlement                           |                           |
| ledger entry         | LEDGER#a, ENTRY#number    | ambassador, in order of posting      | day: DAY#day#shard / time |
| further codes        | AMB#a, CODES              | ambassador                           |                           |
| suspension           | AMB#a, SUSPENSION#version | ambassador                           |                           |
| code                 | CODE#likeness, CODE       | checkout, landing page               |                           |
| clicks of a day      | CODE#likeness, CLICKS#day | code, by day                         | day: VISITS#day#shard     |
| membership           | PERSON#p, AMBASSADOR      | enrolment, letters                   |                           |
| friend               | PERSON#p, FRIEND          | checkout                             |                           |
| person               | PERSON#id, PERSON         | letters, admins, the person          | list: PEOPLE#shard        |
| word of a name       | PERSON#id, NAME#place     | whoever looks for a name             | list: NAMES#letter / word |
| erasure              | ERASURE#id, ERASURE       | its id                               | due; list: ERASURES       |
| task                 | PERSON#id, TASK#own       | its id, its person                   | list: TASKS#kind / until, |
|                      |                           |                                      | then DONE#kind / time     |
| guide                | GUIDES, GUIDE#id          | how-to letters, admins               |                           |
| redemption           | ORDER#o, #REDEMPTION      | order                                | due; list: AMB#a / time;  |
|                      |                           |                                      | day: ORDERS#day#shard     |
| refund, reversal     | ORDER#o, REFUND#r, …      | order                                | due; day: BACK#day#shard  |
| fulfilment, review   | ORDER#o, FULFILMENT#f#n … | order                                | due                       |
| payment              | ORDER#o, PAYMENT          | order: one of each                   | due                       |
| freed, kept          | ORDER#o, FREED / KEPT#n   | order                                | due                       |
| taken off            | ORDER#o, TAKENOFF         | order; checkout, if it is not paid   |                           |
| purchase             | ORDER#o, PURCHASE         | order                                | due; list: BOUGHT#p / time|
| case                 | ORDER#o, CASE             | order                                | list: CASES / deadline    |
| trait                | TRAIT#t, USED#a           | settlement                           |                           |
| claim                | CLAIM#id, CLAIM           | its id                               | list: CLAIMS / time,      |
|                      |                           |                                      | then AMB#a / time         |
| open claims          | CLAIMS#a, OPEN            | ambassador                           |                           |
| gift                 | GIFT#entry, GIFT          | its id                               | list: GIFTS / time        |
| withdrawal           | WITHDRAWAL#id, WITHDRAWAL | its id                               | due; list: AMB#a / time   |
|                      |                           |                                      | or PAYOUTS#state / time   |
| coupon               | COUPON#code, COUPON       | checkout                             |                           |
| offer                | OFFER#code, OFFER         | checkout                             | list: OFFERS#person / time|
|                      |                           |                                      | used: USES#day#shard      |
| gift of a surprise   | PERSON#id, SURPRISE#month | care, audit                          | list: SURPRISES / month   |
| adjustment           | ADJUSTMENT#id, ADJUSTMENT | its id                               | list: ADJUSTMENTS / time  |
| budget of a month    | BUDGET#month#n, SHARD#n   | settlement                           |                           |
| budget of surprises, | BUDGET#name, SHARD#n      | care; settlement                     |                           |
| or of an old month   |                           |                                      |                           |
| message              | MSG#id, MSG               | delivery                             | due; list: LETTERS#kind:  |
|                      |                           |                                      | id of its reader / time;  |
|                      |                           |                                      | done: MAILS#day#shard     |
| receipt              | RECEIPT#o, RECEIPT        | the folding of days                  | day: RECEIPTS#day#shard   |
| figures              | STATS#dimension,          | admins                               |                           |
|                      | FIGURES#DAY / MONTH#when  |                                      |                           |
| late for a day       | STATS#LATE, LATE#day      | the folding of days                  |                           |
| job                  | JOB#id, JOB               | its id                               | due; list: JOBS / time    |
| program version      | PROGRAM, V#n              | the newest, or one version           |                           |
| fit of the models    | WORTH, FIT#n              | worth: the newest                    |                           |
| cohorts              | WORTH, COHORTS            | worth, stats                         |                           |
| API key              | KEY#sha256, KEY           | every request                        | list: KEYS / id           |
| mailbox of an admin  | ADMIN#pseudonym, ADMIN    | sign-in                              |                           |
| session              | SESSIONS#a, SESSION#id    | every request of an ambassador; list |                           |
| sign-in              | SIGNIN#id, SIGNIN         | its id, delivery                     | due; list: SIGNINS#whose /|
|                      |                           |                                      | time                      |
| attempts             | ATTEMPTS#what, ATTEMPTS   | a request to sign in                 |                           |
| console session      | CONSOLES#k, CONSOLE#id    | every request to the console; list   |                           |
| idempotency key      | IDEM#digest, IDEM         | a request that may be a repeat       |                           |

Indexes hold keys only: a listing reads the items themselves, consistently, and a change of an item that moves no
index key writes no index.

A new entity is a class in `domain/model` and a line here (docs/adr/0035-one-registry-of-kinds.md).
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, cast

from chalicelib.domain.effects import Entity
from chalicelib.store import keys
from chalicelib.store.keys import Daily, Key, timed
from chalicelib.store.shards import Known, few

_PLACES = "chalicelib.domain."


class Kind(NamedTuple):
    """One kind of entity. What is said of one entity is a function of it.

    Attributes:
        mark: What its sort key begins with, up to the first `#`.
        place: The module below the domain, and the class in it: imported when the first of them is read.
        key: Its key; if left out, it lies alone under its mark and its `id`.
        listed: Its list in the index `list` and its position there, or None while it is in none.
        day: The same in the index `day`.
        expires: The field after which DynamoDB cleans it up; None in it keeps it.
        grown: What no build may pass over that does not know it, format by format from 2 on: each says of an entity
            whether it holds any of that. What may be passed over, such as a name that is only shown, is not here.
    """

    mark: str
    place: str
    key: Callable[[Any], Key] | None = None
    listed: Callable[[Any], Key | None] | None = None
    day: Callable[[Any], Key | Daily | None] | None = None
    expires: str | None = None
    grown: tuple[Callable[[Any], bool], ...] = ()


def kind_of(entity: Entity) -> Kind:
    """Return the kind of an entity."""
    return _kind(type(entity))


def class_in(sk: str) -> Any:
    """Return the class of what lies under a sort key.

    Raises:
        KeyError: it is not of any kind.
    """
    return _class(mark_in(sk))


def mark_in(sk: str) -> str:
    """Return the mark of the kind that lies under a sort key."""
    return sk.removeprefix("#").partition("#")[0]


def classes() -> list[type]:
    """Return the classes of all kinds: for those who look at the whole, since it imports them."""
    return [_class(it.mark) for it in KINDS]


def key_of(entity: Entity) -> Key:
    """Return where an entity lies."""
    kind, keyed = kind_of(entity), cast("Any", entity)
    return kind.key(keyed) if kind.key else keys.alone(kind.mark, keyed.id)


def index_keys(entity: Entity, shards: Known = few) -> dict[str, Any]:
    """Return the attributes that list an entity in the sparse indexes, or let DynamoDB clean it up."""
    kind, attributes = kind_of(entity), dict[str, Any]()
    due_at = getattr(entity, "due_at", None)
    if due_at is not None:
        attributes["due_pk"] = keys.due_shard(key_of(entity).pk, shards().on(due_at.date()))
    if kind.listed and (place := kind.listed(entity)):
        attributes |= {"list_pk": place.pk, "list_sk": place.sk}
    if kind.day and (day := kind.day(entity)):
        listed = day.key(shards()) if isinstance(day, Daily) else day
        attributes |= {"day_pk": listed.pk, "day_sk": listed.sk}
    if kind.expires and (expires_at := getattr(entity, kind.expires)):
        attributes["expires_ttl"] = int(expires_at.timestamp())
    return attributes


def format_of(entity: Entity) -> int:
    """Return the lowest format by which a build can read an entity without missing what decides.

    So whatever does without the new can be read by those before, as long as there are such (docs/adr/0071-formats.md).
    """
    return max((at for at, is_held in enumerate(kind_of(entity).grown, 2) if is_held(entity)), default=1)


def newest_format(sk: str) -> int:
    """Return the highest format that this build knows of what lies under a sort key.

    Raises:
        KeyError: it is not of any kind.
    """
    return 1 + len(_BY_MARK[mark_in(sk)].grown)


@cache
def _kind(entity: type) -> Kind:
    return _BY_PLACE[f"{entity.__module__.removeprefix(_PLACES)}:{entity.__name__}"]


@cache
def _class(mark: str) -> Any:
    module, _, name = _BY_MARK[mark].place.partition(":")
    return getattr(import_module(_PLACES + module), name)


def _fact(fact: Any) -> Key:
    return keys.fact(fact.order_id, fact.name)


def _enrolled(profile: Any) -> Key:
    return Key(keys.AMBASSADORS, profile.ambassador_id)


def _ranked(by: str) -> Callable[[Any], Key | None]:
    """The leaderboard of a quarter or a month, for accounts whose ambassadors want to be on it."""

    def place(account: Any) -> Key | None:
        period, counted = account.ranked(by) or (None, 0)
        return keys.rank(period, counted, account.ambassador_id) if period else None

    return place


def _posted(entry: Any) -> Daily:
    return keys.daily_of(keys.ENTRIES, entry.at, entry.ambassador_id, entry.id)


def _referral(redemption: Any) -> Key | None:
    place = keys.REFERRAL + timed(redemption.placed_at, redemption.order_id)
    return Key(keys.ambassador(redemption.ambassador_id), place) if redemption.standing else None


def _ordered(redemption: Any) -> Daily | None:
    placed = keys.daily_of(keys.ORDERS, redemption.placed_at, redemption.order_id)
    return placed if redemption.standing else None


def _reported(purchase: Any) -> Key:
    return Key(keys.purchases(purchase.persons[0]), timed(purchase.placed_at, purchase.order_id))


def _known(person: Any) -> Key | None:
    return Key(keys.people_of(person.id), person.id) if person.into is None else None


def _named(name: Any) -> Key | None:
    return keys.named(name.word, name.person_id) if name.word else None


def _asked(case: Any) -> Key | None:
    return Key(keys.CASES, timed(case.deadline, case.order_id)) if case.state == "open" else None


def _withdrawn(withdrawal: Any) -> Key:
    if withdrawal.kind == "payout":
        return Key(keys.payouts(withdrawal.state), timed(withdrawal.created_at, withdrawal.id))
    return Key(keys.ambassador(withdrawal.ambassador_id), keys.SPEND + timed(withdrawal.created_at, withdrawal.id))


def _open_or_done(task: Any) -> Key:
    if task.state == "open":
        return Key(keys.tasks(task.kind), timed(task.until, task.id))
    return Key(keys.done(task.kind), timed(task.closed_at or task.until, task.id))


def _offered(offer: Any) -> Key:
    return Key(keys.offers(offer.person_id), timed(offer.created_at, offer.code))


def _surprised(gift: Any) -> Key:
    return Key(keys.SURPRISES, f"{gift.month}#{gift.person_id}")


def _owed(message: Any) -> Key:
    return Key(keys.letters(*message.to), timed(message.owed_at, message.id))


def _back(fact: Any) -> Daily:
    return keys.daily_of(keys.BACK, fact.recorded_at, fact.order_id)


def _mailed(message: Any) -> Daily | None:
    return keys.daily_of(keys.MAILS, message.done_at, message.id) if message.done_at else None


def _sold(receipt: Any) -> Daily:
    return keys.daily_of(keys.RECEIPTS, receipt.placed_at, receipt.order_id)


def _used(offer: Any) -> Daily | None:
    return keys.daily_of(keys.USES, offer.used_at, offer.code) if offer.used_at else None


def _claimed(claim: Any) -> Key:
    if claim.state == "open":
        return Key(keys.CLAIMS, timed(claim.claimed_at, claim.id))
    return Key(keys.ambassador(claim.ambassador_id), keys.CLAIMED + timed(claim.claimed_at, claim.id))


def _asked_for(sign_in: Any) -> Key:
    return Key(keys.sign_ins(sign_in.mailbox or sign_in.ambassador_id), timed(sign_in.asked_at, sign_in.id))


def _while(state: str, name: str, time: str) -> Callable[[Any], Key | None]:
    """The list of this name in the order of time, while an entity is in one state."""
    return lambda it: Key(name, timed(getattr(it, time), it.id)) if it.state == state else None


KINDS = (
    Kind("PROFILE", "model.people:Profile", lambda it: keys.profile(it.ambassador_id), _enrolled),
    Kind(
        "ACCOUNT",
        "model.accounts:Account",
        lambda it: keys.account(it.ambassador_id),
        _ranked("quarter"),
        _ranked("month"),
    ),
    Kind("ENTRY", "model.accounts:LedgerEntry", lambda it: keys.entry(it.ambassador_id, it.number), day=_posted),
    Kind("CODES", "model.people:FurtherCodes", lambda it: keys.further_codes(it.ambassador_id)),
    Kind("SUSPENSION", "model.accounts:Suspension", lambda it: keys.suspension(it.ambassador_id, it.version)),
    Kind("CODE", "model.people:Code", lambda it: keys.code(it.code)),
    Kind("AMBASSADOR", "model.people:Membership", lambda it: keys.membership(it.person)),
    Kind("FRIEND", "model.people:Friend", lambda it: keys.friend(it.person)),
    Kind("PERSON", "model.people:Person", lambda it: keys.person(it.id), _known),
    Kind("NAME", "model.people:NameWord", lambda it: keys.name_word(it.person_id, it.place), _named),
    Kind("ERASURE", "model.people:Erasure", listed=lambda it: Key(keys.ERASURES, timed(it.asked_at, it.id))),
    Kind("TASK", "model.tasks:Task", lambda it: keys.task(it.person_id, it.own), _open_or_done),
    Kind("GUIDE", "model.tasks:Guide", lambda it: keys.guide(it.id)),
    Kind("REDEMPTION", "model.orders:Redemption", lambda it: keys.redemption(it.order_id), _referral, _ordered),
    Kind("REFUND", "model.facts:Refund", _fact, day=_back),
    Kind("REVERSAL", "model.facts:Reversal", _fact, day=_back),
    Kind("FULFILMENT", "model.facts:Fulfilment", _fact),
    Kind("REVIEW", "model.facts:Review", _fact),
    Kind("PAYMENT", "model.facts:Payment", _fact),
    Kind("FREED", "model.facts:Freed", _fact),
    Kind("KEPT", "model.facts:Kept", _fact),
    Kind("TAKENOFF", "model.facts:TakenOff", _fact),
    Kind("PURCHASE", "model.facts:Purchase", _fact, _reported),
    Kind("CASE", "model.reviews:Case", lambda it: keys.case(it.order_id), _asked),
    Kind("USED", "model.reviews:Trait", lambda it: keys.trait(it.pseudonym, it.ambassador_id)),
    Kind("CLAIM", "model.claims:Claim", listed=_claimed),
    Kind("OPEN", "model.claims:OpenClaims", lambda it: keys.open_claims(it.ambassador_id)),
    Kind("GIFT", "model.accounts:Gift", listed=_while("open", keys.GIFTS, "created_at")),
    Kind("WITHDRAWAL", "model.accounts:Withdrawal", listed=_withdrawn),
    Kind("COUPON", "model.accounts:Coupon", lambda it: keys.coupon(it.code)),
    Kind("OFFER", "model.offers:Offer", lambda it: keys.offer(it.code), _offered, _used),
    Kind("SURPRISE", "model.offers:SurpriseGift", lambda it: keys.surprise(it.person_id, it.month), _surprised),
    Kind("ADJUSTMENT", "model.accounts:Adjustment", listed=_while("waiting", keys.ADJUSTMENTS, "created_at")),
    Kind("MSG", "model.messages:Message", listed=_owed, day=_mailed),
    Kind("RECEIPT", "model.stats:Receipt", lambda it: keys.receipt(it.order_id), day=_sold),
    Kind("FIGURES", "model.stats:Figures", lambda it: keys.figures(it.dimension, it.period)),
    Kind("JOB", "model.work:Job", listed=lambda it: Key(keys.JOBS, timed(it.created_at, it.id))),
    Kind("V", "program.program:Program", lambda it: keys.program(it.version)),
    Kind("FIT", "model.worth:Fit", lambda it: keys.fit(it.version)),
    Kind("COHORTS", "model.worth:Cohorts", lambda _: keys.COHORTS),
    Kind("KEY", "model.access:ApiKey", lambda it: keys.api_key(it.digest), lambda it: Key(keys.API_KEYS, it.id)),
    Kind("ADMIN", "model.access:AdminMailbox", lambda it: keys.admin_mailbox(it.mailbox)),
    Kind("SESSION", "model.access:Session", lambda it: keys.session(it.ambassador_id, it.id), expires="expires_at"),
    Kind(
        "CONSOLE",
        "model.access:ConsoleSession",
        lambda it: keys.console_session(it.key_id, it.id),
        expires="expires_at",
    ),
    Kind("SIGNIN", "model.access:SignIn", listed=_asked_for, expires="expires_at"),
    Kind("IDEM", "model.access:IdempotencyKey", lambda it: keys.idempotency_key(it.digest), expires="expires_at"),
)

SHORT: dict[str, dict[str, dict[str, str]]] = {
    "REDEMPTION": {
        "standing": {"cap_used": "room", "facts_seen": "facts", "facts_named": "named", "last_review": "reviews"},
        "standing.terms": {
            "reward_at_rate": "full",
            "ambassador_order": "place",
            "referrals": "reached",
            "budget_drawn": "drawn",
        },
    },
    "ACCOUNT": {
        "": {
            "orders_settled": "settled",
            "orders_refunded": "refunded",
            "referrals": "counted",
            "last_day": "pace",
        },
        "months.*": {"cap_used": "room", "referrals": "counted"},
        "absorbed.*": {"orders_settled": "settled"},
    },
    "PERSON": {
        "": {"first_bought_at": "since", "seen_until": "seen", "paused_until": "paused", "ambassador_since": "joined"},
        "consents.*": {"own_yes": "yes", "own_no": "no", "shop_yes": "yea", "shop_no": "nay"},
        "orders.*": {"order_id": "id", "placed_at": "at", "delivered_at": "got"},
        "touches.*": {"occasion": "for", "subject": "of"},
    },
}
"""Fields with a shorter attribute, part by part: each settlement writes these items, and a write counts by the KB."""

BRIEF = {"PERSON": ("orders", "answers", "touches", "sent")}
"""Lists whose elements leave out what they are by default, for the same reason."""

_BY_MARK = {it.mark: it for it in KINDS}
_BY_PLACE = {it.place: it for it in KINDS}

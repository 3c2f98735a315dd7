"""Every key of the one table, and the access pattern each of them serves.

| entity               | PK, SK                    | read by                              | also listed in            |
|----------------------|---------------------------|--------------------------------------|---------------------------|
| profile, account     | AMB#a, PROFILE / ACCOUNT  | ambassador                           | due; owner: AMBASSADORS   |
| ledger entry         | LEDGER#a, ENTRY#number    | ambassador, in order of posting      | day: DAY#day#shard / time |
| further codes        | AMB#a, CODES              | ambassador                           |                           |
| suspension           | AMB#a, SUSPENSION#version | ambassador                           |                           |
| code                 | CODE#likeness, CODE       | checkout, landing page               |                           |
| clicks of a day      | CODE#likeness, CLICKS#day | code, by day                         |                           |
| membership           | PERSON#p, AMBASSADOR      | enrolment                            |                           |
| friend               | PERSON#p, FRIEND          | checkout, thank-you                  |                           |
| redemption           | ORDER#o, #REDEMPTION      | order                                | due; owner: AMB#a / time; |
|                      |                           |                                      | day: ORDERS#day#shard     |
| refund, reversal, …  | ORDER#o, REFUND#r, …      | order                                | due                       |
| payment, freed       | ORDER#o, PAYMENT / FREED  | order: one of each                   | due                       |
| case                 | ORDER#o, CASE             | order                                | owner: CASES / deadline   |
| trait                | TRAIT#t, USED#a           | settlement                           |                           |
| claim                | CLAIM#id, CLAIM           | its id                               | owner: CLAIMS / time      |
| open claims          | CLAIMS#a, OPEN            | ambassador                           |                           |
| gift                 | GIFT#entry, GIFT          | its id                               | owner: GIFTS / time       |
| withdrawal           | WITHDRAWAL#id, WITHDRAWAL | its id                               | due; owner: AMB#a / time  |
|                      |                           |                                      | or PAYOUTS#state / time   |
| coupon               | COUPON#code, COUPON       | checkout                             |                           |
| adjustment           | ADJUSTMENT#id, ADJUSTMENT | its id                               | owner: ADJUSTMENTS / time |
| budget of a month    | BUDGET#month, SHARD#n     | settlement                           |                           |
| message              | MSG#id, MSG               | delivery                             | due                       |
| job                  | JOB#id, JOB               | its id                               | due                       |
| program version      | PROGRAM, V#n              | the newest, or one version           |                           |
| API key              | KEY#sha256, KEY           | every request                        | owner: KEYS / id          |
| session              | SESSIONS#a, SESSION#id    | every request of an ambassador; list |                           |
| attempt              | ATTEMPT#key, ATTEMPT      | a repeat under an Idempotency-Key    |                           |

Indexes hold keys only: a listing reads the items themselves, consistently, and a change of an item that moves no
index key writes no index.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple, get_args
from zlib import crc32

from chalicelib.domain.effects import Entity
from chalicelib.domain.model.access import ApiKey, Attempt, Session
from chalicelib.domain.model.accounts import Account, Adjustment, Coupon, Gift, LedgerEntry, Suspension, Withdrawal
from chalicelib.domain.model.claims import Claim, OpenClaims
from chalicelib.domain.model.messages import Message
from chalicelib.domain.model.orders import Later, Redemption
from chalicelib.domain.model.people import Code, Friend, FurtherCodes, Membership, Profile
from chalicelib.domain.model.reviews import Case, Trait
from chalicelib.domain.model.work import Job
from chalicelib.domain.people.codes import likeness
from chalicelib.domain.program.program import Program

DUE_SHARDS = 4
DAY_SHARDS = 4
API_KEYS = "KEYS"
"""The list of all server keys: few, so one partition. Their ids sort by the time at which they were made."""

AMBASSADORS, CASES, CLAIMS, GIFTS, ADJUSTMENTS = "AMBASSADORS", "CASES", "CLAIMS", "GIFTS", "ADJUSTMENTS"
"""The lists in the index `owner` of all ambassadors, and of what waits: cases, claims, gifts to send, adjustments."""

_REVISION_DIGITS = 15

REFERRAL, SPEND = "REFERRAL#", "SPEND#"
"""How an ambassador's referrals and spends begin in the index `owner`."""


class Key(NamedTuple):
    """A primary key."""

    pk: str
    sk: str


def stamp(at: datetime) -> str:
    """Write a UTC time so that text sorts as time does: always to the millisecond."""
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def key_of(entity: Entity) -> Key:
    """Return where an entity lies."""
    return _KEYS[type(entity)](entity)


def index_keys(entity: Entity) -> dict[str, Any]:
    """Return the attributes that list an entity in the sparse indexes, or let DynamoDB clean it up."""
    listed: dict[str, Any] = {}
    if getattr(entity, "due_at", None) is not None:
        listed["due_pk"] = due_shard(key_of(entity).pk)
    owned = _OWNED.get(type(entity), _nowhere)(entity)
    if owned:
        listed |= {"owner_pk": owned.pk, "owner_sk": owned.sk}
    if isinstance(entity, Redemption) and entity.standing is not None:
        listed["day_pk"] = orders_of(entity.placed_at.date(), _shard(entity.order_id, DAY_SHARDS))
        listed["day_sk"] = f"{stamp(entity.placed_at)}#{entity.order_id}"
    if isinstance(entity, LedgerEntry):
        listed["day_pk"] = day_of(entity.ambassador_id, entity.at)
        listed["day_sk"] = f"{stamp(entity.at)}#{entity.id}"
    if isinstance(entity, Session):
        listed["expires_ttl"] = int(entity.expires_at.timestamp())
    return listed


def ambassador(ambassador_id: str) -> str:
    """The partition of an ambassador's profile and account, and of the list of referrals."""
    return f"AMB#{ambassador_id}"


def profile(ambassador_id: str) -> Key:
    """An ambassador's person data."""
    return Key(ambassador(ambassador_id), "PROFILE")


def account(ambassador_id: str) -> Key:
    """An ambassador's balances."""
    return Key(ambassador(ambassador_id), "ACCOUNT")


def further_codes(ambassador_id: str) -> Key:
    """The codes of an ambassador beside the first one."""
    return Key(ambassador(ambassador_id), "CODES")


def suspension(ambassador_id: str, version: int) -> Key:
    """What an admin decided about all that leaves an account, by the account's version."""
    return Key(ambassador(ambassador_id), f"SUSPENSION#{version:08d}")


def ledger(ambassador_id: str) -> str:
    """The partition of an ambassador's entries: a prefix of its own, on which nothing may update or delete."""
    return f"LEDGER#{ambassador_id}"


def entry(ambassador_id: str, number: str) -> Key:
    """One ledger entry."""
    return Key(ledger(ambassador_id), f"ENTRY#{number}")


def code(code: str) -> Key:
    """A code as the checkout needs it: under its likeness, so that no two codes look alike."""
    return Key(f"CODE#{likeness(code)}", "CODE")


def clicks(code: str, on: date | None = None) -> Key:
    """The clicks on a share link on one day, or the prefix of all days."""
    return Key(f"CODE#{likeness(code)}", f"CLICKS#{on.isoformat() if on else ''}")


def membership(person: str) -> Key:
    """The guard that makes a person one ambassador only."""
    return Key(f"PERSON#{person}", "AMBASSADOR")


def friend(person: str) -> Key:
    """The guard that lets a person be referred once only."""
    return Key(f"PERSON#{person}", "FRIEND")


def order(order_id: str) -> str:
    """The partition of an order's facts."""
    return f"ORDER#{_coded(order_id)}"


def order_in(pk: str) -> str:
    """The id of the order whose partition this is."""
    return pk.removeprefix(order("")).replace("%23", "#").replace("%25", "%")


def redemption(order_id: str) -> Key:
    """An order's redemption.

    It sorts before every fact, so a query meets it first: whatever facts were cleared by the version that is read have
    been stored before that, and are read after it. A query is no snapshot, but it misses none of them.
    """
    return Key(order(order_id), "#REDEMPTION")


def fact(order_id: str, name: str) -> Key:
    """A later fact of an order by the name that the order's standing gives it. Those with a number sort by it."""
    kind, mark, own = name.partition(":")
    if kind == "fulfilment":
        fulfilment_id, _, revision = own.rpartition("#")
        return Key(order(order_id), f"FULFILMENT#{_coded(fulfilment_id)}#{revision.zfill(_REVISION_DIGITS)}")
    name = own.zfill(6) if kind == "review" else _coded(own)
    return Key(order(order_id), kind.upper() + mark.replace(":", "#") + name)


def kind_in(sk: str) -> str:
    """The kind of entity that lies under a sort key."""
    return sk.removeprefix("#").partition("#")[0]


def case(order_id: str) -> Key:
    """The question about an order that waits for an admin."""
    return Key(order(order_id), "CASE")


def trait(pseudonym: str, ambassador_id: str) -> Key:
    """Who of an ambassador's friends has used a card or an address."""
    return Key(f"TRAIT#{pseudonym}", f"USED#{ambassador_id}")


def claim(claim_id: str) -> Key:
    """An order that an ambassador claims."""
    return Key(f"CLAIM#{claim_id}", "CLAIM")


def open_claims(ambassador_id: str) -> Key:
    """What an ambassador claims and nobody has decided on yet."""
    return Key(f"CLAIMS#{ambassador_id}", "OPEN")


def gift(gift_id: str) -> Key:
    """A gift that somebody has to send."""
    return Key(f"GIFT#{gift_id}", "GIFT")


def withdrawal(withdrawal_id: str) -> Key:
    """A spend or a payout."""
    return Key(f"WITHDRAWAL#{withdrawal_id}", "WITHDRAWAL")


def coupon(code: str) -> Key:
    """What leads from a coupon's code to its spend."""
    return Key(f"COUPON#{code}", "COUPON")


def payouts(state: str) -> str:
    """The list of all payouts in one state, in the index `owner`."""
    return f"PAYOUTS#{state}"


def adjustment(adjustment_id: str) -> Key:
    """A correction by hand."""
    return Key(f"ADJUSTMENT#{adjustment_id}", "ADJUSTMENT")


def budget(month: str, shard: int | None = None) -> Key:
    """One shard of what is used of a month's budget, or the prefix of all."""
    return Key(f"BUDGET#{month}", f"SHARD#{'' if shard is None else shard}")


def message(message_id: str) -> Key:
    """An outbox message."""
    return Key(f"MSG#{message_id}", "MSG")


def job(job_id: str) -> Key:
    """Work that goes on slice after slice."""
    return Key(f"JOB#{job_id}", "JOB")


def program(version: int) -> Key:
    """One version of the rules."""
    return Key("PROGRAM", f"V#{version:06d}")


def api_key(digest: str) -> Key:
    """A server key, found by the SHA-256 of its secret."""
    return Key(f"KEY#{digest}", "KEY")


def session(ambassador_id: str, session_id: str = "") -> Key:
    """One of an ambassador's sessions, which its token names, or the prefix of all."""
    return Key(f"SESSIONS#{ambassador_id}", f"SESSION#{session_id}")


def attempt(key: str) -> Key:
    """What was made under an Idempotency-Key."""
    return Key(f"ATTEMPT#{key}", "ATTEMPT")


def day(on: date, shard: int) -> str:
    """One shard of a day's ledger."""
    return f"DAY#{on.isoformat()}#{shard}"


def day_of(ambassador_id: str, at: datetime) -> str:
    """The shard in which an entry of this moment is listed by day."""
    return day(at.date(), _shard(ambassador_id, DAY_SHARDS))


def orders_of(on: date, shard: int) -> str:
    """One shard of the settled orders that were placed on a day."""
    return f"ORDERS#{on.isoformat()}#{shard}"


def due_shards() -> list[str]:
    """All shards of what is due."""
    return [f"DUE#{shard}" for shard in range(DUE_SHARDS)]


def due_shard(pk: str) -> str:
    """The shard in which an item waits for its time."""
    return f"DUE#{_shard(pk, DUE_SHARDS)}"


def _coded(own: str) -> str:
    """An id of the shop's as a part of a key, in which # divides the parts."""
    return own.replace("%", "%25").replace("#", "%23")


def _timed(at: datetime, name: str) -> str:
    """A sort key in the order of time."""
    return f"{stamp(at)}#{name}"


def _nowhere(_: object) -> None:
    """The list of what is in none."""


def _withdrawals(it: Withdrawal) -> Key:
    if it.kind == "payout":
        return Key(payouts(it.state), _timed(it.created_at, it.id))
    return Key(ambassador(it.ambassador_id), SPEND + _timed(it.created_at, it.id))


def _shard(name: str, shards: int) -> int:
    return crc32(name.encode()) % shards


_KEYS: dict[type, Callable[[Any], Key]] = {
    Profile: lambda it: profile(it.ambassador_id),
    Account: lambda it: account(it.ambassador_id),
    LedgerEntry: lambda it: entry(it.ambassador_id, it.number),
    Code: lambda it: code(it.code),
    FurtherCodes: lambda it: further_codes(it.ambassador_id),
    Suspension: lambda it: suspension(it.ambassador_id, it.version),
    Membership: lambda it: membership(it.person),
    Friend: lambda it: friend(it.person),
    Redemption: lambda it: redemption(it.order_id),
    **dict.fromkeys(get_args(Later), lambda it: fact(it.order_id, it.name)),
    Case: lambda it: case(it.order_id),
    Trait: lambda it: trait(it.pseudonym, it.ambassador_id),
    Claim: lambda it: claim(it.id),
    OpenClaims: lambda it: open_claims(it.ambassador_id),
    Gift: lambda it: gift(it.id),
    Withdrawal: lambda it: withdrawal(it.id),
    Coupon: lambda it: coupon(it.code),
    Adjustment: lambda it: adjustment(it.id),
    Message: lambda it: message(it.id),
    Job: lambda it: job(it.id),
    Program: lambda it: program(it.version),
    ApiKey: lambda it: api_key(it.digest),
    Session: lambda it: session(it.ambassador_id, it.id),
    Attempt: lambda it: attempt(it.key),
}

_OWNED: dict[type, Callable[[Any], Key | None]] = {
    Profile: lambda it: Key(AMBASSADORS, it.ambassador_id),
    ApiKey: lambda it: Key(API_KEYS, it.id),
    Redemption: lambda it: (
        Key(ambassador(it.ambassador_id), REFERRAL + _timed(it.placed_at, it.order_id)) if it.standing else None
    ),
    Withdrawal: _withdrawals,
    Case: lambda it: Key(CASES, _timed(it.deadline, it.order_id)) if it.state == "open" else None,
    Claim: lambda it: Key(CLAIMS, _timed(it.claimed_at, it.id)) if it.state == "open" else None,
    Gift: lambda it: Key(GIFTS, _timed(it.created_at, it.id)) if it.state == "open" else None,
    Adjustment: lambda it: Key(ADJUSTMENTS, _timed(it.created_at, it.id)) if it.state == "waiting" else None,
}
"""The list in the index `owner` that an entity is in, and its place there."""

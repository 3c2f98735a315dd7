"""How the keys of the one table are written. What lies under them, and what for, stands in `kinds`."""

from datetime import date, datetime
from typing import NamedTuple

from chalicelib.domain.people.codes import likeness
from chalicelib.store.shards import Shards, shard_of

PEOPLE_SHARDS = 4
API_KEYS = "KEYS"
"""The list of all server keys: few, so one partition. Their ids sort by the time at which they were made."""

AMBASSADORS, CASES, CLAIMS, GIFTS, ADJUSTMENTS = "AMBASSADORS", "CASES", "CLAIMS", "GIFTS", "ADJUSTMENTS"
ERASURES, SURPRISES = "ERASURES", "SURPRISES"
"""The lists in the index `list` of all ambassadors, and of what waits: cases, claims, gifts to send, adjustments."""

GUIDES = "GUIDES"
"""The partition of all guides: there are few."""

ENTRIES, ORDERS, RECEIPTS, BACK, MAILS, VISITS, USES = "DAY", "ORDERS", "RECEIPTS", "BACK", "MAILS", "VISITS", "USES"
"""The lists by days in the index `day`, in shards: ledger entries, settled orders, orders as the figures count them,
refunds and their reversals, messages that are done, clicks, and offers that were used."""

LAST = "\U0010ffff"
"""Sorts after every letter."""

_REVISION_DIGITS = 15
_TO_THE_MILLISECOND = len("2026-11-29T00:35:05.578")

REFERRAL, SPEND, CLAIMED = "REFERRAL#", "SPEND#", "CLAIMED#"
"""How an ambassador's referrals, spends and decided claims begin in the index `list`."""


class Key(NamedTuple):
    """A primary key."""

    pk: str
    sk: str


def stamp(at: datetime) -> str:
    """Write a UTC time so that text sorts as time does: always to the millisecond."""
    return at.isoformat(timespec="milliseconds")[:_TO_THE_MILLISECOND] + "Z"


def alone(mark: str, own: str) -> Key:
    """The key of what lies in a partition of its own, found by its id."""
    return Key(f"{mark}#{own}", mark)


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


def lane(ambassador_id: str) -> Key:
    """Which worker settles the orders of an ambassador, as long as many want to."""
    return alone("LANE", ambassador_id)


def rank(period: str, counted: int, ambassador_id: str) -> Key:
    """Where an account is on the leaderboard of a quarter or month, by how many of its orders count."""
    return Key(board(period), f"{counted:06d}#{ambassador_id}")


def board(period: str) -> str:
    """The leaderboard of a quarter in the index `list`, of a month in the index `day`."""
    return f"BOARD#{period}"


def suspension(ambassador_id: str, version: int) -> Key:
    """What an admin decided about all that leaves an account, by the account's version."""
    return Key(ambassador(ambassador_id), f"SUSPENSION#{version:08d}")


def ledger(ambassador_id: str) -> str:
    """The partition of an ambassador's entries: a prefix of its own, on which nothing may update or delete."""
    return f"LEDGER#{ambassador_id}"


def entry(ambassador_id: str, number: str) -> Key:
    """One ledger entry."""
    return Key(ledger(ambassador_id), f"ENTRY#{number}")


def entries_until(version: int) -> str:
    """Behind the last entry of a version of the account, and before those of the next one."""
    return f"ENTRY#{version:08d}-~"


def code(code: str) -> Key:
    """A code as the checkout needs it: under its likeness, so that no two codes look alike."""
    return Key(f"CODE#{likeness(code)}", "CODE")


def clicks(code: str, on: date | None = None) -> Key:
    """The clicks on a share link on one day, or the prefix of all days."""
    return Key(f"CODE#{likeness(code)}", f"CLICKS#{on.isoformat() if on else ''}")


def membership(person: str) -> Key:
    """Whose a pseudonym is."""
    return Key(f"PERSON#{person}", "AMBASSADOR")


def friend(person: str) -> Key:
    """The guard that lets a person be referred once only."""
    return Key(f"PERSON#{person}", "FRIEND")


def people(shard: int) -> str:
    """One shard of the list of all people in the index `list`: they are gone through once a week."""
    return f"PEOPLE#{shard}"


def people_of(person_id: str) -> str:
    """The shard of that list in which a person is."""
    return people(shard_of(person_id, PEOPLE_SHARDS))


def person(person_id: str) -> Key:
    """What is known of a person."""
    return alone("PERSON", person_id)


def name_word(person_id: str, place: int) -> Key:
    """One word of a person's name."""
    return Key(person(person_id).pk, f"NAME#{place}")


def names(letter: str) -> str:
    """The list of all people with a word in their name that begins with a letter, in the index `list`."""
    return f"NAMES#{letter}"


def named(word: str, person_id: str = "") -> Key:
    """Where a person is in it."""
    return Key(names(word[0]), f"{word}#{person_id}")


def task(person_id: str, own: str = "") -> Key:
    """What somebody of the shop has to do for a person, or the prefix of all that."""
    return Key(person(person_id).pk, f"TASK#{own}")


def task_of(task_id: str) -> Key:
    """The same by the public id, whatever somebody has typed."""
    whose, _, own = task_id.removeprefix("tsk_").rpartition("_")
    return task(f"per_{whose}", own)


def tasks(kind: str) -> str:
    """The list of all open tasks of a kind, in the index `list`."""
    return f"TASKS#{kind}"


def done(kind: str) -> str:
    """The list of all tasks of a kind that are done, in the index `list`."""
    return f"DONE#{kind}"


def guide(guide_id: str = "") -> Key:
    """A guide, or the prefix of all of them."""
    return Key(GUIDES, f"GUIDE#{guide_id}")


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


def purchases(pseudonym: str) -> str:
    """The list of the orders that the shop has reported of a buyer, in the index `list`."""
    return f"BOUGHT#{pseudonym}"


def case(order_id: str) -> Key:
    """The question about an order that waits for an admin."""
    return Key(order(order_id), "CASE")


def trait(pseudonym: str, ambassador_id: str) -> Key:
    """Who of an ambassador's friends has used a card or an address."""
    return Key(f"TRAIT#{pseudonym}", f"USED#{ambassador_id}")


def claim(claim_id: str) -> Key:
    """An order that an ambassador claims."""
    return alone("CLAIM", claim_id)


def open_claims(ambassador_id: str) -> Key:
    """What an ambassador claims and nobody has decided on yet."""
    return Key(f"CLAIMS#{ambassador_id}", "OPEN")


def erasure(erasure_id: str) -> Key:
    """Somebody who wanted to be forgotten."""
    return alone("ERASURE", erasure_id)


def gift(gift_id: str) -> Key:
    """A gift that somebody has to send."""
    return alone("GIFT", gift_id)


def withdrawal(withdrawal_id: str) -> Key:
    """A spend or a payout."""
    return alone("WITHDRAWAL", withdrawal_id)


def coupon(code: str) -> Key:
    """What leads from a coupon's code to its spend."""
    return alone("COUPON", code)


def offer(code: str) -> Key:
    """An offer of somebody's own, by its code."""
    return alone("OFFER", code)


def offers(person_id: str) -> str:
    """The list of all offers that were made for a person, in the index `list`."""
    return f"OFFERS#{person_id}"


def surprise(person_id: str, month: str) -> Key:
    """What a person's surprise of a month has taken."""
    return Key(f"PERSON#{person_id}", f"SURPRISE#{month}")


def payouts(state: str) -> str:
    """The list of all payouts in one state, in the index `list`."""
    return f"PAYOUTS#{state}"


def adjustment(adjustment_id: str) -> Key:
    """A correction by hand."""
    return alone("ADJUSTMENT", adjustment_id)


def budget(month: str, shard: int | None = None) -> Key:
    """One shard of what is used of a budget that lies in one partition, or the prefix of all."""
    return Key(f"BUDGET#{month}", f"SHARD#{'' if shard is None else shard}")


def budget_apart(month: str, shard: int) -> Key:
    """One shard of what is used of a month's budget, in a partition of its own."""
    return Key(f"BUDGET#{month}#{shard}", f"SHARD#{shard}")


def message(message_id: str) -> Key:
    """An outbox message."""
    return alone("MSG", message_id)


def letters(kind: str, recipient_id: str) -> str:
    """The list of all messages to one recipient, in the index `list`."""
    return f"LETTERS#{kind}:{recipient_id}"


JOBS = "JOBS"
"""The list of all jobs, in the index `list`."""


def job(job_id: str) -> Key:
    """Work that goes on slice after slice."""
    return alone("JOB", job_id)


def program(version: int) -> Key:
    """One version of the rules."""
    return Key("PROGRAM", f"V#{version:06d}")


def fit(version: int) -> Key:
    """One version of what the models of worth were fitted to be."""
    return Key("WORTH", f"FIT#{version:06d}")


COHORTS = Key("WORTH", "COHORTS")
"""What all customers are worth, as they were gone through last."""


def api_key(digest: str) -> Key:
    """A server key, found by the SHA-256 of its secret."""
    return alone("KEY", digest)


def admin_mailbox(mailbox: str) -> Key:
    """Whose key a mailbox signs in as."""
    return alone("ADMIN", mailbox)


def sign_in(sign_in_id: str) -> Key:
    """A request to sign in."""
    return alone("SIGNIN", sign_in_id)


def sign_ins(whose: str) -> str:
    """The list of all requests for one mailbox, or of one ambassador whom a shop hands over, in the index `list`."""
    return f"SIGNINS#{whose}"


def attempts(name: str) -> Key:
    """How often something was tried in a span of time."""
    return alone("ATTEMPTS", name)


def session(ambassador_id: str, session_id: str = "") -> Key:
    """One of an ambassador's sessions, which its token names, or the prefix of all."""
    return Key(f"SESSIONS#{ambassador_id}", f"SESSION#{session_id}")


def console_session(key_id: str, session_id: str = "") -> Key:
    """One of the console sessions of a key, which its token names, or the prefix of all."""
    return Key(f"CONSOLES#{key_id}", f"CONSOLE#{session_id}")


def idempotency_key(digest: str) -> Key:
    """What was made under an Idempotency-Key."""
    return alone("IDEM", digest)


class Daily(NamedTuple):
    """Where something is in a list by days: in the shard of that day which its own id leads to."""

    name: str
    on: date
    own: str
    sk: str

    def key(self, shards: Shards) -> Key:
        """Its place."""
        return Key(daily(self.name, self.on, shard_of(self.own, shards.on(self.on))), self.sk)


def receipt(order_id: str) -> Key:
    """An order as the figures count it."""
    return alone("RECEIPT", _coded(order_id))


def figures(dimension: str, period: str) -> Key:
    """The figures of a day or a month by one dimension: the days of one in order, and so its months."""
    size = "DAY" if len(period) > len("2026-03") else "MONTH"
    return Key(f"STATS#{dimension}", f"FIGURES#{size}#{period}")


LATE = "STATS#LATE"
"""The partition of the days for which something came in late."""


def late(on: date) -> Key:
    """That something came in late for a day."""
    return Key(LATE, f"LATE#{on.isoformat()}")


def daily(name: str, on: date, shard: int) -> str:
    """One shard of a list by days in the index `day`."""
    return f"{name}#{on.isoformat()}#{shard}"


def daily_of(name: str, at: datetime, own: str, listed: str | None = None) -> Daily:
    """Where something of this moment is in such a list, by an id of its own, as `listed`."""
    return Daily(name, at.date(), own, timed(at, listed or own))


def visits_of(code: str, on: date) -> Daily:
    """Where the clicks of a code are listed by day: the program's, as they are counted."""
    return Daily(VISITS, on, code, code)


SHARDS = Key("SHARDS", "SHARDS")
"""Into how many shards lists are split."""


def due_shards(shards: Shards) -> list[str]:
    """All shards in which anything may be due."""
    return [f"DUE#{shard}" for shard in range(max(shards.counts))]


def due_shard(pk: str, count: int) -> str:
    """The shard among so many in which an item waits for its time."""
    return f"DUE#{shard_of(pk, count)}"


def _coded(own: str) -> str:
    """An id of the shop's as a part of a key, in which # divides the parts."""
    return own.replace("%", "%25").replace("#", "%23")


def timed(at: datetime, name: str) -> str:
    """A sort key in the order of time."""
    return f"{stamp(at)}#{name}"

"""The entries of an order: they are its own, and sum to what it says is held, available and gone."""

import re
from collections.abc import Iterator

from chalicelib.domain.accounts.ledger import AVAILABLE, EXPIRED, HELD, gains
from chalicelib.domain.audit.audit import Finding, compared, version_of
from chalicelib.domain.audit.causes import OF_ORDERS
from chalicelib.domain.audit.dossier import Dossier
from chalicelib.domain.model.orders import Age
from chalicelib.domain.orders.postings import CAUSES_MAX

_PLAIN_CAUSES = ("redemption", "hold_ended", "review_deadline", "…")


def check_entries(dossier: Dossier) -> Iterator[Finding]:
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


def check_sums(dossier: Dossier) -> Iterator[Finding]:
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

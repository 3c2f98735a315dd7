"""The ledger: everything that was posted."""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from chalice.app import Response
from msgspec import Meta, structs

from chalicelib import deps
from chalicelib.domain.accounts.ledger import KINDS
from chalicelib.domain.model import accounts
from chalicelib.edge import fields
from chalicelib.edge.answers import Answer, money
from chalicelib.edge.call import Call
from chalicelib.edge.paging import PAGE, Moment, Page, cursor_of, limit_of, link, moment_of, page, position_of
from chalicelib.edge.problems import bad_field
from chalicelib.edge.sheets import sheet, wants_sheet
from chalicelib.edge.views import Media, view
from chalicelib.operations.accounts import ledger
from chalicelib.operations.people.merged import profile_of

_PUT_BACK = timedelta(hours=1)
"""How much longer than its days a month is in which clocks are put back."""

_COLUMNS = (
    *("id", "at", "kind", "ambassador_id", "order_id", "cause", "program_version", "tier", "reason", "author"),
    *("account", "amount", "currency", "unit"),
)


class Leg(Answer):
    """One side of an entry.

    Attributes:
        account: `ambassador:` and `held`, `available`, `reserved`, `spent`, `paid` or `expired`; or `program:` and
            `rewards`, `adjustments` or `merge`.
        amount: Minor units of the `currency`, or how many of the `unit`. A positive one credits the account.
        currency: ISO 4217; there is either this or `unit`.
        unit: Such as `points` or `gift:Tea mug`.
    """

    account: str
    amount: int
    currency: str | None = None
    unit: str | None = None

    @classmethod
    def of(cls, leg: accounts.Leg) -> Self:
        """Show a leg."""
        moved = money(leg.amount, leg.currency)
        return cls(account=leg.account, amount=moved.amount, currency=moved.currency, unit=moved.unit)


class Entry(Answer):
    """One immutable posting in an ambassador's ledger.

    Attributes:
        kind: What happened; the parameter `kind` of the ledger lists all.
        ambassador_id: Whose ledger it is in. Entries from before a merger keep the former id.
        cause: What made it: `redemption`, `hold_ended`, `review_deadline`; what was reported or decided, such as
            `refund:r-1,reversal:r-1` or `review:1`; a prize, such as `tier:Gold` or `milestone:Tenth friend`; else a
            kind and an id, such as `spend:spd_…`, or `inactive_since:` and a day.
        program_version: The version of the program by which it was posted.
        legs: Where it was taken from and where it went: those of each currency or unit sum to zero.
        order_id: The order that earned or lost it.
        tier: The name of the ambassador's tier, of entries that an order or a tier's bonus made.
        reason: What an admin wrote about it; `expired` of a coupon whose time was over.
        author: The id of the key that made it, for admins.
    """

    id: str
    kind: str
    at: datetime
    ambassador_id: str
    cause: str
    program_version: int
    legs: list[Leg]
    order_id: str | None = None
    tier: str | None = None
    reason: str | None = None
    author: str | None = None

    @classmethod
    def of(cls, posted: accounts.LedgerEntry, *, own: bool = False) -> Self:
        """Show an entry. Its ambassador, who reads it as their own, is not told of the admin who caused it."""
        return cls(
            id=posted.id,
            kind=posted.kind,
            at=posted.at,
            ambassador_id=posted.ambassador_id,
            cause=posted.cause,
            program_version=posted.program_version,
            order_id=posted.order_id,
            tier=posted.tier,
            reason=posted.reason,
            author=None if own else posted.author,
            legs=[Leg.of(leg) for leg in posted.legs],
        )


ENTRIES = {200: [Page[Entry], Media("text/csv")]}
"""How the lists of the ledger answer."""

PERIOD = {
    "from": Moment,
    "to": Moment,
    "kind": Annotated[Literal[KINDS], Meta(description="Only entries of this kind.")],
}
"""How the query narrows them."""

ABOUT = {
    "ambassador_id": Annotated[
        fields.OurId, Meta(description="Only this ambassador's, under whichever id after a merger.")
    ],
    "order_id": Annotated[fields.Id, Meta(description="Only this order's. Your own id as it is, percent-encoded.")],
}
"""Whose of everybody's are listed."""


@view(ENTRIES, query={**PERIOD, **ABOUT, **PAGE})
def get_ledger(call: Call) -> Response:
    """List what was posted, oldest first: everybody's entries, one ambassador's or one order's.

    Of everybody's, those of the last 31 days are listed if no dates are given, and with a `kind` those of 31 days at
    most. A page may be short, or even empty, and yet have a `next_cursor`: go on until it is null. With `Accept:
    text/csv` the same comes as a table, one line per leg, safe to open in a spreadsheet; the header `Link` leads to the
    next page.
    """
    query = call.query()
    return entries_page(call, "/v1/ledger", query, query.get("ambassador_id"))


def entries_page(call: Call, path: str, query: dict[str, str], ambassador_id: str | None) -> Response:
    """Return one page of the ledger as JSON, or as CSV to a client that accepts that first."""
    limit, order_id = limit_of(query), query.get("order_id")
    period = _period(query, narrow=ambassador_id is None and order_id is None)
    filters = {name: text for name, text in query.items() if name not in {"limit", "cursor"}}
    listing = f"{path}?{sorted(filters.items())}"
    position = position_of(query, listing)
    if order_id is not None:
        found = ledger.by_order(deps.table(), fields.shop_id("order_id", order_id, "?"), period, position, limit)
        if ambassador_id is not None:
            found = ledger.of_ambassador(found, _kin(ambassador_id))
    elif ambassador_id is not None:
        found = ledger.by_ambassador(deps.table(), _kin(ambassador_id), period, position, limit)
    else:
        found = ledger.by_day(deps.table(), period, position, limit, now=deps.now())
    cursor = cursor_of(found.after, listing)
    items = [Entry.of(entry, own=call.session is not None) for entry in found.entries]
    if wants_sheet(call):
        legs = ({**structs.asdict(it), **structs.asdict(leg)} for it in items for leg in it.legs)
        return sheet(_COLUMNS, legs, **link(path, query, cursor))
    return page(path, query, items, cursor)


def _kin(ambassador_id: str) -> tuple[str, ...]:
    """All ids of an ambassador; of one that does not exist the one that was asked for."""
    known = fields.path_id("ambassador_id", ambassador_id, "?")
    profile = profile_of(deps.table(), known)
    return profile.kin if profile else (known,)


def _period(query: dict[str, str], *, narrow: bool) -> "ledger.Period":
    """Read kind and range of time. For everybody's entries of one kind it spans 31 days at most."""
    if query.get("kind", KINDS[0]) not in KINDS:
        raise bad_field("?kind", f"is one of {', '.join(KINDS)}")
    most = timedelta(days=ledger.DAYS_MAX)
    end = moment_of(query, "to", ends=True)
    start = moment_of(query, "from", ends=False)
    if narrow:
        end = end or (min(start, fields.LATEST) + most if start and "kind" in query else deps.now() + timedelta(days=1))
        start = start or max(end, fields.EARLIEST) - most
        if "kind" in query and end - start > most + _PUT_BACK:
            raise bad_field("?from", "spans more than 31 days, which goes without a kind or with an ambassador only")
    start, end = start or fields.EARLIEST, end or deps.now() + timedelta(days=1)
    if start > end:
        raise bad_field("?from", "lies after ?to")
    return ledger.Period(max(start, fields.EARLIEST), min(end, fields.LATEST), query.get("kind"))

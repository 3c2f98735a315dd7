"""Pages of a list: a limit, and a cursor that the next request brings back unchanged."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from chalice.app import Response
from msgspec import Meta

from chalicelib import deps
from chalicelib.edge.answers import Answer, json
from chalicelib.edge.problems import bad_field

LIMIT_MAX = 100
LIMIT = 50
_MAC_BYTES = 16

E = TypeVar("E")
T = TypeVar("T")

Limit = Annotated[int, Meta(ge=1, le=LIMIT_MAX, description=f"How many items a page has at most; {LIMIT} if left out.")]
Cursor = Annotated[str, Meta(description="Where the page begins: the `next_cursor` of the one before, unchanged.")]
Moment = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?(Z|[+ -]\d{2}:?\d{2}))?\Z",
        description="A day by the program's `time_zone`, which is included, or a time with its zone.",
        examples=["2026-01-31", "2026-01-31T12:00:00Z"],
    ),
]
PAGE = {"limit": Limit, "cursor": Cursor}
"""What the query of every list knows."""


class Page(Answer, Generic[T]):
    """Some items of a list.

    Attributes:
        next_cursor: What `cursor` takes for the next page; null on the last one. A page may be short or empty and not
            the last.
    """

    items: list[T]
    next_cursor: str | None


def limit_of(query: dict[str, str]) -> int:
    """Read `?limit=`.

    Raises:
        Problem: 400 unless it is a whole number from 1 to 100.
    """
    given = query.get("limit", str(LIMIT))
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(LIMIT_MAX)) and 1 <= int(given) <= LIMIT_MAX):
        raise bad_field("?limit", f"is a whole number from 1 to {LIMIT_MAX}")
    return int(given)


def position_of(query: dict[str, str], listing: str) -> str | None:
    """Read `?cursor=`: only one that this very listing has given is taken.

    Raises:
        Problem: 400 when it was changed, or comes from another list.
    """
    if "cursor" not in query:
        return None
    try:
        position = base64.urlsafe_b64decode(query["cursor"].encode("ascii"))[_MAC_BYTES:].decode()
    except ValueError as error:
        raise bad_field("?cursor", "is no cursor of ours") from error
    # As text, not as bytes: Base64 has several spellings of the same bytes, and one of them was given out.
    if not hmac.compare_digest(query["cursor"], cursor_of(position, listing) or ""):
        raise bad_field("?cursor", "is no cursor of this list: ask for its first page again")
    return position


def cursor_of(position: str | None, listing: str) -> str | None:
    """Make the cursor that leads on from a position."""
    if position is None:
        return None
    return base64.urlsafe_b64encode(_mac(listing, position) + position.encode()).decode()


def page(path: str, query: dict[str, str], items: list[Any], cursor: str | None, **headers: str) -> Response:
    """Return one page as JSON."""
    return json(200, Page(items=items, next_cursor=cursor), **link(path, query, cursor), **headers)


def listed(
    path: str,
    query: dict[str, str],
    listing: str,
    read: Callable[[str | None, int], list[tuple[str, E]]],
    show: Callable[[list[E]], list[Any]],
    **headers: str,
) -> Response:
    """Return one page of a list.

    `read` gives entities with their positions, after a position and up to a number; one more than a page has tells
    whether there is another page. What `show` leaves out makes a page short, not the last one.
    """
    limit = limit_of(query)
    found = read(position_of(query, listing), limit + 1)
    after = found[limit - 1][0] if len(found) > limit else None
    return page(path, query, show([entity for _, entity in found[:limit]]), cursor_of(after, listing), **headers)


def link(path: str, query: dict[str, str], cursor: str | None) -> dict[str, str]:
    """Return the header that leads to the next page (RFC 8288), if there is one."""
    if cursor is None:
        return {}
    following = urlencode({**query, "cursor": cursor})
    return {"Link": f'<{deps.settings().public_url}{path}?{following}>; rel="next"'}


def moment_of(query: dict[str, str], name: str, *, ends: bool) -> datetime | None:
    """Read a time, or a whole day by the program's clocks, from the query. A day at the end of a range is part of it.

    Raises:
        Problem: 400.
    """
    from chalicelib.domain.calendar import midnight  # a checkout lists nothing

    given = query.get(name)
    if given is None:
        return None
    try:
        if len(given) == len("2026-01-31"):
            return midnight(date.fromisoformat(given) + timedelta(days=int(ends)), deps.program())
        moment = datetime.fromisoformat(given.replace(" ", "+"))
        return moment.astimezone(UTC) if moment.tzinfo else _no_moment(name)
    except (ValueError, OverflowError):
        return _no_moment(name)


def _no_moment(name: str) -> datetime:
    raise bad_field(f"?{name}", "is a day such as 2026-01-31, or a time with its zone such as 2026-01-31T12:00:00Z")


def _mac(listing: str, position: str) -> bytes:
    return hmac.digest(deps.settings().cursor_key, f"{listing}\0{position}".encode(), hashlib.sha256)[:_MAC_BYTES]

"""The shapes of requests, checked at the edge: types, lengths, ranges, and no unknown field.

JSON numbers with a fraction or exponent are never money: msgspec in its strict mode takes whole numbers only.
"""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar

import msgspec
from msgspec import Meta, Struct

from chalicelib.domain.program.shape import BARRED, INVISIBLE, JOINERS
from chalicelib.edge import tidy
from chalicelib.edge.problems import Problem, bad_field
from chalicelib.edge.tidy import tidied

if TYPE_CHECKING:
    from chalicelib.documents import Misfit

BODY_MAX = 64 * 1024
ERRORS_MAX = 50
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
_SKEW = timedelta(days=1)
_FAR = timedelta(days=3 * 366)

_WORD = rf"[^@\s<>,;:\"()\[\]\\{BARRED}]+"
_LABEL = r"[A-Za-z0-9_-]{1,63}"
NAME = rf"^[^{BARRED}]*[^\s{BARRED}][^{BARRED}]*\Z"
_SEEN = rf"[^{BARRED}{INVISIBLE}{JOINERS}\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]"
_ID = rf"^(?! ){_SEEN}+(?<! )\Z"
_ID_IN_PATH = rf"^(~[A-Za-z0-9_-]{{2,}}={{0,2}}|(?![ ~]){_SEEN}{{1,128}}(?<! ))\Z"
_FREE = rf"^(?!\s)[^{BARRED}{INVISIBLE}]+(?<!\s)\Z"


def _tidied(tidy: Callable[[str], str], **limits: Any) -> Meta:
    """What limits a text, and how it is tidied before."""
    return Meta(**limits, extra={"tidy": tidy})


Amount = Annotated[int, Meta(ge=0, le=10**12)]
Currency = Annotated[str, _tidied(tidy.currency, pattern=r"^[A-Z]{3}\Z")]
OurId = Annotated[str, Meta(min_length=1, max_length=128, pattern=rf"^(?!\s)[^/#{BARRED}]+(?<!\s)\Z")]
Id = Annotated[str, Meta(min_length=1, max_length=128, pattern=_ID)]
IdInPath = Annotated[str, Meta(pattern=_ID_IN_PATH)]
Spoken = Annotated[str, Meta(min_length=1)]
ClaimedId = Annotated[str, _tidied(tidy.bare, min_length=1, max_length=128, pattern=_ID)]
CustomerId = Annotated[str, _tidied(tidy.bare, min_length=1, max_length=128, pattern=_FREE)]
Sku = Annotated[str, _tidied(tidy.trimmed, min_length=1, max_length=128, pattern=_FREE)]
Email = Annotated[str, _tidied(tidy.address, max_length=254, pattern=rf"^{_WORD}@{_LABEL}(\.{_LABEL})+\Z")]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=NAME)]
PersonName = Annotated[str, _tidied(tidy.trimmed, min_length=1, max_length=80, pattern=NAME)]
FriendName = Annotated[str, _tidied(tidy.first_name, min_length=1)]
Locale = Annotated[str, _tidied(tidy.language_tag, max_length=35, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z")]
Birthday = Annotated[str, _tidied(tidy.trimmed, pattern=r"^(\d{4}-)?\d{2}-\d{2}\Z")]
Typed = Annotated[str, Meta(min_length=1, max_length=128)]
Trait = Annotated[str, _tidied(tidy.trait, min_length=1)]
Reference = Annotated[str, Meta(min_length=1, max_length=200, pattern=_FREE)]
Unit = Annotated[str, Meta(pattern=rf"^([a-z][a-z_]{{0,19}}|gift:(?!\s)[^{BARRED}]{{1,80}})\Z")]
Note = Annotated[str, Meta(min_length=1, max_length=2000)]
Zone = Annotated[str, _tidied(tidy.trimmed, max_length=64, pattern=r"^[A-Z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*\Z")]
Country = Annotated[str, _tidied(tidy.country, pattern=r"^[A-Z]{2}\Z")]
Platform = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_.-]{0,29}\Z")]
Word = Annotated[str, _tidied(tidy.trimmed, min_length=1, max_length=100, pattern=_FREE)]
Consents = Annotated[list[OurId], Meta(max_length=20)] | Annotated[dict[OurId, bool], Meta(max_length=20)]
Moment = Annotated[datetime, Meta(tz=True)]
T = TypeVar("T")


class Shape(Struct, forbid_unknown_fields=True):
    """What all requests share: an unknown field is an error, not ignored.

    `at_least_one` names fields of which the view needs one; the contract says so.
    """

    at_least_one: ClassVar[tuple[str, ...]] = ()


class Money(Shape):
    """Minor units and an ISO 4217 currency.

    Attributes:
        amount: In minor units: 1250 is 12.50 in euros, and 1250 in yen.
        currency: ISO 4217, such as `EUR`.
    """

    amount: Amount
    currency: Currency


class Counted(Shape):
    """An amount of money, or of another unit such as points.

    Attributes:
        amount: Minor units of the `currency`, or how many of the `unit`.
        currency: ISO 4217, such as `EUR`. Either this or `unit`, not both.
        unit: A unit of the program's own, such as `points`. Either this or `currency`.
    """

    at_least_one = "currency", "unit"

    amount: Amount
    currency: Currency | None = None
    unit: Annotated[str, Meta(pattern=r"^[a-z][a-z_]{0,19}\Z")] | None = None


class Change(Shape):
    """By how much a balance changes.

    Attributes:
        amount: Minor units of the `currency`, or how many of the `unit`. Below zero takes away; zero is refused.
        currency: ISO 4217, such as `EUR`. Either this or `unit`, not both.
        unit: Such as `points`, or `gift:` and the name of a gift. Either this or `currency`.
    """

    at_least_one = "currency", "unit"

    amount: Annotated[int, Meta(ge=-(10**12), le=10**12, extra_json_schema={"not": {"const": 0}})]
    currency: Currency | None = None
    unit: Unit | None = None


def parse(raw: bytes, kind: type[T]) -> T:
    """Read a JSON body as `kind`.

    Raises:
        Problem: 413 when it is too large, 400 when it is no JSON or does not fit, with a JSON pointer (RFC 6901) to
            every field that is wrong.
    """
    if len(raw) > BODY_MAX:
        raise Problem(413, "body_too_large", f"A body has at most {BODY_MAX} bytes.")
    try:
        _PAIRS.decode((raw or b"{}").decode())
        document = tidied(msgspec.json.decode(raw or b"{}"), kind)
    except (ValueError, RecursionError) as error:
        raise _malformed() from error
    try:
        return msgspec.convert(document, kind)
    except msgspec.ValidationError as error:
        from chalicelib.documents import located, misfits  # only a wrong request pays for it

        raise misfitting(list(islice(misfits(document, kind), ERRORS_MAX)) or [located("", str(error))]) from error


def misfitting(wrong: "list[Misfit]") -> Problem:
    """A 400 that names every field that does not fit."""
    errors = [{"pointer": pointer, "detail": detail} for pointer, detail in wrong]
    return Problem(400, "invalid_request", "Some fields are missing or wrong.", errors=errors)


def content(request: object) -> Any:
    """Return what a request says, whatever its spelling: the fields as they were tidied, times in milliseconds."""
    plain = msgspec.to_builtins(request, builtin_types=(datetime,))
    holds_times = plain != msgspec.to_builtins(request)
    return _timed(plain) if holds_times else plain


def path_id(name: str, given: str, mark: str = "/") -> str:
    """Check an id of ours that came in the path, or with `mark` "?" in the query.

    Raises:
        Problem: 400.
    """
    try:
        return msgspec.convert(given, OurId)
    except msgspec.ValidationError as error:
        raise bad_field(f"{mark}{name}", "is 1 to 128 printable characters without / and #") from error


def shop_id(name: str, given: str, mark: str = "/") -> str:
    """Check an id of the shop's that came in the path, or with `mark` "?" in the query.

    In a path, `~` and the base64url of an id (RFC 4648, 5) stand for it: what lies between a client and us may decode,
    or refuse, an encoded slash, and a dot alone does not arrive at all.

    Raises:
        Problem: 400.
    """
    try:
        return msgspec.convert(_decoded(given) if mark == "/" and given.startswith("~") else given, Id)
    except ValueError as error:
        raise bad_field(
            f"{mark}{name}", "is 1 to 128 printable characters, or in a path ~ and their base64url"
        ) from error


def queried(name: str, typed: str, kind: Any) -> str:
    """Check a text that came in the query.

    Raises:
        Problem: 400, which does not repeat what was typed.
    """
    try:
        return str(msgspec.convert(tidied(typed, kind), kind))
    except msgspec.ValidationError as error:
        raise bad_field(f"?{name}", "is not well formed") from error


def past(name: str, given: datetime | None, now: datetime) -> datetime | None:
    """Check a time at which something has happened: from 2000 on, and not in the future beyond a clock's error.

    Raises:
        Problem: 400.
    """
    return _between(name, given, EARLIEST, now + _SKEW)


def near(name: str, given: datetime | None, now: datetime) -> datetime | None:
    """Check a time that may lie ahead, but no more than three years.

    Raises:
        Problem: 400.
    """
    return _between(name, given, EARLIEST, now + _FAR)


def unit_of(amount: Counted | Change) -> str:
    """Return what an amount is counted in.

    Raises:
        Problem: 400 unless it says so, once.
    """
    unit = amount.currency or amount.unit
    if unit is None or (amount.currency and amount.unit):
        raise bad_field("/amount", "has either a currency or a unit")
    return unit


def check_parts(amount: Money, parts: Mapping[str, Money | None]) -> None:
    """Refuse parts of an amount, by pointer, that are in another currency, or more than there is.

    Raises:
        Problem: 400.
    """
    left = amount.amount
    for pointer, part in parts.items():
        if part is None:
            continue
        if part.currency != amount.currency:
            raise bad_field(f"{pointer}/currency", "is not the currency of the amount")
        left -= part.amount
        if left < 0:
            raise bad_field(f"{pointer}/amount", "is more than there is of the amount")


def minor(amount: Money | None) -> int | None:
    """Return the minor units of an amount that may not be there."""
    return None if amount is None else amount.amount


def birthday(given: str | None) -> str | None:
    """Check that a birthday, with or without the year, is a day of the calendar.

    Raises:
        Problem: 400.
    """
    try:
        date.fromisoformat(given if given and len(given) > len("MM-DD") else f"2000-{given or '01-01'}")
    except ValueError as error:
        raise bad_field("/birthday", "is no day of the calendar") from error
    return given


def time_zone(given: str | None) -> str | None:
    """Check that a time zone is one of the IANA database.

    Raises:
        Problem: 400.
    """
    from chalicelib.domain.program.program import zone_named  # a checkout names no zone

    try:
        zone_named(given or "UTC")
    except (KeyError, OSError, ValueError) as error:
        raise bad_field("/time_zone", "is no time zone of the IANA database, such as Europe/Berlin") from error
    return given


def _between(name: str, given: datetime | None, low: datetime, high: datetime) -> datetime | None:
    if given is None:
        return None
    if not low <= given <= high:
        raise bad_field(f"/{name}", f"lies outside {low:%Y-%m-%d} to {high:%Y-%m-%d}")
    given = given.astimezone(UTC)
    return given.replace(microsecond=given.microsecond // 1000 * 1000)


def _timed(plain: Any) -> Any:
    kind = type(plain)
    if kind is dict:
        return {name: _timed(it) for name, it in plain.items()}
    if kind is list:
        return [_timed(it) for it in plain]
    return (plain - EARLIEST) // timedelta(milliseconds=1) if kind is datetime else plain


def _decoded(given: str) -> str:
    encoded = given.removeprefix("~").encode("ascii")
    return base64.b64decode(encoded + b"=" * (-len(encoded) % 4), altchars=b"-_", validate=True).decode()


def _unique(pairs: list[tuple[str, object]]) -> None:
    """Refuse an object that says a thing twice: readers of JSON disagree which of them counts (RFC 8259, 4)."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise Problem(400, "malformed_json", "An object in the body names the same field twice.")


_PAIRS = json.JSONDecoder(object_pairs_hook=_unique)


def _malformed() -> Problem:
    return Problem(400, "malformed_json", "The body is no valid JSON.")

"""Links by which a person acts without signing in: what each of them may do is written in it, and signed.

A token is the base64 (RFC 4648, URL-safe, without padding) of one byte for its kind, what that kind holds, the 16 bytes
of the person's id, and half an HMAC-SHA256 over all of it. It names no person, address or order, and a stranger can
neither make one nor turn one into another. Another layout gets another kind, so links in old mails go on working.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args

from chalicelib.domain.ids import id_of, number_of
from chalicelib.domain.model.people import EVERYTHING, Purpose

LinkKind = Literal["unsubscribe", "preferences", "rights", "answer", "join", "interests", "guide", "shop"]

Value = Literal["happy", "fine", "unhappy"]
"""What somebody may answer when they are asked how it went."""

PATHS: dict[LinkKind, str] = {
    "unsubscribe": "/u/",
    "preferences": "/p/",
    "rights": "/d/",
    "answer": "/a/",
    "join": "/j/",
    "interests": "/i/",
    "guide": "/g/",
    "shop": "/s/",
}
"""Where each kind of link leads."""

RIGHTS_LAST = timedelta(hours=1)
"""How long the link to somebody's data works."""

_PREFIX = "per"
_MARKS: dict[LinkKind, int] = {kind: number for number, kind in enumerate(get_args(LinkKind), 1)}
"""By kind the byte that stands for it: new ones come at the end."""

_PURPOSES: tuple[str, ...] = (EVERYTHING, "rewards", "care", "tips", "wishes", "offers")
"""By the byte that stands for each: new ones come at the end."""

_VALUES: tuple[Value, ...] = get_args(Value)
"""By the byte that stands for each: new ones come at the end."""

_HOLDS: dict[LinkKind, set[str]] = {
    "unsubscribe": {"purpose"},
    "rights": {"until"},
    "answer": {"value", "about"},
    "guide": {"about", "guide"},
    "shop": {"about"},
}
"""By kind what a link holds beside the person; the others hold nothing."""

_ID_BYTES = 16
_TIME_BYTES = 4
_ABOUT_BYTES = 8
_MAC_BYTES = 16
_TOKEN_MAX = 160


@dataclass(frozen=True, slots=True)
class Link:
    """What a link may do, and for whom.

    Attributes:
        kind: `unsubscribe` refuses one purpose, `preferences` shows and changes what somebody agreed to, `rights`
            confirms that whoever wants somebody's data, or wants them deleted, reads that person's mail; `answer` says
            how it went, `join` makes them an ambassador, `interests` takes what they like; `guide` leads to one of the
            shop's guides and `shop` to the shop, so that the shop learns which mails are of use.
        purpose: What an `unsubscribe` refuses, or `*` for everything.
        until: When a `rights` link ends, to the second. The other kinds do not end: mails are kept for years.
        value: Which answer was tapped.
        about: What it is about, as `mark` has it: the order that an `answer` is about, the touch that led to a `guide`
            or to the `shop`.
        guide: The guide's id.
    """

    kind: LinkKind
    person_id: str
    purpose: Purpose | Literal["*"] | None = None
    until: datetime | None = None
    value: Value | None = None
    about: bytes | None = None
    guide: str | None = None


def mark(text: str) -> bytes:
    """Return what stands for an order's id, or a touch as `occasion:subject`, in a link: eight bytes of a hash.

    It is short, and tells a reader of the link nothing. Whom the link is about has a handful of either, so that two of
    theirs don't fall together by chance.
    """
    return hashlib.sha256(text.encode()).digest()[:_ABOUT_BYTES]


def sign(link: Link, key: bytes) -> str:
    """Write a link's token.

    Raises:
        ValueError: the person's id is none of ours, or the link lacks what its kind holds, or has more.
    """
    held = {name for name in ("purpose", "until", "value", "about", "guide") if getattr(link, name) is not None}
    if held != _HOLDS.get(link.kind, set()):
        raise ValueError(f"this is no {link.kind} link: it holds {sorted(held)}")
    number = number_of(link.person_id)
    if id_of(_PREFIX, number) != link.person_id:
        raise ValueError(f"{link.person_id} is no id of a person")
    head = bytes([_MARKS[link.kind]]) + _written(link) + number.to_bytes(_ID_BYTES)
    token = base64.urlsafe_b64encode(head + _mac(head, key)).decode().rstrip("=")
    if len(token) > _TOKEN_MAX:
        raise ValueError(f"{link.guide} is too long for a link")
    return token


def read(token: str, keys: Sequence[bytes], kind: LinkKind, now: datetime) -> Link | None:
    """Return what a token says if it is of this kind, one of the keys has signed it, and it has not ended; else None.

    The first key is the present one. Former ones vouch for what old mails hold; a link that ends is short-lived, and
    only the present key vouches for it.
    """
    raw = decoded(token)
    if raw is None or raw[:1] != bytes([_MARKS[kind]]):
        return None
    head, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    vouching = keys[:1] if kind == "rights" else keys
    if not any(hmac.compare_digest(mac, _mac(head, key)) for key in vouching):
        return None
    person_id = id_of(_PREFIX, int.from_bytes(head[-_ID_BYTES:]))
    link = _read(kind, person_id, head[1:-_ID_BYTES])
    return None if link.until is not None and now >= link.until else link


def url(public_url: str, link: Link, key: bytes) -> str:
    """Return the address that a mail holds.

    Raises:
        ValueError: as `sign` does.
    """
    return f"{public_url}{PATHS[link.kind]}{sign(link, key)}"


def unsubscribe_url(public_url: str, person_id: str, purpose: Purpose, key: bytes) -> str:
    """Return the address that refuses one purpose: for `List-Unsubscribe` (RFC 8058), and the foot of a mail."""
    return url(public_url, Link("unsubscribe", person_id, purpose), key)


def preferences_url(public_url: str, person_id: str, key: bytes) -> str:
    """Return the address at which somebody says what they want to get, and in which language."""
    return url(public_url, Link("preferences", person_id), key)


def rights_url(public_url: str, person_id: str, key: bytes, now: datetime) -> str:
    """Return the address at which somebody sees or deletes what is known of them, for an hour."""
    return url(public_url, Link("rights", person_id, until=now + RIGHTS_LAST), key)


def answer_url(public_url: str, person_id: str, order_id: str, value: Value, key: bytes) -> str:
    """Return the address at which somebody says how it went with an order; they still see all answers there."""
    return url(public_url, Link("answer", person_id, value=value, about=mark(order_id)), key)


def join_url(public_url: str, person_id: str, key: bytes) -> str:
    """Return the address at which somebody becomes an ambassador, or sees their code if they are one."""
    return url(public_url, Link("join", person_id), key)


def interests_url(public_url: str, person_id: str, key: bytes) -> str:
    """Return the address at which somebody says what they like, and when their birthday is."""
    return url(public_url, Link("interests", person_id), key)


def guide_url(public_url: str, person_id: str, guide_id: str, touch: str, key: bytes) -> str:
    """Return the address that leads to a guide, and notes that the touch (`occasion:subject`) was of use."""
    return url(public_url, Link("guide", person_id, about=mark(touch), guide=guide_id), key)


def shop_url(public_url: str, person_id: str, touch: str, key: bytes) -> str:
    """Return the address that leads to the shop, and notes that the touch (`occasion:subject`) was of use."""
    return url(public_url, Link("shop", person_id, about=mark(touch)), key)


def _written(link: Link) -> bytes:
    """What a link holds beside its kind and the person."""
    if link.purpose is not None:
        return bytes([_PURPOSES.index(link.purpose)])
    if link.until is not None:
        return int(link.until.timestamp()).to_bytes(_TIME_BYTES)
    value = b"" if link.value is None else bytes([_VALUES.index(link.value)])
    return value + (link.about or b"") + (link.guide or "").encode()


def _read(kind: LinkKind, person_id: str, held: bytes) -> Link:
    """What `_written` has written."""
    match kind:
        case "unsubscribe":
            return Link(kind, person_id, purpose=_PURPOSES[held[0]])  # type: ignore[arg-type]
        case "rights":
            return Link(kind, person_id, until=datetime.fromtimestamp(int.from_bytes(held), UTC))
        case "answer":
            return Link(kind, person_id, value=_VALUES[held[0]], about=held[1:])
        case "guide":
            return Link(kind, person_id, about=held[:_ABOUT_BYTES], guide=held[_ABOUT_BYTES:].decode())
        case "shop":
            return Link(kind, person_id, about=held)
        case _:
            return Link(kind, person_id)


def decoded(token: str) -> bytes | None:
    """Return the bytes of a token, or None.

    Each has one spelling: what decodes to the same bytes and is written otherwise is none.
    """
    if not token.isascii() or not _MAC_BYTES < len(token) <= _TOKEN_MAX:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == token else None


def _mac(head: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"link\0" + head, hashlib.sha256)[:_MAC_BYTES]

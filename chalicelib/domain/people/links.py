"""Links by which a person acts without signing in: what each of them may do is written in it, and signed.

A token is the base64 (RFC 4648, URL-safe, without padding) of one byte for its kind, what that kind holds, the 16 bytes
of the person's id, and half an HMAC-SHA256 over all of it. It holds no name and no address, and a stranger can neither
make one nor turn one into another. Another layout gets another kind, so links in old mails go on working.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from chalicelib.domain.ids import id_of, number_of
from chalicelib.domain.model.people import EVERYTHING, Purpose

LinkKind = Literal["unsubscribe", "preferences", "rights"]

PATHS: dict[LinkKind, str] = {"unsubscribe": "/u/", "preferences": "/p/", "rights": "/d/"}
"""Where each kind of link leads."""

RIGHTS_LAST = timedelta(hours=1)
"""How long the link to somebody's data works."""

_PREFIX = "per"
_MARKS: dict[LinkKind, int] = {"unsubscribe": 1, "preferences": 2, "rights": 3}
_PURPOSES: tuple[str, ...] = (EVERYTHING, "rewards", "care", "tips", "wishes", "offers")
"""By the byte that stands for each: new ones come at the end."""

_ID_BYTES = 16
_TIME_BYTES = 4
_MAC_BYTES = 16
_TOKEN_MAX = 128


@dataclass(frozen=True, slots=True)
class Link:
    """What a link may do, and for whom.

    Attributes:
        kind: `unsubscribe` refuses one purpose, `preferences` shows and changes what somebody agreed to, `rights`
            confirms that whoever wants somebody's data, or wants them deleted, reads that person's mail.
        purpose: What an `unsubscribe` refuses, or `*` for everything.
        until: When a `rights` link ends, to the second. The other kinds do not end: mails are kept for years.
    """

    kind: LinkKind
    person_id: str
    purpose: Purpose | Literal["*"] | None = None
    until: datetime | None = None


def sign(link: Link, key: bytes) -> str:
    """Write a link's token.

    Raises:
        ValueError: the person's id is none of ours, or the link lacks what its kind holds, or has more.
    """
    if (link.purpose is not None) != (link.kind == "unsubscribe") or (link.until is not None) != (
        link.kind == "rights"
    ):
        raise ValueError(f"this is no {link.kind} link: {link.purpose}, {link.until}")
    if id_of(_PREFIX, number_of(link.person_id)) != link.person_id:
        raise ValueError(f"{link.person_id} is no id of a person")
    head = bytes([_MARKS[link.kind]])
    if link.purpose is not None:
        head += bytes([_PURPOSES.index(link.purpose)])
    if link.until is not None:
        head += int(link.until.timestamp()).to_bytes(_TIME_BYTES)
    head += number_of(link.person_id).to_bytes(_ID_BYTES)
    return base64.urlsafe_b64encode(head + _mac(head, key)).decode().rstrip("=")


def read(token: str, keys: Sequence[bytes], kind: LinkKind, now: datetime) -> Link | None:
    """Return what a token says if it is of this kind, one of the keys has signed it, and it has not ended; else None.

    The first key is the present one. Former ones vouch for what old mails hold; a link that ends is short-lived, and
    only the present key vouches for it.
    """
    raw = _decoded(token)
    if raw is None or raw[:1] != bytes([_MARKS[kind]]):
        return None
    head, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    vouching = keys[:1] if kind == "rights" else keys
    if not any(hmac.compare_digest(mac, _mac(head, key)) for key in vouching):
        return None
    held, number = head[1:-_ID_BYTES], int.from_bytes(head[-_ID_BYTES:])
    purpose, until = None, None
    if kind == "unsubscribe":
        purpose = _PURPOSES[held[0]]
    if kind == "rights":
        until = datetime.fromtimestamp(int.from_bytes(held), UTC)
        if now >= until:
            return None
    return Link(kind, id_of(_PREFIX, number), purpose, until)  # type: ignore[arg-type]


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


def _decoded(token: str) -> bytes | None:
    """The bytes of a token. Each has one spelling: what decodes to the same bytes and is written otherwise is none."""
    if not token.isascii() or not _MAC_BYTES < len(token) <= _TOKEN_MAX:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    return raw if base64.urlsafe_b64encode(raw).decode().rstrip("=") == token else None


def _mac(head: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"link\0" + head, hashlib.sha256)[:_MAC_BYTES]

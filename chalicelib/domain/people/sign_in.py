"""What a mail holds that lets somebody sign in: a link for where it is read, and a code for another device.

Both are worked out from the id of the request and the key that signs links, so nobody who reads the table has either,
and a mail that goes out twice holds the same ones. The id alone, which the browser that asks knows, opens nothing.
"""

import base64
import hashlib
import hmac
import re
import unicodedata
from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from chalicelib.domain.ids import id_of, number_of
from chalicelib.domain.people.links import decoded

PATH = "/sign-in/"
"""Where the links lead."""

LASTS = timedelta(minutes=15)
"""How long link and code of a mail work."""

PREFIX = "sgn"
CODE_DIGITS = 8

_ID = re.compile(rf"{PREFIX}_[0-9A-Z]{{26}}", re.ASCII)

_SUBSCRIBER_BITS = 64
"""One subscriber has a whole network of IPv6 addresses (RFC 6177)."""

_ID_BYTES = 16
_MAC_BYTES = 16


def token_of(sign_in_id: str, key: bytes) -> str:
    """Return what the link of a sign-in ends with: the id, and half an HMAC-SHA256 over it, in base64url.

    Raises:
        ValueError: it is no id of a sign-in.
    """
    raw = number_of(sign_in_id).to_bytes(_ID_BYTES)
    return base64.urlsafe_b64encode(raw + _mac(sign_in_id, key, "link")[:_MAC_BYTES]).decode().rstrip("=")


def sign_in_of(token: str, key: bytes) -> str | None:
    """Return the id of the sign-in that a token opens, if this key has made it; else None."""
    raw = decoded(token)
    if raw is None or len(raw) != _ID_BYTES + _MAC_BYTES:
        return None
    sign_in_id = id_of(PREFIX, int.from_bytes(raw[:_ID_BYTES]))
    mac = _mac(sign_in_id, key, "link")[:_MAC_BYTES]
    return sign_in_id if hmac.compare_digest(raw[_ID_BYTES:], mac) else None


def is_id(text: str) -> bool:
    """Whether something that a browser has kept can be the id of a sign-in."""
    return _ID.fullmatch(text) is not None


def code_of(sign_in_id: str, key: bytes) -> str:
    """Return the code of a sign-in: eight digits."""
    return str(int.from_bytes(_mac(sign_in_id, key, "code")) % 10**CODE_DIGITS).zfill(CODE_DIGITS)


def is_code(typed: str, sign_in_id: str, key: bytes) -> bool:
    """Whether somebody has typed the code of a sign-in, in whatever digits and groups."""
    digits = "".join(str(unicodedata.digit(it)) for it in typed if unicodedata.digit(it, None) is not None)
    return hmac.compare_digest(digits.encode(), code_of(sign_in_id, key).encode())


def url(public_url: str, sign_in_id: str, key: bytes) -> str:
    """Return the address that a mail holds.

    Raises:
        ValueError: as `token_of` does.
    """
    return f"{public_url}{PATH}{token_of(sign_in_id, key)}"


def client_of(pepper: bytes, address: str) -> str:
    """Name where requests come from by a keyed hash."""
    return hmac.digest(pepper, f"client:{place_of(address)}".encode(), hashlib.sha256).hex()[:32]


def place_of(address: str) -> str:
    """Where requests come from: an IPv4 address, or the network of an IPv6 one, which one subscriber has whole."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((found, _SUBSCRIBER_BITS), strict=False))


def _mac(sign_in_id: str, key: bytes, what: str) -> bytes:
    return hmac.digest(key, f"sign-in {what}\0{sign_in_id}".encode(), hashlib.sha256)

"""Who is the same person, without knowing who it is."""

import hashlib
import hmac
import unicodedata
from contextlib import suppress

_GMAIL = {"gmail.com", "googlemail.com"}
_PLUS_TAGS = _GMAIL | {
    "outlook.com",
    "hotmail.com",
    "live.com",
    "msn.com",
    "icloud.com",
    "me.com",
    "mac.com",
    "fastmail.com",
    "proton.me",
    "protonmail.com",
    "pm.me",
    "hey.com",
    "zoho.com",
}
_SAME_HOST = {"googlemail.com": "gmail.com", "protonmail.com": "proton.me", "pm.me": "proton.me"}


def canonical_email(email: str) -> str:
    """Fold the spellings that reach one mailbox into one.

    Letters lose their case everywhere, although RFC 5321 (2.4) would let a host tell them apart: none that people use
    does. Plus-tags are dropped for the hosts known to deliver them to the same mailbox, dots for Gmail alone.
    """
    local, _, host = unicodedata.normalize("NFKC", email).strip().lower().rpartition("@")
    host = host.rstrip(".")
    if not host.isascii():
        with suppress(UnicodeError):  # letters that IDNA does not know: such a host has one spelling
            host = host.encode("idna").decode("ascii")
    if host in _PLUS_TAGS:
        local = local.partition("+")[0]
    if host in _GMAIL:
        local = local.replace(".", "")
    return f"{local}@{_SAME_HOST.get(host, host)}"


def pseudonym_of_email(pepper: bytes, email: str) -> str:
    """Name a person by a keyed hash of the canonical address, so that no key or log carries the address itself."""
    return _pseudonym(pepper, "email", canonical_email(email))


def pseudonym_of_customer(pepper: bytes, customer_id: str) -> str:
    """Name a person by a keyed hash of the shop's own customer id."""
    return _pseudonym(pepper, "customer", customer_id)


def pseudonym_of_trait(pepper: bytes, kind: str, told: str) -> str:
    """Name what several people may share, a card or an address, by a keyed hash.

    What is spelt with other case, blanks or punctuation is the same.
    """
    folded = unicodedata.normalize("NFKC", told).casefold()
    return _pseudonym(pepper, kind, "".join(letter for letter in folded if letter.isalnum()))


def _pseudonym(pepper: bytes, kind: str, value: str) -> str:
    return hmac.digest(pepper, f"{kind}:{value}".encode(), hashlib.sha256).hex()[:32]

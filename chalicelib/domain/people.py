"""Who is the same person, without knowing who it is."""

import hashlib
import hmac
import unicodedata

from chalicelib.domain.mailboxes import mailbox_of


def canonical_email(email: str) -> str:
    """Fold the spellings that reach one mailbox into one.

    Letters lose their case everywhere, although RFC 5321 (2.4) would let a host tell them apart: none that people use
    does. Tags and dots are dropped where the provider is known to (`mailboxes.py`). The host is expected in ASCII, as
    addresses come in; another one has one spelling.
    """
    local, _, host = unicodedata.normalize("NFKC", email).strip().lower().rpartition("@")
    return "@".join(mailbox_of(local, host.rstrip(".")))


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

"""Who is the same person, without knowing who it is."""

import hashlib
import hmac
import re
import unicodedata

from chalicelib.domain.people.mailboxes import mailbox_of
from chalicelib.domain.program.shape import without_invisible

_LINK = re.compile(r"@|//|:\\\\|\bwww\.", re.IGNORECASE)
_ABBREVIATED = re.compile(
    r"\b(?:[A-Z]|Dr|Kh|Md|Mr|Mrs|Ms|Mst|Sk|Smt|St)\.(?=[A-Z][a-z]{2})(?!(?:App|Biz|Com|Dev|Info|Net|Online|Org|Shop)\b)"
    r"|[^\s.\u3002][.\u3002](?=[\u0900-\u0dff])"
)
_DOMAIN = re.compile(r"[^\s.\u3002][.\u3002]\w{2}")
_JOINED = dict.fromkeys(map(ord, "\u200c\u200d"))
_DIGITS_MAX = 5
_JOINERS_AND_BLANK = "\u200c\u200d "


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


def names_of(pepper: bytes, email: str | None, customer_id: str | None) -> tuple[str, ...]:
    """Return the pseudonyms of whoever has an address, an id of the shop, or both: of the address first."""
    by_email = (pseudonym_of_email(pepper, email),) if email else ()
    return (*by_email, pseudonym_of_customer(pepper, customer_id)) if customer_id else by_email


def pseudonym_of_trait(pepper: bytes, kind: str, value: str) -> str:
    """Name what several people may share, a card or an address, by a keyed hash.

    What is spelt with other case, blanks or punctuation is the same.
    """
    folded = unicodedata.normalize("NFKC", value).casefold()
    return _pseudonym(pepper, kind, "".join(letter for letter in folded if letter.isalnum()))


def greetable(name: str | None) -> str | None:
    """Return a first name if mails may greet with it and pages may show it, else None: they say it neutrally then.

    Whoever fills in a form may write what they like, and a shop's own domain would carry it to strangers. So a name
    with an address, a link, a domain or as many digits as a telephone has is kept for admins and told to nobody else,
    and one that shows nothing is none. A dot within a word makes a domain, and mail programs make a link of it. After
    initials and titles (S.Ramesh, Md.Rahim), and where an Indic word follows, the blank is put in that was left out.
    """
    plain = without_invisible(unicodedata.normalize("NFKC", name or ""))
    if not plain.strip(_JOINERS_AND_BLANK) or _LINK.search(plain):
        return None
    apart = _ABBREVIATED.sub(r"\g<0> ", plain)
    if _DOMAIN.search(apart) or _DOMAIN.search(apart.translate(_JOINED)):
        return None
    if sum(letter.isdecimal() for letter in plain) > _DIGITS_MAX:
        return None
    return name if apart == plain else apart


def _pseudonym(pepper: bytes, kind: str, value: str) -> str:
    return hmac.digest(pepper, f"{kind}:{value}".encode(), hashlib.sha256).hex()[:32]

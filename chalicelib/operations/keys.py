"""Issue server keys and recognise them."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from chalicelib.domain.effects import Create
from chalicelib.domain.model import ApiKey
from chalicelib.store.table import Table

SCOPES = ("enrol", "checkout", "admin:read", "admin:write", "admin:keys")


class UnknownScopeError(ValueError):
    """A scope that no route asks for."""


def issue(table: Table, name: str, scopes: Sequence[str], now: datetime) -> str:
    """Make a key and return its secret, which is stored nowhere and so can be shown only now.

    Raises:
        UnknownScopeError: names the scopes that exist.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise UnknownScopeError(f"Scopes are {', '.join(SCOPES)}; not {', '.join(sorted(unknown)) or 'none at all'}.")
    secret = f"rk_{secrets.token_urlsafe(32)}"
    digest = digest_of(secret)
    key = ApiKey(digest=digest, id=f"key_{digest[:12]}", name=name, scopes=tuple(scopes), created_at=now)
    failures = table.commit([Create(key)])
    assert not failures
    return secret


def digest_of(secret: str) -> str:
    """Return what is stored in a secret's place. It has 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()

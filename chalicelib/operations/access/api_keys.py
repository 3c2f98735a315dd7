"""Issue server keys, revoke them, and say whether two of them are of two people."""

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal, get_args

from chalicelib.domain.effects import Create, Effect, Replace, Revoked, Valid
from chalicelib.domain.frozen import frozen
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.access import EDITION, KEY_PREFIX, ApiKey, IdempotencyKey
from chalicelib.operations.once import Failures, Plan, Reused, decide, decide_once
from chalicelib.store.table import Table

Scope = Literal["enrol", "sessions", "checkout", "people", "admin:read", "admin:write", "admin:keys"]
SCOPES: tuple[str, ...] = get_args(Scope)

SESSION_PREFIX = "rs_"
"""How the token of a session begins; the secret of a key begins with `rk_`."""

_CHANCE = secrets.SystemRandom()


class UnknownScopeError(ValueError):
    """A scope that no route asks for."""


@frozen
class Made:
    """A key, and its secret unless (None) it was shown to an earlier request with the same Idempotency-Key."""

    key: ApiKey
    secret: str | None


@frozen
class NotAllowed:
    """A key may not do this to keys.

    `scope_not_held`: it grants what it does not hold. `revoked`: it was revoked a moment ago. `last_key`: without the
    key that is to be revoked nobody could make keys any more.
    """

    reason: Literal["scope_not_held", "revoked", "last_key"]


# --- keys -------------------------------------------------------------------------------------------------------------


def issue(table: Table, name: str, scopes: Sequence[str], now: datetime, *, owner: str = "") -> str:
    """Make a key for the operator and return its secret, which is stored nowhere and so can be shown only now.

    Without an owner, its name is the owner.

    Raises:
        UnknownScopeError: names the scopes that exist.
    """
    check_known(scopes)
    secret, key = fresh(name, owner, scopes, now)
    table.commit([Create(key)])
    return secret


def check_known(scopes: Sequence[str]) -> None:
    """Check that there are such scopes, one at least.

    Raises:
        UnknownScopeError: names the scopes that exist.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise UnknownScopeError(f"Scopes are {', '.join(SCOPES)}; not {', '.join(sorted(unknown)) or 'none at all'}.")


def make(
    table: Table,
    maker: ApiKey,
    *,
    name: str,
    owner: str,
    scopes: Sequence[str],
    idempotency_key: IdempotencyKey,
    now: datetime,
) -> Made | Reused | NotAllowed:
    """Make a key in the name of another one, with no more scopes than that has.

    The maker must not have been revoked, even if this process has not heard of it: a key that leaked must not outlive
    its revocation through one that it has made.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    if not set(scopes) <= set(maker.scopes):
        return NotAllowed("scope_not_held")
    secret, key = fresh(name, owner, scopes, now, maker)

    def look() -> Plan[Made | NotAllowed]:
        made = Made(key, secret)
        return Plan(made, [Create(key), Valid(maker)], key.digest, if_lost=lambda _: NotAllowed("revoked"))

    def repeat(made: str) -> Made:
        stored = table.read_api_key(made)
        assert stored is not None, "keys are kept for good"
        return Made(stored, None)

    return decide_once(table, idempotency_key, look, repeat)


def revoke(table: Table, key_id: str, *, by: ApiKey, now: datetime) -> ApiKey | NotAllowed | None:
    """Let a key open nothing any more, and return it as it is stored; None when there is no such key.

    In the same transaction a key that may make keys is still valid: the one that asks or, if it revokes itself,
    another one. So two keys that revoke each other at the same moment do not lock everybody out, and a key that was
    revoked can't revoke others while a process still remembers it. A second time changes nothing.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """

    def look() -> Plan[ApiKey | NotAllowed | None]:
        key = table.find_api_key(key_id)
        if key is None or key.revoked_at is not None:
            return Plan(key)
        witness = by if key.digest != by.digest else _other_maker(table, key)
        if witness is None:
            return Plan(NotAllowed("last_key"))
        revoked, valid = Revoked(replace(key, revoked_at=now, email=None)), Valid(witness)

        def if_lost(failures: Failures) -> NotAllowed | None:
            is_out = witness is by and any(it.effect is valid for it in failures)
            return NotAllowed("revoked") if is_out else None

        return Plan(revoked.key, [revoked, valid, *_freed(table, key)], if_lost=if_lost)

    return decide(table, look)


def stands(table: Table, made_by: str, digest: str) -> bool:
    """Whether what a key has begun still counts, by the key's id and, if it was noted, its digest: until it is revoked.

    What no key has begun always does.

    Raises:
        BusyError: the table did not answer in time.
    """
    if not made_by.startswith(f"{KEY_PREFIX}_"):
        return True
    key = table.read_api_key(digest) if digest else table.find_api_key(made_by)
    return key is not None and key.revoked_at is None


def may_second(author_owner: str, approver: ApiKey) -> bool:
    """Whether a key may approve, as the second admin, what a key of `author_owner` has asked for.

    It may if it is another owner's, and no key of the author's owner has made it, directly or through others. Owners
    are compared as people read them, without case and blanks. Store the owner of the author's key beside its id:
    nothing else of it is needed.
    """
    author = normal_owner(author_owner)
    return author not in {normal_owner(owner) for owner in (approver.owner, *approver.makers)}


def normal_owner(owner: str) -> str:
    """Fold the spellings of an owner into one."""
    return " ".join(unicodedata.normalize("NFKC", owner).casefold().split())


def fresh(
    name: str, owner: str, scopes: Sequence[str], now: datetime, maker: ApiKey | None = None
) -> tuple[str, ApiKey]:
    """Return a new secret and the key that it opens, which is not stored yet: made by another one, or the operator.

    Among its makers each owner is named once.
    """
    secret = f"rk_{secrets.token_urlsafe(32)}"
    granted = tuple(scope for scope in SCOPES if scope in scopes)
    key = ApiKey(digest_of(secret), new_id(KEY_PREFIX, now, _CHANCE), name, granted, now, owner, edition=EDITION)
    if maker is None:
        return secret, key
    return secret, replace(key, made_by=maker.id, makers=tuple(dict.fromkeys((maker.owner, *maker.makers))))


def _freed(table: Table, key: ApiKey) -> list[Effect]:
    """What lets the mailbox of an admin be another one's, or theirs again."""
    held = table.read_admin_mailbox(key.mailbox) if key.mailbox else None
    if held is None or held.key_digest != key.digest:
        return []
    return [Replace(replace(held, key_digest=None, version=held.version + 1))]


def _other_maker(table: Table, key: ApiKey) -> ApiKey | None:
    """Find another key that is valid and may make keys."""
    others = (other for other in table.list_api_keys(None) if other.digest != key.digest)
    return next((other for other in others if "admin:keys" in other.scopes and other.revoked_at is None), None)


def digest_of(secret: str) -> str:
    """Return what is stored in a secret's place. It has 256 random bits, so a plain hash can't be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()

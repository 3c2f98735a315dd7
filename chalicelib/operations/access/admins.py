"""People of the shop who sign in to the console by mail: each is a key of their own, of which nobody knows the secret.

So whatever holds of keys holds of them: scopes, who has made them, the second admin, revocation.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.effects import Create, Effect, Replace, Valid
from chalicelib.domain.model.access import AdminMailbox, ApiKey
from chalicelib.domain.people.pseudonyms import pseudonym_of_email
from chalicelib.operations.access import api_keys
from chalicelib.operations.access.api_keys import NotAllowed
from chalicelib.operations.once import Failures, Plan, decide
from chalicelib.store.table import Table

SCOPES = api_keys.SCOPES
"""What an admin whom the operator makes may do unless it is said otherwise: all, so that they can make every key."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An admin to be: where they read their mail, what they are called, what they may do."""

    email: str
    name: str
    scopes: Sequence[str] = SCOPES


@dataclass(frozen=True, slots=True)
class Invited:
    """An admin, made by this request or (`new` is False) by one like it before."""

    key: ApiKey
    new: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """Whoever reads this mailbox is an admin already, under another name or with other scopes."""

    by: ApiKey


def issue(table: Table, wanted: Wanted, *, pepper: bytes, now: datetime) -> Invited | Taken:
    """Make an admin for the operator: the first one, and each who is to be a second one to somebody.

    Raises:
        UnknownScopeError: names the scopes that exist.
        BusyError: the table did not answer in time.
    """
    api_keys.check_known(wanted.scopes)
    answer = _make(table, wanted, None, pepper=pepper, now=now)
    assert not isinstance(answer, NotAllowed), "nobody is asked who could have been revoked"
    return answer


def invite(table: Table, by: ApiKey, wanted: Wanted, *, pepper: bytes, now: datetime) -> Invited | Taken | NotAllowed:
    """Make an admin in the name of a key, with no more scopes than that has. A second time changes nothing.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    if not set(wanted.scopes) <= set(by.scopes):
        return NotAllowed("scope_not_held")
    return _make(table, wanted, by, pepper=pepper, now=now)


def find(table: Table, mailbox: str) -> ApiKey | None:
    """Find the admin who reads a mailbox, by its pseudonym; None if there is none, or none any more.

    Raises:
        BusyError: the table did not answer in time.
    """
    held = table.read_admin_mailbox(mailbox)
    key = table.read_api_key(held.key_digest) if held and held.key_digest else None
    return key if key is not None and key.revoked_at is None else None


def all_of(table: Table) -> list[ApiKey]:
    """Return all admins, the newest first. Slightly stale.

    Raises:
        BusyError: the table did not answer in time.
    """
    return [it for it in table.list_api_keys(None) if it.mailbox is not None and it.revoked_at is None]


def revoke(table: Table, admin_id: str, *, by: ApiKey, now: datetime) -> ApiKey | NotAllowed | None:
    """Let an admin do nothing any more, and return them; None when there is no such admin.

    Their sessions are over at once, and their mailbox is free. A second time changes nothing.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """
    key = table.find_api_key(admin_id)
    if key is None or key.mailbox is None:
        return None
    return api_keys.revoke(table, admin_id, by=by, now=now)


def _make(
    table: Table, wanted: Wanted, by: ApiKey | None, *, pepper: bytes, now: datetime
) -> Invited | Taken | NotAllowed:
    mailbox = pseudonym_of_email(pepper, wanted.email)
    _, made = api_keys.fresh(wanted.name, wanted.name, wanted.scopes, now, by)
    admin = replace(made, email=wanted.email, mailbox=mailbox)

    def look() -> Plan[Invited | Taken | NotAllowed]:
        held = table.read_admin_mailbox(mailbox)
        known = table.read_api_key(held.key_digest) if held and held.key_digest else None
        if known is not None:
            same = known.name == admin.name and known.scopes == admin.scopes
            return Plan(Invited(known, new=False) if same else Taken(known))
        version = held.version + 1 if held else 1
        takes = AdminMailbox(mailbox, admin.digest, version)
        valid: list[Effect] = [Valid(by)] if by else []

        def if_lost(failures: Failures) -> NotAllowed | None:
            return NotAllowed("revoked") if any(isinstance(it.effect, Valid) for it in failures) else None

        effects = [Create(admin), Replace(takes) if held else Create(takes), *valid]
        return Plan(Invited(admin, new=True), effects, if_lost=if_lost)

    return decide(table, look)

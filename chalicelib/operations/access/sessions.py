"""Begin the sessions of ambassadors whom the shop has signed in, recognise them, and end them."""

import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.domain.effects import Create, Effect, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.access import ApiKey, ConsoleSession, Session
from chalicelib.operations.access.api_keys import SESSION_PREFIX, digest_of, stands
from chalicelib.operations.once import Plan, decide
from chalicelib.store.table import EFFECTS_MAX, Table

LASTS = timedelta(hours=1)

S = TypeVar("S", Session, ConsoleSession)

_CHANCE = secrets.SystemRandom()
_TOKEN = re.compile(rf"{SESSION_PREFIX}([0-9A-Z]{{26}})([0-9A-Z]{{26}})[\w-]{{43}}", re.ASCII)


def begin(
    table: Table,
    ambassador_id: str,
    *,
    by: ApiKey,
    now: datetime,
    beside: Sequence[Effect] = (),
) -> tuple[str, Session]:
    """Let an ambassador who exists act for a while. `by` is the key that says who they are.

    What else is to be written goes `beside` it.

    Returns:
        The token, which is stored nowhere, and the session.

    Raises:
        BusyError: the table did not answer in time.
    """
    token, session = fresh(ambassador_id, by=by.id, digest=by.digest, now=now)
    table.commit([Create(session), *beside])  # if it is there already, an attempt whose reply was lost has written it
    return token, session


def fresh(
    ambassador_id: str, *, by: str, digest: str = "", now: datetime, lasts: timedelta = LASTS, browser: str = ""
) -> tuple[str, Session]:
    """Return the token of a new session, and the session, which is not stored yet.

    `by` is the id of the key that says who they are, with its `digest`, or "mail".
    """
    session_id = new_id("ses", now, _CHANCE)
    token = f"{SESSION_PREFIX}{bare(ambassador_id)}{bare(session_id)}{secrets.token_urlsafe(32)}"
    session = Session(session_id, ambassador_id, digest_of(token), now, now + lasts, by, None, 1, browser, digest)
    return token, session


def find(table: Table, token: str, *, now: datetime) -> Session | None:
    """Find the session of a token; None when it is unknown or over, or the key that began it was revoked.

    The token names whose session it is and which, so that those of one ambassador lie together and are found at once,
    whoever asks for one or for all of them.

    Raises:
        BusyError: the table did not answer in time.
    """
    named = _TOKEN.fullmatch(token)
    session = table.read_session(f"amb_{named[1]}", f"ses_{named[2]}") if named else None
    if session is None or not hmac.compare_digest(session.digest, digest_of(token)):
        return None
    return session if is_live(session, now) and _stands(table, session) else None


def named_by(token: str) -> str | None:
    """Return the id of the session that a token says it is of; None if it is no token of a session."""
    named = _TOKEN.fullmatch(token)
    return f"ses_{named[2]}" if named else None


def of_ambassador(table: Table, kin: Iterable[str], *, now: datetime) -> list[Session]:
    """Return the sessions under an ambassador's ids that are not over, the newest first.

    Raises:
        BusyError: the table did not answer in time.
    """
    found = [it for ambassador_id in kin for it in table.list_sessions(ambassador_id) if is_live(it, now)]
    makers = {it.made_by: it for it in found}
    standing = {name for name, it in makers.items() if _stands(table, it)}
    return sorted((it for it in found if it.made_by in standing), key=lambda it: it.id, reverse=True)


def ending(table: Table, kin: Sequence[str], *, now: datetime) -> list[Effect]:
    """Return what ends the sessions under an ambassador's ids that are not over.

    Raises:
        BusyError: the table did not answer in time.
    """
    return [Replace(ended(it, now)) for it in of_ambassador(table, kin, now=now)]


def end_all(table: Table, kin: Sequence[str], *, now: datetime) -> int:
    """End all sessions of an ambassador, and return how many there were. From then on none of their tokens opens.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """

    def look() -> Plan[int]:
        ends = ending(table, kin, now=now)[:EFFECTS_MAX]
        return Plan(len(ends), ends)

    number = 0
    while more := decide(table, look):
        number += more
    return number


def end(table: Table, kin: Sequence[str], session_id: str, *, now: datetime) -> Session | None:
    """End one session of an ambassador; None when there is no such session. A second time changes nothing.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """

    def look() -> Plan[Session | None]:
        found = (table.read_session(ambassador_id, session_id) for ambassador_id in kin)
        session = next(filter(None, found), None)
        if session is None or not is_live(session, now):
            return Plan(session)
        after = ended(session, now)
        return Plan(after, [Replace(after)])

    return decide(table, look)


def is_live(session: S, now: datetime) -> bool:
    """Whether a session still opens something."""
    return session.ended_at is None and now < session.expires_at


def ended(session: S, now: datetime) -> S:
    """Return a session as one that opens nothing any more."""
    return replace(session, ended_at=now, version=session.version + 1)


def _stands(table: Table, session: Session) -> bool:
    """Whether the key that began a session is still valid: whoever stole it does not outlive it in its sessions."""
    return stands(table, session.made_by, session.key_digest)


def bare(name: str) -> str:
    """Return an id without its prefix."""
    return name.partition("_")[2]

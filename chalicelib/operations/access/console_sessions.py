"""Begin the sessions of admins in the console, recognise them, and end them.

An admin is a key. A session reads it each time, so that whatever happens to the key has happened to its sessions.
"""

import hmac
import re
import secrets
from datetime import datetime, timedelta

from chalicelib.domain.effects import Create, Replace
from chalicelib.domain.ids import new_id
from chalicelib.domain.model.access import ApiKey, ConsoleSession
from chalicelib.operations.access.api_keys import digest_of
from chalicelib.operations.access.sessions import bare, ended, is_live
from chalicelib.operations.once import Plan, decide
from chalicelib.store.table import EFFECTS_MAX, Table

LASTS = timedelta(hours=12)

PREFIX = "rc_"
"""How the token of a console session begins. No route of the API takes it."""

_CHANCE = secrets.SystemRandom()
_TOKEN = re.compile(rf"{PREFIX}([0-9A-Z]{{26}})([0-9A-Z]{{26}})[\w-]{{43}}", re.ASCII)


def begin(table: Table, key: ApiKey, *, browser: str, now: datetime) -> tuple[str, ConsoleSession]:
    """Let an admin act in the console for a while.

    Returns:
        The token, which is stored nowhere, and the session.

    Raises:
        BusyError: the table did not answer in time.
    """
    token, session = fresh(key, browser=browser, now=now)
    table.commit([Create(session)])  # if its id is there already, an attempt whose reply was lost has written it
    return token, session


def fresh(key: ApiKey, *, browser: str, now: datetime) -> tuple[str, ConsoleSession]:
    """Return the token of a new session, and the session, which is not stored yet."""
    session_id = new_id("con", now, _CHANCE)
    token = f"{PREFIX}{bare(key.id)}{bare(session_id)}{secrets.token_urlsafe(32)}"
    return token, ConsoleSession(session_id, key.id, key.digest, digest_of(token), now, now + LASTS, browser)


def find(table: Table, token: str, *, now: datetime) -> tuple[ConsoleSession, ApiKey] | None:
    """Find the session of a token and the key that it acts as; None when it is unknown or over, or its key revoked.

    Raises:
        BusyError: the table did not answer in time.
    """
    named = _TOKEN.fullmatch(token)
    session = table.read_console_session(f"key_{named[1]}", f"con_{named[2]}") if named else None
    if session is None or not hmac.compare_digest(session.digest, digest_of(token)) or not is_live(session, now):
        return None
    key = table.read_api_key(session.key_digest)
    return (session, key) if key is not None and key.revoked_at is None else None


def named_by(token: str) -> str | None:
    """Return the id of the session that a token says it is of; None if it is no token of the console's."""
    named = _TOKEN.fullmatch(token)
    return f"con_{named[2]}" if named else None


def of_key(table: Table, key_id: str, *, now: datetime) -> list[ConsoleSession]:
    """Return the sessions of a key that are not over, the newest first.

    Raises:
        BusyError: the table did not answer in time.
    """
    return [it for it in table.list_console_sessions(key_id) if is_live(it, now)]


def end(table: Table, key_id: str, session_id: str, *, now: datetime) -> ConsoleSession | None:
    """End one session of a key; None when there is no such session. A second time changes nothing.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """

    def look() -> Plan[ConsoleSession | None]:
        session = table.read_console_session(key_id, session_id)
        if session is None or not is_live(session, now):
            return Plan(session)
        after = ended(session, now)
        return Plan(after, [Replace(after)])

    return decide(table, look)


def end_all(table: Table, key_id: str, *, now: datetime, but: str | None = None) -> int:
    """End all sessions of a key, or all others than the one `but`, and return how many there were.

    Raises:
        BusyError: the table did not answer in time; the same request may be sent again.
    """

    def look() -> Plan[int]:
        ends = [Replace(ended(it, now)) for it in of_key(table, key_id, now=now) if it.id != but][:EFFECTS_MAX]
        return Plan(len(ends), ends)

    number = 0
    while more := decide(table, look):
        number += more
    return number

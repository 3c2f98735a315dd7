"""Server keys, sessions, and the requests that were made before."""

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.store import keys
from chalicelib.store.items import entity_of
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import BATCH_MAX, key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.access import AdminMailbox, ApiKey, ConsoleSession, IdempotencyKey, Session, SignIn


class Access(Reader):
    """Who may call, and what was called before."""

    def read_api_key(self, digest: str) -> "ApiKey | None":
        """A server key by the SHA-256 of its secret."""
        return self._get(keys.api_key(digest))

    def find_api_key(self, key_id: str) -> "ApiKey | None":
        """A server key by its id. A key is in the list, where this looks, a moment after it was made."""
        rows = self._wire.query(keys.API_KEYS, (key_id, key_id), index="list", limit=1)
        return next(iter(self._batch([key_in(row) for row in rows])), None)

    def list_api_keys(self, after: str | None, limit: int | None = None) -> "Iterator[ApiKey]":
        """Up to `limit` server keys, the newest first, those that were revoked among them, after the one `after`."""
        bounds = (" ", after or "~")
        rows = self._wire.query(keys.API_KEYS, bounds, index="list", skip=after, limit=limit, forward=False)
        while page := list(islice(rows, BATCH_MAX)):
            yield from self._batch([key_in(row) for row in page])

    def read_console_session(self, key_id: str, session_id: str) -> "ConsoleSession | None":
        """One of the console sessions of a key."""
        return self._get(keys.console_session(key_id, session_id))

    def list_console_sessions(self, key_id: str) -> "Iterator[ConsoleSession]":
        """All console sessions of a key, the newest first, until the table has cleaned them up."""
        bounds = (keys.console_session(key_id).sk, keys.console_session(key_id, "~").sk)
        found = self._wire.query(keys.console_session(key_id).pk, bounds, forward=False)
        return (entity_of(item) for item in found)

    def read_admin_mailbox(self, mailbox: str) -> "AdminMailbox | None":
        """As which key whoever reads a mailbox signs in to the console."""
        return self._get(keys.admin_mailbox(mailbox))

    def read_sign_in(self, sign_in_id: str) -> "SignIn | None":
        """A request to sign in."""
        return self._get(keys.sign_in(sign_in_id))

    def list_sign_ins(self, whose: str, after: str | None, limit: int) -> "list[tuple[str, SignIn]]":
        """Up to `limit` requests for a mailbox, or of an ambassador, the newest first, until they are cleaned up."""
        return self._owned(keys.sign_ins(whose), after, limit)

    def read_session(self, ambassador_id: str, session_id: str) -> "Session | None":
        """One of an ambassador's sessions."""
        key = keys.session(ambassador_id, session_id)
        self._wire.ahead((key, keys.profile(ambassador_id)))
        return self._get(key)

    def list_sessions(self, ambassador_id: str) -> "Iterator[Session]":
        """All sessions of an ambassador, the newest first, until the table has cleaned them up."""
        bounds = (keys.session(ambassador_id).sk, keys.session(ambassador_id, "~").sk)
        found = self._wire.query(keys.session(ambassador_id).pk, bounds, forward=False)
        return (entity_of(item) for item in found)

    def read_idempotency_key(self, digest: str) -> "IdempotencyKey | None":
        """What was made under an Idempotency-Key."""
        return self._get(keys.idempotency_key(digest))

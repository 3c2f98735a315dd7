"""The lane of an ambassador: of many workers who want to settle for one account, one does, and the others wait.

Nothing rests on it but speed. What is settled rests on the account's version, whoever has the lane; and whoever never
meets another worker at the account takes none.
"""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta

from chalicelib.domain.model.accounts import Account
from chalicelib.operations.people.merged import account_of
from chalicelib.store.table import BusyError, Table

HELD = timedelta(seconds=2)
"""For how long a lane is taken at a time: as long it stays closed behind a worker who was killed in it."""

FAR = 2 * HELD
"""Nobody's lane is taken for that long: whoever wrote it has a wrong clock, and keeps nobody out."""


class Lane:
    """One worker at one ambassador's lane.

    `now` is when their work has begun; what follows is counted from there. Whoever comes with one order `alone` does
    not look for the lane before others have shown at the account: a look costs a read unit.
    """

    def __init__(self, table: Table, ambassador_id: str, now: datetime, *, alone: bool) -> None:
        self._table = table
        self._ambassador_id = ambassador_id
        self._begun, self._start = now, table.deadline(0)
        self._worker = str(uuid.uuid4())
        self._until: datetime | None = None
        self._alone = alone
        self.is_crowded = False

    def look(self) -> Account | None:
        """Read the account; None while somebody else has the lane.

        Raises:
            BusyError: the table did not answer in time.
        """
        if self._until or (self._alone and not self.is_crowded):
            return account_of(self._table, self._ambassador_id)
        account, until, left = self._table.read_lane(self._ambassador_id)
        now = self._now()
        is_taken = until is not None and now < until < now + FAR
        self.is_crowded = self.is_crowded or is_taken or (left is not None and abs(now - left) < HELD)
        if is_taken:
            return None
        if account is None or account.merged_into:
            return account_of(self._table, self._ambassador_id)
        return account

    def take(self) -> bool:
        """Take the lane, if it is not this worker's already; return False if it is somebody else's.

        Raises:
            BusyError: the table did not answer in time.
        """
        now = self._now()
        if self._until is None or self._until <= now:
            is_taken = self._table.take_lane(self._ambassador_id, self._worker, now, now + HELD, now + FAR)
            self._until = now + HELD if is_taken else None
        return self._until is not None

    def leave(self) -> None:
        """Let the next one in. If the table does not hear it, the lane opens by itself."""
        if self._until is None:
            return
        with suppress(BusyError):
            self._table.free_lane(self._ambassador_id, self._worker, self._now())

    def _now(self) -> datetime:
        return self._begun + timedelta(seconds=self._table.deadline(0) - self._start)

"""The mails that are owed, and those that were."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING

from chalicelib.store import keys
from chalicelib.store.reads.reader import Reader
from chalicelib.store.wire import key_in

if TYPE_CHECKING:
    from chalicelib.domain.model.messages import Message, Recipient


class Messages(Reader):
    """The outbox, message by message and by who gets them."""

    def read_message(self, message_id: str) -> "Message | None":
        """A message."""
        return self._get(keys.message(message_id))

    def read_messages(self, message_ids: Iterable[str]) -> "list[Message]":
        """Those of some messages that there are."""
        return self._batch([keys.message(it) for it in dict.fromkeys(message_ids)])

    def list_messages(
        self, recipients: "Iterable[Recipient]", after: str | None, limit: int
    ) -> "list[tuple[str, Message]]":
        """Up to `limit` messages to some recipients, the newest first, each with its position. Slightly stale."""
        lists = (self._owned(keys.letters(*it), after, limit) for it in recipients)
        return sorted((row for rows in lists for row in rows), key=lambda row: row[0], reverse=True)[:limit]

    def list_ended(self, on: date) -> "Iterator[str]":
        """The ids of the messages that ended on a day of UTC, shard after shard. Slightly stale."""
        for shard in self._daily(keys.MAILS, on):
            for row in self._wire.query(shard, index="day"):
                yield key_in(row).pk.partition("#")[2]

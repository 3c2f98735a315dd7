"""The mails that are owed, and those that were."""

from typing import TYPE_CHECKING

from chalicelib.store import keys
from chalicelib.store.reads.reader import Reader

if TYPE_CHECKING:
    from chalicelib.domain.model.messages import Message, Recipient


class Messages(Reader):
    """The outbox, message by message and by who gets them."""

    def read_message(self, message_id: str) -> "Message | None":
        """A message."""
        return self._get(keys.message(message_id))

    def list_messages(self, to: "Recipient", after: str | None, limit: int) -> "list[tuple[str, Message]]":
        """Up to `limit` messages to one recipient, the newest first, each with its position. Slightly stale."""
        return self._owned(keys.letters(*to), after, limit)

"""What must be true of the mails of any life: none goes twice but in the one window."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise

from tests.life.post import PostOffice, Stored, Taken

QUARTER = timedelta(minutes=15)
TIMES_MAX = 3


class MailJudge:
    """Looks at the mails that were taken, and at all states of the messages that they tell of.

    `mails` are those of each message, by its id; `places` is which place among all that happened a state has, by the
    id and version of the message.
    """

    def __init__(self, world: PostOffice) -> None:
        self.world = world
        self.mails: dict[str, list[Taken]] = defaultdict(list)
        for taken in world.taken:
            for message in taken.messages:
                self.mails[message.id].append(taken)
        stored = [it for states in world.stored.values() for it in states]
        self.places = {(it.message.id, it.message.version): it.place for it in stored}

    def of_doubles(self, message_id: str, states: Sequence[Stored]) -> Iterator[str]:
        """A mail goes again only if nobody could say that it went: 15 minutes after its claim, three times at most."""
        mails = self.mails[message_id]
        claims = [next(it.sending_at for it in mail.messages if it.id == message_id) for mail in mails]
        if len(mails) > TIMES_MAX:
            yield f"{message_id} went {len(mails)} times"
        for one, other in pairwise(claims):
            if one is None or other is None or other - one < QUARTER:
                yield f"{message_id} was claimed for a mail at {one} and at {other}"
        for mail in mails:
            if any(it.message.state == "done" and it.at < mail.at for it in states):
                yield f"{message_id} went at {mail.at}, though it was done"


def carrier(taken: Taken) -> str:
    """Return what makes two mails the same one."""
    return min(message.carried_by or message.id for message in taken.messages)

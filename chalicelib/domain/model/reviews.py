"""What an admin is asked about an order, and what connects its people."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen

About = Literal["signals", "foreign_refund"]


@frozen
class Question:
    """What an admin is asked, `about` the order's signals or a refund in a foreign currency, and for how long."""

    about: About
    deadline: datetime


@frozen
class Case:
    """A reward that waits for an admin. A settlement closes it.

    `questions` are those that are open, of refunds the most urgent one; `deadline` is the earliest of theirs.
    """

    order_id: str
    ambassador_id: str
    opened_at: datetime
    deadline: datetime
    questions: tuple[Question, ...] = ()
    state: Literal["open", "closed"] = "open"
    version: int = 1


@frozen
class Trait:
    """A card or an address (a pseudonym), and the friends of one ambassador who have used it.

    Two friends are enough to say of anybody that another one has used it, so no more are kept.
    """

    pseudonym: str
    ambassador_id: str
    friends: tuple[str, ...] = ()
    version: int = 1

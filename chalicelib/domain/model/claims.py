"""Orders that ambassadors say they brought."""

from datetime import datetime
from typing import Literal

from chalicelib.domain.frozen import frozen


@frozen
class Overruled:
    """How a claim was decided before it was decided anew: when, by whose key, and what they answered."""

    state: Literal["approved", "denied"]
    at: datetime
    author: str
    answer: str | None = None


@frozen
class Claim:
    """An order that an ambassador says they brought, although no code was used on it; an admin decides.

    `note` is what the ambassador says, `answer` what the admin does, `author` the admin's key. `earlier` is how it was
    decided before.
    """

    id: str
    ambassador_id: str
    order_id: str
    claimed_at: datetime
    note: str | None = None
    state: Literal["open", "approved", "denied"] = "open"
    decided_at: datetime | None = None
    author: str | None = None
    answer: str | None = None
    earlier: tuple[Overruled, ...] = ()
    version: int = 1


@frozen
class OpenClaims:
    """The ids of the claims of one ambassador that wait for an admin: there may be only so many."""

    ambassador_id: str
    claims: tuple[str, ...] = ()
    version: int = 1

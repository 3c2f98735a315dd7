"""What a checkout is answered."""

from datetime import timedelta

from chalicelib.domain.frozen import frozen
from chalicelib.domain.model.orders import Redemption
from chalicelib.domain.orders.admit import Refused

GRACE = timedelta(seconds=30)
"""How long the stream has before the schedule looks for a fact by itself."""


@frozen
class Redeemed:
    """The order's redemption, stored now or (`replayed`) by an earlier request with the same content.

    `paid` says whether it is paid for, `superseded` that a later revision of it has come before this one.
    """

    redemption: Redemption
    replayed: bool
    paid: bool = True
    superseded: bool = False


@frozen
class Conflicting:
    """The order was redeemed before with other content, which stands; or what was to be stored along has changed."""


@frozen
class AlreadyPaid:
    """The order has been paid for, so what it was then stands."""


Answer = Redeemed | Refused | Conflicting | AlreadyPaid

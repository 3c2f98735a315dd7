"""What makes an order suspicious, and how much of it: the signals that a program may weigh."""

from typing import Literal

from chalicelib.domain.frozen import frozen

Safe = Literal["routine", "returns"]
"""What an ambassador may be told of a reward under review: nothing that teaches how it was noticed."""


@frozen
class Signal:
    """What a signal weighs unless the program says otherwise, its text for admins, what the ambassador may be told.

    A `guess` is no fact about an order: it adds to the weight of facts, and holds no reward without one.
    """

    weight: int
    text: str
    safe: Safe = "routine"
    guess: bool = False


SIGNALS = {
    "shared_payment": Signal(
        60,
        "The card was used before by another friend of this ambassador, or by the ambassador for an order of theirs.",
    ),
    "velocity": Signal(40, "Far more orders in a day than this ambassador's last three months explain."),
    "refund_rate": Signal(40, "A large part of the orders with this ambassador's codes were sent back.", "returns"),
    "ring": Signal(
        40, "The friend is an ambassador too, and brought this ambassador as a friend: they refer each other."
    ),
    "shared_address": Signal(
        30, "Another friend of this ambassador, or the ambassador, had an order sent to the same address."
    ),
    "disposable_email": Signal(30, "The friend's mailbox is one of a host that gives them away for minutes."),
    "no_clicks": Signal(
        20,
        "Nobody was seen to open the link of this code in the 30 days before: it may stand on a coupon site.",
        guess=True,
    ),
}
"""Every signal, the weightiest first."""

WEIGHTS = {name: signal.weight for name, signal in SIGNALS.items()}

"""Every mail there is, in each case that has words of its own: for tests, and for pictures to look at."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.domain.model.orders import Told
from chalicelib.web import letters
from chalicelib.web.letters import Purse
from chalicelib.web.mail import Mail, Reader

HELD = Told(1000, datetime(2026, 3, 12, 9, tzinfo=UTC))
YOURS, LOST, OPEN = Told(1000), Told(0), Told(1000, when="open")
EXPECTED = replace(HELD, when="expected")
LATER = replace(HELD, release_at=datetime(2026, 4, 2, 9, tzinfo=UTC))
LESS, LESS_YOURS = replace(HELD, amount=700), Told(700)
UNTIL = datetime(2027, 3, 12, 9, tzinfo=UTC)
LINK = "https://friends.example/r/MAYA7K3Q?a=b&c=d"


def mails(
    *, shop_name: str = "Fern & Fig", first_name: str | None = "Maya", locale: str = "en", unit: str = "EUR"
) -> dict[str, Mail]:
    """One mail of each kind, and of each case that has words of its own."""
    reader = Reader(shop_name, first_name, LINK, locale)
    whole, least, little = Purse(2500), Purse(2500, minimum=2000), Purse(2500, minimum=5000)
    plain: Any = {"was": HELD, "turn": None}
    reduced: Any = {"was": HELD, "turn": "part_returned"}
    again: Any = {"was": LOST, "turn": "counts_again"}
    return {
        "thanks": letters.friend_thanks(reader, order_id="10023", discount=480, currency="EUR"),
        "thanks alone": letters.friend_thanks(reader, order_id="10023", discount=0, currency="EUR"),
        "held": letters.reward_held(reader, HELD, unit),
        "held, expected": letters.reward_held(reader, EXPECTED, unit),
        "released": letters.reward_released(reader, YOURS, unit, whole, **plain),
        "released, never told": letters.reward_released(reader, YOURS, unit, whole, was=None, turn=None),
        "released, less": letters.reward_released(reader, LESS_YOURS, unit, whole, **reduced),
        "released, again": letters.reward_released(reader, YOURS, unit, whole, **again),
        "released, least": letters.reward_released(reader, YOURS, unit, replace(least, until=UNTIL), **plain),
        "released, too little": letters.reward_released(reader, YOURS, unit, little, **plain),
        "released, until": letters.reward_released(reader, YOURS, unit, replace(whole, until=UNTIL), **plain),
        "released, not usable": letters.reward_released(reader, YOURS, unit, Purse(2500, usable=False), **plain),
        "less": letters.reward_changed(reader, LESS, unit, **reduced),
        "less, yours": letters.reward_changed(reader, LESS_YOURS, unit, **{**reduced, "was": YOURS}),
        "more, yours": letters.reward_changed(reader, YOURS, unit, was=LESS_YOURS, turn="counts_again"),
        "later": letters.reward_changed(reader, LATER, unit, **plain),
        "less and later": letters.reward_changed(reader, replace(LATER, amount=700), unit, **reduced),
        "expected later": letters.reward_changed(reader, replace(LATER, when="expected"), unit, **plain),
        "looked at": letters.reward_changed(reader, OPEN, unit, **plain),
        "again": letters.reward_changed(reader, HELD, unit, **again),
        "stand": letters.balances(
            reader, available=[(2500, unit), (1, "gift:Tea mug")], held=[(450, unit)], least=[(2000, unit)], until=UNTIL
        ),
        "stand at nothing": letters.balances(reader, available=[], held=[]),
        "lost": letters.reward_lost(reader, unit, was=HELD, turn="cancelled"),
        "lost, returned": letters.reward_lost(reader, unit, was=YOURS, turn="returned"),
        "lost, too little": letters.reward_lost(reader, unit, was=HELD, turn="below_minimum"),
        "denied": letters.reward_lost(reader, unit, was=None, turn="denied"),
        "denied, told": letters.reward_lost(reader, unit, was=HELD, turn="denied"),
    }

"""What the shop of the year has in force: its occasions, its guides, and what it changes within the year."""

from copy import deepcopy
from datetime import datetime
from typing import Any

PROMOTIONAL = ("care", "tips", "wishes", "offers")
EVERY = ["rewards", *PROMOTIONAL]
CHOICES = ["cooking", "flowers", "tea"]

GUIDES = (
    ("glaze-en", "en", ("MUG",), ()),
    ("glaze-es", "es", ("MUG", "BOWL"), ()),
    ("glaze-gu", "gu", (), ("kitchen",)),
    ("vase-en", "en", ("VASE",), ()),
)
"""Guides: id, language, goods, categories. Nobody who reads German gets one."""

KIND_OF = {"MUG": "kitchen", "BOWL": "kitchen", "VASE": "decoration"}
"""The category of each of the goods."""

GIFT_COST = 700
"""What a surprise comes to."""


def month_of(at: datetime, months: int = 0) -> str:
    """Return a month as the program names it, so many later."""
    year, number = divmod(at.year * 12 + at.month - 1 + months, 12)
    return f"{year}-{number + 1:02}"


def first_rules(start: datetime, people: int) -> dict[str, Any]:
    """Return the rules with which the year begins."""
    budget = GIFT_COST * max(2, people // 100)
    return {
        "shop_name": "Kavya Ceramics",
        "shop_url": "https://kavya-ceramics.example/",
        "currency": "EUR",
        "time_zone": "Asia/Dhaka",
        "locale": "bn",
        "languages": ["en", "es", "gu", "bn"],
        "offer": {"basis_points": 1000},
        "minimum": 1000,
        "tiers": [{"name": "Starter", "threshold": 0, "reward": {"basis_points": 1000}}],
        "hold_days": 14,
        "letters": {
            "quiet": {"starts": "20:00", "ends": "09:00", "purposes": EVERY},
            "caps": [
                {"letters": 1, "days": 7, "purposes": list(PROMOTIONAL)},
                {"letters": 3, "days": 4, "purposes": EVERY},
            ],
            "hold_out_percent": 4,
        },
        "care": {
            "birthday": {
                "gift": {"rate": {"amount": 500}, "days": 30},
                "hold_out_percent": 10,
                "variants": [{"name": "rich", "percent": 30, "gift": {"rate": {"amount": 900}, "days": 30}}],
            },
            "check_in": {},
            "how_to": {"hold_out_percent": 10, "variants": [{"name": "short", "percent": 50}]},
            "invitation": {},
            "anniversary": {"gift": {"rate": {"amount": 300}}},
            "surprise": {
                "rounds": [
                    {"since": month_of(start), "chance": 1200, "budget": budget, "gift": {"amount": GIFT_COST}},
                ],
                "known_days": 40,
            },
            "miss_you": {
                "gift": {"rate": {"basis_points": 1500}, "days": 40},
                "first_order_days": 70,
                "hold_out_percent": 20,
            },
            "interests": {"choices": CHOICES},
            "social": {"hint": "Say what you like about their work, and ask for nothing."},
        },
    }


def looser(rules: dict[str, Any]) -> dict[str, Any]:
    """Ask after ten days instead of fourteen: so it is due at once for some."""
    after = deepcopy(rules)
    after["care"]["check_in"] = {"after_delivery_days": 10}
    return after


def tighter(rules: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Write once in ten days, from nine at night to ten in the morning; give more from the next month but one on."""
    after = deepcopy(rules)
    after["letters"]["caps"][0]["days"] = 10
    after["letters"]["quiet"] |= {"starts": "19:00", "ends": "10:00"}
    rounds = after["care"]["surprise"]["rounds"]
    rounds.append(rounds[0] | {"since": month_of(now, 2), "budget": rounds[0]["budget"] + GIFT_COST})
    return after

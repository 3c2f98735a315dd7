"""What the console calls the words that rules are written in, and how they stand together on the screen."""

from chalicelib.web.language import Language

SECTIONS: dict[str, tuple[str, ...]] = {
    "shop": ("shop_name", "shop_url", "currency", "time_zone", "open", "origins", "share_image_url", "share_channels"),
    "friend": (
        "offer", "minimum", "new_friends_only", "friend_days", "later", "pending_days", "excluded_skus",
    ),
    "ambassador": ("tiers", "tier_months", "demotion_months", "milestones", "tasks", "leaderboard"),
    "limits": ("caps", "budget_month"),
    "hold": (
        "hold_from", "hold_days", "longest_wait_days", "void_below_minimum", "watch", "review_days", "review_default",
    ),
    "spending": (
        "spend_minimum", "units", "spend_days", "expiry_months", "expiry_notice_days", "adjustment_limit",
        "acquisition_cost",
    ),
    "campaigns": ("campaigns",),
    "letters": ("languages", "locale", "digits", "reply_to", "letters"),
    "care": ("care",),
    "brand": ("brand",),
    "privacy": ("privacy", "retention"),
}  # fmt: skip
"""Which rules stand under which heading. A rule that is in none of them stands under the last heading, `other`."""


def headings(language: Language) -> dict[str, str]:
    """The headings of the sections, in order."""
    _ = language.translations.gettext
    return {
        "shop": _("Your shop"),
        "friend": _("What the friend gets"),
        "ambassador": _("What the ambassador earns"),
        "limits": _("Limits"),
        "hold": _("Until a reward is released"),
        "spending": _("Spending"),
        "campaigns": _("Campaigns"),
        "letters": _("Languages and letters"),
        "care": _("Care"),
        "brand": _("Look and own sentences"),
        "privacy": _("Data about people"),
        "other": _("Other rules"),
    }


def choices(language: Language) -> dict[str, str]:
    """What each word is called that a rule may be, and each name that a rule may have."""
    _ = language.translations.gettext
    return {
        "purchase": _("from the purchase on"),
        "delivery": _("from the delivery on"),
        "approve": _("The reward is approved"),
        "deny": _("The reward is denied"),
        "paper": _("Near white, for a dark logo"),
        "color": _("Your colour, for a light logo"),
        "whatsapp": "WhatsApp",
        "telegram": "Telegram",
        "viber": "Viber",
        "line": "LINE",
        "facebook": "Facebook",
        "x": "X",
        "sms": _("Text message"),
        "email": _("Email"),
        "latin": _("0 to 9 in every language"),
        "customary": _("The digits of each language"),
        "picture": _("A picture"),
        "review": _("A review"),
        "other": _("Something else"),
        "month": _("Month"),
        "quarter": _("Quarter"),
        "year": _("Year"),
        "life": _("Whole life"),
        "rewards": _("News of rewards"),
        "care": _("Care"),
        "tips": _("Tips"),
        "wishes": _("Wishes"),
        "offers": _("Offers"),
        **letters(language),
        "disposable_email": _("A throw-away mailbox"),
        "no_clicks": _("Nobody opened the link"),
        "refund_rate": _("Many orders sent back"),
        "ring": _("They refer each other"),
        "shared_address": _("An address used before"),
        "shared_payment": _("A card used before"),
        "velocity": _("Far more orders than usual"),
    }


def letters(language: Language) -> dict[str, str]:
    """What each letter is called."""
    _ = language.translations.gettext
    return {
        "friend_thanks": _("Thanks to the friend"),
        "welcome": _("Welcome with the code"),
        "reward_held": _("A reward is held"),
        "reward_released": _("A reward is released"),
        "reward_changed": _("A reward has changed"),
        "reward_lost": _("A reward is lost"),
        "tier_reached": _("A tier is reached"),
        "gift_sent": _("A gift is on its way"),
        "proof_approved": _("A task is approved"),
        "proof_denied": _("A task is denied"),
        "spent": _("Rewards were spent"),
        "expiring": _("Rewards expire soon"),
        "balances": _("How the account stands"),
        "confirm": _("Confirm the address"),
        "digest": _("Several news in one email"),
        "sign_in": _("Sign-in link"),
        "check_in": _("Check-in after an order"),
        "how_to": _("How-to guide"),
        "birthday": _("Birthday"),
        "anniversary": _("Anniversary"),
        "surprise": _("Surprise"),
        "invitation": _("Invitation to become an ambassador"),
        "miss_you": _("We miss you"),
        "interests": _("Question about interests"),
    }


def measures(language: Language) -> dict[str, str]:
    """What numbers count, as it stands beside a field."""
    _ = language.translations.gettext
    return {
        "days": _("days"),
        "months": _("months"),
        "minutes": _("minutes"),
        "orders": _("orders"),
        "referrals": _("referrals"),
        "percent": "%",
    }


def refusals(language: Language) -> dict[str, str]:
    """Why the rules refuse an order, by the reason that a checkout is told."""
    _ = language.translations.gettext
    return {
        "below_minimum": _("below the smallest order"),
        "nothing_counts": _("nothing in it counts"),
        "not_first_order": _("not the first order"),
        "friend_already_referred": _("the friend was brought before"),
        "own_code": _("the ambassador’s own order"),
        "paused_code": _("the code was paused"),
        "expired_code": _("the code had expired"),
        "unknown_code": _("no such code"),
        "program_closed": _("the program was closed"),
        "currency_mismatch": _("in another currency"),
    }

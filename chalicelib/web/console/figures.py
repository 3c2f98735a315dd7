"""What the console calls figures, and what each of them means to whoever reads it."""

from chalicelib.web.language import Language

Words = dict[str, str]


def figures(language: Language) -> Words:
    """What the figures of a period are called."""
    _ = language.translations.gettext
    return {
        "visits": _("Visits"),
        "quotes": _("Quotes"),
        "redemptions": _("Orders with a code"),
        "released": _("Rewards released"),
        "refunded": _("Orders that came back"),
        "revenue": _("Revenue referred"),
        "refunds": _("Refunds"),
        "discounts": _("Discounts"),
        "rewards": _("Rewards"),
        "gifts": _("Gifts"),
        "offers": _("Offers of care"),
        "adjustments": _("Corrections by hand"),
        "expired": _("Rewards expired"),
        "mails": _("Letters"),
        "orders": _("All orders"),
        "sales": _("All sales"),
        "customers": _("First orders"),
        "new_customers": _("New customers by a code"),
        "enrolled": _("New ambassadors"),
        "ambassadors": _("Ambassadors"),
        "cost_per_new_customer": _("Cost of a new customer"),
        "acquisition_cost": _("What another one costs you"),
        "conversion": _("Conversion"),
        "k": _("New customers per 100 ambassadors"),
        "cohort_customers": _("Customers"),
        "cohort_orders": _("Orders"),
        "cohort_value": _("Paid"),
        "cohort_refunds": _("Came back"),
        "cohort_expected": _("Expected in twelve months"),
    }


def meanings(language: Language) -> Words:
    """What they mean, as the API defines them."""
    _ = language.translations.gettext
    return {
        "visits": _(
            "How often a person opened a share link. Robots and previews are left out as far as they can be told. "
            "It counts openings, not people."
        ),
        "quotes": _("How often the shop asked what a code would be worth, as API Gateway has counted the answers."),
        "redemptions": _("Orders with a code that were settled, on the day on which they were placed."),
        "released": _(
            "Rewards whose hold ended, on the day on which it did: in a short period they belong to earlier orders."
        ),
        "refunded": _("Orders with a code of which something came back, on the day on which that was first reported."),
        "revenue": _(
            "What friends paid for goods on orders with a code: after the discount, without shipping, before refunds."
        ),
        "refunds": _("What came back of these orders, on the day on which that was reported."),
        "discounts": _("What codes took off."),
        "rewards": _(
            "What ambassadors were promised, less what was taken back. So a week with many orders looks dear, and gets "
            "cheaper with the refunds."
        ),
        "gifts": _("What was given on occasions of care."),
        "offers": _("What offers of somebody’s own took off the orders on which they were used."),
        "adjustments": _("What admins gave by hand, less what they took."),
        "expired": _("Rewards that nobody spent in time. They are part of the rewards all the same."),
        "mails": _("Letters that the email service took."),
        "orders": _("All orders that the shop has reported, with a code or without."),
        "sales": _("What was paid on all orders."),
        "customers": _("Customers whose first known order was placed then."),
        "new_customers": _("Those of them whose first order used a code."),
        "enrolled": _("Who became an ambassador."),
        "ambassadors": _("How many ambassadors there have ever been by the last day."),
        "cost_per_new_customer": _(
            "Rewards, discounts, offers, gifts and corrections, divided by new customers. Letters are not in it: they "
            "cost some cents for a thousand."
        ),
        "acquisition_cost": _("What a new customer costs you by other channels, as your rules say it."),
        "conversion": _("New customers for each visit."),
        "k": _("How many new customers 100 ambassadors have brought. Above 100 the program would grow by itself."),
        "cohort_customers": _("How many customers had their first order in that month."),
        "cohort_orders": _("All orders that they have placed since, the first among them."),
        "cohort_value": _("What they have paid on these, without shipping."),
        "cohort_refunds": _("What came back of it."),
        "cohort_expected": _("What the models expect them to bring in the next twelve months."),
    }


def channels(language: Language) -> Words:
    """What the channels of share links are called; others are called what they are."""
    _ = language.translations.gettext
    return {
        "link": _("The bare link"),
        "qr": _("QR code"),
        "email": _("Email"),
        "whatsapp": "WhatsApp",
        "telegram": "Telegram",
        "facebook": "Facebook",
        "instagram": "Instagram",
        "x": "X",
        "line": "LINE",
        "viber": "Viber",
        "sms": _("Text message"),
        "other": _("Anything else"),
    }

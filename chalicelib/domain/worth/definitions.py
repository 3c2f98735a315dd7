"""What each figure of worth means, in words that stand beside it."""

_STANDS = "An order stands unless it was cancelled, came back whole, or is not paid for yet."

CUSTOMER = {
    "orders": f"How many of their orders stand. {_STANDS}",
    "days_between": "The median of the days between two days on which they have bought.",
    "value": "What they have paid for goods: after discounts of codes, after refunds and chargebacks, without "
    "shipping; without tax where the shop reports it.",
    "discounts": "What codes took off their orders that stand.",
    "rewards": "What ambassadors have of their orders, held or available, as far as it has been settled.",
    "offers": "What offers that were made for them alone took off their orders.",
    "referred": "Whether a code was used on their first order.",
    "alive": "The chance that they are still a customer, by BG/NBD (Fader, Hardie and Lee, 2005). By this model "
    "somebody who has bought on one day only is: nothing tells otherwise yet.",
    "purchases": "On how many days they will buy in the next 365 days, by the same model: an expectation over all "
    "customers who have bought alike, their chance to be gone included.",
    "per_purchase": "What they will spend on such a day, by gamma-gamma (Fader and Hardie, 2013): between their own "
    "mean and that of all customers, the nearer to their own the more often they have bought.",
    "expected": "Purchases times what each brings, discounted to today month by month. It is revenue, not profit.",
}
"""Of one customer."""

COHORTS = {
    "month": "The month of a customer's first order, by the program's clocks.",
    "referred": CUSTOMER["referred"],
    "customers": "Who has an order that stands. People who want nothing made of what is known of them are left out.",
    "orders": f"Their orders, the first among them. {_STANDS}",
    "value": f"{CUSTOMER['value']} In the program's currency.",
    "discounts": CUSTOMER["discounts"],
    "rewards": f"{CUSTOMER['rewards']} In the program's currency.",
    "offers": CUSTOMER["offers"],
    "expecting": "Of how many of them something is expected.",
    "purchases": "The sum of the purchases expected of each.",
    "expected": f"The sum of what is expected of each. {CUSTOMER['expected']}",
}
"""Of the customers of a month."""

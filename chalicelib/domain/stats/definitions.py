"""What each figure means, in words that stand beside it."""

from chalicelib.domain.stats.receipts import AFTER

_DAYS = AFTER.days

FIGURES = {
    "visits": "How often a person opened a share link. Robots, previews and pages fetched ahead are left out as far as "
    "they can be told. It counts openings, not people.",
    "quotes": "How often the shop asked what a code would be worth, as API Gateway has counted the answers. Nothing is "
    "stored of a quote, so where there is no gateway, or it did not answer, there is no figure.",
    "redemptions": "Orders with a code that were settled, on the day on which they were placed.",
    "released": "Rewards whose hold ended, on the day on which it did. Over less time than a hold takes they belong to "
    "earlier redemptions.",
    "refunded": "Redemptions of which something came back, on the day on which the first refund, chargeback or "
    "cancellation was reported; one whose refunds were all reversed counts no more from that day on.",
    "revenue": "What friends paid for goods on redemptions: after the code's discount, without shipping, and without "
    "tax where the shop reports it; before refunds.",
    "refunds": "What came back of redemptions, on the day on which that was reported. Cancelled orders do as a whole.",
    "discounts": "What codes took off redemptions.",
    "rewards": "What ambassadors were promised for orders and prizes, less what was taken back: by the ledger's "
    "entries of those days, whether or not it was released yet.",
    "gifts": "What was given through the ledger on occasions of care.",
    "offers": "What offers of somebody's own took off the orders on which they were used, and `offers_used` how many "
    "were.",
    "adjustments": "What admins gave by hand, less what they took.",
    "expired": "Rewards that nobody spent in time. They are part of `rewards` all the same.",
    "mails": "Letters that the mail service took, on the day on which it did.",
    "orders": "All orders that the shop reported or on which a code was used, on the day on which they were placed; "
    "and `sales` what was paid on them.",
    "customers": "Whose first known order was placed on that day.",
    "new_customers": "Those of them whose first order used a code.",
    "enrolled": "Who became an ambassador; and `ambassadors` how many ever had by the last day, merged ones twice.",
    "cost_per_new_customer": "Rewards, discounts, offers, gifts and adjustments in the program's currency, divided by "
    "new customers. Mails are not in it: the mail service charges some cents for a thousand.",
    "acquisition_cost": "What the shop says a new customer costs by other channels: the program's `acquisition_cost`.",
    "conversion": "New customers for each visit.",
    "k": "New customers for each ambassador: visits for each ambassador, times conversion. Above 1 a program would "
    "grow by itself, if all of them became ambassadors.",
}
"""Of a period, and of its parts by day, channel, tier and campaign. A part has those that are known by it."""

RESULTS = {
    "sent": "Touches of the occasion whose mail went out, on the day on which it did.",
    "held_out": "Touches of people who are held out: each at the moment at which it would have gone, but nothing was "
    "sent. They are chosen by chance, and stay the same.",
    "not_sent": "Touches that were closed for any other reason. They are in neither group.",
    "answered": f"How many were answered within {_DAYS} days, and `clicked` how many had a link followed.",
    "compared": f"Touches of which all {_DAYS} days have passed. Only these are compared.",
    "bought": f"After how many of these their reader placed an order within {_DAYS} days. It does not say why.",
    "spent": "What was paid on all these orders in the program's currency, before refunds.",
    "share": "The share that bought, less the share of those held out. With a chance of 95 in 100 the truth lies from "
    "`low` to `high`: Newcombe's hybrid score interval for independent proportions (1998, method 10).",
    "value": "What was spent for each touch, less what it was for each that was held out, in minor units. The interval "
    "is Welch's (1947).",
    "clear": "Whether the interval leaves out zero. Who looks at twenty such intervals meets one by chance alone. "
    "Several touches of one person count as if they were of several people, which makes intervals a little narrow.",
}
"""Of occasions and variants. A variant is compared with all of the occasion who are held out."""

COHORTS = {
    "month": "The month of a customer's first order, as it was known when the order came in, by the program's clocks.",
    "referred": "Whether that order used a code.",
    "customers": "How many customers there are.",
    "orders": "All orders that they have placed, the first among them.",
    "value": "What they paid on these: after discounts, without shipping, without tax where the shop reports it.",
    "refunds": "What came back of it.",
    "expected": "What they are expected to bring in the next twelve months, by the models of `/v1/worth/model`, as of "
    "the last time when all customers were gone through; left out where nothing is expected.",
}
"""Of the customers of a month, up to the last day that was counted."""

LIABILITY = {
    "held": "Promised for orders whose hold or review is not over. It is lost with a refund, so what it will come to "
    "is for the shop to judge.",
    "available": "Theirs to use: to spend into a coupon, or to be paid out. What was taken back after it was used is "
    "below zero for its ambassador, and lessens the sum.",
    "reserved": "On its way out: in a coupon that nobody has used yet, or in a payout that is not confirmed.",
    "total": "All three: what the program owes.",
    "opening": "What was owed at the end of the day before the period.",
    "movements": "What entries changed, by their kind. What stays what it is between `held`, `available` and "
    "`reserved` changes no total.",
    "closing": "What was owed at the end of the last day: the opening and all movements.",
    "months": "What was owed at the end of each month of the period, or of its last day.",
    "counterparts": "The other sides of these entries: `program:rewards` is the expense, less what was taken back; "
    "`ambassador:spent` what was redeemed, `ambassador:paid` what was paid out, `ambassador:expired` what nobody used.",
    "worth": "What the total would be worth as coupons, by the program as it is. Gifts by name have no price here.",
    "expiring": "What expires in which month if its ambassadors neither earn nor spend anything until then. Who does "
    "has all of the time anew.",
    "difference": "The legs of each entry sum to zero, and so do all of them.",
}
"""Of what is owed."""

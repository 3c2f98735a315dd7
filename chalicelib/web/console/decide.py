"""What the console calls what admins decide on, read and look after: signals, tasks, entries, findings, scopes."""

from chalicelib.web.language import Language


def signals(language: Language) -> dict[str, str]:
    """What makes an order suspicious, by the signal's name."""
    _ = language.translations.gettext
    return {
        "shared_payment": _("The card was used before by another friend of this ambassador, or by the ambassador."),
        "velocity": _("Far more orders in a day than this ambassador’s last three months explain."),
        "refund_rate": _("A large part of the orders with this ambassador’s codes were sent back."),
        "ring": _("The friend is an ambassador too, and brought this ambassador as a friend: they refer each other."),
        "shared_address": _("Another friend of this ambassador, or the ambassador, had an order sent to this address."),
        "disposable_email": _("The friend’s mailbox is one of a host that gives them away for minutes."),
        "no_clicks": _("Nobody was seen to open the link in the 30 days before: the code may stand on a coupon site."),
    }


def questions(language: Language) -> dict[str, str]:
    """What an admin is asked about a reward, by the question's name."""
    _ = language.translations.gettext
    return {
        "signals": _("Does this order look right?"),
        "foreign_refund": _("What is a refund in another currency worth?"),
    }


def refusals(language: Language) -> dict[str, str]:
    """Why nothing was decided about one of many orders, by the problem's reason."""
    _ = language.translations.gettext
    return {
        "unknown_order": _("No code was used on this order."),
        "not_settled_yet": _("It has not been worked out yet. Try again in a moment."),
        "conflicting_review": _("Another admin decided at this moment. Look at it again."),
        "busy": _("The table did not answer in time. Send it again."),
    }


def tasks(language: Language) -> dict[str, str]:
    """What kinds of tasks there are."""
    _ = language.translations.gettext
    return {
        "care": _("Answer somebody"),
        "social": _("Pay a visit"),
        "proof": _("Look at a proof"),
        "gift": _("Send a gift"),
    }


def states(language: Language) -> dict[str, str]:
    """What the states of referrals, claims, payouts, adjustments, gifts and jobs are called."""
    _ = language.translations.gettext
    return {
        "pending": _("waits"),
        "held": _("set aside"),
        "available": _("available"),
        "void": _("lost"),
        "clawed_back": _("taken back"),
        "open": _("open"),
        "approved": _("approved"),
        "approve": _("approved"),
        "denied": _("denied"),
        "deny": _("denied"),
        "confirmed": _("paid"),
        "cancelled": _("cancelled"),
        "waiting": _("waits for a second admin"),
        "posted": _("posted"),
        "sent": _("sent"),
        "withdrawn": _("withdrawn"),
        "queued": _("begins in a moment"),
        "running": _("at work"),
        "done": _("done"),
        "failed": _("failed"),
    }


def entries(language: Language) -> dict[str, str]:
    """What each kind of entry in the ledger is, in words."""
    _ = language.translations.gettext
    return {
        "hold": _("Reward set aside"),
        "release": _("Reward released"),
        "void": _("Reward lost while it was set aside"),
        "clawback": _("Reward taken back"),
        "reinstate": _("Reward given back"),
        "bonus": _("Bonus"),
        "bonus_lost": _("Bonus taken back"),
        "spend": _("Coupon made"),
        "spend_confirmed": _("Coupon used"),
        "spend_cancelled": _("Coupon not used"),
        "spend_returned": _("Coupon came back"),
        "payout": _("Payout begun"),
        "payout_confirmed": _("Payout made"),
        "payout_cancelled": _("Payout not made"),
        "payout_returned": _("Payout came back"),
        "gift": _("Present"),
        "gift_sent": _("Gift sent"),
        "gift_returned": _("Gift not sent after all"),
        "task": _("Proof rewarded"),
        "task_undone": _("Reward of a proof taken back"),
        "expiry": _("Expired"),
        "adjustment": _("Adjustment"),
        "merge": _("Moved between two accounts of one person"),
    }


def causes(language: Language) -> dict[str, str]:
    """What an entry names as its cause, by how that begins."""
    _ = language.translations.gettext
    return {
        "redemption": _("an order with the code"),
        "hold_ended": _("the wait was over"),
        "review_deadline": _("nobody decided in time"),
        "refund": _("a refund"),
        "reversal": _("a refund that no longer counts"),
        "fulfilment": _("a delivery"),
        "payment": _("a payment"),
        "review": _("an admin’s decision"),
        "freed": _("the friend was set free"),
        "kept": _("the friend was kept after all"),
        "tier": _("a tier"),
        "milestone": _("a milestone"),
        "spend": _("a coupon"),
        "payout": _("a payout"),
        "adjustment": _("a correction by hand"),
        "gift": _("a gift"),
        "task": _("a proof"),
        "touch": _("a touch of care"),
        "inactive_since": _("nothing was earned or spent since then"),
        "merge": _("two accounts of one person"),
    }


def accounts(language: Language) -> dict[str, str]:
    """What each side of an entry is called."""
    _ = language.translations.gettext
    return {
        "program:rewards": _("rewards of the program"),
        "program:adjustments": _("adjustments"),
        "program:merge": _("on the way between two accounts"),
        "ambassador:held": _("set aside"),
        "ambassador:available": _("available"),
        "ambassador:reserved": _("reserved"),
        "ambassador:spent": _("spent"),
        "ambassador:paid": _("paid out"),
        "ambassador:expired": _("expired"),
    }


def jobs(language: Language) -> dict[str, str]:
    """What kinds of long work there are."""
    _ = language.translations.gettext
    return {
        "audit": _("Audit"),
        "preview": _("What rules would have cost"),
        "retention": _("Letting go of what is kept no longer"),
        "worth": _("What customers are worth"),
    }


def findings(language: Language) -> dict[str, str]:
    """What each check of an audit says when it finds something."""
    _ = language.translations.gettext
    return {
        "account": _("An ambassador, their codes or their account do not belong together."),
        "adjustment": _("An adjustment and its entry tell different things."),
        "balance": _("A balance is not the sum of its entries."),
        "budget": _("What was drawn from a budget is not what rewards took of it."),
        "case": _("A review is open about an order that has nothing to review."),
        "cause": _("An entry names a cause that does not explain it."),
        "claim": _("A claim and its order tell different things."),
        "counter": _("A counter is not what the orders make it."),
        "entry": _("An entry and its order tell different things."),
        "fact": _("What was reported of an order does not fit together."),
        "friend": _("The place of a friend is not the order’s that is rewarded."),
        "gift": _("A gift and its entry tell different things."),
        "legs": _("An entry does not sum to zero, or moves what it may not."),
        "listing": _("Something is missing in a list where people look for it."),
        "message": _("A letter that was owed is missing, or tells something else."),
        "newer": _("A newer version of the program wrote this, so it can’t be judged."),
        "number": _("The entries of a ledger are not numbered without a gap."),
        "offer": _("An offer and its letter tell different things."),
        "overdrawn": _("More left than there was."),
        "position": _("An order does not stand where its facts put it."),
        "prize": _("Bonuses are not what the count of referrals grants."),
        "surprise": _("A surprise met somebody who was not drawn, or took another amount."),
        "suspension": _("Something left an account that is suspended."),
        "task": _("A task and its entry tell different things."),
        "terms": _("An order was settled on other terms than the rules say."),
        "trait": _("What was noted of a card or an address is missing."),
        "unreadable": _("Something stored can’t be read."),
        "wake_up": _("Something has no time at which it is looked at again."),
        "withdrawal": _("A coupon or payout and its entries tell different things."),
    }


def scopes(language: Language) -> dict[str, str]:
    """What a key with each scope may do."""
    _ = language.translations.gettext
    return {
        "enrol": _("Make customers ambassadors. For a sign-up form, or the shop’s server."),
        "sessions": _("Let in whoever is signed in at the shop, and sign them out. For the shop’s server alone."),
        "checkout": _("Take codes and coupons, and report what becomes of orders. For the checkout’s server."),
        "people": _("Tell of customers: names, birthdays, consents, notes. For the shop’s server."),
        "admin:read": _("See everything: people, orders, the ledger, figures, rules."),
        "admin:write": _("Decide, correct, publish rules, and write to people."),
        "admin:keys": _("Make and revoke server keys, and invite and revoke admins."),
    }

"""The words of the screens about a person and an order."""

from collections.abc import Sequence

from chalicelib.web.language import NAMES, Language


def tried(ways: Sequence[str], language: Language) -> str:
    """Say by what was looked for."""
    _ = language.translations.gettext
    told = {
        "id": _("an id of the program"),
        "email": _("an email address"),
        "name": _("a name"),
        "code": _("a code"),
        "order_id": _("an order"),
        "customer_id": _("a customer number"),
    }
    return ", ".join(told[it] for it in ways)


def groups(language: Language) -> dict[str, str]:
    """By what a story may be filtered, in the order in which that is offered."""
    _ = language.translations.gettext
    return {
        "": _("Everything"),
        "orders": _("Orders"),
        "rewards": _("Rewards"),
        "letters": _("Letters"),
        "care": _("Care"),
        "tasks": _("Tasks"),
        "person": _("What they said"),
        "ambassador": _("As an ambassador"),
    }


def facts(language: Language) -> dict[str, str]:
    """What may be reported or decided about an order."""
    _ = language.translations.gettext
    return {
        "refund": _("Paid back"),
        "chargeback": _("Charged back"),
        "cancellation": _("Cancelled"),
        "reversal": _("A refund was taken back"),
        "delivery": _("Delivered"),
        "no_delivery": _("Not delivered after all"),
        "payment": _("Paid for"),
        "approved": _("Approved by an admin"),
        "denied": _("Denied by an admin"),
        "freed": _("Its friend was set free"),
        "kept": _("Its friend was kept after all"),
    }


def balances(language: Language) -> dict[str, str]:
    """What each balance of an ambassador is called."""
    _ = language.translations.gettext
    return {
        "available": _("Available"),
        "held": _("Held"),
        "reserved": _("Reserved"),
        "spent": _("Spent"),
        "paid": _("Paid out"),
        "expired": _("Expired"),
    }


def languages() -> list[tuple[str, str]]:
    """The languages that a person may be written to in, by tag."""
    return list(NAMES.items())

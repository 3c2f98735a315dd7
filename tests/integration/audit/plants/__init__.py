"""Inconsistencies that are planted in the history, each with the kind and place that the audit has to name."""

from tests.integration.audit.plants import accounts, entries, gifts, letters, orders, tasks
from tests.integration.audit.plants.tampered import PLANTS, Plant, Tampered, put_into
from tests.integration.audit.story import Items, Story

__all__ = [
    "PLANTS",
    "Plant",
    "Tampered",
    "accounts",
    "entries",
    "gifts",
    "letters",
    "orders",
    "put_into",
    "spoiled",
    "tasks",
]


def spoiled(story: Story) -> Items:
    """Books with a few differences, of both ambassadors and of what waits."""
    tampered = Tampered(story)
    for plant in (accounts.a_richer_account, accounts.a_payout_for_nothing):
        plant(tampered)
    for plant in (orders.worth_more, orders.no_case, orders.nobody_was_told, orders.no_guard):
        plant(tampered)
    put_into(tampered.at(f"AMB#{tampered.asha}", "ACCOUNT"), "settled", 5)
    return tampered.items

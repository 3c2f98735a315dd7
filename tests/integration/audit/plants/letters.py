"""What is planted in the letters about an account: some that were owed are missing, and nothing owed others."""

from tests.integration.audit.plants.tampered import Tampered, entry_id, plants, put_into


def message_of(it: Tampered, name: str) -> str:
    """The key of the first message to Maya of this name."""
    found = [pk for pk, sk in sorted(it.items) if sk == "MSG" and it.items[pk, sk]["letter"]["M"]["name"]["S"] == name]
    return next(pk for pk in found if it.maya in pk)


@plants("message")
def nobody_was_welcomed(it: Tampered) -> str:
    """An ambassador who never got their code."""
    del it.items[f"MSG#account:{it.asha}#0", "MSG"]
    return f"{it.asha}/messages/account:{it.asha}#0"


@plants("message")
def spent_without_a_word(it: Tampered) -> str:
    """Money left, and whose it was never heard of it."""
    entry = it.entries("spend")[0]
    version = int(entry["number"]["S"][:8])
    del it.items[f"MSG#account:{it.maya}#{version}", "MSG"]
    return f"{entry_id(entry)}/message"


@plants("message")
def less_was_told_than_paid_out(it: Tampered) -> str:
    """A letter about another amount."""
    entry = it.entries("payout")[0]
    version = int(entry["number"]["S"][:8])
    put_into(it.at(f"MSG#account:{it.maya}#{version}", "MSG"), "letter__amount", 1)
    return f"{entry_id(entry)}/message"


@plants("message")
def a_gift_without_a_word(it: Tampered) -> str:
    """A gift went out, and nobody was told to wait for it."""
    entry = it.entries("gift_sent")[0]
    version = int(entry["number"]["S"][:8])
    del it.items[f"MSG#account:{it.maya}#{version}", "MSG"]
    return f"{entry_id(entry)}/message"


@plants("message")
def expired_without_a_word(it: Tampered) -> str:
    """A reward is gone of which nobody was told the day."""
    del it.items[message_of(it, "expiring"), "MSG"]
    return f"{entry_id(it.last('expiry'))}/message"


@plants("message")
def expired_unannounced(it: Tampered) -> str:
    """The entry itself names no day that was told."""
    put_into(it.last("expiry"), "reason", None)
    return f"{entry_id(it.last('expiry'))}/message"


@plants("message")
def a_tier_that_nobody_was_told_of(it: Tampered) -> str:
    """The account remembers a letter that was never owed."""
    it.account()["tiers_told"] = {"M": {"77": {"S": "2026-03"}}}
    return f"{it.maya}/tiers_told/77"


@plants("message")
def a_day_that_nobody_was_told(it: Tampered) -> str:
    """The account remembers a day, and no letter names it."""
    put_into(it.account(), "expiry_told", "2031-01-01T00:00:00.000000Z")
    return f"{it.maya}/expiry_told"


@plants("message")
def told_of_what_was_never_spent(it: Tampered) -> str:
    """A letter about a change of the account that gave no cause for it."""
    entry = it.entries("adjustment")[0]
    version = int(entry["number"]["S"][:8])
    pk = f"MSG#account:{it.maya}#{version}"
    it.put(it.at(message_of(it, "spent"), "MSG"), pk, cause__2=version)
    return f"{it.maya}/messages/{pk.removeprefix('MSG#')}"

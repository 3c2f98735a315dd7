"""What is planted in gifts and offers, and in the draw and the budget of surprises."""

from tests.integration.audit.plants.tampered import Tampered, entry_id, plants, put_into
from tests.integration.audit.story import Item


def surprise(it: Tampered) -> Item:
    """The first surprise of Uma's."""
    return next(item for (_, sk), item in sorted(it.items.items()) if sk.startswith("SURPRISE#"))


def place(it: Tampered) -> str:
    """How findings name it."""
    return f"surprise/{surprise(it)['month']['S']}/{it.ids['uma_person']}"


def richer(it: Tampered, amount: int) -> None:
    """Let Uma have so much more, and the account have had another version."""
    account = it.at(f"AMB#{it.ids['uma']}", "ACCOUNT")
    put_into(
        account,
        "balances__EUR__available",
        int(account["balances"]["M"]["EUR"]["M"]["available"]["N"]) + amount,
    )
    put_into(account, "version", int(account["version"]["N"]) + 1)


@plants("cause")
def a_gift_given_twice(it: Tampered) -> str:
    """The wish came once, and its gift is in the ledger again."""
    first = it.entries("gift", "uma")[0]
    richer(it, 400)
    version = int(it.at(f"AMB#{it.ids['uma']}", "ACCOUNT")["version"]["N"])
    return f"{it.post(first, f'{version:08d}-001')}/cause"


@plants("cause")
def a_gift_for_no_occasion(it: Tampered) -> str:
    """Nobody has wished her well."""
    entry = it.entries("gift", "uma")[0]
    put_into(entry, "cause", f"touch:{it.ids['uma_person']}:birthday:1999")
    return f"{entry_id(entry)}/cause"


@plants("gift")
def a_larger_gift(it: Tampered) -> str:
    """More than the program gives, and the letter says the same; the balance agrees."""
    entry = it.entries("gift", "uma")[0]
    put_into(entry, "legs__0__amount", -900)
    put_into(entry, "legs__1__amount", 900)
    put_into(it.at(f"MSG#{entry['cause']['S']}#1", "MSG"), "letter__amount", 900)
    richer(it, 500)
    return f"{entry_id(entry)}/amount"


@plants("gift")
def another_gift_than_the_letter_says(it: Tampered) -> str:
    """She reads of three euro and has four."""
    entry = it.entries("gift", "uma")[0]
    put_into(it.at(f"MSG#{entry['cause']['S']}#1", "MSG"), "letter__amount", 300)
    return f"{entry_id(entry)}/letter"


@plants("gift")
def a_gift_of_somebody_else(it: Tampered) -> str:
    """The wish was Zoe's, and Uma has its gift."""
    entry = it.entries("gift", "uma")[0]
    put_into(entry, "cause", f"touch:{it.ids['zoe']}:birthday:2026")
    return f"{entry_id(entry)}/person"


@plants("gift")
def a_gift_that_is_only_told(it: Tampered) -> str:
    """The letter went, and nothing was posted."""
    entry = it.entries("gift", "uma")[0]
    del it.items[entry["PK"]["S"], entry["SK"]["S"]]
    return f"message/{entry['cause']['S']}#1"


@plants("offer")
def an_offer_that_is_only_told(it: Tampered) -> str:
    """A letter to Uma names a code that nobody has made."""
    entry = it.entries("gift", "uma")[0]
    put_into(it.at(f"MSG#{entry['cause']['S']}#1", "MSG"), "letter__offer", "CPN222222222222")
    return f"message/{entry['cause']['S']}#1"


@plants("surprise")
def somebody_who_was_not_drawn(it: Tampered) -> str:
    """The chance was nothing in that month."""
    put_into(it.at("PROGRAM", "V#000002"), "care", it.at("PROGRAM", "V#000002")["care"]["S"].replace("9000", "0"))
    return place(it)


@plants("surprise")
def a_larger_surprise(it: Tampered) -> str:
    """It took more than one may."""
    put_into(surprise(it), "amount", 300)
    return f"{place(it)}/amount"


@plants("surprise")
def a_surprise_that_nobody_got(it: Tampered) -> str:
    """It took of the budget, and gave nothing."""
    entry = surprise(it)["given"]["S"]
    number = entry.rpartition("_")[2]
    del it.items[f"LEDGER#{it.ids['uma']}", f"ENTRY#{number}"]
    return f"{place(it)}/given"


@plants("surprise")
def a_surprise_without_a_letter(it: Tampered) -> str:
    """Nobody was told."""
    del it.items[f"MSG#touch:{it.ids['uma_person']}:surprise:{surprise(it)['month']['S']}#1", "MSG"]
    return f"{place(it)}/message"


@plants("budget")
def a_budget_that_says_less(it: Tampered) -> str:
    """A slice has more left than its gifts have left of it, so more would be given than there is."""
    month, shard = surprise(it)["month"]["S"], surprise(it)["taken"]["L"][0]["L"][0]["N"]
    put_into(it.at(f"BUDGET#surprise:{month}", f"SHARD#{shard}"), "drawn", 0)
    return f"budget/surprise:{month}/{shard}"


@plants("budget")
def more_than_the_budget(it: Tampered) -> str:
    """All gifts are in the slices, and they are too many."""
    written = it.at("PROGRAM", "V#000002")["care"]["S"]
    put_into(it.at("PROGRAM", "V#000002"), "care", written.replace('"budget":2000', '"budget":10'))
    return f"budget/surprise:{surprise(it)['month']['S']}"

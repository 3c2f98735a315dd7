"""What is planted in entries of the ledger, in listings, and in what asks to be looked at."""

from tests.integration.audit.plants.tampered import Tampered, entry_id, plants, put_into


@plants("cause")
def adjusted_twice(it: Tampered) -> str:
    """An adjustment is posted again, and the balance with it."""
    again = it.post(it.entries("adjustment")[0], it.free())
    was = int(it.account()["balances"]["M"]["EUR"]["M"]["available"]["N"])
    put_into(it.account(), "balances__EUR__available", was + 500)
    return f"{again}/cause"


@plants("cause")
def no_withdrawal(it: Tampered) -> str:
    """Money went out for nothing."""
    del it.items[f"WITHDRAWAL#{it.ids['paid']}", "WITHDRAWAL"]
    return f"{entry_id(it.entries('payout')[0])}/cause"


@plants("cause")
def an_unknown_program(it: Tampered) -> str:
    """An entry by rules that were never published."""
    put_into(it.last("hold"), "program_version", 99)
    return f"{entry_id(it.last('hold'))}/program_version"


@plants("cause")
def closed_before_the_end(it: Tampered) -> str:
    """A confirmation is posted for a spend that is still open."""
    spend = it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")
    cause = f"spend:{it.ids['reserved']}"
    legs = {"legs__0__amount": -250, "legs__1__amount": 250}
    return f"{it.post(it.last('spend_confirmed'), it.free(), cause=cause, at=spend['created_at']['S'], **legs)}/cause"


@plants("cause")
def a_bonus_that_no_program_grants(it: Tampered) -> str:
    """A milestone that does not exist."""
    put_into(it.last("bonus"), "cause", "milestone:each third")
    return f"{entry_id(it.last('bonus'))}/cause"


@plants("cause")
def caused_by_a_refund_that_is_not_there(it: Tampered) -> str:
    """A void names a fact that its order does not have."""
    put_into(it.entries("void")[0], "cause", "refund:r7")
    return f"{entry_id(it.entries('void')[0])}/cause"


@plants("cause")
def an_expiry_by_nothing(it: Tampered) -> str:
    """Rewards that expired for no reason."""
    put_into(it.last("expiry"), "cause", "because")
    return f"{entry_id(it.last('expiry'))}/cause"


@plants("cause")
def a_gift_that_was_not_sent(it: Tampered) -> str:
    """An entry says that a gift was sent; its task is open."""
    put_into(it.at(f"GIFT#{it.ids['sent']}", "GIFT"), "state", "open")
    return f"{entry_id(it.last('gift_sent'))}/cause"


@plants("legs")
def legs_that_do_not_sum_to_zero(it: Tampered) -> str:
    """Money from nowhere."""
    put_into(it.entries("hold")[0], "legs__1__amount", 460)
    return f"{entry_id(it.entries('hold')[0])}/EUR"


@plants("legs")
def legs_of_another_kind(it: Tampered) -> str:
    """A hold that is available at once."""
    put_into(it.entries("hold")[0], "legs__1__account", "ambassador:available")
    return entry_id(it.entries("hold")[0])


@plants("legs")
def a_kind_that_there_is_not(it: Tampered) -> str:
    """An entry of no kind that the program knows."""
    put_into(it.entries("hold")[0], "kind", "present")
    return f"{entry_id(it.entries('present')[0])}/kind"


@plants("listing")
def an_order_that_nobody_finds_when_it_is_due(it: Tampered) -> str:
    """An order's hold would end, and the schedule would not see it."""
    put_into(it.order("o20"), "due_pk", None)
    return "ORDER#o20/#REDEMPTION/due_pk"


@plants("listing")
def an_order_that_is_not_listed(it: Tampered) -> str:
    """An order that its ambassador does not see."""
    put_into(it.order("o1"), "list_pk", None)
    return "ORDER#o1/#REDEMPTION/list_pk"


@plants("number")
def a_number_left_out(it: Tampered) -> str:
    """A second entry of a version that has no first."""
    return it.post(it.entries("hold")[0], it.free()[:-3] + "002")


@plants("number")
def a_version_that_has_not_been(it: Tampered) -> str:
    """An entry from the future."""
    it.post(it.entries("hold")[0], "00009999-001")
    return f"LEDGER#{it.maya}/ENTRY#00009999-001"


@plants("unreadable")
def no_account_of_ours(it: Tampered) -> str:
    """An account that is nothing the program writes."""
    put_into(it.account(), "balances", "a lot")
    return f"AMB#{it.maya}/ACCOUNT"


@plants("unreadable")
def an_entry_of_another(it: Tampered) -> str:
    """An entry in somebody else's ledger."""
    entry = it.entries("hold")[0]
    put_into(entry, "ambassador_id", it.asha)
    return f"LEDGER#{it.maya}/{entry['SK']['S']}"


@plants("unreadable")
def an_order_of_no_shape(it: Tampered) -> str:
    """An order with an amount that is none."""
    put_into(it.order("o2"), "amount", "50,00")
    return "ORDER#o2/#REDEMPTION"


@plants("wake_up")
def an_order_that_sleeps(it: Tampered) -> str:
    """An order is held and never looked at again."""
    for name in ("due_at", "due_pk"):
        put_into(it.order("o20"), name, None)
    return "order/o20/due_at"


@plants("wake_up")
def a_message_that_sleeps(it: Tampered) -> str:
    """A message that nobody will send."""
    put_into(it.at("MSG#order:o1#2", "MSG"), "state", "pending")
    return "order/o1/messages/2/reward_held/due_at"


@plants("wake_up")
def a_coupon_that_never_ends(it: Tampered) -> str:
    """A coupon keeps its money for ever."""
    for name in ("due_at", "due_pk"):
        put_into(it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL"), name, None)
    return f"withdrawal/{it.ids['reserved']}/due_at"


@plants("cause")
def returned_twice(it: Tampered) -> str:
    """A payout has come back once more than it was paid."""
    return f"{it.post(it.last('payout_returned'), it.free())}/cause"

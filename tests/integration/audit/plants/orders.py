"""What is planted in orders: their facts, friends, claims, reviews, terms and messages."""

from tests.integration.audit.plants.tampered import Tampered, plants, put_into


@plants("case")
def no_case(it: Tampered) -> str:
    """A reward waits for an admin, and no admin is shown it."""
    del it.items["ORDER#o22", "CASE"]
    return "order/o22/case"


@plants("case")
def case_of_no_order(it: Tampered) -> str:
    """An admin is shown a reward that does not exist."""
    it.put(it.at("ORDER#o22", "CASE"), "ORDER#o99", order_id="o99", list_sk="2026-12-01T00:00:00.000Z#o99")
    it.items["ORDER#o99", "CASE"]["list_sk"] = {"S": it.at("ORDER#o22", "CASE")["deadline"]["S"] + "#o99"}
    return "order/o99/case"


@plants("claim")
def an_order_of_a_denied_claim(it: Tampered) -> str:
    """An order was admitted although its claim was denied."""
    put_into(it.at(f"CLAIM#{it.ids['c1']}", "CLAIM"), "state", "denied")
    return "order/c1/claim/state"


@plants("claim")
def a_claim_that_counts_no_more(it: Tampered) -> str:
    """A claim waits, but is not counted among those that do."""
    put_into(it.at(f"CLAIMS#{it.maya}", "OPEN"), "claims", {"L": []})
    return f"claim/{it.ids['c3']}"


@plants("claim")
def a_claim_that_is_gone(it: Tampered) -> str:
    """A claim is counted among those that wait, and is not there."""
    del it.items[f"CLAIM#{it.ids['c3']}", "CLAIM"]
    return f"claim/{it.ids['c3']}"


@plants("entry")
def an_entry_is_gone(it: Tampered) -> str:
    """An order names an entry that is not there."""
    gone = it.entries("hold")[0]
    del it.items[gone["PK"]["S"], gone["SK"]["S"]]
    return f"order/o1/entries/{gone['number']['S']}"


@plants("entry")
def an_entry_that_its_order_does_not_name(it: Tampered) -> str:
    """A hold is posted once more, and the balance with it."""
    put_into(it.account(), "balances__EUR__held", int(it.account()["balances"]["M"]["EUR"]["M"]["held"]["N"]) + 450)
    return it.post(it.entries("hold")[0], it.free())


@plants("entry")
def an_order_of_another(it: Tampered) -> str:
    """An order is in the wrong books."""
    put_into(it.order("o20"), "ambassador_id", it.asha)
    return "order/o20/ambassador_id"


@plants("fact")
def a_refund_of_less_than_its_tax(it: Tampered) -> str:
    """Goods of less than nothing came back."""
    it.at("ORDER#o1", "REFUND#r1")["tax"] = {"N": "1001"}
    return "order/o1/refund:r1/amount"


@plants("fact")
def a_value_of_nothing(it: Tampered) -> str:
    """An admin is said to have valued a refund that there is not."""
    put_into(it.at("ORDER#o10", "REVIEW#000001"), "values", {"M": {"eur": {"N": "400"}}})
    return "order/o10/review:1/values"


@plants("friend")
def no_guard(it: Tampered) -> str:
    """A friend who could be referred again."""
    del it.items[f"PERSON#{it.order('o1')['friend']['S']}", "FRIEND"]
    return "order/o1/friend"


@plants("friend")
def a_friend_twice(it: Tampered) -> str:
    """A friend's second order was taken, though the program takes one."""
    put_into(it.order("o2"), "friend", it.order("o1")["friend"]["S"])
    return "order/o2/friend"


@plants("message")
def nobody_was_told(it: Tampered) -> str:
    """A settlement whose friend was not thanked."""
    del it.items["MSG#order:o1#2@friend", "MSG"]
    return "order/o1/messages/2/friend_thanks"


@plants("message")
def a_message_for_nothing(it: Tampered) -> str:
    """A message of a settlement that has not been."""
    version = int(it.order("o1")["version"]["N"]) + 1
    it.put(it.at("MSG#order:o1#2", "MSG"), f"MSG#order:o1#{version}", cause__2=version)
    return f"order/o1/messages/{version}"


@plants("message")
def told_of_another_amount(it: Tampered) -> str:
    """A letter with a wrong amount."""
    put_into(it.at("MSG#order:o20#2", "MSG"), "letter__amount", 9)
    return "order/o20/messages/2/reward_held"


@plants("message")
def a_release_that_was_not_told(it: Tampered) -> str:
    """A reward was released, and the ambassador does not know."""
    (told,) = [pk for pk, _ in it.items if pk.startswith("MSG#order:o4#") and not pk.startswith("MSG#order:o4#2")]
    del it.items[told, "MSG"]
    return "order/o4/standing/told"


@plants("position")
def worth_more(it: Tampered) -> str:
    """An order stands elsewhere than its facts put it."""
    put_into(it.order("o1"), "standing__worth", 451)
    return "order/o1/standing/worth"


@plants("position")
def worth_more_than_was_posted(it: Tampered) -> str:
    """An order stands elsewhere than its entries say."""
    put_into(it.order("o20"), "standing__worth", 451)
    return "order/o20/held"


@plants("position")
def a_refund_that_was_overlooked(it: Tampered) -> str:
    """A fact that nobody will look at any more."""
    refund = it.put(it.at("ORDER#o1", "REFUND#r1"), "ORDER#o20", "REFUND#r1", order_id="o20")
    refund.pop("due_at", None)
    return "order/o20/standing/facts"


@plants("terms")
def better_terms(it: Tampered) -> str:
    """The terms are not those of the program."""
    put_into(it.order("o1"), "standing__terms__full", 500)
    return "order/o1/terms/full"


@plants("terms")
def another_tier(it: Tampered) -> str:
    """The tier is not that of the referrals."""
    put_into(it.order("o1"), "standing__terms__tier", "Silver")
    return "order/o1/terms/tier"


@plants("terms")
def granted_beyond_the_rate(it: Tampered) -> str:
    """More was granted than the rate gives."""
    put_into(it.order("o1"), "standing__terms__granted", 900)
    return "order/o1/terms/granted"


@plants("trait")
def a_card_that_was_forgotten(it: Tampered) -> str:
    """A card that would raise no signal any more."""
    del it.items[f"TRAIT#{it.order('o3')['payment']['S']}", f"USED#{it.maya}"]
    return "order/o3/payment"


@plants("message")
def reinstated_without_a_word(it: Tampered) -> str:
    """The ambassador was never told where things stand."""
    found = [pk for pk, _ in it.items if pk.startswith(f"MSG#account:{it.maya}#")]
    (pk,) = (pk for pk in found if it.items[pk, "MSG"]["letter"]["M"]["name"]["S"] == "balances")
    del it.items[pk, "MSG"]
    return f"{it.maya}/messages/{pk}"


@plants("position")
def expired_and_risen(it: Tampered) -> str:
    """What had expired came back as available."""
    entry = next(e for e in it.entries("reinstate") if e["legs"]["L"][1]["M"]["account"]["S"].endswith("expired"))
    put_into(entry, "legs__1__account", "ambassador:available")
    return f"order/{entry['order_id']['S']}/standing/age/gone"


@plants("position")
def made_available_twice(it: Tampered) -> str:
    """An order gave more than it was ever granted, by what was taken out of what had expired."""
    entry = next(e for e in it.entries("reinstate") if e["legs"]["L"][1]["M"]["account"]["S"].endswith("expired"))
    put_into(entry, "legs__1__account", "ambassador:available")
    return f"order/{entry['order_id']['S']}/reinstated"


@plants("position")
def an_age_that_was_not(it: Tampered) -> str:
    """An order says of its reward that it came back in a version in which nothing did."""
    entry = it.entries("reinstate")[0]
    put_into(it.order(entry["order_id"]["S"]), "standing__age__since", 99_999)
    return f"order/{entry['order_id']['S']}/standing/age/since"

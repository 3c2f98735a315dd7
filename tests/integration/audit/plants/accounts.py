"""What is planted in accounts, and in coupons, payouts, adjustments and gifts."""

from chalicelib.store import keys as table_keys
from chalicelib.store.keys import due_shard
from chalicelib.store.shards import FEW
from tests.integration.audit.plants.tampered import Tampered, entry_id, plants, put_into


@plants("account")
def no_account(it: Tampered) -> str:
    """A profile without an account."""
    del it.items[f"AMB#{it.maya}", "ACCOUNT"]
    return f"{it.maya}/account"


@plants("account")
def code_of_another(it: Tampered) -> str:
    """A code that earns for somebody else."""
    code = it.ids["code"]
    put_into(it.at(*table_keys.code(code)), "ambassador_id", it.asha)
    return f"{it.maya}/code/{code}"


@plants("account")
def no_membership(it: Tampered) -> str:
    """A person who could enrol once more."""
    owner = it.at(*table_keys.code(it.ids["code"]))["owners"]["L"][0]["S"]
    del it.items[f"PERSON#{owner}", "AMBASSADOR"]
    return f"{it.maya}/membership"


@plants("account")
def code_without_a_former_owner(it: Tampered) -> str:
    """A further code that its ambassador could use under a former address."""
    first = it.at(*table_keys.code(it.ids["code"]))
    it.put(first, pk=table_keys.code("22222222").pk, code="22222222", owners={"L": [{"S": "somebody-else"}]})
    listed = {"ambassador_id": {"S": it.maya}, "codes": {"L": [{"S": "22222222"}]}, "version": {"N": "1"}}
    it.put(listed, pk=f"AMB#{it.maya}", sk="CODES")
    return f"{it.maya}/code/22222222/owners"


@plants("adjustment")
def posted_without_a_second_admin(it: Tampered) -> str:
    """An adjustment is in the books and still waits."""
    put_into(it.at(f"ADJUSTMENT#{it.ids['large']}", "ADJUSTMENT"), "state", "waiting")
    return f"adjustment/{it.ids['large']}/state"


@plants("adjustment")
def adjusted_by_more(it: Tampered) -> str:
    """More was posted than was asked for."""
    put_into(it.at(f"ADJUSTMENT#{it.ids['small']}", "ADJUSTMENT"), "amount", 400)
    return f"adjustment/{it.ids['small']}/amount"


@plants("adjustment")
def adjustment_of_nobody(it: Tampered) -> str:
    """An adjustment waits for an ambassador who does not exist."""
    put_into(it.at(f"ADJUSTMENT#{it.ids['waiting']}", "ADJUSTMENT"), "ambassador_id", "amb_none")
    return f"adjustment/{it.ids['waiting']}"


@plants("balance")
def a_richer_account(it: Tampered) -> str:
    """A balance that no entry explains."""
    was = int(it.account()["balances"]["M"]["EUR"]["M"]["available"]["N"])
    put_into(it.account(), "balances__EUR__available", was + 1)
    return f"{it.maya}/balances/EUR/available"


@plants("balance")
def another_unit(it: Tampered) -> str:
    """A unit that was never earned."""
    put_into(it.account(), "balances__points", {"M": {"available": {"N": "7"}}})
    return f"{it.maya}/balances/points/available"


def counter(path: str, where: str) -> None:
    """A counter of the account that its orders don't explain."""

    @plants("counter")
    def miscount(it: Tampered) -> str:
        account, *way = it.account(), *path.split("__")
        for step in way:
            account = account["M"][step] if "M" in account else account[step]
        put_into(it.account(), path, int(account["N"]) + 1)
        return f"{it.maya}/{where}"

    miscount.__name__ = f"miscounted_{where.replace('/', '_')}"


for name in ("settled", "counted", "refunded", "expired_in"):
    counter(name, name)
for name in ("room", "uses", "counted"):
    counter(f"months__2026-03__{name}", f"months/2026-03/{name}")


@plants("counter")
def a_place_taken_twice(it: Tampered) -> str:
    """Two orders are the same in the order of settlement."""
    put_into(it.order("o2"), "standing__terms__place", 1)
    return f"{it.maya}/places"


@plants("gift")
def no_task(it: Tampered) -> str:
    """A gift that nobody will send."""
    del it.items[f"GIFT#{it.ids['open_gift']}", "GIFT"]
    return f"gift/{it.ids['open_gift']}"


@plants("gift")
def a_gift_sent_without_an_entry(it: Tampered) -> str:
    """A task is closed, and the account still has the gift."""
    put_into(it.at(f"GIFT#{it.ids['open_gift']}", "GIFT"), "state", "sent")
    return f"gift/{it.ids['open_gift']}"


@plants("gift")
def more_gifts(it: Tampered) -> str:
    """A task says more than its entry."""
    put_into(it.at(f"GIFT#{it.ids['open_gift']}", "GIFT"), "amount", 3)
    return f"gift/{it.ids['open_gift']}/amount"


@plants("gift")
def a_gift_for_nothing(it: Tampered) -> str:
    """A task that comes with no entry."""
    task = it.at(f"GIFT#{it.ids['open_gift']}", "GIFT")
    made_up = f"{task['id']['S'][:-3]}099"
    it.put(task, f"GIFT#{made_up}", id=made_up)
    it.items[f"GIFT#{made_up}", "GIFT"]["list_sk"] = {"S": f"{task['created_at']['S']}#{made_up}"}
    return f"gift/{made_up}"


@plants("overdrawn")
def more_than_there_was(it: Tampered) -> str:
    """A spend of money that was not there."""
    spend = it.entries("spend")[0]
    put_into(spend, "legs__0__amount", -(10**30))
    put_into(spend, "legs__1__amount", 10**30)
    return f"{entry_id(spend)}/available/EUR"


@plants("overdrawn")
def released_twice(it: Tampered) -> str:
    """More leaves the hold than is held."""
    for kind in ("void", "hold"):
        for entry in it.entries(kind)[1:]:
            del it.items[entry["PK"]["S"], entry["SK"]["S"]]
    return f"{entry_id(it.entries('release')[1])}/held/EUR"


@plants("prize")
def a_prize_that_was_not_posted(it: Tampered) -> str:
    """The account holds a bonus that the ledger does not know."""
    put_into(it.account(), "prizes__tier:3__0__amount", 400)
    return f"{it.maya}/prizes/tier:3/EUR"


@plants("prize")
def too_many_prizes(it: Tampered) -> str:
    """A milestone was granted for referrals that do not count."""
    put_into(it.account(), "counted", 1)
    return f"{it.maya}/prizes/every:2"


@plants("suspension")
def suspended_by_nobody(it: Tampered) -> str:
    """An account lets nothing out, and nobody has decided that."""
    put_into(it.account(), "suspended_in", 3)
    return f"{it.maya}/suspended_in"


@plants("suspension")
def spent_while_suspended(it: Tampered) -> str:
    """A decision that a spend has passed over."""
    spend = it.entries("spend")[0]
    version = int(spend["number"]["S"][:8]) - 1
    decided = next(item for (_, sk), item in it.items.items() if sk.startswith("SUSPENSION#"))
    it.put(decided, sk=f"SUSPENSION#{version:08d}", version=version)
    return entry_id(spend)


@plants("prize")
def a_prize_that_expired_more(it: Tampered) -> str:
    """An account says of a prize that more of it is gone than its bonuses say."""
    prize = next(iter(it.account()["ages"]["M"]))
    put_into(it.account(), f"ages__{prize}__gone", 7)
    return f"{it.maya}/ages/{prize}/gone"


@plants("withdrawal")
def returned_without_an_entry(it: Tampered) -> str:
    """A payout says that more came back than its entries do."""
    put_into(it.at(f"WITHDRAWAL#{it.ids['spent']}", "WITHDRAWAL"), "returned", 90)
    return f"withdrawal/{it.ids['spent']}"


@plants("withdrawal")
def a_coupon_worth_more(it: Tampered) -> str:
    """A coupon is worth more than was reserved for it."""
    put_into(it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL"), "amount", 9000)
    return f"withdrawal/{it.ids['reserved']}/amount"


@plants("withdrawal")
def a_coupon_with_a_price(it: Tampered) -> str:
    """A coupon for money is worth other money than was reserved for it."""
    worth = {"M": {"amount": {"N": "9000"}, "currency": {"S": "EUR"}}}
    it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")["worth"] = worth
    return f"withdrawal/{it.ids['reserved']}/worth"


@plants("withdrawal")
def confirmed_without_an_entry(it: Tampered) -> str:
    """A payout is closed, and its money still reserved."""
    payout = it.at(f"WITHDRAWAL#{it.ids['pending']}", "WITHDRAWAL")
    put_into(payout, "state", "confirmed")
    put_into(payout, "list_pk", "PAYOUTS#confirmed")
    return f"withdrawal/{it.ids['pending']}"


@plants("withdrawal")
def a_coupon_that_leads_elsewhere(it: Tampered) -> str:
    """A coupon's code opens another spend."""
    code = it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")["code"]["S"]
    put_into(it.at(f"COUPON#{code}", "COUPON"), "withdrawal_id", it.ids["spent"])
    return f"withdrawal/{it.ids['reserved']}/code"


@plants("withdrawal")
def a_coupon_for_nothing(it: Tampered) -> str:
    """A coupon for which nothing was reserved."""
    spend = it.at(f"WITHDRAWAL#{it.ids['reserved']}", "WITHDRAWAL")
    copied = it.put(spend, "WITHDRAWAL#spd_made_up", id="spd_made_up", created_at="2026-05-05T00:00:00.000Z")
    copied["list_sk"] = {"S": "SPEND#2026-05-05T00:00:00.000Z#spd_made_up"}
    copied["due_pk"] = {"S": due_shard("WITHDRAWAL#spd_made_up", FEW)}
    return "withdrawal/spd_made_up"


@plants("withdrawal")
def a_payout_for_nothing(it: Tampered) -> str:
    """A payout for which nothing was reserved."""
    payout = it.at(f"WITHDRAWAL#{it.ids['pending']}", "WITHDRAWAL")
    copied = it.put(payout, "WITHDRAWAL#pay_made_up", id="pay_made_up", created_at="2026-05-05T00:00:00.000Z")
    copied["list_sk"] = {"S": "2026-05-05T00:00:00.000Z#pay_made_up"}
    return "withdrawal/pay_made_up"


@plants("withdrawal")
def reserved_for_nothing(it: Tampered) -> str:
    """More is reserved than coupons and payouts that are open."""
    put_into(it.account(), "balances__EUR__reserved", 9999)
    return f"{it.maya}/reserved/EUR"

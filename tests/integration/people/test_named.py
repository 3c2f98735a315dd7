"""Who some ambassadors are, for lists that know their ids alone: a few reads, however many they are."""

import pytest

from memory.browser import Browser
from memory.shop import Body, Shop, refusal


def names(shop: Shop, ids: str) -> list[Body]:
    """What an admin is told of some ids."""
    answer = shop.call("GET", f"/v1/ambassadors/names?ids={ids}", scope="admin:read")
    assert answer.status_code == 200, answer.body
    items: list[Body] = Shop.read(answer)["items"]
    return items


def test_each_is_named_once_in_the_order_of_asking(shop: Shop) -> None:
    """Whoever is not there is left out; who has been merged is who they turned out to be, by the id that was asked."""
    maya, lea, noor = (shop.enrol(f"{name}@example.com", name) for name in ("Maya", "Lea", "Noor"))
    told = {"other": lea["id"], "note": "The same person."}
    assert shop.call("POST", f"/v1/ambassadors/{maya['id']}/merge", told, scope="admin:write").status_code == 201
    found = names(shop, f"{noor['id']},amb_none,{lea['id']},{maya['id']},{noor['id']}")
    assert [(it["id"], it["first_name"], it["code"]) for it in found] == [
        (noor["id"], "Noor", noor["code"]),
        (lea["id"], "Maya", maya["code"]),
        (maya["id"], "Maya", maya["code"]),
    ]
    assert found[1]["person_id"] == found[2]["person_id"]


def test_it_counts_as_the_account_does(shop: Shop) -> None:
    """How many referrals count is what the ambassador's own page says."""
    maya = shop.enrol()
    shop.redeem(maya["code"])
    shop.stream()
    shop.days(31)
    (found,) = names(shop, maya["id"])
    assert found["counted"] == shop.account(maya["id"])["counted"] == 1


@pytest.mark.parametrize("ids", ["", "amb_1,,amb_2", ",".join(f"amb_{n}" for n in range(101))])
def test_too_many_or_none_are_refused(shop: Shop, ids: str) -> None:
    """An id that is empty is none, and a hundred are the most."""
    answer = shop.call("GET", f"/v1/ambassadors/names?ids={ids}", scope="admin:read")
    assert refusal(answer) == (400, "invalid_request")


def test_a_screen_reads_no_more_for_more_ambassadors(shop: Shop) -> None:
    """The ledger of a day with entries of twelve people takes as many calls as that of a day with one's."""
    browser, taken = Browser(shop).as_admin(), []
    for number in range(12):
        one = shop.enrol(f"a{number}@example.com", f"Amb{number}")
        shop.redeem(one["code"], f"o{number}")
        if number in {0, 11}:
            shop.stream()
            page = browser.get("/console/ledger")
            before = len(shop.faults.calls)
            page = browser.get("/console/ledger")
            taken.append(len(shop.faults.calls) - before)
    assert all(f"Amb{number}" in page.text for number in range(12))
    assert taken[0] == taken[1]

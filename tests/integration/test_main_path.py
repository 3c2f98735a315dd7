"""The main path and its neighbours, through the app's own routes."""

from memory.shop import Shop, eur


def test_a_referral_from_code_to_reward(shop: Shop) -> None:
    """She is welcomed; a friend's order leaves a held reward and two mails; after the hold it is hers, with a mail."""
    shop.publish(letters={"welcome": True})
    maya = shop.enrol()
    answer = shop.redeem(maya["code"])
    assert answer.status_code == 201
    assert shop.read(answer)["friend_discount"] == eur(500)
    shop.stream()
    assert shop.order()["position"] == {"state": "held", "held": eur(450), "available": eur(0)}
    assert sorted(to for to, _ in shop.mails()) == ["maya@example.com", "maya@example.com", "o1@friends.example"]
    shop.days(30)
    assert shop.account(maya["id"]) == {"held": 0, "available": 450, "reserved": 0, "spent": 0, "counted": 1}
    assert shop.postings() == [("hold", 450), ("release", 450)]
    assert len(shop.mails()) == 4

"""A new ambassador is written to once, with their code; over HTTP, worker and wire."""

from chalicelib import deps
from chalicelib.domain.model.messages import Cause
from memory.faults import lost
from memory.shop import PROGRAM, Shop
from tests.integration.messages.test_letters import told

MAYA = "maya@example.com"


def welcomes(shop: Shop, reader: str = MAYA) -> int:
    """How many mails somebody got, of which none can be about anything else."""
    shop.stream()
    shop.minute()
    return len(told(shop, reader))


def test_who_is_enrolled_is_welcomed_once(shop: Shop) -> None:
    """With the code in it; whoever asks again, by a retry or under another spelling, gets the code and no letter."""
    shop.publish(letters={"welcome": True})
    maya = shop.enrol(MAYA)
    assert welcomes(shop) == 1
    assert maya["code"] in shop.sent()[-1].body
    shop.enrol(MAYA)
    shop.enrol("Maya@Example.com", customer_id="c-1")
    assert welcomes(shop) == 1


def test_an_enrolment_whose_answer_is_lost_welcomes_once(shop: Shop) -> None:
    """The letter is owed in its very transaction: tried again, there is one ambassador and one letter."""
    shop.publish(letters={"welcome": True})
    shop.faults.after("TransactWriteItems", lost)
    maya = shop.enrol(MAYA)
    assert shop.enrol(MAYA) == maya
    assert welcomes(shop) == 1
    message = deps.table().read_message(Cause("account", maya["id"], 0).key)
    assert message is not None
    assert (message.letter.name, message.outcome) == ("welcome", "sent")


def test_an_enrolment_that_fails_welcomes_nobody(shop: Shop) -> None:
    """What is refused owes nothing."""
    shop.publish(letters={"welcome": True})
    assert shop.call("POST", "/v1/ambassadors", {"email": MAYA}, scope="enrol").status_code == 400
    assert welcomes(shop) == 0


def test_a_shop_may_welcome_by_itself(shop: Shop) -> None:
    """A switch of the program leaves the letter out."""
    assert PROGRAM["letters"] == {"welcome": False}
    shop.enrol(MAYA)
    assert welcomes(shop) == 0


def test_whoever_becomes_an_ambassador_after_having_bought_is_welcomed(shop: Shop) -> None:
    """A friend has been thanked as such; as an ambassador they are new."""
    shop.publish(letters={"welcome": True})
    code = shop.enrol(MAYA)["code"]
    shop.redeem(code, "o1")
    shop.stream()
    assert len(told(shop, "o1@friends.example")) == 1
    shop.enrol("o1@friends.example", "Fay")
    assert welcomes(shop, "o1@friends.example") == 2

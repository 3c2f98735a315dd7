"""The audit finds nothing in books that are sound, beside a shop at work either, and it only reads."""

from copy import deepcopy
from datetime import timedelta

from chalicelib.domain.audit.audit import Finding
from chalicelib.operations.audit import audit
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from tests.integration.audit.plants import put_into
from tests.integration.audit.story import Client, Item, Story, over, table_of
from tests.simulator.history import History


def test_the_story_is_rich(story: Story) -> None:
    """It has every kind of entry, and something open of every kind, or the next test would prove little."""
    entries = [it for (pk, _), it in story.items.items() if pk.startswith("LEDGER#")]
    assert {it["kind"]["S"] for it in entries} >= {
        *("hold", "release", "void", "clawback", "bonus", "expiry", "adjustment", "gift_sent", "task"),
        *("spend", "spend_confirmed", "spend_cancelled", "payout", "payout_confirmed", "payout_cancelled"),
        *("reinstate", "spend_returned", "payout_returned", "gift"),
    }
    assert any(leg["M"]["account"]["S"] == "ambassador:expired" for it in entries for leg in it["legs"]["L"])
    lists = {it["list_pk"]["S"] for it in story.items.values() if "list_pk" in it}
    assert lists >= {
        "AMBASSADORS",
        "SURPRISES",
        "CASES",
        "CLAIMS",
        "GIFTS",
        "ADJUSTMENTS",
        "PAYOUTS#reserved",
        "PAYOUTS#confirmed",
    }
    assert lists >= {"TASKS#care", "TASKS#proof", "DONE#proof"}
    terms = [it["standing"]["M"]["terms"]["M"] for it in story.items.values() if "standing" in it]
    assert any("campaign" in it for it in terms)
    assert any("limit" in it for it in terms)


def test_sound_books(story: Story) -> None:
    """After everything that happens in a shop the audit finds nothing, at any moment from then on."""
    table = table_of(story.items)
    assert audit.audit_all(table, now=story.now) == []
    assert audit.audit_all(table, now=story.now + timedelta(days=400)) == []


def beside(history: History) -> Table:
    """The table of a history as an auditor sees it, who lets others go on at every call."""

    def call(operation: str, request: Item) -> Item:
        history.world.switch()
        history.world.engine.settle_indexes()
        return history.world.engine.call(operation, request)

    return Table(Wire(call, "beside", sleep=lambda _: history.world.switch()))


def test_what_is_on_its_way_is_no_difference() -> None:
    """While orders, refunds and settlements go on at every call of the audit it finds nothing, nor when all is done.

    But for what was decided by a clock that jumps days ahead, as these do, and was looked at by one that does not.
    """
    for seed in range(30):
        history, found = History(seed), list[Finding]()
        table = beside(history)

        def look(history: History = history, table: Table = table, found: list[Finding] = found) -> None:
            for _ in range(3):
                found += audit.audit_all(table, now=history.world.now)

        history.world.start(look)
        history.play()
        history.world.engine.settle_indexes()
        assert audit.audit_all(history.world.table, now=history.world.now) == [], seed
        assert {finding.kind for finding in found} <= {"position", "case"}, seed


class Restless(Client):
    """An account that moves whenever its orders are listed."""

    at = ("", "")

    def call(self, operation: str, request: Item) -> Item:
        if str(request.get("ExpressionAttributeValues", {}).get(":low", {}).get("S")).startswith("REFERRAL#"):
            (account,) = [it for (pk, sk), it in self.engine.items.items() if (pk, sk) == self.at]
            moved = deepcopy(account)
            for name in ("version", "settled"):
                put_into(moved, name, int(account[name]["N"]) + 1)
            self.engine.put_item(Item=moved)
        return self.engine.call(operation, request)


def test_who_never_stands_still_is_said_to_move(story: Story) -> None:
    """Counters that move all the time while orders are counted are no difference: the report says whose they are."""
    client = Restless(story.items)
    client.at = f"AMB#{story.ids['maya']}", "ACCOUNT"
    table, report = over(client), audit.Report()
    audit.go_on(table, audit.of_all(), report, table.deadline(600), now=story.now)
    assert report.moving == [story.ids["maya"]]
    assert report.findings == []


def test_an_audit_only_reads(story: Story) -> None:
    """Nothing is written, whatever is found."""
    client = Client(story.items)
    before = deepcopy(client.engine.items)
    audit.audit_all(over(client), now=story.now)
    assert set(client.made) == {"GetItem", "BatchGetItem", "Query"}
    assert client.engine.items == before

"""What is told of a code may be five seconds old; what is committed by it never is."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from chalicelib import deps
from chalicelib.aws.services import DYNAMODB, Service
from chalicelib.store import keys
from chalicelib.store.reads.people import CODE_SECONDS
from chalicelib.store.table import Table
from chalicelib.store.wire import Wire
from memory.shop import Shop, eur, refusal


class Clock:
    """A clock that stands still until somebody moves it."""

    now = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        return self.now


@pytest.fixture
def clock(shop: Shop) -> Iterator[Clock]:
    """The clock by which the API keeps what it has read."""
    clock = Clock()
    kept = Table(Wire(Service(DYNAMODB, connect=1, answer=3).call, deps.settings().table, clock=clock))
    with patch.object(deps, "table", lambda: kept):
        yield clock


@pytest.fixture
def elsewhere(shop: Shop) -> Table:
    """The table as another process sees it: nothing that it does is known to this one."""
    return Table(Wire(Service(DYNAMODB, connect=1, answer=3).call, deps.settings().table))


def is_usable(shop: Shop, code: str) -> bool:
    """What a quote says."""
    asked = {"code": code, "order": {"amount": eur(5000)}}
    return bool(shop.read(shop.call("POST", "/v1/quotes", asked, scope="checkout"))["usable"])


def test_a_code_that_is_paused_elsewhere_is_quoted_no_longer_than_five_seconds(
    shop: Shop, clock: Clock, elsewhere: Table
) -> None:
    """Quotes and landing pages tell of it for so long at most."""
    code = shop.enrol()["code"]
    assert is_usable(shop, code)
    assert elsewhere.change_code(code, {"state": "paused"})
    clock.now += CODE_SECONDS
    assert not is_usable(shop, code)
    assert shop.call("GET", f"/r/{code}").status_code == 404


def test_a_redemption_never_goes_by_what_was_kept(shop: Shop, clock: Clock, elsewhere: Table) -> None:
    """Paused elsewhere a moment ago, and quoted a moment before: the order goes on without the code."""
    code = shop.enrol()["code"]
    assert is_usable(shop, code)
    assert elsewhere.change_code(code, {"state": "paused"})
    assert clock.now == 0
    assert refusal(shop.redeem(code)) == (422, "paused_code")


def test_quotes_of_a_viral_code_read_it_once_in_five_seconds(shop: Shop, clock: Clock) -> None:
    """However many ask: one item can't be read more often than 3,000 times a second."""
    code = shop.enrol()["code"]
    shop.faults.calls.clear()
    assert all(is_usable(shop, code) for _ in range(20))
    asked = [str(params["Key"]["PK"]) for name, params in shop.faults.calls if name == "GetItem"]
    assert sum("CODE#" in key for key in asked) == 1
    clock.now += CODE_SECONDS
    assert is_usable(shop, code)


def test_what_a_process_changes_it_tells_at_once(shop: Shop, clock: Clock) -> None:
    """Whoever pauses a code and asks the same process hears of it."""
    code = shop.enrol()["code"]
    assert is_usable(shop, code)
    assert shop.call("PATCH", f"/v1/codes/{code}", {"state": "paused"}, scope="admin:write").status_code == 200
    assert clock.now == 0
    assert not is_usable(shop, code)


def test_a_code_that_was_not_there_is_told_of_as_soon_as_it_is(shop: Shop, clock: Clock) -> None:
    """That there is none is never kept."""
    code = shop.enrol()["code"]
    key = keys.code(code)
    place = {"TableName": deps.settings().table, "Key": {"PK": {"S": key.pk}, "SK": {"S": key.sk}}}
    item = shop.dynamodb.get_item(**place)["Item"]
    shop.dynamodb.delete_item(**place)
    assert not is_usable(shop, code)
    shop.dynamodb.put_item(TableName=deps.settings().table, Item=item)
    assert clock.now == 0
    assert is_usable(shop, code)

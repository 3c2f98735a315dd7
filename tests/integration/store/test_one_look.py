"""A page reads nothing twice, and what it shows is what stands there."""

from bench.recorder import Recorder
from chalicelib import deps
from chalicelib.store.wire import one_look
from memory.browser import Browser
from memory.shop import Shop


def test_what_was_read_is_not_read_again(shop: Shop) -> None:
    """Within one look, by one key or by many, whether there is something or nothing; the look ends with its block."""
    maya, recorder = shop.enrol(), Recorder(shop.dynamodb, deps.settings().table)
    with recorder.heard(deps.aws_session().events):
        deps.table.cache_clear()
        table = deps.table()
        with one_look(), recorder.counting() as cost:
            for _ in range(3):
                profile = table.read_profile(maya["id"])
                assert profile is not None
                assert table.read_profiles([maya["id"], "amb_none"]) == [profile]
                assert table.read_profile("amb_none") is None
                assert table.read_account(maya["id"]) is not None
        assert cost.trips == 3
        with recorder.counting() as cost:
            table.read_profile(maya["id"])
            table.read_profile(maya["id"])
        assert cost.trips == 2


def test_what_is_written_is_seen(shop: Shop) -> None:
    """A write within a look lets everything be read anew."""
    maya = shop.enrol()
    with one_look():
        before = deps.table().read_account(maya["id"])
        shop.redeem(maya["code"], "1001")
        shop.stream()
        assert deps.table().read_account(maya["id"]) != before


def test_the_ambassadors_pages_take_few_trips(shop: Shop) -> None:
    """One after the other, the calls to the table are what somebody waits for."""
    maya, recorder = shop.enrol(), Recorder(shop.dynamodb, deps.settings().table)
    shop.redeem(maya["code"], "1001")
    shop.stream()
    browser = Browser(shop).as_ambassador(maya["id"])
    with recorder.heard(deps.aws_session().events):
        deps.table.cache_clear()
        for path, most in (("/me", 5), ("/me/rewards", 4), ("/me/poster", 3)):
            with recorder.counting() as cost:
                assert browser.get(path).status == 200
            assert cost.trips <= most, path

"""A page reads nothing twice, and what it shows is what stands there."""

from bench.recorder import Recorder
from chalicelib import deps
from chalicelib.store import keys
from chalicelib.store.wire import one_look
from memory.browser import Browser
from memory.shop import Shop


def test_what_was_read_is_not_read_again(shop: Shop) -> None:
    """Within one look, by one key or by many, whether there is something or nothing; the look ends with its block."""
    maya, recorder = shop.enrol(), Recorder(shop.dynamodb, deps.settings().table)
    with recorder.heard():
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
    with recorder.heard():
        deps.table.cache_clear()
        for path, most in (("/me", 5), ("/me/rewards", 4), ("/me/poster", 3)):
            with recorder.counting() as cost:
                assert browser.get(path).status == 200
            assert cost.trips <= most, path


def test_a_list_that_was_read_is_not_read_again(shop: Shop) -> None:
    """A part of what was read is known, from its beginning on; what lies behind it is not."""
    names = [shop.enrol(f"ada{n}@example.com")["id"] for n in range(4)]
    recorder = Recorder(shop.dynamodb, deps.settings().table)

    def seen(limit: int, after: str | None = None) -> list[str]:
        return [at for at, _ in deps.table().list_keys(keys.AMBASSADORS, after, limit)]

    whole = seen(10)
    assert len(whole) == len(names)
    with recorder.heard():
        deps.table.cache_clear()
        with one_look(), recorder.counting() as cost:
            assert (seen(2), seen(2), seen(1)) == (whole[:2], whole[:2], whole[:1])
            assert cost.trips == 1
            assert seen(3) == whole[:3]
            assert cost.trips == 2
            assert seen(10) == whole
            assert seen(2, whole[0]) == whole[1:3]
            assert seen(10, whole[2]) == whole[3:]
            assert cost.trips == 3
        with one_look(), recorder.counting() as cost:
            assert seen(10, whole[2]) == whole[3:]
            assert seen(10) == whole
            assert cost.trips == 2


def test_a_list_that_was_written_is_seen(shop: Shop) -> None:
    """A write within a look lets lists be read anew as well."""
    with one_look():
        before = deps.table().list_keys(keys.AMBASSADORS, None, 10)
        shop.enrol()
        assert len(deps.table().list_keys(keys.AMBASSADORS, None, 10)) == len(before) + 1


def test_screens_of_the_console_take_few_trips(shop: Shop) -> None:
    """However much waits: what they count they do not list once more."""
    browser, recorder = Browser(shop).as_admin(), Recorder(shop.dynamodb, deps.settings().table)
    with recorder.heard():
        deps.table.cache_clear()
        for path in ("/console", "/console/tasks"):
            assert browser.get(path).status == 200
            with recorder.counting() as cost:
                assert browser.get(path).status == 200
            assert cost.trips <= 12, path

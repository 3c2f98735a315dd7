"""The settings of a function, and the clients and the clock that it makes of them."""

from datetime import UTC, datetime

import pytest

from chalicelib import config, deps
from chalicelib.aws.services import Service
from memory.shop import ENVIRONMENT, Shop


def nothing(name: str) -> bytes:
    """No secret."""
    raise AssertionError(f"{name} was asked for")


@pytest.mark.parametrize("given", ["https://shop.example", "https://shop.example/", "https://shop.example//"])
def test_every_link_has_one_slash(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """However the operator writes the origin."""
    for name, text in {**ENVIRONMENT, "PUBLIC_URL": given}.items():
        monkeypatch.setenv(name, text)
    assert config.from_environment(nothing).public_url == "https://shop.example"


@pytest.mark.parametrize("missing", ["TABLE_NAME", "PUBLIC_URL", "SENDER"])
@pytest.mark.parametrize("left", ["", None])
def test_what_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, missing: str, left: str | None) -> None:
    """Nothing runs with half its settings: an empty one is none."""
    for name, text in ENVIRONMENT.items():
        monkeypatch.setenv(name, text)
    if left is None:
        monkeypatch.delenv(missing)
    else:
        monkeypatch.setenv(missing, left)
    with pytest.raises(config.MissingSettingError, match=f"{missing}\\.$"):
        config.from_environment(nothing)


def test_no_secret_is_asked_for_before_it_is_needed(shop: Shop) -> None:
    """Most functions never need one, and may not read it."""
    shop.faults.calls.clear()
    assert deps.settings().public_url == ENVIRONMENT["PUBLIC_URL"]
    assert shop.faults.calls == []


def test_the_clock_is_as_exact_as_what_is_stored(shop: Shop) -> None:
    """To the millisecond, never rounded up into the future."""
    deps.use_clock(lambda: datetime(2026, 3, 1, 12, 0, 0, 999_999, tzinfo=UTC))
    assert deps.now() == datetime(2026, 3, 1, 12, 0, 0, 999_000, tzinfo=UTC)
    deps.use_clock(lambda: shop.now)


@pytest.mark.usefixtures("shop")
def test_no_call_outlasts_its_request() -> None:
    """API Gateway gives up after 29 seconds: however often a call is tried, it has been answered or failed by then."""
    wire = deps.table()._wire  # noqa: SLF001 - what matters is the wire that is really used
    service: Service = wire._carry_out.__self__  # type: ignore[attr-defined]  # noqa: SLF001 - as above
    assert wire._attempts == 3  # noqa: SLF001 - as above
    assert wire._attempts * service.seconds < 15  # noqa: SLF001 - as above

"""Fixtures: a whole shop in one process. And which tests stay together when several processes share the work."""

from collections.abc import Iterator
from io import StringIO
from logging import StreamHandler
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from chalicelib.telemetry import logger
from contract.check import witness
from memory.shop import Shop, open_shop

# A busy machine is slow, not wrong.
settings.register_profile("gate", deadline=None)
# Thousands of mutants meet these tests: few examples, the same ones each time, and none made smaller when it fails.
settings.register_profile(
    "mutants",
    deadline=None,
    max_examples=10,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gate")

Shop.witness = witness

OF_THE_STAGE = {"test_package.py", "test_permissions.py", "test_stage.py"}


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop with the demonstration program, an empty table, and a clock that stands still until it is moved."""
    with open_shop() as opened:
        yield opened


@pytest.fixture
def log() -> Iterator[StringIO]:
    """All that the program logs, as it writes it, whoever has asked it for less before."""
    written, handler = StringIO(), cast("StreamHandler[Any]", logger.registered_handler)
    stream, level = handler.setStream(written), logger.log_level
    logger.setLevel("INFO")
    yield written
    logger.setLevel(level)
    handler.setStream(stream)


class InWholeFiles(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives whole files to the processes that share the work; those of the deployed stage are one file in this.

    What is costly is made once for a file: an instance, a population, a measurement. The stage is made once for all.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "the stage" if Path(file).name in OF_THE_STAGE else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> InWholeFiles:
    """Tell pytest-xdist who gives out the work.

    Its own `loadgroup` does not group with this pytest: https://github.com/pytest-dev/pytest-xdist/issues/1386.
    """
    return InWholeFiles(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let mutants meet examples before properties: most die of the former, which take no time."""
    if config.getoption("--hypothesis-profile") == "mutants":
        items.sort(key=lambda item: item.get_closest_marker("hypothesis") is not None)

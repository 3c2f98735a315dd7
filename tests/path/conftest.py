"""Running instances: one as `make run` starts it, one inside this process so that its wire can be heard."""

import os
import threading
from collections.abc import Iterator

import pytest

from chalicelib import deps
from chalicelib.edge import auth
from infra.local import cloud
from infra.local.home import Home
from infra.local.run import claim
from infra.local.settings import use_local_cloud
from infra.local.with_instance import instance
from memory.faults import Faults
from tests.path.live import Live


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """An instance in processes of its own, fresh for each module."""
    with instance(tmp_path_factory.mktemp("instance"), fresh=True) as info:
        yield Live(info)


@pytest.fixture(scope="module")
def wired(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Live, Faults]]:
    """An instance inside this process, and what went over its wire."""
    from infra.local.system import System

    home, stop, wire, before = Home(tmp_path_factory.mktemp("wired")), threading.Event(), Faults(), dict(os.environ)
    port, cloud_port = claim("127.0.0.1", 0, ""), claim("127.0.0.1", 0, "")
    deps.forget()
    auth.forget()
    with home.locked() as lock, cloud.running(home, cloud_port, lock, stop):
        use_local_cloud(home, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{cloud_port}")
        system = System(home, f"http://127.0.0.1:{cloud_port}")
        with wire.heard(), system.running("127.0.0.1", port, 1.0, stop):
            yield Live(system.info()), wire
    os.environ.clear()
    os.environ.update(before)
    deps.forget()
    auth.forget()

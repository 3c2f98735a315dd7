"""A function makes ready what its first request needs, and a restored one shares nothing with its snapshot's others."""

import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from botocore.credentials import Credentials as StaticCredentials

from chalicelib import deps, start
from chalicelib.aws import credentials
from chalicelib.aws.lines import Line, Reply
from chalicelib.edge.routes import PAGES, ROUTES, view_of
from memory.shop import Shop, open_shop

LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "referrals-api", "_HANDLER": start.API}


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A shop whose process has just begun."""
    with open_shop() as shop:
        deps.forget()
        yield shop


@pytest.fixture
def restored(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was registered to be called after a restore, by the library that the runtime brings."""
    registered: list[Any] = []
    hooks = ModuleType("snapshot_restore_py")
    setattr(hooks, "register_after_restore", registered.append)  # noqa: B010 - as the runtime's own has it
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", hooks)
    monkeypatch.setattr("chalicelib.start.util.find_spec", lambda name: name if name == "snapshot_restore_py" else None)
    for name, text in {**LAMBDA, "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}.items():
        monkeypatch.setenv(name, text)
    return registered


def test_nothing_is_made_beforehand_where_nobody_waits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside Lambda importing the app calls nobody."""
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    before = len(shop.faults.calls)
    start.prepare()
    assert len(shop.faults.calls) == before


def test_a_quote_finds_rules_and_connection_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read at the start isn't read by the first request; a worker reads no rules that it may not need."""
    for name, text in LAMBDA.items():
        monkeypatch.setenv(name, text)
    monkeypatch.setenv("_HANDLER", "app.every_minute")
    before = len(shop.faults.calls)
    start.prepare()
    assert len(shop.faults.calls) == before
    monkeypatch.setenv("_HANDLER", start.API)
    start.prepare()
    read = len(shop.faults.calls)
    assert read > before
    deps.program()
    assert len(shop.faults.calls) == read


def test_a_start_outlives_whatever_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function without a setting starts all the same: the request that needs it says what is wrong."""
    deps.forget()
    for name, text in LAMBDA.items():
        monkeypatch.setenv(name, text)
    monkeypatch.delenv("TABLE_NAME", raising=False)
    start.prepare()
    deps.forget()


@pytest.mark.parametrize(("rules", "status"), [({"format": {"N": "99"}}, 503), ({"tiers": {"S": "none"}}, 500)])
def test_a_start_outlives_rules_that_nobody_here_can_read(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, rules: dict[str, Any], status: int
) -> None:
    """After a rollback those in force may be a newer build's: what asks for them waits, and all else goes on."""
    shop.enrol()
    for item in shop.everything():
        if item["PK"]["S"] == "PROGRAM":
            shop.dynamodb.put_item(TableName=deps.settings().table, Item={**item, **rules})
    deps.forget()
    for name, text in LAMBDA.items():
        monkeypatch.setenv(name, text)
    start.prepare()
    assert shop.call("GET", "/healthz").status_code == 200
    assert shop.redeem("NBCDFGHJ").status_code == status


def test_a_restored_function_keeps_nothing_that_time_has_ended(shop: Shop, restored: list[Any]) -> None:
    """Rules, keys, connections and credentials of the snapshot are gone, and no two copies draw the same numbers."""
    code = shop.enrol()["code"]
    start.prepare()
    (renew,) = restored
    assert shop.redeem(code).status_code == 201
    table, rules, before = deps.table(), deps.program(), len(shop.faults.calls)
    shop.redeem(code, "o2")
    assert "KEY#" not in str(shop.faults.calls[before:]), "a warm function keeps its caller's key"
    shop.publish(shop_name="Another")
    deps.use_program(rules)
    random.seed(1)
    renew()
    before = len(shop.faults.calls)
    assert random.random() != random.Random(1).random()
    assert (deps.program().shop_name, deps.table() is table) == ("Another", False)
    assert shop.redeem(code, "o3").status_code == 201
    assert "KEY#" in str(shop.faults.calls[before:]), "the key is read again"


def test_a_restored_function_asks_for_its_credentials_again(
    restored: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those of the snapshot may have ended: a restored function has others, from its container's endpoint."""
    sessions = [SimpleNamespace(get_credentials=lambda n=n: StaticCredentials(f"AK{n}", "secret")) for n in range(2)]
    monkeypatch.setattr("botocore.session.get_session", lambda: sessions.pop(0))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    for name in ("AWS_ACCESS_KEY_ID", "TABLE_NAME"):
        monkeypatch.delenv(name, raising=False)
    credentials.forget()
    start.prepare()
    (renew,) = restored
    who = credentials.credentials()
    assert who().access_key == "AK0"
    renew()
    assert who().access_key == "AK1"
    credentials.forget()
    deps.forget()


def test_no_connection_of_a_snapshot_is_used_by_its_copies(
    shop: Shop, restored: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not that to the secrets either: to the other side all copies would be one, with the same keys of TLS."""
    del shop
    used: list[Line] = []
    before = Line.exchange

    def exchange(line: Line, path: str, headers: Any, body: bytes) -> Reply:
        used.append(line)
        secret = b'{"Parameter": {"Value": "the pepper"}}'
        return Reply(200, {}, secret) if "AmazonSSM" in str(headers) else before(line, path, headers, body)

    monkeypatch.setattr(Line, "exchange", exchange)
    monkeypatch.delenv("PEPPER")
    monkeypatch.setenv("PEPPER_PARAMETER", "/referrals/prod/pepper:1")
    start.prepare()
    (renew,) = restored
    snapshots = list(used)
    assert {line.host.partition(".")[0] for line in snapshots} == {"ssm", "dynamodb"}
    used.clear()
    renew()
    assert {line.host.partition(".")[0] for line in used} == {"ssm", "dynamodb"}
    assert not {*map(id, snapshots)} & {*map(id, used)}


def test_a_snapshot_holds_every_view(shop: Shop, restored: list[Any]) -> None:
    """It is made once and restored often, so that nobody waits for an import after a restore."""
    view_of.cache_clear()
    start.prepare()
    assert view_of.cache_info().currsize == len({*ROUTES, *PAGES})
    assert shop.now - deps.now() < timedelta(seconds=1)

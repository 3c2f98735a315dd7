"""The checkout waits for a cold start, so nothing heavy may creep into it."""

from typing import Any

import pytest

from bench.imports import BESIDE, COLD, ENVIRONMENT, asked, python, start

Body = dict[str, Any]

HEAVY = (
    "aws_xray_sdk",
    "boto3",
    "botocore.client",
    "botocore.config",
    "botocore.session",
    "cfnlint",
    "crawleruseragents",
    "disposable_email_domains",
    "email_validator",
    "fastjsonschema",
    "idna",
    "jinja2",
    "jsonschema",
    "numpy",
    "PIL",
    "pydantic",
    "qrcode",
    "resvg_py",
    "requests",
    "aws_lambda_powertools.utilities.batch",
    "aws_lambda_powertools.utilities.idempotency",
    "aws_lambda_powertools.utilities.parameters",
    "aws_lambda_powertools.utilities.parser",
    "chalice.cli",
    "chalice.deploy",
    "chalicelib.web.card",
    "chalicelib.web.letters",
    "chalicelib.web.mail",
    "chalicelib.web.pages",
    "chalicelib.web.qr",
    "chalicelib.web.templating",
    "infra",
    "tests",
)
"""What a redemption has no use for."""

PATH = """
import sys
from chalicelib import deps
from chalicelib.operations.orders import redeem
print(*(name for name in sys.modules if name.startswith("chalicelib.domain.model.")))
"""
"""Prints the entities that a redemption's own path loads."""

DRAWING = ("qrcode", "PIL", "resvg_py", "chalicelib.site.qr", "chalicelib.web.qr")
"""What a friend's page has no use for: its picture and its QR are other routes."""

OPENED = """
import sys
from memory.shop import open_shop
with open_shop() as shop:
    code = shop.enrol()["code"]
    print(shop.call("GET", f"/r/{code}").status_code, *sys.modules)
"""
"""Opens a link, and prints the status and all modules that are there by then."""

WITHOUT_SDK = """
import sys
from memory.shop import open_shop
with open_shop() as shop:
    code = shop.enrol()["code"]
    shop.redeem(code)
    kept = {name: sys.modules[name] for name in sys.modules if name.partition(".")[0] in {"boto3", "botocore"}}
    sys.modules.update(dict.fromkeys(kept))
    print(shop.redeem(code, "o2", customer={"email": "another@example.com"}).status_code)
    shop.stream()
    sys.modules.update(kept)
    print(*(shop.order(it)["position"]["state"] for it in ("o1", "o2")))
"""
"""Redeems and settles where importing anything of boto3 fails; the cloud in memory has loaded its own before."""

RATIO_MAX = 0.6
"""Measured: 0.43 of the floor. The rest is room for a busy machine; the aim is 0.5 (`python -m bench imports`)."""

MODULES_MAX = 305
"""Measured: 300, where the floor has 434."""

ROUNDS = 4


@pytest.fixture(scope="module")
def loaded() -> Body:
    """The modules that importing the app loads, and those that are there after one redemption."""
    told: Body = start(COLD, asked("redemption"))
    assert told["status"] == 201
    return told


@pytest.mark.parametrize("moment", ["at_import", "after"])
def test_nothing_heavy_is_on_the_checkouts_path(loaded: Body, moment: str) -> None:
    """Neither importing the app nor a redemption loads what only other routes, workers and tests need."""
    assert set(HEAVY) & set(loaded[moment]) == set()


def test_a_kind_of_entity_is_loaded_when_it_is_met() -> None:
    """A redemption loads what orders, facts and people are, no accounts, claims or jobs: classes are slow to make."""
    told = python(["-c", PATH], ENVIRONMENT).stdout.split()
    assert set(told) == {f"chalicelib.domain.model.{name}" for name in ("orders", "facts", "people")}


def test_opening_a_link_loads_nothing_that_draws() -> None:
    """A friend waits for the page: the libraries for QRs and pictures come when one of these is asked for."""
    status, *modules = python(["-c", OPENED], ENVIRONMENT).stdout.splitlines()[-1].split()
    assert status == "200"
    assert "chalicelib.site.share_page" in modules
    assert set(DRAWING) & set(modules) == set()


def test_redeeming_and_settling_need_nothing_of_boto3() -> None:
    """The workers call AWS over the same wire as the API does: where there is no SDK they settle all the same."""
    told = python(["-c", WITHOUT_SDK], ENVIRONMENT).stdout.splitlines()
    assert [line for line in told if not line.startswith("{")] == ["201", "held held"]


def test_a_cold_quote_takes_half_of_what_chalice_and_boto3_take_to_be_there() -> None:
    """Measured in turns with what no such function goes without, so that a busy machine slows both."""
    environment = asked("quote")
    runs = [(start(COLD, environment), start(BESIDE, environment)) for _ in range(ROUNDS)]
    quoted, _ = runs[0]
    assert (quoted["status"], quoted["modules"] <= MODULES_MAX) == (200, True)
    assert min(quoted["cpu"] for quoted, _ in runs) / min(floor["cpu"] for _, floor in runs) <= RATIO_MAX

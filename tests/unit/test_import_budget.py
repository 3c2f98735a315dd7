"""The checkout waits for a cold start, so nothing heavy may creep into it."""

import json
from typing import Any

import pytest

from bench.imports import APP, ENVIRONMENT, FLOOR, python, start

Body = dict[str, Any]

HEAVY = (
    "aws_xray_sdk",
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
    "png",
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

DRAWING = ("qrcode", "png", "PIL", "resvg_py", "chalicelib.site.qr", "chalicelib.web.qr")
"""What a friend's page has no use for: its picture and its QR are other routes."""

OPENED = """
import sys
from memory.shop import open_shop
with open_shop() as shop:
    code = shop.enrol()["code"]
    print(shop.call("GET", f"/r/{code}").status_code, *sys.modules)
"""
"""Opens a link, and prints the status and all modules that are there by then."""

RATIO_MAX = 1.6
"""Measured: about 1.3 times the floor. The rest is room for a busy machine."""

MODULES_MAX = 87
"""Modules beyond the floor, the program's own among them."""

ROUNDS = 4


@pytest.fixture(scope="module")
def loaded() -> Body:
    """The modules that importing the app loads, and those that are there after one redemption."""
    told: Body = json.loads(python(["-m", "bench.cold"], ENVIRONMENT).stdout.splitlines()[-1])
    assert told["status"] == 201
    return told


@pytest.mark.parametrize("moment", ["at_import", "after"])
def test_nothing_heavy_is_on_the_checkouts_path(loaded: Body, moment: str) -> None:
    """Neither importing the app nor a redemption loads what only other routes, workers and tests need."""
    assert set(HEAVY) & set(loaded[moment]) == set()


def test_importing_the_app_loads_no_aws_client(loaded: Body) -> None:
    """The public pages' first byte doesn't wait for a client either: deps makes it at its first use."""
    assert {"boto3", "botocore.client", "s3transfer"} & set(loaded["at_import"]) == set()


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


def test_the_program_adds_few_modules_and_little_time_to_its_floor() -> None:
    """Measured in turns with what no such function goes without, so that a busy machine slows both."""
    runs = [(start(APP), start(FLOOR)) for _ in range(ROUNDS)]
    app, floor = runs[0]
    assert app["modules"] - floor["modules"] <= MODULES_MAX
    assert min(app["cpu"] for app, _ in runs) / min(floor["cpu"] for _, floor in runs) <= RATIO_MAX

"""What is in the zip and in the template, before anything of it runs."""

import json
import subprocess
import sys
import zipfile
from datetime import datetime
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import boto3
import pytest

from chalicelib.operations.people.robots import NAMES
from infra.local.home import ROOT
from tests.deployed.conftest import Built
from tests.deployed.policies import FUNCTIONS, POLICIES, denied
from tests.deployed.stage import OWN_RUNTIME

BYTES_MAX = 4 * 1024 * 1024
"""Measured: 3.95 MB, 4.1 without libdeflate. What the pages' pictures are drawn by is 1.3 of it, bytecode 1.6."""
PACKAGES = {
    *("app.pyc", "chalicelib", "chalice", "aws_lambda_powertools", "msgspec", "jinja2", "markupsafe", "qrcode"),
    *("disposable_email_domains", "idna", "resvg_py", "typing_extensions.pyc"),
}
"""Ours, and what it imports. The runtime brings boto3 with what it stands on."""

IMPORT_ALL = """
import importlib, os, pkgutil, sys
os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
import app
for module in pkgutil.walk_packages(sys.modules["chalicelib"].__path__, "chalicelib."):
    importlib.import_module(module.name)
loaded = {name.partition(".")[0] for name, module in sys.modules.items() if getattr(module, "__file__", None)}
print(*sorted(loaded - set(sys.stdlib_module_names)))
"""

MOMENTS = range(0, 70 * 31_556_952, 11_000_000)
"""Some four months apart, from 1970 on."""

TELL_ZONES = f"""
import json
from datetime import datetime
from chalicelib.domain.program.program import zone_named
from chalicelib.domain.program.zones import ZONES
told = {{name: zone_named(name) for name in ZONES}}
print(json.dumps({{name: [str(zone), *(datetime.fromtimestamp(at, zone).strftime("%c %z %Z") for at in {MOMENTS!r})]
                  for name, zone in told.items()}}))
"""
USE_ALL = """
import io, json, logging
from chalicelib.edge.tidy import address
from chalicelib.operations.orders.evidence import is_disposable
from chalicelib.operations.people.robots import NAMES
from chalicelib.operations.people.visitors import is_person
from chalicelib.telemetry import logger, metrics
from chalicelib.web import card, qr
from chalicelib.web.language import choose
from chalicelib.web.templating import environment
from jinja2 import TemplateError
chrome = "Mozilla/5.0 (X11) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"
assert is_person(chrome) and not is_person(chrome + " Bytespider")
assert address("a@b\u00fccher.example") == "a@xn--bcher-kva.example"
assert is_disposable("a@mailinator.com") and not is_disposable("a@shop.example")
assert qr.png("https://friends.shop.example/r/ABC", 300).startswith(b"\\x89PNG") and qr.svg("https://a.example", "a")
assert card.draw(card.card_of("\u0a95\u0aae\u0ab2", "Asha", "10%")).startswith(b"\\x89PNG")
logger.warning("a warning", extra={"id": 1})
try:
    1 / 0
except ZeroDivisionError:
    logger.exception("an error")
metrics.add_metric(name="Tries", unit="Count", value=1)
metrics.flush_metrics()
for language in ("en", "bn", "es", "gu", "hi"):
    for escaped in (True, False):
        templates = environment(choose(language), escaped)
        names = templates.list_templates(extensions=["html"])
        try:
            templates.from_string("{{ missing }}").render()
        except TemplateError:
            pass
for name in names:
    templates.get_template(name)
print(json.dumps({"robots": NAMES, "templates": len(names)}))
"""
"""What of the libraries is only imported when it is used, or has parts that are."""


READ_OF = {
    "OnTableChange": [
        {"eventName": ["INSERT"], "dynamodb": {"Keys": {"PK": {"S": [{"prefix": "ORDER#"}, {"prefix": "JOB#"}]}}}},
        {"eventName": ["MODIFY", "REMOVE"], "dynamodb": {"Keys": {"PK": {"S": [{"prefix": "LEDGER#"}]}}}},
    ],
    "OnMessage": [
        {"eventName": ["INSERT"], "dynamodb": {"Keys": {"PK": {"S": [{"prefix": "MSG#"}, {"prefix": "SIGNIN#"}]}}}}
    ],
}
"""What of the stream each function gets."""


def names_in(built: Built) -> set[str]:
    """The names in the zip."""
    with zipfile.ZipFile(built.code) as archive:
        return set(archive.namelist())


def test_the_zip_holds_what_runs_and_nothing_else(built: Built) -> None:
    """No tests, tools or boto3; and small, for it is loaded at every cold start."""
    names = names_in(built)
    tops = {name.partition("/")[0] for name in names}
    assert tops == PACKAGES
    assert not [name for name in names if name.endswith((".po", ".pot"))]
    assert built.code.stat().st_size <= BYTES_MAX


def test_modules_are_bytecode_alone(built: Built) -> None:
    """Lambda can't keep any, so without it every cold start would compile all that it imports; sources are weight."""
    names = names_in(built)
    assert not [name for name in names if name.endswith(".py")]
    ours = {str(path.relative_to(ROOT).with_suffix(".pyc")) for path in (ROOT / "chalicelib").rglob("*.py")}
    assert {*ours, "app.pyc"} <= names


def test_the_runtime_is_the_one_that_was_asked_for(built: Built) -> None:
    """Not that of whoever deploys: every function has the one of the deployment."""
    functions = [it for it in built.template["Resources"].values() if it["Type"] == "AWS::Serverless::Function"]
    assert {it["Properties"]["Runtime"] for it in functions} == {OWN_RUNTIME}


def test_the_zip_holds_every_file_that_the_program_reads(built: Built) -> None:
    """Templates, words, styles and catalogues are data: nothing but this test misses them."""
    web = ROOT / "chalicelib" / "web"
    read = [path for kind in ("*.html", "*.words", "*.css", "*.mo", "*.ttf") for path in web.rglob(kind)]
    assert len(read) >= 9
    assert {str(path.relative_to(ROOT)) for path in read} <= names_in(built)


@pytest.fixture(scope="module")
def unpacked(built: Built, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The folders in which a Lambda finds modules: the zip's content, and what of the runtime's own we count on."""
    folder = tmp_path_factory.mktemp("task")
    with zipfile.ZipFile(built.code) as archive:
        archive.extractall(folder / "code")
    runtime = folder / "runtime"
    runtime.mkdir()
    site = Path(boto3.__file__).parents[1]
    for name in ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py"):
        (runtime / name).symlink_to(site / name)
    return [str(folder / "code"), str(runtime)]


def run_in(folders: list[str], script: str) -> str:
    """What a script prints that finds nothing but these folders and the standard library."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {folders!r}\n{script}"],
        cwd=folders[0],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_code_runs_on_what_is_in_the_zip_and_the_runtime(unpacked: list[str]) -> None:
    """All modules can be imported where there is nothing but the zip and boto3, as in Lambda.

    The local cloud would not tell: its own packages are in reach of the functions that it runs.
    """
    assert "chalicelib" in run_in(unpacked, IMPORT_ALL).split()


def test_what_is_left_of_the_libraries_is_enough(unpacked: list[str]) -> None:
    """Pictures, templates, addresses, logs and robots: what is imported when it is used is there, too."""
    told = json.loads(run_in(unpacked, USE_ALL).splitlines()[-1])
    assert told == {"robots": NAMES, "templates": len(list((ROOT / "chalicelib/web/templates").rglob("*.html")))}


def test_every_time_zone_is_in_the_zip(unpacked: list[str]) -> None:
    """Each name in the IANA database goes by the same clock as in the package that it is from, until 2040."""
    told = json.loads(run_in(unpacked, TELL_ZONES))
    published = files("tzdata")
    names = (published / "zones").read_text().split()
    assert len(names) > 500
    for name in names:
        zone = ZoneInfo.from_file(BytesIO((published / "zoneinfo" / name).read_bytes()), key=name)
        assert told.pop(name) == [str(zone), *(datetime.fromtimestamp(at, zone).strftime("%c %z %Z") for at in MOMENTS)]
    assert told == {}


def test_every_function_has_a_role_of_its_own(built: Built) -> None:
    """Nothing runs under a role that Chalice has made up."""
    resources = built.template["Resources"]
    functions = {name: it for name, it in resources.items() if it["Type"] == "AWS::Serverless::Function"}
    roles = {name: it["Properties"]["Role"]["Fn::GetAtt"][0] for name, it in functions.items()}
    assert functions.keys() == FUNCTIONS.keys()
    assert len(set(roles.values())) == len(functions)
    for name, resource in resources.items():
        if resource["Type"] == "AWS::IAM::Role":
            (policy,) = resource["Properties"]["Policies"]
            assert all("Sid" in statement for statement in policy["PolicyDocument"]["Statement"]), name


def test_no_role_may_scan_or_do_anything_at_all(built: Built) -> None:
    """No Scan, no wildcard among the actions; and on everything only what a condition narrows, or has no resource."""
    for name, resource in built.template["Resources"].items():
        if resource["Type"] != "AWS::IAM::Role":
            continue
        (policy,) = resource["Properties"]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]:
            assert not [action for action in statement["Action"] if "*" in action or action.endswith("Scan")], name
            on_everything = statement["Effect"] == "Allow" and statement["Resource"] == "*"
            if on_everything and statement["Action"] != ["cloudwatch:GetMetricData"]:
                assert "ses:FromAddress" in json.dumps(statement["Condition"])


@pytest.mark.parametrize("function", ["OnTableChange", "OnMessage"])
def test_the_stream_is_read_as_the_design_says(built: Built, function: str) -> None:
    """Orders, jobs and tampered entries; messages by another one. A poisoned batch is halved, a lost one kept."""
    (event,) = built.template["Resources"][function]["Properties"]["Events"].values()
    told = event["Properties"]
    assert told["Stream"] == {"Fn::GetAtt": ["Table", "StreamArn"]}
    assert (told["FunctionResponseTypes"], told["BisectBatchOnFunctionError"]) == (["ReportBatchItemFailures"], True)
    assert told["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": ["StreamFailures", "Arn"]}
    assert [json.loads(pattern["Pattern"]) for pattern in told["FilterCriteria"]["Filters"]] == READ_OF[function]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_ledger_can_only_grow_under_the_role_that_is_deployed(built: Built, function: str) -> None:
    """What test_policies asks of the files stands in the template, in the role of each function."""
    resources = built.template["Resources"]
    role, _ = resources[function]["Properties"]["Role"]["Fn::GetAtt"]
    (policy,) = resources[role]["Properties"]["Policies"]
    assert policy["PolicyDocument"] == POLICIES[function]
    for action in ("dynamodb:UpdateItem", "dynamodb:DeleteItem"):
        assert denied(policy["PolicyDocument"], action, "LEDGER#amb_1")

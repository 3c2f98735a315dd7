"""What an operator hears and sees: alarms whose metrics somebody writes, with a page each, a dashboard, throttles."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from logging import INFO, makeLogRecord
from typing import Any, get_args

import pytest

from app import app
from chalicelib.domain.people.mail_events import Kind as MailEvent
from chalicelib.operations.messages.deliver import Outcome
from chalicelib.telemetry import log_request, logger
from infra.deploy import dashboard, throttles
from infra.deploy.template import template
from infra.local.home import ROOT
from infra.resources import PARTS

TEMPLATE: dict[str, Any] = template()
RESOURCES: dict[str, Any] = TEMPLATE["Resources"]
ALARMS = {name: it["Properties"] for name, it in RESOURCES.items() if it.get("Type") == "AWS::CloudWatch::Alarm"}
PAGES = ROOT / "docs" / "operations" / "alarms"
FUNCTIONS = dashboard.functions(RESOURCES)
FILTERS = {
    it["Properties"]["MetricTransformations"][0]["MetricName"]: it["Properties"]
    for it in RESOURCES.values()
    if it.get("Type") == "AWS::Logs::MetricFilter"
}
API = {"ApiName": {"Fn::Sub": "referrals-${Stage}"}, "Stage": "api"}


def written() -> set[str]:
    """The names of all metrics that the program writes, as its source says them."""
    sources = "\n".join(path.read_text() for path in (ROOT / "chalicelib" / "workers").glob("*.py"))
    named = set(re.findall(r'(?:add_metric\(name=|_count\(|_each\(\w+, )"(\w+)"', sources))
    letters = {f"Letters{it.title()}" for it in get_args(Outcome)}
    return named | letters | {f"Mails{it.title()}" for it in get_args(MailEvent)}


def watched(alarm: dict[str, Any]) -> Iterator[tuple[Any, str, dict[str, Any]]]:
    """Namespace, name and dimensions of each metric that an alarm reads."""
    for it in alarm.get("Metrics", [{"MetricStat": {"Metric": alarm}}]):
        if "MetricStat" in it:
            metric = it["MetricStat"]["Metric"]
            yield (
                metric["Namespace"],
                metric["MetricName"],
                {dimension["Name"]: dimension["Value"] for dimension in metric.get("Dimensions", [])},
            )


@pytest.mark.parametrize("name", ALARMS)
def test_somebody_writes_what_an_alarm_reads(name: str) -> None:
    """By namespace, name and dimensions: the program, a filter of a log, or AWS about a resource of this stack."""
    queues = [key for key, it in RESOURCES.items() if it.get("Type") == "AWS::SQS::Queue"]
    for namespace, metric, dimensions in watched(ALARMS[name]):
        match namespace:
            case "Referrals":
                assert metric in written()
                assert dimensions == {"service": {"Fn::Sub": "referrals-${Stage}"}}
            case {"Fn::Sub": "Referrals/${Stage}"}:
                (counted,) = FILTERS[metric]["MetricTransformations"]
                assert (counted["MetricNamespace"], counted["MetricValue"]) == (namespace, "1")
                assert dimensions == {}
                assert "Dimensions" not in counted
            case "AWS/Lambda":
                assert metric in {"Errors", "Throttles", "Invocations", "IteratorAge"}
                assert [*dimensions] == ["FunctionName"]
                assert dimensions["FunctionName"]["Ref"] in FUNCTIONS
            case "AWS/SQS":
                assert metric == "ApproximateNumberOfMessagesVisible"
                assert dimensions in [{"QueueName": {"Fn::GetAtt": [it, "QueueName"]}} for it in queues]
            case "AWS/ApiGateway":
                assert metric in {"4XXError", "5XXError"}
                assert dimensions == API
                assert RESOURCES["RestAPI"]["Properties"]["Name"] == API["ApiName"]
            case "AWS/DynamoDB":
                assert metric in {"ReadThrottleEvents", "WriteThrottleEvents"}
                indexes = {it["IndexName"] for it in RESOURCES["Table"]["Properties"]["GlobalSecondaryIndexes"]}
                assert dimensions.pop("TableName") == {"Ref": "Table"}
                assert set(dimensions.values()) <= indexes
            case _:
                pytest.fail(f"nobody knows {namespace}")


def test_the_throttles_of_every_index_are_watched() -> None:
    """An index that can't keep up turns the writes of its table away."""
    seen = [dimensions for _, metric, dimensions in watched(ALARMS["TableThrottles"]) if metric.startswith("Write")]
    indexes = {it["IndexName"] for it in RESOURCES["Table"]["Properties"]["GlobalSecondaryIndexes"]}
    assert {it.get("GlobalSecondaryIndexName") for it in seen} == indexes | {None}


@pytest.mark.parametrize(
    ("metric", "status", "others"),
    [("RequestsBusy", 503, (500, 502, 200)), ("RequestsUnauthorised", 401, (400, 403, 429))],
)
def test_a_filter_counts_the_line_of_a_request(
    log: StringIO, metric: str, status: int, others: tuple[int, ...]
) -> None:
    """What the app logs of a request is what the filter looks for; nothing else in the log is."""

    def logged(code: int) -> dict[str, Any]:
        log_request(method="GET", route="/healthz", status=code, request_id="1")
        line: dict[str, Any] = json.loads(log.getvalue().splitlines()[-1])
        return line

    def found(line: dict[str, Any]) -> bool:
        terms = re.findall(r"\(\$\.(\w+) = ([^)]+)\)", FILTERS[metric]["FilterPattern"])
        assert len(terms) == 2
        return all(line.get(name) == json.loads(value) for name, value in terms)

    assert FILTERS[metric]["LogGroupName"] == RESOURCES["APIHandler"]["Properties"]["LoggingConfig"]["LogGroup"]
    assert found(logged(status))
    assert not [code for code in others if found(logged(code))]
    assert not found({**logged(status), "message": "another line"})


def test_the_line_of_a_request_is_as_the_logger_writes_one(log: StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for where it was written: so whoever reads the log finds each thing under one name."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3;Parent=4;Sampled=1")
    told = {"method": "GET", "route": "/healthz", "status": 200, "request_id": "1"}
    record = makeLogRecord({"msg": "request", "levelname": "INFO", "levelno": INFO, **told})
    by_logger = json.loads(logger.registered_formatter.format(record))
    log_request(method="GET", route="/healthz", status=200, request_id="1")
    ours = json.loads(log.getvalue())
    at = datetime.fromisoformat(ours.pop("timestamp"))
    assert abs(at - datetime.fromisoformat(by_logger.pop("timestamp"))) < timedelta(minutes=1)
    assert {**ours, "location": by_logger["location"]} == by_logger


def test_a_request_is_not_logged_where_only_warnings_are(log: StringIO) -> None:
    """The level that an operator has set holds for this line as for any other."""
    usual = logger.log_level
    logger.setLevel("WARNING")
    try:
        log_request(method="GET", route="/healthz", status=200, request_id="1")
    finally:
        logger.setLevel(usual)
    assert log.getvalue() == ""


def test_the_template_says_no_name_twice() -> None:
    """JSON lets the last one win, and the first is lost in silence: an alarm, say."""

    def once(pairs: list[tuple[Any, Any]]) -> dict[Any, Any]:
        assert len(dict(pairs)) == len(pairs), [name for name, _ in pairs]
        return dict(pairs)

    parts = [json.loads(part.read_text(), object_pairs_hook=once) for part in PARTS]
    once([((section, name), it) for part in parts for section, entries in part.items() for name, it in entries.items()])


def titled() -> dict[str, list[str]]:
    """The alarms that each page is about, by its title."""
    return {page.name: re.findall(r"`(\w+)`", page.read_text().partition("\n")[0]) for page in PAGES.glob("*.md")}


def test_every_alarm_has_a_page_and_every_page_an_alarm() -> None:
    """The warning of the bill among them; an alarm's own text says which page it is, and the list leads to all."""
    about = [name for names in titled().values() for name in names]
    assert sorted(about) == sorted([*ALARMS, "Bill"])
    for page, names in titled().items():
        for name in names:
            assert name == "Bill" or ALARMS[name]["AlarmDescription"].endswith(f"See docs/operations/alarms/{page}.")
    listed = (PAGES.parent / "README.md").read_text()
    assert not [page for page in titled() if f"(alarms/{page})" not in listed]


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.md")), ids=lambda page: page.stem)
def test_a_page_says_what_to_do_at_night(page: Any) -> None:
    """What it means, what to look at, what to do, and how one sees that it is over; and all on one screen."""
    text = page.read_text()
    assert re.findall(r"^\*\*(.*?)\*\*", text, re.MULTILINE) == ["Means", "Look at", "Do", "Over"]
    assert len(text.splitlines()) < 45


# --- the dashboard ----------------------------------------------------------------------------------------------------


def shown() -> dict[str, Any]:
    """The dashboard as CloudWatch gets it, but for the names that CloudFormation fills in."""
    body: dict[str, Any] = json.loads(RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"])
    return body


def test_the_dashboard_names_nothing_that_is_not_there() -> None:
    """Its references lead to resources that every stage has, and its metrics are written by somebody."""
    text = RESOURCES["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    for name in set(re.findall(r"\$\{([A-Za-z]\w*)", text)) - {"AWS", "Stage"}:
        assert name in RESOURCES
        assert "Condition" not in RESOURCES[name]
    graphs = [it["properties"]["metrics"] for it in shown()["widgets"] if it["type"] == "metric"]
    metrics = [metric for graph in graphs for metric in graph if isinstance(metric[0], str)]
    assert {metric[1] for metric in metrics if metric[0] == "Referrals"} <= written()
    assert {metric[1] for metric in metrics if metric[0] == "Referrals/${Stage}"} <= FILTERS.keys()
    assert all(metric[2:4] == ["service", "referrals-${Stage}"] for metric in metrics if metric[0] == "Referrals")


def test_the_dashboard_shows_every_function_and_every_alarm() -> None:
    """Whoever adds one finds it there."""
    text = json.dumps(shown())
    assert not [name for name in FUNCTIONS if f'"Throttles", "FunctionName", "${{{name}}}"' not in text]
    (board,) = [it["properties"]["alarms"] for it in shown()["widgets"] if it["type"] == "alarm"]
    every = [name for name in ALARMS if "Condition" not in RESOURCES[name]]
    assert board == [f"${{{name}.Arn}}" for name in every]


def test_no_widget_hides_another() -> None:
    """Three in a row, on a board of 24 columns."""
    places = [(it["x"], it["y"]) for it in shown()["widgets"]]
    assert len(set(places)) == len(places)
    assert max(it["x"] + it["width"] for it in shown()["widgets"]) == 24


# --- the gateway ------------------------------------------------------------------------------------------------------


def test_every_way_in_without_a_key_is_throttled_for_itself() -> None:
    """Public pages and answers by each of their methods, HEAD and a browser's questions among them."""
    found = RESOURCES["RestAPI"]["Properties"]["MethodSettings"]
    rates = {(it["ResourcePath"], it["HttpMethod"]): it["ThrottlingRateLimit"]["Ref"] for it in found}
    assert len(rates) == len(found), "none is said twice"
    assert all(it["ThrottlingBurstLimit"]["Ref"] == it["ThrottlingRateLimit"]["Ref"][:-4] + "Burst" for it in found)
    for path in ("/r/{code}", "/healthz", "/v1/program/schema", "/docs", "/d/{token}", "/assets/{name}"):
        for method in ("GET", "HEAD"):
            assert rates["/" + path.replace("/", "~1"), method] == "PublicRate", (method, path)
    assert rates["/~1r~1{code}~1card.png", "HEAD"] == "FormRate"
    assert rates["/~1sign-in", "POST"] == rates["/~1v1~1sessions", "POST"] == "FormRate"
    assert rates["/~1v1~1redemptions", "POST"] == rates["/~1v1~1quotes", "POST"] == "CheckoutRate"
    assert rates["/*", "*"] == "RequestRate"
    ways = {("/" + path.replace("/", "~1"), method) for path in app.routes for method in app.routes[path]}
    assert {way for way in ways if way[1] == "OPTIONS"} <= rates.keys()
    assert rates.keys() - {("/*", "*")} <= ways, "a way in that is none"
    assert len(throttles.anonymous()) == len(rates) - 3


def test_the_gateways_log_names_no_path_and_no_address() -> None:
    """A path holds codes and tokens; where a request came from is kept only where somebody asks for it."""
    _, log, none = RESOURCES["RestAPI"]["Properties"]["AccessLogSetting"]["Fn::If"]
    asked, with_ip, without = log["Format"]["Fn::If"]
    assert (none, asked) == ({"Ref": "AWS::NoValue"}, "AccessLoggedWithIp")
    assert json.loads(with_ip) == {**json.loads(without), "ip": "$context.identity.sourceIp"}
    assert json.loads(without)["route"] == "$context.resourcePath"
    for word in ("context.path", "identity", "requestOverride", "authorizer"):
        assert word not in without


def test_all_that_costs_more_is_off_until_somebody_asks() -> None:
    """No trace, no log of the gateway, no WAF, no set-aside concurrency, no budget: each is a parameter."""
    told = {name: it.get("Default") for name, it in TEMPLATE["Parameters"].items()}
    assert (told["Traces"], told["AccessLog"]) == ("no", "no")
    asked = ("WafRate", "MonthlyBudget", "ApiConcurrency", "StreamConcurrency", "MailConcurrency")
    assert [told[name] for name in asked] == [0] * 5
    only_if = {name: it["Condition"] for name, it in RESOURCES.items() if "Condition" in it}
    assert (only_if["Wall"], only_if["WallOfApi"], only_if["Bill"]) == ("Walled", "Walled", "BillWatched")
    assert (only_if["Tracing"], only_if["GatewayLog"]) == ("Traced", "AccessLogged")


def test_a_trace_is_granted_to_every_function() -> None:
    """Where requests are traced, no function is left out."""
    roles = {it["Ref"] for it in RESOURCES["Tracing"]["Properties"]["Roles"]}
    assert roles == {f"{'ApiHandler' if name == 'APIHandler' else name}Role" for name in FUNCTIONS}
    for name in FUNCTIONS:
        assert RESOURCES[name]["Properties"]["Tracing"] == {"Fn::If": ["Traced", "Active", "PassThrough"]}

"""What an operator looks at first, as one dashboard of a stage: what runs, what waits, what breaks, what it costs.

It is written as CloudWatch's own JSON with names of the stack in it (`${Table}`), which CloudFormation fills in. See
docs/operations/dashboard.md.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

Resources = Mapping[str, Mapping[str, Any]]
Metric = list[Any]

WIDTH, HEIGHT = 8, 6
MINUTES = 5
OURS, COUNTED = "Referrals", "Referrals/${Stage}"
"""The namespaces of what the program counts, and of what is counted in its log."""

INDEXES = ("due", "list", "day")
LETTERS = ("Sent", "Later", "Refused", "Blocked", "Unsure", "Undeliverable", "Abandoned", "Failed")
MAILS = ("Sent", "Delivered", "Delayed", "Bounced", "Complained", "Rejected")


def dashboard(resources: Resources) -> dict[str, Any]:
    """The dashboard as a resource of the stack whose other resources these are."""
    body = {"start": "-PT12H", "periodOverride": "inherit", "widgets": _placed(widgets(resources))}
    name = {"Fn::Sub": "referrals-${Stage}"}
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {"DashboardName": name, "DashboardBody": {"Fn::Sub": json.dumps(body, ensure_ascii=False)}},
    }


def functions(resources: Resources) -> list[str]:
    """The functions among the resources: those that Chalice makes, and that write to a log of ours."""
    return [name for name, it in resources.items() if "LoggingConfig" in it.get("Properties", {})]


def alarms(resources: Resources) -> list[str]:
    """The alarms that every stage has."""
    return [
        name for name, it in resources.items() if it.get("Type") == "AWS::CloudWatch::Alarm" and "Condition" not in it
    ]


def widgets(resources: Resources) -> list[dict[str, Any]]:
    """All widgets, those that one asks for first at the top."""
    names = functions(resources)
    readers = [name for name in names if _reads_stream(resources[name])]
    failures = [name for name, it in resources.items() if it.get("Type") == "AWS::SQS::Queue"]
    return [
        _alarms("Alarms", alarms(resources)),
        _graph("Redemptions and quotes", [_route("Count", "redemptions"), _route("Count", "quotes")]),
        _graph(
            "Errors",
            [
                _gateway("5XXError"),
                _counted("RequestsBusy", "503: try again"),
                _gateway("4XXError"),
                _counted("RequestsUnauthorised", "401"),
            ],
        ),
        _graph(
            "Milliseconds of an answer: half, and all but one of a hundred",
            [_route("Latency", route, stat) for route in ("redemptions", "quotes") for stat in ("p50", "p99")],
        ),
        _graph(
            "Due: how long the oldest, in seconds",
            [_own("DueAge", stat="Maximum")],
            right=[_own("Due", stat="Maximum")],
        ),
        _graph(
            "Stream: how far behind, in milliseconds", [_function("IteratorAge", name, "Maximum") for name in readers]
        ),
        _graph("Letters by outcome", [_own(f"Letters{it}") for it in LETTERS]),
        _graph("What became of mails", [_own(f"Mails{it}") for it in MAILS]),
        _graph("What nothing works off: failure queues", [_queue(name) for name in failures]),
        _graph("Turned away: functions and table", [*(_function("Throttles", name) for name in names), *_throttles()]),
        _graph("At work at once", [_function("ConcurrentExecutions", name, "Maximum") for name in names]),
        _graph("Errors of functions", [_function("Errors", name) for name in names]),
        _graph(
            "Write units",
            [_table("ConsumedWriteCapacityUnits"), *(_table("ConsumedWriteCapacityUnits", it) for it in INDEXES)],
        ),
        _graph(
            "Read units",
            [_table("ConsumedReadCapacityUnits"), *(_table("ConsumedReadCapacityUnits", it) for it in INDEXES)],
        ),
        _graph("What is paid for: milliseconds of functions", [_function("Duration", name) for name in names]),
        _graph("What is paid for: requests", [_gateway("Count")], right=[_own("LettersSent")]),
        _graph("Write units for each redemption", _units_each()),
        _graph(
            "Broken, and the books",
            [
                _own(it)
                for it in (
                    "SettlesFailed",
                    "JobsFailed",
                    "AuditDifferences",
                    "AuditOverdue",
                    "LedgerTampered",
                    "CareOverdue",
                )
            ],
        ),
    ]


def _placed(widgets: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Three in a row."""
    return [
        {"x": n % 3 * WIDTH, "y": n // 3 * HEIGHT, "width": WIDTH, "height": HEIGHT, **it}
        for n, it in enumerate(widgets)
    ]


def _graph(title: str, left: Iterable[Metric], right: Iterable[Metric] = ()) -> dict[str, Any]:
    metrics = [*left, *([*it[:-1], {**it[-1], "yAxis": "right"}] for it in right)]
    shown = {"title": title, "region": "${AWS::Region}", "view": "timeSeries", "period": 60 * MINUTES}
    return {"type": "metric", "properties": {**shown, "stat": "Sum", "metrics": metrics}}


def _alarms(title: str, names: Iterable[str]) -> dict[str, Any]:
    return {"type": "alarm", "properties": {"title": title, "alarms": [f"${{{name}.Arn}}" for name in names]}}


def _own(name: str, stat: str = "Sum") -> Metric:
    return [OURS, name, "service", "referrals-${Stage}", {"stat": stat}]


def _counted(name: str, label: str) -> Metric:
    return [COUNTED, name, {"label": label}]


def _gateway(name: str) -> Metric:
    return ["AWS/ApiGateway", name, "ApiName", "referrals-${Stage}", "Stage", "api", {"label": name}]


def _route(name: str, route: str, stat: str = "Sum") -> Metric:
    which = ["Method", "POST", "Resource", f"/v1/{route}"]
    label = route if stat == "Sum" else f"{route} {stat}"
    return [
        "AWS/ApiGateway",
        name,
        "ApiName",
        "referrals-${Stage}",
        "Stage",
        "api",
        *which,
        {"stat": stat, "label": label},
    ]


def _function(name: str, function: str, stat: str = "Sum") -> Metric:
    return ["AWS/Lambda", name, "FunctionName", f"${{{function}}}", {"stat": stat, "label": function}]


def _queue(name: str) -> Metric:
    which = ["QueueName", f"${{{name}.QueueName}}"]
    return ["AWS/SQS", "ApproximateNumberOfMessagesVisible", *which, {"stat": "Maximum", "label": name}]


def _table(name: str, index: str | None = None) -> Metric:
    which = ["GlobalSecondaryIndexName", index] if index else []
    return ["AWS/DynamoDB", name, "TableName", "${Table}", *which, {"label": index or "table"}]


def _throttles() -> list[Metric]:
    reads, writes = "ReadThrottleEvents", "WriteThrottleEvents"
    return [_table(reads), _table(writes), *(_table(writes, it) for it in INDEXES)]


def _units_each() -> list[Metric]:
    """Write units of the table and its indexes, divided by redemptions."""
    hidden = [_table("ConsumedWriteCapacityUnits"), *(_table("ConsumedWriteCapacityUnits", it) for it in INDEXES)]
    units = [[*it[:-1], {"id": f"u{n}", "visible": False, "stat": "Sum"}] for n, it in enumerate(hidden)]
    redeemed = [*_route("Count", "redemptions")[:-1], {"id": "redeemed", "visible": False, "stat": "Sum"}]
    return [[{"expression": "SUM([u0, u1, u2, u3]) / redeemed", "label": "for each", "id": "each"}], *units, redeemed]


def _reads_stream(function: Mapping[str, Any]) -> bool:
    return any("Stream" in it["Properties"] for it in function["Properties"].get("Events", {}).values())

"""How often a route was asked, as API Gateway counts it: a quote stores nothing.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

NAMESPACE = "AWS/ApiGateway"
_SECONDS = 300
"""Sums of five minutes are kept for 63 days, and end with every day of every time zone."""

Count = Callable[[datetime, datetime], int | None]


def client() -> Any:
    """Return a client of CloudWatch. The day's round alone asks, so boto3 is imported there, and nowhere else."""
    import boto3
    from botocore.config import Config

    return boto3.client("cloudwatch", config=Config(connect_timeout=2, read_timeout=10))


def uncounted(_start: datetime, _end: datetime) -> int | None:
    """Answer for where nobody counts: on one machine there is no gateway."""
    return None


def counting(client: Any, api: str, stage: str, method: str, resource: str) -> Count:
    """Return what counts the calls of a route that were answered well, from one moment to another.

    A day of which nothing is known any more, or on which nobody asked, has none.
    """
    dimensions = {"ApiName": api, "Stage": stage, "Method": method, "Resource": resource}
    names = {"asked": "Count", "refused": "4XXError", "failed": "5XXError"}
    queries = [
        {
            "Id": own,
            "MetricStat": {
                "Metric": {
                    "Namespace": NAMESPACE,
                    "MetricName": name,
                    "Dimensions": [{"Name": it, "Value": value} for it, value in dimensions.items()],
                },
                "Period": _SECONDS,
                "Stat": "Sum",
            },
        }
        for own, name in names.items()
    ]

    def count(start: datetime, end: datetime) -> int:
        sums = dict.fromkeys(names, 0.0)
        page: dict[str, Any] = {}
        while True:
            answer = client.get_metric_data(MetricDataQueries=queries, StartTime=start, EndTime=end, **page)
            for found in answer["MetricDataResults"]:
                sums[found["Id"]] += sum(found["Values"])
            if not answer.get("NextToken"):
                return int(sums["asked"] - sums["refused"] - sums["failed"])
            page = {"NextToken": answer["NextToken"]}

    return count

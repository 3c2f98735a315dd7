"""Quotes are counted by the gateway: what was answered, page by page, in a window of a day."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.delivery.traffic import counting, uncounted

START = datetime(2026, 3, 1, tzinfo=UTC)
END = START + timedelta(days=1)


class CloudWatch:
    """Answers what it is given, and remembers what it was asked."""

    def __init__(self, *pages: dict[str, list[float]]) -> None:
        self.pages = list(pages)
        self.asked: list[dict[str, Any]] = []

    def get_metric_data(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        page = self.pages.pop(0)
        results = [{"Id": name, "Values": values} for name, values in page.items()]
        return {"MetricDataResults": results, **({"NextToken": "more"} if self.pages else {})}


def test_what_was_answered_is_counted_over_all_pages() -> None:
    """Refused and failed calls are no quotes; a day may come in several pages."""
    client = CloudWatch({"asked": [10.0, 5.0], "refused": [2.0]}, {"asked": [4.0], "failed": [1.0]})
    assert counting(client, "referrals-prod", "api", "POST", "/v1/quotes")(START, END) == 16
    first, second = client.asked
    assert (first["StartTime"], first["EndTime"]) == (START, END)
    assert ("NextToken" in first, second["NextToken"]) == (False, "more")
    asked = first["MetricDataQueries"][0]["MetricStat"]
    assert asked["Metric"]["Namespace"] == "AWS/ApiGateway"
    assert {it["Name"]: it["Value"] for it in asked["Metric"]["Dimensions"]} == {
        "ApiName": "referrals-prod", "Stage": "api", "Method": "POST", "Resource": "/v1/quotes",
    }  # fmt: skip
    assert (asked["Period"], asked["Stat"]) == (300, "Sum")


def test_where_nobody_counts_there_is_no_number() -> None:
    """None is not none: the figure stays away."""
    assert uncounted(START, END) is None

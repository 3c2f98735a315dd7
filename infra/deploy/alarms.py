"""Who hears of a stage's alarms, and what rings: for whoever has deployed it, and for whoever was woken."""

from collections.abc import Iterator
from typing import Any

PENDING = {"PendingConfirmation", "Deleted"}
"""What SNS says in the place of an ARN of a subscription that brings nothing."""


def listeners(sns: Any, topic: str) -> tuple[list[str], list[str]]:
    """The addresses that are told of alarms, and those that have been asked and have not confirmed."""
    pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    told = [it for page in pages for it in page["Subscriptions"]]
    deaf = [it["Endpoint"] for it in told if it["SubscriptionArn"] in PENDING]
    return [it["Endpoint"] for it in told if it["SubscriptionArn"] not in PENDING], deaf


def unheard(sns: Any, topic: str) -> Iterator[str]:
    """Why somebody, or everybody, does not hear of alarms; nothing if all do."""
    heard, deaf = listeners(sns, topic)
    for address in deaf:
        yield f"{address} is not told of alarms yet: somebody has to follow the link in the mail from SNS."
    if not heard and not deaf:
        yield "Nobody is told of alarms: make deploy ALARM_EMAIL=…"


def ringing(cloudwatch: Any, stack: str) -> Iterator[str]:
    """The alarms of a stack that ring, since when, and what they say; the longest first."""
    pages = cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{stack}-", StateValue="ALARM")
    found = [alarm for page in pages for alarm in page["MetricAlarms"]]
    for alarm in sorted(found, key=lambda it: it["StateUpdatedTimestamp"]):
        since = alarm["StateUpdatedTimestamp"]
        name = alarm["AlarmName"].removeprefix(f"{stack}-").rpartition("-")[0]
        yield f"{name}, since {since:%Y-%m-%d %H:%M %Z}\n  {alarm['AlarmDescription']}"

"""What `make alarms` says to whoever was woken: what rings since when, where it is explained, and who hears of it."""

from datetime import UTC, datetime

from botocore.stub import Stubber

from infra.deploy.alarms import listeners, ringing
from memory.shop import OWN_SESSION

TOPIC = "arn:aws:sns:eu-central-1:111111111111:referrals-prod-Alarms"


def test_what_rings_longest_is_said_first() -> None:
    """By the name that the list of alarms has, without what CloudFormation adds to it; of this stage alone."""
    cloudwatch = OWN_SESSION.client("cloudwatch")
    told = {
        "MetricAlarms": [
            {
                "AlarmName": f"referrals-prod-{name}-1XYZ",
                "AlarmDescription": f"See docs/operations/alarms/{page}.md.",
                "StateUpdatedTimestamp": datetime(2026, 11, 28, hour, tzinfo=UTC),
            }
            for name, page, hour in (("MailStands", "schedule-stands", 4), ("WorkIsLate", "work-is-late", 3))
        ]
    }
    with Stubber(cloudwatch) as wire:
        asked = {"AlarmNamePrefix": "referrals-prod-", "StateValue": "ALARM"}
        wire.add_response("describe_alarms", told, asked)
        late, stands = ringing(cloudwatch, "referrals-prod")
    assert late == "WorkIsLate, since 2026-11-28 03:00 UTC\n  See docs/operations/alarms/work-is-late.md."
    assert stands.startswith("MailStands, since 2026-11-28 04:00 UTC")


def test_who_has_not_confirmed_does_not_hear() -> None:
    """Of two addresses one has followed the link."""
    sns = OWN_SESSION.client("sns")
    told = [("ops@shop.example", f"{TOPIC}:1"), ("new@shop.example", "PendingConfirmation")]
    with Stubber(sns) as wire:
        answer = {"Subscriptions": [{"Endpoint": endpoint, "SubscriptionArn": arn} for endpoint, arn in told]}
        wire.add_response("list_subscriptions_by_topic", answer, {"TopicArn": TOPIC})
        assert listeners(sns, TOPIC) == (["ops@shop.example"], ["new@shop.example"])

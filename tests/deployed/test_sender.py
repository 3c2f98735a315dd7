"""After a deployment the operator reads what keeps mails and alarms from reaching anybody."""

from typing import Any

import pytest
from botocore.stub import Stubber

from infra.deploy.alarms import unheard
from infra.deploy.sender import hindrances, quota
from memory.shop import OWN_SESSION

SENDER, TOPIC = "friends@shop.example", "arn:aws:sns:eu-central-1:111111111111:referrals-prod-Alarms"
WELL = {"ProductionAccessEnabled": True, "SendingEnabled": True}


def told(account: dict[str, Any], *, address: bool | None = None, domain: bool | None = None) -> str:
    """What is told of an account; of address and domain: verified or not, or unknown."""
    ses = OWN_SESSION.client("sesv2")
    with Stubber(ses) as wire:
        for identity, verified in ((SENDER, address), ("shop.example", domain)):
            if verified is None:
                wire.add_client_error("get_email_identity", "NotFoundException", "", 404)
            else:
                answer = {"VerifiedForSendingStatus": verified}
                wire.add_response("get_email_identity", answer, {"EmailIdentity": identity})
            if verified:
                break
        wire.add_response("get_account", account)
        found = "\n".join(hindrances(ses, SENDER, "eu-central-1"))
        wire.assert_no_pending_responses()
    return found


@pytest.mark.parametrize(("address", "domain"), [(True, None), (None, True), (False, True)])
def test_an_account_that_may_write_to_anybody_is_told_nothing(address: bool | None, domain: bool | None) -> None:
    """The address or its domain is verified, and AWS has let the account out of the sandbox."""
    assert told(WELL, address=address, domain=domain) == ""


def test_a_sandbox_is_told_with_the_way_out() -> None:
    """In it letters to strangers wait for ever, though everything else works."""
    found = told({**WELL, "ProductionAccessEnabled": False}, address=True)
    assert "sandbox in eu-central-1" in found
    assert "request-production-access" in found


def test_an_unknown_sender_and_a_paused_account_are_told() -> None:
    """All that stands in the way at once, with the command that begins to mend it."""
    found = told({**WELL, "SendingEnabled": False}, address=None, domain=False)
    assert f"create-email-identity --email-identity {SENDER}" in found
    assert "AWS has paused it" in found


def test_the_quota_is_told_where_there_is_one() -> None:
    """An account without a limit has -1 there."""
    for a_day, said in ((50_000.0, "SES takes 50,000 mails a day, 14 a second."), (-1.0, "")):
        ses = OWN_SESSION.client("sesv2")
        with Stubber(ses) as wire:
            wire.add_response("get_account", {"SendQuota": {"Max24HourSend": a_day, "MaxSendRate": 14.0}})
            assert quota(ses) == said


@pytest.mark.parametrize(
    ("arns", "said"),
    [
        ([], "Nobody is told of alarms"),
        (["PendingConfirmation"], "follow the link in the mail from SNS"),
        ([f"{TOPIC}:1"], ""),
    ],
)
def test_alarms_that_reach_nobody_are_told(arns: list[str], said: str) -> None:
    """A subscription that nobody has confirmed looks like one, and is none."""
    sns = OWN_SESSION.client("sns")
    with Stubber(sns) as wire:
        answer = {"Subscriptions": [{"SubscriptionArn": arn, "Endpoint": "ops@shop.example"} for arn in arns]}
        wire.add_response("list_subscriptions_by_topic", answer, {"TopicArn": TOPIC})
        found = "\n".join(unheard(sns, TOPIC))
    assert said in found
    assert bool(found) is bool(said)

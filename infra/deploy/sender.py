"""Whether SES sends what a stage writes: to whom, from whom, and how much a day."""

from collections.abc import Iterator
from typing import Any

_SANDBOX = """SES is in its sandbox in {region}: it writes to verified addresses only, and little. Ask AWS for more:
  https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html"""
_UNVERIFIED = """SES may not send as {sender} yet. Verify it, or its domain:
  aws sesv2 create-email-identity --email-identity {sender}"""


def hindrances(ses: Any, sender: str, region: str) -> Iterator[str]:
    """What keeps mails from going out, and what to do; nothing if they may go to anybody."""
    if not _verified(ses, sender):
        yield _UNVERIFIED.format(sender=sender)
    account = ses.get_account()
    if not account.get("ProductionAccessEnabled", False):
        yield _SANDBOX.format(region=region)
    if not account.get("SendingEnabled", True):
        yield "SES sends nothing for this account: AWS has paused it, or somebody of yours. See SES's own messages."


def quota(ses: Any) -> str:
    """How much SES takes, in words; nothing where it does not say."""
    told = ses.get_account().get("SendQuota", {})
    a_day, a_second = told.get("Max24HourSend", 0), told.get("MaxSendRate", 0)
    return f"SES takes {a_day:,.0f} mails a day, {a_second:,.0f} a second." if a_day > 0 else ""


def _verified(ses: Any, sender: str) -> bool:
    """Whether the address, or its domain, is a verified identity."""
    for identity in (sender, sender.rpartition("@")[2]):
        try:
            if ses.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"]:
                return True
        except ses.exceptions.NotFoundException:
            continue
    return False

"""Events of SES, as its own documentation shows them, and whatever else somebody may publish."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.delivery.events import UnreadableEventError, read_event
from chalicelib.domain.people.mail_events import MailEvent, Mark

MARK = Mark("order:1001#2@friend", "per_01J", "0123456789abcdef0123456789abcdef")
SENT, BACK = datetime(2017, 8, 5, 0, 40, 2, 12000, UTC), datetime(2017, 8, 5, 0, 41, 2, 669000, UTC)
MAIL = {
    "timestamp": "2017-08-05T00:40:02.012Z",
    "source": "Sender Name <sender@example.com>",
    "sourceArn": "arn:aws:ses:us-east-1:123456789012:identity/sender@example.com",
    "sendingAccountId": "123456789012",
    "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
    "destination": ["recipient@example.com"],
    "headersTruncated": False,
    "tags": {"ses:configuration-set": ["mails"], "ses:caller-identity": ["ses_user"]}
    | {name: [value] for name, value in MARK.tags().items()},
}
WHOM = [{"emailAddress": "recipient@example.com", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 no such user"}]
WHEN = {"timestamp": "2017-08-05T00:41:02.669Z", "feedbackId": "01000157c44f053b-61b59c11-9236-11e6-8f96"}


def published(kind: str, name: str, told: dict[str, Any], **more: Any) -> str:
    """An event as the topic carries it."""
    return json.dumps({"eventType": kind, name: told, "mail": {**MAIL, **more}})


def bounce(kind: str, subtype: str = "General") -> str:
    """A mail that came back."""
    return published(
        "Bounce", "bounce", {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": WHOM, **WHEN}
    )


COMPLAINT = {"complainedRecipients": WHOM, "complaintFeedbackType": "abuse", "arrivalDate": WHEN["timestamp"], **WHEN}
DELAY = {"delayType": "MailboxFull", "delayedRecipients": WHOM, "timestamp": WHEN["timestamp"]}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (published("Send", "send", {}), MailEvent("sent", MARK, SENT, SENT)),
        (published("Delivery", "delivery", WHEN), MailEvent("delivered", MARK, BACK, SENT)),
        (bounce("Permanent"), MailEvent("bounced", MARK, BACK, SENT, "Permanent, General")),
        (bounce("Permanent", "Suppressed"), MailEvent("bounced", MARK, BACK, SENT, "Permanent, Suppressed")),
        (bounce("Transient", "MailboxFull"), MailEvent("returned", MARK, BACK, SENT, "Transient, MailboxFull")),
        (bounce("Undetermined", "Undetermined"), MailEvent("returned", MARK, BACK, SENT, "Undetermined, Undetermined")),
        (published("Complaint", "complaint", COMPLAINT), MailEvent("complained", MARK, BACK, SENT, "abuse")),
        (published("DeliveryDelay", "deliveryDelay", DELAY), MailEvent("delayed", MARK, BACK, SENT, "MailboxFull")),
        (
            published("Reject", "reject", {"reason": "Bad content"}),
            MailEvent("rejected", MARK, SENT, SENT, "Bad content"),
        ),
    ],
)
def test_what_ses_says_is_understood(text: str, says: MailEvent) -> None:
    """Each kind of event that concerns us; what is not known to be for good is taken for what may pass."""
    assert read_event(text) == says


@pytest.mark.parametrize(
    "text",
    [
        published("Complaint", "complaint", {**COMPLAINT, "complaintFeedbackType": "not-spam"}),
        published("Open", "open", WHEN),
        published("Click", "click", WHEN),
        published("Rendering Failure", "failure", {}),
        published("Delivery", "delivery", WHEN, tags={"ses:configuration-set": ["mails"]}),
        published("Delivery", "delivery", WHEN, tags=None),
        published("Delivery", "delivery", WHEN, tags={**MAIL["tags"], "person": ["per_1", "per_2"]}),  # type: ignore[dict-item]
    ],
)
def test_what_is_no_concern_of_ours_is_passed_over(text: str) -> None:
    """Who says that a mail is no spam complains of nothing; and others may send under the same configuration set."""
    assert read_event(text) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "null", "1", '"x"', "{}", '{"eventType": 1}', '{"eventType": "Bounce"}', "[" * 100_000),
        published("Bounce", "complaint", WHEN),
        published("Delivery", "delivery", WHEN, timestamp=None),
        published("Delivery", "delivery", WHEN, timestamp="yesterday"),
        published("Delivery", "delivery", WHEN, timestamp="2017-08-05T00:40:02"),
        published("Delivery", "delivery", {**WHEN, "timestamp": 7}),
        published("Delivery", "delivery", WHEN, tags="message"),
        published("Delivery", "delivery", {**WHEN, "timestamp": "0001-01-01T00:00:00+14:00"}),
    ],
)
def test_what_nobody_can_read_is_told_without_its_content(text: str) -> None:
    """It raises one kind of error, whose text says what is missing."""
    with pytest.raises(UnreadableEventError) as raised:
        read_event(text)
    assert "recipient" not in str(raised.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda it: (
            st.lists(it)
            | st.dictionaries(
                st.sampled_from(["eventType", "mail", "bounce", "tags", "timestamp", "Bounce"]) | st.text(), it
            )
        ),
    )
)
def test_nothing_that_is_json_breaks_it(value: object) -> None:
    """It is read, passed over, or refused."""
    with contextlib.suppress(UnreadableEventError):
        read_event(json.dumps(value))


@given(st.text())
def test_no_address_gets_into_a_reason(text: str) -> None:
    """The log says why in SES's fixed words: anything with other signs in it is left out."""
    event = read_event(bounce("Transient", f"{text}@friends.example"))
    assert event is not None
    assert event.reason == "Transient"

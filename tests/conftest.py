"""Fixtures: a whole shop in one process."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from chalicelib import deps
from chalicelib.api import auth
from chalicelib.operations import programs
from infra.local.table import create_table
from tests.faults import Faults
from tests.shop import PROGRAM, SENDER, START, Shop

REGION = "eu-central-1"
ENVIRONMENT = {
    "TABLE_NAME": "referrals-test",
    "PUBLIC_URL": "https://friends.shop.example",
    "SENDER": SENDER,
    "PEPPER": "a pepper for tests",
    "CURSOR_KEY": "a cursor key for tests",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
}


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """A shop with the demonstration program, an empty table, and a clock that stands still until it is moved."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    deps.forget()
    auth.forget()
    faults = Faults()
    with mock_aws():
        boto3.setup_default_session()
        assert boto3.DEFAULT_SESSION is not None
        faults.register(boto3.DEFAULT_SESSION.events)
        client = boto3.client("dynamodb")
        create_table(client, ENVIRONMENT["TABLE_NAME"])
        boto3.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        programs.publish(deps.table(), PROGRAM, author="test", now=START)
        yield Shop(client, lambda: ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages, faults)
    deps.forget()

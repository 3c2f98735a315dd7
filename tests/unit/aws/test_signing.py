"""Requests are signed as AWS's own tools sign them, and go where these send them."""

from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import botocore.session
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Theirs

from chalicelib.aws import services
from chalicelib.aws.credentials import Credentials
from chalicelib.aws.services import DYNAMODB, SES, SSM, Api, endpoint
from chalicelib.aws.signing import Signer

REQUESTS = 10_000
LETTERS = 'abcXYZ0189-_.~ /+=%é চ🙂\n"{}'


class Timed(SigV4Auth):
    """botocore's signature, at a time of the test's choosing."""

    at: datetime

    def add_auth(self, request: AWSRequest) -> None:
        """Sign as it does, but for the time."""
        its: Any = self
        request.context["timestamp"] = self.at.strftime("%Y%m%dT%H%M%SZ")
        its._modify_request_before_signing(request)  # noqa: SLF001 - what it does, but for the clock
        canonical = its.canonical_request(request)
        signature = its.signature(its.string_to_sign(request, canonical), request)
        its._inject_signature_to_request(request, signature)  # noqa: SLF001 - as above


def test_ten_thousand_signatures_are_those_of_botocore() -> None:
    """Whatever is sent, by whomever, wherever and whenever: the same headers, to the last letter.

    A few signers are used again and again, so that a day's kept key is met with other days and other credentials.
    """
    chance = Random(1)
    places = [(service, region) for service in ("dynamodb", "ses", "ssm") for region in ("eu-central-1", "cn-north-1")]
    signers = {place: Signer(*place) for place in places}
    people = [Credentials(f"AKIA{n}", f"secret/{n}+", None if n % 2 else f"token/{n}==") for n in range(4)]
    days = [datetime(2026, 11, 28, tzinfo=UTC) + timedelta(days=30 * n) for n in range(3)]
    for number in range(REQUESTS):
        place, who = chance.choice(places), chance.choice(people)
        at = chance.choice(days) + timedelta(seconds=chance.randrange(86_400))
        body = "".join(chance.choices(LETTERS, k=chance.randrange(60))).encode()
        path = chance.choice(["/", "/v2/email/outbound-emails"])
        headers = {"content-type": "application/x-amz-json-1.0", "host": f"{place[0]}.{place[1]}.amazonaws.com"}
        if number % 3:
            headers["x-amz-target"] = f"DynamoDB_20120810.Operation{number}"
        theirs = AWSRequest("POST", f"https://{headers['host']}{path}", dict(headers), body)
        signer = Timed(Theirs(*who), *place)
        signer.at = at
        signer.add_auth(theirs)
        wanted = {name.lower(): str(value) for name, value in theirs.headers.items()}
        assert signers[place].signed(who, path, headers, body, at) == wanted


def test_two_who_sign_at_once_have_each_their_own_key() -> None:
    """Where credentials are renewed, one thread may come between another's look at the kept key and its use."""
    at = datetime(2026, 11, 28, 12, tzinfo=UTC)
    old, new = Credentials("AKIA", "old"), Credentials("AKIA", "new")

    class Overtaken(str):
        """A secret that is overtaken by the new one whenever it is looked at."""

        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            signer.signed(new, "/", {}, b"", at)
            return str.__eq__(self, other)

    signer = Signer("dynamodb", "eu-central-1")
    wanted = signer.signed(old, "/", {}, b"", at)
    assert signer.signed(old._replace(secret_key=Overtaken("old")), "/", {}, b"", at) == wanted


def test_a_signature_depends_on_all_that_it_vouches_for() -> None:
    """The comparison above can fail: another body, path, header, time or key gives another signature."""
    signer, at = Signer("dynamodb", "eu-central-1"), datetime(2026, 11, 28, 12, tzinfo=UTC)
    who, headers = Credentials("AKIA", "secret"), {"host": "h", "content-type": "c"}
    one = signer.signed(who, "/", headers, b"{}", at)["authorization"]
    others = [
        signer.signed(who, "/", headers, b"{ }", at),
        signer.signed(who, "/x", headers, b"{}", at),
        signer.signed(who, "/", {**headers, "host": "i"}, b"{}", at),
        signer.signed(who, "/", headers, b"{}", at + timedelta(seconds=1)),
        signer.signed(who._replace(secret_key="other"), "/", headers, b"{}", at),
        signer.signed(who._replace(token="token"), "/", headers, b"{}", at),
        Signer("dynamodb", "eu-west-1").signed(who, "/", headers, b"{}", at),
    ]
    assert len({one, *(other["authorization"] for other in others)}) == 8


@pytest.mark.parametrize(("api", "service"), [(DYNAMODB, "dynamodb"), (SSM, "ssm"), (SES, "sesv2")])
def test_a_region_is_reached_where_botocore_reaches_it(monkeypatch: pytest.MonkeyPatch, api: Api, service: str) -> None:
    """In China, GovCloud and Europe's own, too, and in a sample of all other regions in which the service is known.

    A shop that has to use validated cryptography, or has no IPv4, says so as to AWS's own tools, and is heard.
    """
    for variable in ("AWS_ENDPOINT_URL", f"AWS_ENDPOINT_URL_{api.variable}"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_ACCOUNT_ID_ENDPOINT_MODE", "disabled")
    session = botocore.session.get_session()
    partitions = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
    regions = [region for it in partitions for region in session.get_available_regions(service, it)]
    regions = [it for place, it in enumerate(regions) if place % 9 == 0 or it.startswith(("cn-", "us-gov-", "eusc-"))]
    assert "us-gov-west-1" in regions
    make: Any = session.create_client
    for region, fips, both in product(regions, ("true", "false"), ("true", "false")):
        monkeypatch.setenv("AWS_USE_FIPS_ENDPOINT", fips)
        monkeypatch.setenv("AWS_USE_DUALSTACK_ENDPOINT", both)
        theirs = make(service, region_name=region, aws_access_key_id="a", aws_secret_access_key="b").meta
        assert endpoint(api, region) == theirs.endpoint_url, region
        assert api.signed_as == theirs.service_model.signing_name


def test_the_environment_says_where_a_cloud_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service's own address comes before that of all services, as in AWS's own tools."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://all:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://tables:2")
    monkeypatch.delenv("AWS_ENDPOINT_URL_SSM", raising=False)
    assert services.endpoint(DYNAMODB, "eu-central-1") == "http://tables:2"
    assert services.endpoint(SSM, "eu-central-1") == "http://all:1"

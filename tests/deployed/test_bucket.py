"""The bucket of what is deployed, at the wire: whoever has taken its name before gets nothing, and gives nothing."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from infra.deploy.bucket import Bucket
from infra.deploy.problem import DeployError
from memory.shop import OWN_SESSION

US, OTHERS = "111111111111", "999999999999"
NAME = "referrals-deploy-111111111111-eu-central-1"


class Raw:
    """The body of an answer, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: object) -> list[bytes]:
        """All of it."""
        return [self._content]


class S3:
    """S3 with one bucket that everybody may write to, as whoever lies in wait would leave it.

    It refuses only what S3 refuses by itself: a call that expects another owner.
    """

    def __init__(self, owner: str | None, *, region: str = "eu-central-1") -> None:
        self.owner = owner
        self.asked: list[tuple[str, str]] = []
        self.kept: dict[str, bytes] = {}
        self.settings: dict[str, bytes] = {}
        self.client = OWN_SESSION.client("s3", region_name=region)
        self.client.meta.events.register("before-send.s3", self._answer)

    def _answer(self, request: Any, **_: object) -> AWSResponse:
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        address, _, query = request.url.partition("?")
        key = address.partition("amazonaws.com/")[2].removeprefix(NAME).strip("/")
        body = _read(request.body)
        self.asked.append((request.method, headers.get("x-amz-expected-bucket-owner", "nobody")))
        makes = request.method == "PUT" and not key and not query
        if makes:
            return self._made(request.url, headers, body)
        if self.owner is None:
            return _answered(request.url, 404, "NoSuchBucket")
        if headers.get("x-amz-expected-bucket-owner", self.owner) != self.owner:
            return _answered(request.url, 403, "AccessDenied")
        if request.method == "PUT":
            (self.kept if key else self.settings)[key or query] = body
        if request.method == "GET":
            (prefix,) = parse_qs(query)["prefix"]
            return _answered(request.url, 200, listed=[it for it in self.kept if it.startswith(prefix)])
        if request.method == "POST":
            self.kept = {it: held for it, held in self.kept.items() if it.encode() not in body}
        return _answered(request.url, 200)

    def _made(self, url: str, headers: dict[str, str], body: bytes) -> AWSResponse:
        if self.owner is not None:
            return _answered(url, 409, "BucketAlreadyExists")
        self.owner = US
        self.settings["made"] = headers.get("x-amz-object-ownership", "").encode() + b" " + body
        return _answered(url, 200)


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def _read(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    content: bytes = body.read()
    return content


def _answered(url: str, status: int, code: str = "", listed: list[str] | None = None) -> AWSResponse:
    found = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in listed or [])
    root = f"<Error><Code>{code}</Code></Error>" if code else f"<ListBucketResult>{found}</ListBucketResult>"
    return AWSResponse(url, status, HTTPHeaders(), Raw(root.encode()))


def bucket(s3: S3) -> Bucket:
    """The bucket as a deployment of ours knows it."""
    return Bucket(s3.client, NAME, US)


@pytest.mark.parametrize(
    "call",
    [
        lambda it: it.is_there(),
        lambda it: it.put("prod/code.zip", b"our code"),
        lambda it: it.make("eu-central-1"),
    ],
)
def test_a_bucket_that_somebody_else_has_taken_gets_nothing(call: Callable[[Bucket], object]) -> None:
    """Open to everybody as it is: the deployment stops, says what to do, and leaves neither code nor template there."""
    s3 = S3(OTHERS)
    with pytest.raises(DeployError, match=f"The bucket {NAME} is somebody else's.*BUCKET="):
        call(bucket(s3))
    assert (s3.kept, s3.settings) == ({}, {})


def test_every_call_names_the_owner_that_is_expected() -> None:
    """All but the one that makes the bucket, which fails by itself where there is one."""
    s3 = S3(US)
    ours = bucket(s3)
    assert ours.is_there()
    ours.close()
    ours.put("prod/code.zip", b"our code")
    ours.empty("prod")
    assert len(s3.asked) == 6
    assert {owner for _, owner in s3.asked} == {US}


def test_a_bucket_that_is_lost_between_two_calls_gets_nothing_more() -> None:
    """Whoever deletes it and lets somebody else take the name within a deployment is not followed."""
    s3 = S3(US)
    ours = bucket(s3)
    ours.put("prod/code.zip", b"our code")
    s3.owner = OTHERS
    with pytest.raises(DeployError, match="somebody else's"):
        ours.put("prod/template.json", b"our template")
    assert list(s3.kept) == ["prod/code.zip"]


@pytest.mark.parametrize(("region", "named"), [("eu-central-1", True), ("us-east-1", False)])
def test_a_bucket_that_is_made_is_open_to_nobody(region: str, named: bool) -> None:
    """All four ways in which a bucket can become public are shut, and all in it is its owner's."""
    s3 = S3(None, region=region)
    ours = bucket(s3)
    assert not ours.is_there()
    ours.make(region)
    ours.close()
    assert s3.settings["made"].startswith(b"BucketOwnerEnforced")
    assert (f"<LocationConstraint>{region}<".encode() in s3.settings["made"]) is named
    shut = s3.settings["publicAccessBlock"]
    for way in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"):
        assert f"<{way}>true</{way}>".encode() in shut
    assert b"<ObjectOwnership>BucketOwnerEnforced</ObjectOwnership>" in s3.settings["ownershipControls"]


def test_a_stage_leaves_the_bucket_without_touching_another_ones_objects() -> None:
    """Each stage keeps its objects under its own name."""
    s3 = S3(US)
    ours = bucket(s3)
    for key in ("prod/a.zip", "prod/b.json", "production/a.zip", "try/a.zip"):
        ours.put(key, b"x")
    assert ours.empty("prod") == 2
    assert list(s3.kept) == ["production/a.zip", "try/a.zip"]

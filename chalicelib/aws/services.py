"""AWS's services as far as the program calls them: JSON in, JSON out, one attempt a call."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from zlib import crc32

import msgspec

from chalicelib.aws.credentials import Credentials, credentials, own_region
from chalicelib.aws.lines import Line, LostError
from chalicelib.aws.signing import Signer

_FAILURE, _SERVER_ERROR = 300, 500
_CLOCK_MAX = 60
_UNSIGNED = {"InvalidSignatureException", "RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch"}

_SUFFIXES = {"cn": "amazonaws.com.cn", "eusc": "amazonaws.eu"}
_DUAL_STACK = {"cn": "api.amazonwebservices.com.cn", "eusc": "api.amazonwebservices.eu"}
"""Of the partitions that have their own, by how the names of their regions begin."""

PASSING = {
    "InternalServerError",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
}
"""The refusals after which the same call may succeed."""

Answer = dict[str, Any]
Call = Callable[[str, dict[str, Any]], Answer]
"""Carries out an operation with its parameters and answers; raises `RefusedError` or `LostError`."""


class Api(NamedTuple):
    """How one service is spoken to.

    Attributes:
        host: The first label of its host.
        signed_as: Its name in signatures.
        variable: What its own AWS_ENDPOINT_URL_… ends in.
        content: The type of what is sent.
        target: What stands before an operation's name in `X-Amz-Target`, if operations are told apart by it.
        paths: Where operations lie, if they are told apart by that.
        once: Whether a request that comes twice is carried out twice, for all its operations.
    """

    host: str
    signed_as: str
    variable: str
    content: str
    target: str = ""
    paths: Mapping[str, str] = MappingProxyType({})
    once: bool = False


DYNAMODB = Api("dynamodb", "dynamodb", "DYNAMODB", "application/x-amz-json-1.0", "DynamoDB_20120810.")
SSM = Api("ssm", "ssm", "SSM", "application/x-amz-json-1.1", "AmazonSSM.")
SES = Api("email", "ses", "SESV2", "application/json", paths={"SendEmail": "/v2/email/outbound-emails"}, once=True)


class RefusedError(Exception):
    """A service answered that it does not do it.

    Its text is the error's code, and what we know about it: what else a service says may hold what must not be logged.
    """

    def __init__(self, code: str, status: int, answer: Answer, detail: str = "") -> None:
        super().__init__(code + detail)
        self.code = code
        self.status = status
        self.answer = answer

    @property
    def is_passing(self) -> bool:
        """Whether the same call may succeed a moment later."""
        return self.code in PASSING or self.status >= _SERVER_ERROR


class Service:
    """One service in one region."""

    def __init__(
        self,
        api: Api,
        *,
        connect: float,
        answer: float,
        region: str | None = None,
        url: str | None = None,
        who: Callable[[], Credentials] | None = None,
    ) -> None:
        region = region or own_region()
        self._api = api
        self._line = Line(url or endpoint(api, region), connect=connect, answer=answer, once=api.once)
        self._signer = Signer(api.signed_as, region)
        self._who = who or credentials()

    @property
    def seconds(self) -> float:
        """How long a call takes at most."""
        return self._line.seconds

    def call(self, operation: str, request: dict[str, Any]) -> Answer:
        """Carry out one operation.

        Raises:
            RefusedError: the service answered with an error.
            LostError: no whole answer came; `UnreachedError` if nothing was sent.
            NoCredentialsError: there is nothing to sign with.
        """
        body = msgspec.json.encode(request)
        headers = {"content-type": self._api.content, "host": self._line.host}
        if self._api.target:
            headers["x-amz-target"] = self._api.target + operation
        path = self._api.paths.get(operation, "/")
        reply = self._line.exchange(
            path, self._signer.signed(self._who(), path, headers, body, datetime.now(UTC)), body
        )
        told = reply.headers.get("x-amz-crc32")
        if told not in {None, str(crc32(reply.body))}:
            raise LostError("the answer is not what was sent")
        answer = _read(reply.body)
        if reply.status < _FAILURE:
            if answer is None:
                raise LostError("the answer is no JSON")
            return answer
        answer = answer or {}
        code = reply.headers.get("x-amzn-errortype") or str(answer.get("__type", reply.status))
        code = code.partition(":")[0].rpartition("#")[2]
        detail = _clock_of(reply.headers.get("date")) if code in _UNSIGNED else ""
        raise RefusedError(code, reply.status, answer, detail)


def endpoint(api: Api, region: str) -> str:
    """Return the address of a service: what the environment says, else the region's own.

    In GovCloud the ordinary host of SSM is the one of FIPS. See
    https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html and feature-endpoints.html there.
    """
    told = os.environ.get(f"AWS_ENDPOINT_URL_{api.variable}") or os.environ.get("AWS_ENDPOINT_URL")
    if told:
        return told
    partition = region.partition("-")[0]
    of_both = _is_on("AWS_USE_DUALSTACK_ENDPOINT")
    suffix = _DUAL_STACK.get(partition, "api.aws") if of_both else _SUFFIXES.get(partition, "amazonaws.com")
    is_other = _is_on("AWS_USE_FIPS_ENDPOINT") and not (api is SSM and region.startswith("us-gov-") and not of_both)
    return f"https://{api.host}{'-fips' if is_other else ''}.{region}.{suffix}"


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").lower() == "true"


def _clock_of(date: str | None) -> str:
    """By how much this machine's clock is wrong, if a service's differs from it so much that it takes no signature."""
    try:
        theirs = datetime.strptime(date or "", "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return ""
    seconds = round((datetime.now(UTC) - theirs).total_seconds())
    return f": this clock is {seconds} s from the service's" if abs(seconds) > _CLOCK_MAX else ""


def _read(body: bytes) -> Answer | None:
    """What a body says; None if it is not JSON as a service writes it."""
    try:
        found = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None

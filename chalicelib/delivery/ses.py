"""Mail through Amazon SES, and what can be known when a call fails."""

import re
from typing import Any, Literal

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    SSLError,
)

from chalicelib.delivery.mime import Envelope, Written, mime

_SERVER_ERROR = 500
_PASSING = {
    "TooManyRequestsException",
    "ThrottlingException",
    "Throttling",
    "RequestTimeout",
    "RequestTimeoutException",
}
_MALFORMED = "BadRequestException"
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_CONFIGURATION_SET = re.compile(r"[A-Za-z0-9_-]{0,64}")

Fault = Literal["address", "passing", "operator"]


class NotSentError(Exception):
    """The mail was surely not sent.

    `fault` says what would have to change: the `address` itself, so never; something `passing`, so nothing; or what
    only the `operator` can mend, such as a sender that is not verified, an account that may not send, or credentials.
    """

    def __init__(self, reason: str, fault: Fault) -> None:
        super().__init__(reason)
        self.fault = fault


class UnsureError(Exception):
    """The call broke off: the mail may have been sent, or not."""


class Mailer:
    """Sends one mail at a time through SES v2, with a client that makes one attempt only."""

    def __init__(self, client: Any, sender: str, configuration_set: str = "") -> None:
        self._client = client
        self._sender = sender
        self._settings = {"ConfigurationSetName": configuration_set} if configuration_set else {}
        self._is_sound = bool(_ADDRESS.fullmatch(sender) and _CONFIGURATION_SET.fullmatch(configuration_set))

    def send(self, envelope: Envelope, mail: Written) -> str:
        """Send one mail, and return the id that SES has given it.

        Raises:
            NotSentError: SES refused it, or was never reached.
            UnsureError: SES may have taken it; sending again may double it.
        """
        if not envelope.to.isascii():
            raise NotSentError("SES takes no letters beyond ASCII before the @ (RFC 6531)", "address")
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [envelope.to]},
                Content={"Raw": {"Data": mime(envelope, mail, self._sender)}},
                EmailTags=[{"Name": name, "Value": value} for name, value in envelope.tags.items()],
                **self._settings,
            )
        except ClientError as error:
            response: Any = error.response
            code = response["Error"]["Code"]
            if response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
                raise UnsureError(code) from error
            raise NotSentError(code, self._fault(code)) from error
        except (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError) as error:
            raise NotSentError(type(error).__name__, "passing") from error
        except (HTTPClientError, SSLError) as error:
            raise UnsureError(type(error).__name__) from error
        except BotoCoreError as error:
            raise NotSentError(type(error).__name__, "operator") from error
        return str(answer["MessageId"])

    def _fault(self, code: str) -> Fault:
        """Return the cause of a refusal. Of a mail that SES can't read, only the address is not of our making.

        SES also rejects what is written to a good address (`MessageRejected`: the sender is not verified, or the
        account is still in the sandbox); and whatever it may refuse some day, a mail that waits can be mended.
        """
        if code in _PASSING:
            return "passing"
        return "address" if code == _MALFORMED and self._is_sound else "operator"

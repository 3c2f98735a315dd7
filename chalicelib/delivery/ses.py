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

Cause = Literal["address", "passing", "operator"]


class NotSentError(Exception):
    """The mail was surely not sent.

    `cause` says what would have to change: the `address` itself, so never; something `passing`, so nothing; or what
    only the `operator` can mend, such as a sender that is not verified, an account that may not send, or credentials.
    """

    def __init__(self, reason: str, cause: Cause) -> None:
        super().__init__(reason)
        self.cause = cause


class UnsureError(Exception):
    """The call broke off: the mail may have been sent, or not."""


class Mailer:
    """Sends one mail at a time through SES v2, with a client that makes one attempt only."""

    def __init__(self, client: Any, sender: str, configuration_set: str = "") -> None:
        self._client = client
        self._from: dict[str, str] = {"FromEmailAddress": sender}
        if configuration_set:
            self._from["ConfigurationSetName"] = configuration_set
        self._is_sound = bool(_ADDRESS.fullmatch(sender) and _CONFIGURATION_SET.fullmatch(configuration_set))

    def send(self, to: str, subject: str, text: str, html: str) -> None:
        """Send one mail.

        Raises:
            NotSentError: SES refused it, or was never reached.
            UnsureError: SES may have taken it; sending again may double it.
        """
        if not to.isascii():
            raise NotSentError("SES takes no letters beyond ASCII before the @ (RFC 6531)", "address")
        content = {
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}, "Html": {"Data": html, "Charset": "UTF-8"}},
        }
        try:
            self._client.send_email(
                Destination={"ToAddresses": [to]},
                Content={"Simple": content},
                **self._from,
            )
        except ClientError as error:
            response: Any = error.response
            code = response["Error"]["Code"]
            if response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
                raise UnsureError(code) from error
            raise NotSentError(code, self._cause(code)) from error
        except (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError) as error:
            raise NotSentError(type(error).__name__, "passing") from error
        except (HTTPClientError, SSLError) as error:
            raise UnsureError(type(error).__name__) from error
        except BotoCoreError as error:
            raise NotSentError(type(error).__name__, "operator") from error

    def _cause(self, code: str) -> Cause:
        """Tell what a refusal rests on. Of a mail that SES can't read, only the address is not of our making.

        SES also rejects what is written to a good address (`MessageRejected`: the sender is not verified, or the
        account is still in the sandbox); and whatever it may refuse some day, a mail that waits can be mended.
        """
        if code in _PASSING:
            return "passing"
        return "address" if code == _MALFORMED and self._is_sound else "operator"

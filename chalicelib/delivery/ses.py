"""Mail through Amazon SES, and what can be known when a call fails."""

import re
from dataclasses import dataclass
from email.header import Header
from email.utils import formataddr
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
_MAILBOX_MAX = 320
_PASSING = {
    "TooManyRequestsException",
    "ThrottlingException",
    "Throttling",
    "RequestTimeout",
    "RequestTimeoutException",
}
_MALFORMED = "BadRequestException"
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
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


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whom a mail goes to, in whose name, and where an answer goes (None: to the sender)."""

    to: str
    name: str
    reply_to: str | None = None


class Mailer:
    """Sends one mail at a time through SES v2, with a client that makes one attempt only."""

    def __init__(self, client: Any, sender: str, configuration_set: str = "") -> None:
        self._client = client
        self._sender = sender
        self._settings = {"ConfigurationSetName": configuration_set} if configuration_set else {}
        self._is_sound = bool(_ADDRESS.fullmatch(sender) and _CONFIGURATION_SET.fullmatch(configuration_set))

    def send(self, envelope: Envelope, subject: str, text: str, html: str) -> None:
        """Send one mail.

        Raises:
            NotSentError: SES refused it, or was never reached.
            UnsureError: SES may have taken it; sending again may double it.
        """
        if not envelope.to.isascii():
            raise NotSentError("SES takes no letters beyond ASCII before the @ (RFC 6531)", "address")
        content = {
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}, "Html": {"Data": html, "Charset": "UTF-8"}},
        }
        try:
            self._client.send_email(
                FromEmailAddress=mailbox(envelope.name, self._sender),
                Destination={"ToAddresses": [envelope.to]},
                Content={"Simple": content},
                **({"ReplyToAddresses": [envelope.reply_to]} if envelope.reply_to else {}),
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

    def _fault(self, code: str) -> Fault:
        """Return the cause of a refusal. Of a mail that SES can't read, only the address is not of our making.

        SES also rejects what is written to a good address (`MessageRejected`: the sender is not verified, or the
        account is still in the sandbox); and whatever it may refuse some day, a mail that waits can be mended.
        """
        if code in _PASSING:
            return "passing"
        return "address" if code == _MALFORMED and self._is_sound else "operator"


def mailbox(name: str, address: str) -> str:
    """Write an address with the name beside it (RFC 5322), as SES takes it: in ASCII, on one line.

    A name in another script is written in encoded words (RFC 2047). One that is too long is cut.
    """
    name = _BREAKS.sub(" ", name).strip()
    written = _named(name, address)
    while len(written) > _MAILBOX_MAX and name:
        name = name[:-1].rstrip()
        written = _named(name, address)
    return written


def _named(name: str, address: str) -> str:
    if name.isascii() and "=?" not in name:
        return formataddr((name, address))
    return f"{' '.join(Header(name, 'utf-8').encode().split())} <{address}>"

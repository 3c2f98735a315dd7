"""Mail through Amazon SES, and what can be known when a call fails."""

from typing import Any

from botocore.exceptions import ClientError, ConnectTimeoutError, EndpointConnectionError, HTTPClientError

_SERVER_ERROR = 500
_FOR_GOOD = {"MessageRejected", "BadRequestException", "NotFoundException"}


class NotSentError(Exception):
    """The mail was surely not sent. `for_good`: another attempt with the same mail would end the same way."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.for_good = for_good


class UnsureError(Exception):
    """The call broke off: the mail may have been sent, or not."""


class Mailer:
    """Sends one mail at a time through SES v2, with a client that makes one attempt only."""

    def __init__(self, client: Any, sender: str, configuration_set: str = "") -> None:
        self._client = client
        self._from: dict[str, str] = {"FromEmailAddress": sender}
        if configuration_set:
            self._from["ConfigurationSetName"] = configuration_set

    def send(self, to: str, subject: str, text: str, html: str) -> None:
        """Send one mail.

        Raises:
            NotSentError: SES refused it, or was never reached.
            UnsureError: SES may have taken it; sending again may double it.
        """
        content = {
            "Subject": {"Data": subject, "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}, "Html": {"Data": html, "Charset": "UTF-8"}},
        }
        try:
            self._client.send_email(
                Destination={"ToAddresses": [_mailbox(to)]},
                Content={"Simple": content},
                **self._from,
            )
        except ClientError as error:
            response: Any = error.response
            code = response["Error"]["Code"]
            if response["ResponseMetadata"]["HTTPStatusCode"] >= _SERVER_ERROR:
                raise UnsureError(code) from error
            raise NotSentError(code, for_good=code in _FOR_GOOD) from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            raise NotSentError(type(error).__name__, for_good=False) from error
        except HTTPClientError as error:
            raise UnsureError(type(error).__name__) from error


def _mailbox(address: str) -> str:
    """Write an address as SES takes it: an international host in Punycode."""
    local, _, host = address.rpartition("@")
    try:
        return f"{local}@{host.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address

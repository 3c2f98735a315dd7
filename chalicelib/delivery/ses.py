"""Mail through Amazon SES, and what can be known when a call fails."""

import re
from base64 import b64encode
from typing import Literal

from chalicelib.aws.credentials import NoCredentialsError
from chalicelib.aws.lines import LostError, UnreachedError
from chalicelib.aws.services import Call, RefusedError
from chalicelib.delivery.mime import Envelope, Written, mime

_TOO_MANY, _SERVER_ERROR = 429, 500
_MALFORMED = "BadRequestException"
_DENIED = {401, 403, 404}
"""The statuses of calls that may not be made, or name what is not there, as a configuration set that is gone."""

_OF_THE_ACCOUNT = {
    "AccountSuspendedException",
    "LimitExceededException",
    "MailFromDomainNotVerifiedException",
    "SendingPausedException",
}
_DAILY = "daily"
"""In SES's words for a day's quota that is used up, which else looks like a second's, which passes."""

_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>.]+")
_CONFIGURATION_SET = re.compile(r"[A-Za-z0-9_-]{0,64}")

Fault = Literal["address", "passing", "mail", "account"]


class NotSentError(Exception):
    """The mail was surely not sent.

    `fault` says what would have to change: the `address` itself, so never; something `passing`, so nothing; or what
    only the operator can mend. That may be in the way of this `mail` alone, as in the sandbox, where SES writes to
    nobody whose address is not verified; or in the way of all, as an `account` that is paused, has used up its day's
    quota or lacks a permission.
    """

    def __init__(self, reason: str, fault: Fault) -> None:
        super().__init__(reason)
        self.fault = fault


class UnsureError(Exception):
    """The call broke off: the mail may have been sent, or not."""


class Mailer:
    """Sends one mail at a time through SES v2, in one attempt only: a repeated call is a second mail."""

    def __init__(self, call: Call, sender: str, configuration_set: str = "") -> None:
        self._call = call
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
        request = {
            "FromEmailAddress": self._sender,
            "Destination": {"ToAddresses": [envelope.to]},
            "Content": {"Raw": {"Data": b64encode(mime(envelope, mail, self._sender)).decode()}},
            "EmailTags": [{"Name": name, "Value": value} for name, value in envelope.tags.items()],
            **self._settings,
        }
        try:
            answer = self._call("SendEmail", request)
        except RefusedError as error:
            if error.status >= _SERVER_ERROR:
                raise UnsureError(error.code) from error
            fault = self._fault(error)
            told = f"{error.code}, {_DAILY}" if fault == "account" and _is_of_a_day(error) else error.code
            raise NotSentError(told, fault) from error
        except UnreachedError as error:
            raise NotSentError(str(error), "passing") from error
        except LostError as error:
            raise UnsureError(str(error)) from error
        except NoCredentialsError as error:
            raise NotSentError(type(error).__name__, "account") from error
        return str(answer["MessageId"])

    def _fault(self, error: RefusedError) -> Fault:
        """Return the cause of a refusal. Of a mail that SES can't read, only the address is not of our making.

        SES also rejects what is written to a good address (`MessageRejected`: the sender is not verified, or the
        account is still in the sandbox); and whatever it may refuse some day, a mail that waits can be mended.
        """
        if error.is_passing or error.status == _TOO_MANY:
            return "account" if _is_of_a_day(error) else "passing"
        if error.code == _MALFORMED:
            return "address" if self._is_sound else "account"
        return "account" if error.code in _OF_THE_ACCOUNT or error.status in _DENIED else "mail"


def _is_of_a_day(error: RefusedError) -> bool:
    return _DAILY in str(error.answer.get("message", "")).lower()

"""Mail through Amazon SES, and what can be known when a call fails."""

import re
from base64 import b64encode
from typing import Literal

from chalicelib.aws.credentials import NoCredentialsError
from chalicelib.aws.lines import LostError, UnreachedError
from chalicelib.aws.services import Call, RefusedError
from chalicelib.delivery.mime import Envelope, Written, mime

_SERVER_ERROR = 500
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
            raise NotSentError(error.code, self._fault(error)) from error
        except UnreachedError as error:
            raise NotSentError(str(error), "passing") from error
        except LostError as error:
            raise UnsureError(str(error)) from error
        except NoCredentialsError as error:
            raise NotSentError(type(error).__name__, "operator") from error
        return str(answer["MessageId"])

    def _fault(self, error: RefusedError) -> Fault:
        """Return the cause of a refusal. Of a mail that SES can't read, only the address is not of our making.

        SES also rejects what is written to a good address (`MessageRejected`: the sender is not verified, or the
        account is still in the sandbox); and whatever it may refuse some day, a mail that waits can be mended.
        """
        if error.is_passing:
            return "passing"
        return "address" if error.code == _MALFORMED and self._is_sound else "operator"

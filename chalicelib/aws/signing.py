"""Signature Version 4, as far as a POST of JSON needs it.

See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html.
"""

from datetime import datetime
from hashlib import sha256
from hmac import digest

from chalicelib.aws.credentials import Credentials

_ALGORITHM = "AWS4-HMAC-SHA256"


class Signer:
    """Signs the requests to one service in one region; the key of a day is made once."""

    def __init__(self, service: str, region: str) -> None:
        self._service = service
        self._region = region
        self._kept: tuple[str, str, bytes] | None = None

    def signed(
        self, credentials: Credentials, path: str, headers: dict[str, str], body: bytes, now: datetime
    ) -> dict[str, str]:
        """Return the headers of a request with its date and signature; `headers` holds all others, `host` too.

        Args:
            credentials: The keys of now.
            path: The path, without characters that would have to be escaped.
            headers: By names in small letters.
            body: What is sent.
            now: The time of the request, in UTC.
        """
        at = now.isoformat(timespec="seconds")[: len("2026-11-29T00:35:05")].replace("-", "").replace(":", "") + "Z"
        told = {**headers, "x-amz-date": at}
        if credentials.token:
            told["x-amz-security-token"] = credentials.token
        names = sorted(told)
        signed = ";".join(names)
        canonical = "\n".join(
            ["POST", path, "", *(f"{name}:{told[name]}" for name in names), "", signed, sha256(body).hexdigest()]
        )
        scope = f"{at[:8]}/{self._region}/{self._service}/aws4_request"
        text = f"{_ALGORITHM}\n{at}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signature = digest(self._key_of(at[:8], credentials.secret_key), text.encode(), "sha256").hex()
        told["authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        )
        return told

    def _key_of(self, day: str, secret: str) -> bytes:
        """The key of a day. Two threads that come at once make the same one twice, and never get each other's."""
        kept = self._kept
        if kept is not None and kept[:2] == (day, secret):
            return kept[2]
        key = f"AWS4{secret}".encode()
        for part in (day, self._region, self._service, "aws4_request"):
            key = digest(key, part.encode(), "sha256")
        self._kept = (day, secret, key)
        return key

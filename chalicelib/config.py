"""The settings of one running function: all that is ours in the environment. What is AWS's, `aws` and `start` read."""

import os
from collections.abc import Callable

from chalicelib.domain.frozen import frozen

VERSION = "0.1.0"
THREADS = 8
CLIENT_RATE = 5

ReadParameter = Callable[[str], str]
"""Answers the value of a parameter in the SSM Parameter Store."""


class MissingSettingError(RuntimeError):
    """A setting that the program cannot run without is not in the environment."""


@frozen
class Settings:
    """What differs from one deployment to the next.

    `public_url` is the origin in every link that people get, never taken from a Host header. `sender` is the address
    mails come from, `configuration_set` SES's settings for them, and `api` the gateway that counts calls, if there are
    such. `client_rate` is how many requests a second one address may send that says nothing of who it is, to one
    process; 0 for any number. `pepper` keys the pseudonyms of people, `cursor_key` signs page cursors, `link_keys` the
    links in mails; all are secret, and looked up only when they are needed: most functions never ask, and hold no
    permission to. `threads` is how many calls to the table may be on their way at once.
    """

    table: str
    public_url: str
    sender: str
    configuration_set: str
    secret: Callable[[str], bytes]
    api: str = ""
    threads: int = 1
    client_rate: int = CLIENT_RATE

    @property
    def pepper(self) -> bytes:
        """The key of people's pseudonyms. Another one makes everybody unknown."""
        return self.secret("PEPPER")

    @property
    def cursor_key(self) -> bytes:
        """The key of page cursors. Another one makes listings start again from their first page."""
        return self.secret("CURSOR_KEY")

    @property
    def link_keys(self) -> tuple[bytes, ...]:
        """The keys of links in mails, the present one first: it signs, and former ones vouch for what old mails hold.

        They are one secret, with commas between.
        """
        return tuple(self.secret("LINK_KEY").split(b","))


def from_environment(secret: Callable[[str], bytes]) -> Settings:
    """Read the settings; `secret` finds a secret by its name.

    Raises:
        MissingSettingError: names the variable to set.
    """
    return Settings(
        table=_need("TABLE_NAME"),
        public_url=_need("PUBLIC_URL").rstrip("/"),
        sender=_need("SENDER"),
        configuration_set=os.environ.get("CONFIGURATION_SET", ""),
        secret=secret,
        api=os.environ.get("API_NAME", ""),
        threads=int(os.environ.get("THREADS", THREADS)),
        client_rate=int(os.environ.get("CLIENT_RATE") or CLIENT_RATE),
    )


def find_secret(name: str, read_parameter: ReadParameter) -> bytes:
    """Find a secret: the variable `name` itself if it is set, else the parameter that `name`_PARAMETER points to.

    Raises:
        MissingSettingError: neither is set.
    """
    value = os.environ.get(name) or read_parameter(_need(f"{name}_PARAMETER", f"{name}, or {name}_PARAMETER"))
    return value.encode()


def _need(name: str, named: str = "") -> str:
    value = os.environ.get(name)
    if not value:
        raise MissingSettingError(f"Set the environment variable {named or name}.")
    return value

"""The settings of one running function: the only place that reads the environment."""

import os
from dataclasses import dataclass

VERSION = "0.1.0"


class MissingSettingError(RuntimeError):
    """A setting that the program cannot run without is not in the environment."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What differs from one deployment to the next.

    `public_url` is the origin in every link that people get, never taken from a Host header. `pepper` keys the
    pseudonyms of people, `cursor_key` signs page cursors; both are secret. `sender` is the address mails come from.
    """

    table: str
    public_url: str
    sender: str
    pepper: bytes
    cursor_key: bytes


def from_environment() -> Settings:
    """Read the settings.

    Raises:
        MissingSettingError: names the variable to set.
    """

    def need(name: str) -> str:
        value = os.environ.get(name)
        if not value:
            raise MissingSettingError(f"Set the environment variable {name}.")
        return value

    return Settings(
        table=need("TABLE_NAME"),
        public_url=need("PUBLIC_URL").rstrip("/"),
        sender=need("SENDER"),
        pepper=need("PEPPER").encode(),
        cursor_key=need("CURSOR_KEY").encode(),
    )

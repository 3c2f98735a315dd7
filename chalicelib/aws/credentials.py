"""Who the program is to AWS: the keys that its requests are signed with."""

import os
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple


class Credentials(NamedTuple):
    """Keys that sign; those of a role come with a token."""

    access_key: str
    secret_key: str
    token: str | None = None


class NoCredentialsError(RuntimeError):
    """There are no credentials in any of the places where AWS's tools look for them."""


def credentials() -> Callable[[], Credentials]:
    """Return what answers the credentials of now.

    A function has its role's in its environment, and they outlive it. Anything else - a profile, a container's
    endpoint, which is also SnapStart's - is left to botocore, which renews what ends; it is imported only then.
    See https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html.

    Raises:
        NoCredentialsError: none are found; also when they are asked for later, and can't be renewed.
    """
    if os.environ.get("AWS_ACCESS_KEY_ID") and os.environ.get("AWS_SECRET_ACCESS_KEY"):
        token = os.environ.get("AWS_SESSION_TOKEN")
        fixed = Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], token or None)
        return lambda: fixed
    return _asked


def _asked() -> Credentials:
    """What botocore finds, renewed by it before it ends."""
    from botocore.exceptions import BotoCoreError

    try:
        found = _source().get_frozen_credentials()
    except BotoCoreError as error:
        raise NoCredentialsError(str(error)) from error
    return Credentials(found.access_key, found.secret_key, found.token)


@cache
def _source() -> Any:
    found = _botocore().get_credentials()
    if found is None:
        raise NoCredentialsError("Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
    return found


def forget() -> None:
    """Look for credentials anew: what was found is of a process that was copied, and may have ended."""
    _source.cache_clear()
    _botocore.cache_clear()


def own_region() -> str:
    """Return the region to work in: the function's, or the one of an operator's profile.

    Raises:
        NoCredentialsError: nobody says which.
    """
    told = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    found: str | None = told or _botocore().get_config_variable("region")
    if not found:
        raise NoCredentialsError("Set AWS_DEFAULT_REGION, or a profile with a region.")
    return found


@cache
def _botocore() -> Any:
    from botocore.session import get_session

    return get_session()

"""Parameters of SSM: the secrets of a stage. They are read once in the life of a process, at its first need."""

import time
from functools import cache
from random import random

from chalicelib.aws.lines import LostError
from chalicelib.aws.services import SSM, RefusedError, Service

_ATTEMPTS = 5
_GAP = 0.1


def read_parameter(name: str) -> str:
    """Return the value of a parameter, in clear.

    Many functions that start at once are more than SSM answers in a second
    (https://docs.aws.amazon.com/general/latest/gr/ssm.html): they wait, each for another while, and ask again.

    Raises:
        RefusedError: SSM has no such parameter, or does not show it; or is still busy.
        LostError: SSM did not answer.
    """
    attempt = 1
    while True:
        try:
            answer = _service().call("GetParameter", {"Name": name, "WithDecryption": True})
        except (RefusedError, LostError) as error:
            passing = isinstance(error, LostError) or error.is_passing
            if not passing or attempt == _ATTEMPTS:
                raise
        else:
            return str(answer["Parameter"]["Value"])
        time.sleep(random() * _GAP * 2**attempt)  # noqa: S311 - a wait is no secret
        attempt += 1


def forget() -> None:
    """Let go of the connection: a copy of this process has it, too."""
    _service.cache_clear()


@cache
def _service() -> Service:
    return Service(SSM, connect=1, answer=3)

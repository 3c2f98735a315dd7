"""What a function does before anybody waits for it, and what it does again when it is restored from a snapshot.

While it starts, a function has a whole processor, whatever its memory (`INIT` in
https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). Tests and local runs have nobody who
waits, and make nothing beforehand.
"""

import os
import random
from collections.abc import Callable
from importlib import import_module, util

from chalicelib import deps
from chalicelib.aws import credentials, parameters
from chalicelib.edge import auth
from chalicelib.edge.routes import PAGES, ROUTES, view_of
from chalicelib.telemetry import logger

API = "app.app"
"""The handler of the function that answers requests, as Lambda names it in the environment."""

CHECKOUT = ("post_quote", "post_redemption")
SNAPSHOT = "snap-start"
_HOOKS = "snapshot_restore_py"
"""The library by which the runtimes that are restored call a function (from Python 3.12 on, they bring it)."""


def prepare() -> None:
    """Make what the first request of a function surely needs; on Lambda alone.

    The API reads the rules, which opens the connection that its requests then go over, and the key of pseudonyms. A
    snapshot is taken once and restored often: it also holds every page. What is not to be had now is asked for again by
    the request that needs it, which says what is wrong.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" not in os.environ:
        return
    if os.environ.get("_HANDLER") != API:
        _try(deps.table)
        return
    snapshot = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == SNAPSHOT
    for route in (*ROUTES, *PAGES):
        if snapshot or route.name in CHECKOUT:
            view_of(route)
    _warm()
    if util.find_spec(_HOOKS):
        import_module(_HOOKS).register_after_restore(renew)


def renew() -> None:
    """Begin anew after a restore, with what the snapshot's copies must not share and what time has ended.

    Secrets, rules, keys, connections and credentials are asked for again. The operating system's randomness is never
    copied; the ordinary one, by which repeats spread, is sown anew.
    """
    random.seed()
    deps.forget()
    auth.forget()
    credentials.forget()
    parameters.forget()
    _warm()


def _warm() -> None:
    """Read what is read first. A start has ten seconds: what hangs is waited for once."""
    if _try(deps.program):
        _try(lambda: deps.settings().pepper)
        _try(deps.table().shards)


def _try(make: Callable[[], object]) -> bool:
    try:
        make()
    except Exception as error:  # noqa: BLE001 - whatever it is, a function that does not start can't say it to anybody
        logger.warning("not made at the start", reason=type(error).__name__, why=str(error))
        return False
    return True

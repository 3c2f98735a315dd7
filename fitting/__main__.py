"""Fit the models of worth to a shop's customers, and store the parameters: `make fit`.

With `--home` it asks the local instance that runs from there, otherwise the API at `--url`, with the key that the
environment names as API_KEY: one that may `admin:read` and `admin:write`.
"""

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from fitting import shop
from fitting.models import FitError, Fitted, fit
from infra.local.home import Home

SECONDS = 60


class AnswerError(Exception):
    """The API did not answer as it should."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit, store and say what came out; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        call = _caller(options)
        told = shop.histories(call)
        fitted = fit([shop.history_of(it) for it in told])
    except (AnswerError, FitError) as error:
        print(error, file=sys.stderr)
        return 1
    until = max(date.fromisoformat(it["first_order"]) + timedelta(days=it["age"]) for it in told)
    document = shop.document_of(fitted, currency=told[0]["currency"], until=until, discount=options.discount)
    print(_described(fitted, told[0]["currency"]))
    if options.dry_run:
        return 0
    try:
        kept = shop.keep(call, document)
    except AnswerError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Stored as version {kept['version']}: GET /v1/people/{{id}}/worth goes by it from now on.")
    return 0


def _described(fitted: Fitted, currency: str) -> str:
    buying, spending = fitted.buying, fitted.spending
    mean = spending.p * spending.v / (spending.q - 1)
    found = (
        f"BG/NBD of {fitted.customers} customers: r {buying.r:.4f}, alpha {buying.alpha:.2f} days, a {buying.a:.4f}, "
        f"b {buying.b:.4f}; log-likelihood {fitted.buying_likelihood:.1f}.\n"
        f"Gamma-gamma of {fitted.repeating} who bought again: p {spending.p:.3f}, q {spending.q:.3f}, "
        f"v {spending.v:.1f}; log-likelihood {fitted.spending_likelihood:.1f}.\n"
        f"All customers' mean: {mean:.0f} minor units of {currency} on a day on which they buy."
    )
    if abs(fitted.correlation) > 0.3:
        found += (
            f"\nHow often and how much customers buy goes together (correlation {fitted.correlation:.2f}), which "
            "gamma-gamma takes for nothing: read the expected values with care."
        )
    return found


def _caller(options: argparse.Namespace) -> shop.Call:
    if options.home:
        info = Home(options.home).info
        if info is None:
            raise AnswerError(f"Nothing is running from {options.home}. Start it first, in another terminal: make run")
        url, key = info.api, info.admin_key
    else:
        url, key = options.url, os.environ.get("API_KEY", "")
    if not (url and key):
        raise AnswerError("Say where: --home .local for the local instance, or --url https://… and a key in API_KEY.")

    def call(method: str, path: str, body: shop.Body | None) -> shop.Body:
        sent = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        request = urllib.request.Request(url.rstrip("/") + path, sent, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                answered: shop.Body = json.load(answer)
        except urllib.error.HTTPError as error:
            raise AnswerError(f"{method} {path} was answered with {error.code}: {error.read().decode()}") from None
        except OSError as error:
            raise AnswerError(f"{url} does not answer: {error}") from None
        return answered

    return call


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fitting", description=__doc__)
    parser.add_argument("--home", type=Path, help="folder of a running local instance, such as .local")
    parser.add_argument(
        "--url", help="where the API is, such as https://abc.execute-api.eu-central-1.amazonaws.com/api"
    )
    parser.add_argument("--discount", type=int, default=1000, help="basis points a year by which later value is less")
    parser.add_argument("--dry-run", action="store_true", help="fit and tell, but store nothing")
    return parser


if __name__ == "__main__":
    sys.exit(main())

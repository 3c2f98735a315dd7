"""Bring a fresh local instance to where it can be used. Every step looks first, so a start completes the one before."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import boto3

from chalicelib import deps
from chalicelib.operations.access import api_keys
from chalicelib.operations.program import programs, publication
from infra.local.home import ROOT, Home
from infra.local.table import create_table

SCOPES: Mapping[str, tuple[str, ...]] = {
    "admin_key": ("admin:read", "admin:write", "admin:keys"),
    "checkout_key": ("checkout",),
    "enrol_key": ("enrol", "sessions"),
    "people_key": ("people",),
}


def prepare(home: Home) -> None:
    """See to it that there are a table, a verified sender, a program and a key for every kind of client."""
    create_table(boto3.client("dynamodb"), deps.settings().table)
    _verify(deps.settings().sender, deps.settings().configuration_set)
    try:
        programs.current(deps.table())
    except programs.NoProgramError:
        document: dict[str, Any] = json.loads((ROOT / "examples/program.json").read_text())
        publication.publish(deps.table(), document, author="make run", now=deps.now())
    for name, scopes in SCOPES.items():
        _issue(home, name, scopes)


def stream_arn() -> str:
    """Where the table's changes can be read."""
    described = boto3.client("dynamodb").describe_table(TableName=deps.settings().table)
    arn: str = described["Table"]["LatestStreamArn"]
    return arn


def _verify(sender: str, configuration_set: str) -> None:
    mail = boto3.client("sesv2")
    with suppress(mail.exceptions.AlreadyExistsException):
        mail.create_email_identity(EmailIdentity=sender)
    with suppress(mail.exceptions.AlreadyExistsException):
        mail.create_configuration_set(ConfigurationSetName=configuration_set)


def _issue(home: Home, name: str, scopes: tuple[str, ...]) -> None:
    """Make a key, unless the kept one is known: a table whose data were lost knows it no more."""
    kept = home.secrets.get(name)
    if kept is None or deps.table().read_api_key(api_keys.digest_of(kept)) is None:
        home.keep(name, api_keys.issue(deps.table(), f"local {name.removesuffix('_key')}", scopes, deps.now()))

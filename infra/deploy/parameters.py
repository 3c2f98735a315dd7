"""The parameters of a stage's stack: those that are given, and those that stay as they are.

A word that a deployment leaves out changes nothing: whoever forgets ALARM_EMAIL keeps their alarms. To take something
back one says so, with `none`.
"""

from collections.abc import Mapping
from typing import Any

from infra.deploy.problem import DeployError

NONE = "none"
"""Given as a value: back to what the template has by itself."""

WORDS = {
    "Sender": "SENDER",
    "PublicUrl": "PUBLIC_URL",
    "AlarmEmail": "ALARM_EMAIL",
    "DomainName": "DOMAIN",
    "CertificateArn": "CERTIFICATE",
    "ExistingTable": "TABLE",
    "Boundary": "BOUNDARY",
}
"""Parameters that have a word of their own after `make deploy`. All others are set with SET="Name=value"."""

Declared = Mapping[str, Mapping[str, Any]]
"""The parameters of a template, as it describes them."""


def chosen(declared: Declared, given: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """The value of each parameter: what is given, else what the stage has, else the template's own.

    Raises:
        DeployError: there is none, or something is given that the template does not know; says which.
    """
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        raise DeployError(f"There is no parameter {unknown[0]}. There are: {', '.join(sorted(declared))}")
    by_itself = {name: str(told["Default"]) for name, told in declared.items() if "Default" in told}
    said = {name: text for name, text in given.items() if text != NONE}
    stays = {name: text for name, text in before.items() if name in declared and name not in given}
    found = {**by_itself, **stays, **said}
    missing = [how_to_set(name) for name in declared if name not in found]
    if missing:
        raise DeployError(f"Say also: make deploy {' '.join(missing)}")
    return found


def kept(declared: Declared, given: Mapping[str, str], before: Mapping[str, str]) -> list[str]:
    """What stays as it is although nobody said so, and how to take it back, for a human eye."""
    stays = {name: text for name, text in before.items() if name in declared and name not in given}
    mattering = {name: text for name, text in stays.items() if text != str(declared[name].get("Default", ""))}
    return [
        f"  {name} = {text}"
        + (f"   (to take it back: {how_to_set(name, NONE)})" if "Default" in declared[name] else "")
        for name, text in sorted(mattering.items())
    ]


def let_go(declared: Declared, before: Mapping[str, str]) -> list[str]:
    """What this build knows nothing of, and how to say it again to one that does, for a human eye.

    The stack forgets it: after a rollback and another upgrade it would be the template's own value.
    """
    return [f"  {how_to_set(name, text)}" for name, text in sorted(before.items()) if name not in declared]


def how_to_set(name: str, value: str = "…") -> str:
    """The word with which a parameter is set."""
    return f"{WORDS[name]}={value}" if name in WORDS else f'SET="{name}={value}"'


def read(pairs: list[str]) -> dict[str, str]:
    """Parameters as `Name=value`.

    Raises:
        DeployError: one is something else.
    """
    for pair in pairs:
        if "=" not in pair:
            raise DeployError(f"A parameter is set like this: Name=value, not {pair!r}")
    return {name: text for name, _, text in (pair.partition("=") for pair in pairs)}

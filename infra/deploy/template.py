"""The resources beside the functions: what infra/resources says, and what follows from it and from the routes."""

from typing import Any

from infra.deploy import throttles
from infra.deploy.dashboard import dashboard
from infra.resources import read_resources


def template() -> dict[str, Any]:
    """What Chalice merges into its own template: with a limit for each way in that asks for no key, and a dashboard."""
    whole = read_resources()
    made = whole["Resources"]
    made["RestAPI"]["Properties"]["MethodSettings"] += throttles.settings()
    made["Dashboard"] = dashboard(made)
    return whole

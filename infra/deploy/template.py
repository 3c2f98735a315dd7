"""The resources beside the functions: what infra/resources.json says, and what follows from it and from the routes."""

import json
from typing import Any

from infra.deploy import throttles
from infra.deploy.dashboard import dashboard
from infra.local.home import ROOT

RESOURCES = ROOT / "infra" / "resources.json"


def template() -> dict[str, Any]:
    """What Chalice merges into its own template: with a limit for each way in that asks for no key, and a dashboard."""
    told: dict[str, Any] = json.loads(RESOURCES.read_text())
    resources = told["Resources"]
    resources["RestAPI"]["Properties"]["MethodSettings"] += throttles.settings()
    resources["Dashboard"] = dashboard(resources)
    return told

"""How often a second each way in that asks for no key may be taken: worked out from the routes, so that none is missed.

API Gateway counts each method of a path for itself. What asks for a key or a session has the rate of the whole stage:
whoever comes without one is turned away before anything is read, and with a wrong one after one read.
"""

from typing import Any

from app import app
from chalicelib.edge.routes import PAGES, ROUTES
from chalicelib.edge.scopes import ANYONE

DEAR = (".png", ".svg")
"""What takes a processor's while to draw."""


def anonymous() -> list[tuple[str, str]]:
    """Path and method of whatever anybody may call: public routes, and what browsers ask before any other call."""
    public = {(it.path, it.method) for it in (*ROUTES, *PAGES) if ANYONE in it.scopes}
    return [
        (path, method)
        for path, methods in app.routes.items()
        for method in methods
        if method == "OPTIONS" or (path, "GET" if method == "HEAD" else method) in public
    ]


def settings() -> list[dict[str, Any]]:
    """Their limits, as the gateway's stage takes them."""
    return [_setting(path, method) for path, method in anonymous()]


def _setting(path: str, method: str) -> dict[str, Any]:
    kind = "Form" if method == "POST" or path.endswith(DEAR) else "Public"
    return {
        "ResourcePath": "/" + path.replace("/", "~1"),
        "HttpMethod": method,
        "ThrottlingRateLimit": {"Ref": f"{kind}Rate"},
        "ThrottlingBurstLimit": {"Ref": f"{kind}Burst"},
    }

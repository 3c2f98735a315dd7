"""What waits, and how it goes: the first that an admin sees."""

from datetime import datetime
from typing import Any

from chalice.app import Response

from chalicelib.edge.problems import Problem
from chalicelib.site.screens import Page
from chalicelib.web.console import today
from chalicelib.web.console.charts import spark


def show(page: Page) -> Response:
    """Show what waits, what has gone wrong, and the figures of the last 30 days."""
    told = page.client.get("/v1/today").body
    return page.render(
        "today.html",
        waiting=[
            {
                "kind": it["kind"],
                "text": today.waits(it["kind"], it["count"], page.language, more=it.get("more", False)),
                "oldest": today.oldest(it.get("oldest_at"), told["at"], page.language),
                "due_at": it.get("due_at"),
                "href": _screen(page, it),
            }
            for it in sorted((it for it in told["waiting"] if it["count"]), key=_urgency)
        ],
        problems=[
            {
                "kind": it["kind"],
                "text": today.went_wrong(it["kind"], it["count"], page.language, more=it.get("more", False)),
                "oldest": today.oldest(it.get("oldest_at"), told["at"], page.language),
                "href": _screen(page, it),
            }
            for it in told["problems"]
        ],
        figures=_figures(page),
    )


def _screen(page: Page, waiting: dict[str, Any]) -> str:
    """Where to go for it; "" if there is nothing to see."""
    kind = waiting["kind"]
    if "job_id" in waiting:
        return page.at(f"jobs/{waiting['job_id']}")
    screen = today.SCREENS.get(kind)
    if screen is None:
        return ""
    return page.at(screen, kind=kind) if screen == "tasks" else page.at(screen)


def _urgency(waiting: dict[str, Any]) -> tuple[bool, datetime]:
    """What is decided without anybody comes first, then what has waited longest."""
    return "due_at" not in waiting, datetime.fromisoformat(waiting.get("due_at") or waiting["oldest_at"])


def _figures(page: Page) -> dict[str, Any] | None:
    """The figures of the last 30 days that were counted, each with its way through them; None before there are any."""
    try:
        stats = page.client.get("/v1/stats", by="day").body
    except Problem as problem:
        if problem.reason != "no_program":
            raise
        return None
    if stats["last"] is None:
        return None
    days = stats["parts"]
    rows = [
        {
            "name": name,
            "label": label,
            "total": today.said(stats["total"], name, page.language),
            "spark": spark([today.measure(it, name) for it in days]),
            "days": [(it["name"], today.said(it, name, page.language)) for it in days],
            "means": stats["definitions"].get(name, ""),
        }
        for name, label in today.figures(page.language).items()
    ]
    return {"first": stats["first"], "last": stats["last"], "rows": rows}

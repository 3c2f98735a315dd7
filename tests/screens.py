"""All screens with an example of what each is about."""

from chalicelib.site.console.screens import SCREENS as CONSOLE
from chalicelib.site.me.screens import SCREENS as ME
from tests.scene import Scene

SUBJECTS = {
    "people/*": "person",
    "orders/*": "order",
    "reviews/*": "review",
    "tasks/*": "task",
    "letters/*": "letter",
    "statement/*": "month",
    "data/*": "wish",
    "jobs/*": "job",
}

NOT_SHOWN = {"language", "program/review"}
"""Screens that only take a form, or come after one."""


def addresses(scene: Scene) -> list[str]:
    """The address of each screen, with something that there is."""
    subjects = {
        "person": scene.person,
        "order": scene.orders[0],
        "review": scene.review,
        "task": scene.task,
        "letter": "welcome",
        "month": "2026-04",
        "wish": "delete",
        "job": scene.job,
    }
    found = []
    for root, screens in (("/me", ME), ("/console", CONSOLE)):
        for screen in screens:
            if screen.path in NOT_SHOWN:
                continue
            subject = subjects.get(SUBJECTS.get(screen.path, ""), "")
            if screen.path.endswith("*") and not subject:
                continue
            found.append(f"{root}/{screen.path.replace('*', subject)}".rstrip("/"))
    return found

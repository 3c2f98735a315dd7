"""What a deployment would do to a stage, and above all what would be lost by it."""

from dataclasses import dataclass

from infra.deploy.stack import Change

TABLE = "AWS::DynamoDB::Table"
_KEEPS = {TABLE, "AWS::SQS::Queue", "AWS::Logs::LogGroup"}
"""Resources that keep something."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The changes of one deployment.

    `running`: the stage has been deployed before. `adopts`: it runs on a table that is named, so it is meant to leave
    its own.
    """

    changes: list[Change]
    running: bool
    adopts: bool

    def loss(self, change: Change) -> str:
        """What would be lost by a change; nothing for most."""
        goes = change.replaced or change.action == "Remove"
        if change.kind in _KEEPS and goes and not change.retained:
            return "LOSES WHAT IS IN IT"
        if change.kind == TABLE and goes and not self.adopts:
            return "IS LEFT BEHIND, WITH WHAT IS IN IT"
        if change.kind == TABLE and change.action == "Add" and self.running:
            return "BEGINS EMPTY: THE STAGE KNOWS NOBODY THEN"
        return ""

    def losses(self) -> list[Change]:
        """The changes by which something would be lost."""
        return [change for change in self.changes if self.loss(change)]

    def __str__(self) -> str:
        """For a human eye: what would be lost first."""
        rows = sorted(self.changes, key=lambda it: (not self.loss(it), it.action, it.resource))
        lines = [
            f"  {row.action:7} {row.resource:44} {row.kind}" + (f"   ! {self.loss(row)}" if self.loss(row) else "")
            for row in rows
        ]
        return "\n".join(["", *lines, ""])

"""The versions of the rules, and what the models of worth were fitted to be."""

from typing import TYPE_CHECKING

from chalicelib.store import keys
from chalicelib.store.items import entity_of
from chalicelib.store.reads.reader import Reader

if TYPE_CHECKING:
    from chalicelib.domain.model.worth import Cohorts, Fit
    from chalicelib.domain.program.program import Program


class Programs(Reader):
    """The rules, version by version."""

    def read_program(self, version: int) -> "Program | None":
        """One version of the rules."""
        return self._get(keys.program(version))

    def read_newest_program(self) -> "Program | None":
        """The rules in force."""
        newest = self._wire.query(keys.program(0).pk, limit=1, forward=False)
        return next((entity_of(item) for item in newest), None)

    def list_programs(self, before: int | None, limit: int) -> "list[Program]":
        """Up to `limit` versions of the rules, the newest first, of those `before` a version."""
        bounds = ("V#", keys.program(before).sk if before else "V#~")
        skip = bounds[1] if before else None
        found = self._wire.query(keys.program(0).pk, bounds, skip=skip, limit=limit, forward=False)
        return [entity_of(item) for item in found]

    def read_newest_fit(self) -> "Fit | None":
        """What the models of worth are by now."""
        fits = self._wire.query(keys.fit(0).pk, ("FIT#", "FIT#~"), limit=1, forward=False)
        return next((entity_of(item) for item in fits), None)

    def read_cohorts(self) -> "Cohorts | None":
        """What all customers are worth, as they were gone through last."""
        return self._get(keys.COHORTS)

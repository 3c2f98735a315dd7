"""The names of those robots on a kept list that are known to pose as browsers.

A deployment brings along these names alone: `infra/deploy/package.py` writes this module anew.
"""

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from chalicelib.domain.people.browsers import ENGINE

NAMES: list[str] = [it["pattern"] for it in CRAWLER_USER_AGENTS_DATA if any(map(ENGINE.search, it["instances"]))]
"""Regular expressions of parts of user agents."""

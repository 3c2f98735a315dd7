"""Who opens a share link: a person, or a robot that looks at it for somebody."""

import re
from functools import cache

from chalicelib.domain.people.browsers import ENGINE

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_AHEAD = ("prefetch", "preview")


def is_person(agent: str, purpose: str = "") -> bool:
    """Whether it is a person who visits: no robot, no link preview, and no browser that fetches ahead.

    `agent` is the User-Agent header, `purpose` what the browser says it fetches the page for. A person's browser names
    its engine. Of what else does so, robots are known by their names, or by the address that they give for questions.
    It stays a guess: nobody has to tell the truth.
    """
    if purpose.lower().startswith(_AHEAD) or not ENGINE.search(agent):
        return False
    return not _ADDRESS.search(agent) and not _posing().search(agent)


@cache
def _posing() -> "re.Pattern[str]":
    """The names of those robots on the kept list that are known to pose as browsers.

    The others are found by what they lack. Their names would only do harm: some are those of apps in whose browsers
    people read.
    """
    from chalicelib.operations.people.robots import NAMES  # heavy, and only a friend's page asks

    return re.compile("|".join(NAMES))

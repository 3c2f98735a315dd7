"""By what a browser is told from most robots."""

import re

ENGINE = re.compile(r"AppleWebKit/|Gecko/\d|Trident/|Presto/|FBAV/", re.IGNORECASE)
"""Every browser names its engine; the last is what Facebook's app for Android sends at times instead of all others."""

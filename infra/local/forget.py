"""Forget the data of local instances: `python -m infra.local.forget HOME…`. Refuses while one of them is running."""

import sys
from pathlib import Path

from infra.local.home import Home, RunnerError, forget


def main(folders: list[str]) -> int:
    """Remove what the instances have kept; whatever else is in their folders stays."""
    try:
        for folder in folders:
            forget(Home(Path(folder)))
    except RunnerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

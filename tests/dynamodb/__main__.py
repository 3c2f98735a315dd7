"""`python -m tests.dynamodb`: fetch what is needed, leave the network, and let pytest run these tests."""

import sys

import pytest

from infra.dynamodb import fetch
from infra.dynamodb.alone import TogetherError, is_alone, raise_loopback, run_alone


def main() -> int:
    """Run the tests; further arguments are pytest's."""
    try:
        fetch.engine()
        fetch.java()
        if not is_alone():
            run_alone([sys.executable, "-m", "tests.dynamodb", *sys.argv[1:]])
    except (fetch.MissingError, TogetherError) as error:
        print(error, file=sys.stderr)
        return 2
    raise_loopback()
    return int(pytest.main(["-s", "tests/dynamodb", *sys.argv[1:]]))


if __name__ == "__main__":
    sys.exit(main())

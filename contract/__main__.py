"""Write docs/openapi.json, the contract as it is published, and what translators need of it: `make contract`."""

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from chalicelib.telemetry import logger
from contract import sentences
from contract.examples import with_examples

PUBLISHED = Path(__file__).parents[1] / "docs" / "openapi.json"


def main() -> None:
    """Write the contract, and say whether it has changed."""
    logger.setLevel("CRITICAL")
    with redirect_stdout(StringIO()):  # the metrics of the story are nobody's
        made = with_examples()
    sentences.PUBLISHED.write_text(sentences.written())
    before = PUBLISHED.read_text() if PUBLISHED.exists() else ""
    after = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    PUBLISHED.write_text(after)
    print(f"{PUBLISHED}: {'as it was' if after == before else 'changed; look at the diff before it is committed'}")


if __name__ == "__main__":
    main()

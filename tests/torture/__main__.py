"""``make torture``: hundreds of kills at random moments, and the table that docs/reliability.md shows."""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.torture.storm import Storm


def main() -> int:
    asked = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    asked.add_argument("--kills", type=int, default=300)
    asked.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    given = asked.parse_args()
    print(f"seed {given.seed} (the same again: --seed {given.seed} --kills {given.kills})", flush=True)
    began = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="storm-"))
    storm = Storm(folder, given.seed, given.kills, lambda line: print(line, flush=True), policies=True)
    try:
        figures = storm.run()
    except AssertionError:
        print(f"a promise was broken; what is left of it: {folder}", flush=True)
        raise
    shutil.rmtree(folder)
    print("\n| what | |\n| --- | ---: |")
    for name, value in {**figures, "took": f"{time.monotonic() - began:.0f} s"}.items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
        print(f"| {name} | {shown} |")
    print("\nevery promise held")
    return 0


if __name__ == "__main__":
    sys.exit(main())

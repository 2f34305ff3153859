"""Where the measuring data lies (beside the project, or at $STORYWATCH_SHARED), and what measures with it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path


def shared() -> Path | None:
    """The folder with data/, eval/ and bench/, None where it is absent."""
    path = Path(os.environ.get("STORYWATCH_SHARED") or Path(__file__).parents[2] / "shared")
    return path if (path / "data").is_dir() else None


def absent(what: str) -> int:
    """Say that a benchmark is passed over; 0, because nothing failed."""
    print(f"{what}: passed over, no measuring data beside the project (or at $STORYWATCH_SHARED)")
    return 0


def asked(argv: list[str] | None, says: str | None, feeds: int, rules: int, **more: int) -> argparse.Namespace:
    """The options of a benchmark against the feed server, with their defaults; ``python`` is what runs that server."""
    parser = argparse.ArgumentParser(description=says, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in {"feeds": feeds, "rules": rules, **more}.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--peer-python", default=os.environ.get("READER_PYTHON", ""))
    found = parser.parse_args(argv if argv is not None else [])
    found.python = found.peer_python or sys.executable
    return found


def unserved(what: str, python: str) -> bool:
    """Whether ``python`` lacks what the feed server needs; then it is said that ``what`` is passed over."""
    command = [python, "-c", "import uvloop, faker, wordfreq"]
    lacks = bool(subprocess.run(command, capture_output=True, check=False).returncode)
    if lacks:
        print(f"{what}: passed over, {python} lacks uvloop, Faker or wordfreq, which the feed server needs")
    return lacks

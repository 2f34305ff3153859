"""axe-core, which knows the Web Content Accessibility Guidelines: from the npm registry, for tests only."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

VERSION = "4.10.3"
FOLDER = Path(sys.prefix) / "share" / "storywatch-tests"
PATIENCE_S = 40


def axe() -> str:
    """The script. Taken from $STORYWATCH_AXE, from an earlier run, or by npm; the test is skipped where none can."""
    kept = Path(os.environ.get("STORYWATCH_AXE") or FOLDER / f"axe-{VERSION}.min.js")
    if not kept.is_file():
        _fetch(kept)
    return kept.read_text(encoding="utf-8")


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm here to bring axe-core: our own checks of tests/web/test_access.py stand alone")
    with tempfile.TemporaryDirectory() as folder:
        order = [npm, "pack", "--silent", "--fetch-retries=0", f"axe-core@{VERSION}"]
        try:
            subprocess.run(order, cwd=folder, check=True, capture_output=True, timeout=PATIENCE_S)
        except (subprocess.SubprocessError, OSError):
            pytest.skip("axe-core cannot be brought: our own checks of tests/web/test_access.py stand alone")
        with tarfile.open(Path(folder) / f"axe-core-{VERSION}.tgz") as packed:
            script = packed.extractfile("package/axe.min.js")
            assert script is not None
            kept.parent.mkdir(parents=True, exist_ok=True)
            partly = kept.with_suffix(f".{os.getpid()}")
            partly.write_bytes(script.read())
            partly.replace(kept)

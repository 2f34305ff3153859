"""Asking for help costs none of the heavy libraries."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"feedparser", "httpx", "apscheduler", "sqlite_utils", "rapidfuzz", "jinja2", "structlog", "pebble"}
PROGRAM = """
import json, sys
from monitor.cli.main import main
code = main(sys.argv[1:])
print(json.dumps([code, sorted({name.split(".")[0] for name in sys.modules})]))
"""


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("backtest", "--help"), ("nonsense",)], ids=" ".join)
def test_help_imports_no_heavy_library(words):
    done = subprocess.run([sys.executable, "-c", PROGRAM, *words], capture_output=True, check=True)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == (2 if words == ("nonsense",) else 0)
    assert HEAVY.isdisjoint(modules)

"""docs/operations.md names tests and metrics that are there; logs tell no secrets."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.service.logs import redacted
from monitor.service.metrics import Counting, text
from monitor.service.onlooker import LogOnlooker
from monitor.store import status
from monitor.store.database import Database

DEFINED = re.compile(r"def (test_\w+)")
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_every_test_that_shows_something_is_there() -> None:
    rows = re.findall(r"^\|.*\| ([^|]*tests/[^|]*) \|$", PAGE, re.MULTILINE)
    assert len(rows) > 40
    for row in rows:
        folder = ""
        for word in re.findall(r"[\w/]+\.py|tests/\w+", row):
            folder = word.rpartition("/")[0] if word.startswith("tests/") else folder
            path = ROOT / (word if word.startswith("tests/") else f"{folder}/{word}")
            assert path.exists(), f"{row}: {path} is not there"


@pytest.mark.parametrize("page", ["operations", "reliability"])
def test_every_test_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    files = set(re.findall(r"(tests/[\w/]+\.py)", text))
    assert not [file for file in files if not (ROOT / file).exists()]
    known = {
        name for path in (ROOT / "tests").rglob("*.py") for name in (path.stem, *DEFINED.findall(path.read_text()))
    }
    named = set(re.findall(r"\b(test_\w+)\b", text))
    assert len(named) > 15
    assert named <= known


def test_every_metric_is_told_and_no_other(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with Database.open(tmp_path / "x.db", writer=True) as db:
        told = text(Counting(LogOnlooker()), {"poll": 1.0}, 0.0, status.read(db, now), now)
    made = set(re.findall(r"^# TYPE (\w+) ", told, re.MULTILINE)) - {"storywatch_build_info"}
    assert made == set(re.findall(r"`(storywatch_\w+)", PAGE))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("https://me:pw@wire.example/rss?token=s3cret#x failed", "https://wire.example/rss?... failed"),
        (
            "see https://wire.example/a and http://b.example/?q=1",
            "see https://wire.example/a and http://b.example/?...",
        ),
        ("postgres://u:p@h/d", "postgres://h/d"),
        ("mail to a@b.example at 12:30", "mail to a@b.example at 12:30"),
        ("'https://wire.example/x?k=v'", "'https://wire.example/x?...'"),
    ],
)
def test_addresses_in_logs_hold_no_secrets(said: str, shown: str) -> None:
    assert redacted(said) == shown

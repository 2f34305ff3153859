"""Data: the recorded storyline, read from the labelled lines that come with the demo.

One JSON object a line in the order of arrival: ``id``, ``published`` (null where the feed tells no
usable date), ``arrival`` (when its feed shows it), ``title``, ``summary``, ``url``, ``source``,
``lang``, ``feed``, ``relevance`` (2 belongs to the storyline, 1 side mention, 0 unrelated),
``development`` (null for comment, analysis and live pages) and, optionally, ``as``: how the feed renders it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

STORYLINE = "trump-moscow-visit"
"""The slug of the rule that the labels were made for."""


@dataclass(frozen=True, slots=True)
class Row:
    """One recorded entry of one feed, with its labels.

    ``date`` is how its date is written: "" honestly, else "none", "epoch", "future", "naive", "us", "words"
    or "wrong-zone". ``rotating``: its guid changes whenever its feed changes. ``html``: title and summary
    carry markup. ``revises``: it is that row with other words, under the same guid and link.
    ``sights``: it has that row's link, in another feed.
    """

    id: str
    published_at: datetime | None
    arrival_at: datetime
    title: str
    summary: str
    url: str
    source: str
    lang: str
    feed: str
    relevance: int
    development: str | None
    date: str = ""
    rotating: bool = False
    html: bool = False
    revises: str = ""
    sights: str = ""


def load(path: Path | None = None) -> tuple[Row, ...]:
    """Return the recorded rows (of ``path``, else those of the package) in order of arrival.

    Raises ValueError or KeyError for a line that is not of the form above: the recording is part of the program.
    """
    text = path.read_text(encoding="utf-8") if path else _shipped()
    rows = (_row(json.loads(line)) for line in text.splitlines() if line.strip())
    return tuple(sorted(rows, key=lambda row: (row.arrival_at, row.published_at or row.arrival_at, row.id)))


def of_feed(rows: Iterable[Row], feed: str) -> tuple[Row, ...]:
    """Return the rows that ``feed`` shows, oldest first."""
    return tuple(row for row in rows if row.feed == feed)


def by_title(rows: Iterable[Row]) -> Mapping[tuple[str, str], str]:
    """Return the id of each row by its feed and title, to find a stored item's row again."""
    return {(row.feed, row.title): row.id for row in rows}


def _shipped() -> str:
    return files("monitor.demo").joinpath("data", "replay.jsonl").read_text(encoding="utf-8")


def _row(line: Mapping[str, Any]) -> Row:
    shown = line.get("as", {})
    published = line["published"]
    return Row(
        id=line["id"],
        published_at=datetime.fromisoformat(published) if published else None,
        arrival_at=datetime.fromisoformat(line["arrival"]),
        title=line["title"],
        summary=line["summary"],
        url=line["url"],
        source=line["source"],
        lang=line["lang"],
        feed=line["feed"],
        relevance=line["relevance"],
        development=line["development"],
        date=shown.get("date", ""),
        rotating=shown.get("guid") == "rotating",
        html=shown.get("html", False),
        revises=shown.get("revises", ""),
        sights=shown.get("sights", ""),
    )

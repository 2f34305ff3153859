"""The database of a daemon that runs for months is as large as what it keeps, however long it has been running."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.model.poll import Candidate
from monitor.pipeline.keep import keep
from monitor.store import maintenance
from monitor.store.items import LISTED_FOR
from tests.pipeline.conftest import FEEDS, Newsroom, entry

KEPT = timedelta(days=5)
EVERY = timedelta(hours=8)
SETTLED = LISTED_FOR + 60  # documents: by then the first ones' entries are listed no more, and the keys looked through


def documents(now: datetime) -> Iterator[list[Candidate]]:
    """A feed of ten entries, one of which is new each time, every third about the storyline."""
    draw = random.Random(4)
    words = ["".join(draw.choices("aeioubdklmnrst", k=6)) for _ in range(400)]
    listed: list[Candidate] = []
    for number in range(1_000):
        title = " ".join([*(["Trump Moscow visit"] if number % 3 == 0 else []), *draw.choices(words, k=6)])
        listed = [entry(str(number), title, now + number * EVERY, summary=" ".join(draw.choices(words, k=30))), *listed]
        yield listed[:10]


def test_what_is_stored_stops_growing(newsroom: Newsroom) -> None:
    newsroom.settings = replace(newsroom.settings, keep_items=KEPT)
    newsroom.restart()
    sizes: list[dict[str, int]] = []
    pages: list[int] = []
    for number, listed in enumerate(documents(newsroom.now)):
        newsroom.poll(FEEDS[0], *listed, after=EVERY)
        while number % 3 == 0 and keep(newsroom.db, newsroom.settings, newsroom.now):
            pass
        if number % 24 == 0 and number >= SETTLED:
            sizes.append(maintenance.sizes(newsroom.db))
            (page_count,) = newsroom.db.row("PRAGMA page_count") or (0,)
            pages.append(page_count)
        if number > SETTLED + 60:
            break
    stay = {"developments", "development_items", "alerts", "alert_keys", "deliveries", "ledger"}
    bounded = [{table: rows for table, rows in size.items() if table not in stay} for size in sizes]
    assert len(bounded) > 2
    assert bounded[0]["items"] > 10
    assert bounded == bounded[:1] * len(bounded), "rows are added for good"
    assert max(pages) < 1.25 * pages[0], "the file grows"

"""How quickly the page opens on a large database: ``python -m benchmarks.page``.

It makes a database of its own (by default 1,000,000 items over 90 days and 1,000 storylines) and asks for each page as
a browser would, without the network in between: with a fresh connection and nothing of the file in the system's cache
(cold), with a fresh connection alone (first), then some times more (median, and the CPU time of that).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from statistics import median

import httpx

from benchmarks.page_store import DAYS, FEEDS, NOW, WORDS, fill
from monitor.model.feed import Feed
from monitor.model.settings import Polling, Settings
from monitor.model.storyline import AlertPolicy, Rule, Storyline
from monitor.store.database import Database
from monitor.web import render
from monitor.web.app import make
from monitor.web.desk import Desk
from monitor.web.live import Live
from monitor.web.reader import Reader

LISTEN = "127.0.0.1:8710"


def main(argv: list[str] | None = None) -> int:
    """Make the database and time the pages; 1 where the overview takes over 100 ms cold or a page is over 100 kB."""
    parser = argparse.ArgumentParser(prog="benchmarks.page")
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--storylines", type=int, default=1000)
    parser.add_argument("--folder", type=Path, help="where the database is kept, to be used again")
    asked = parser.parse_args(sys.argv[1:] if argv is None else argv)
    with tempfile.TemporaryDirectory() as made:
        folder = asked.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        settings = _settings(folder, asked.storylines)
        if not settings.database.exists():
            fill(settings, asked.items)
        return asyncio.run(_measure(settings))


def _settings(folder: Path, storylines: int) -> Settings:
    policy = AlertPolicy(routes=("desk",))
    rules = tuple(
        Rule(Storyline(f"story-{n}", f"{WORDS[n % 150]} {WORDS[n * 7 % 150]} {n}"), policy, hash="1")
        for n in range(storylines)
    )  # fmt: skip
    return Settings(
        path=folder / "storywatch.toml", timezone="UTC", language="en", database=folder / "page.db",
        keep_items=timedelta(days=DAYS), polling=Polling(), channels={}, routes={}, rules=rules,
        feeds=tuple(Feed(f"folder/feed-{n}", f"https://feed{n}.example/rss") for n in range(FEEDS)),
    )  # fmt: skip


async def _measure(settings: Settings) -> int:
    with Database.open(settings.database, writer=False) as db:
        middle = db.row("SELECT item FROM decisions WHERE verdict = 'held' ORDER BY id LIMIT 1 OFFSET 1000")
    render.warm()  # as the server does before it listens
    story = "/storyline/story-0"  # the busiest
    paths = [
        "/", "/?page=5", "/?q=kabar", story, f"{story}?span=week", f"{story}/near", f"{story}/3",
        f"/item/{middle[0] if middle else 1}", "/search?q=kabar+lodin", "/search?q=zutel&storyline=story-0",
        "/search?q=zutel&storyline=story-900", "/search?q=zutel&source=outlet+77&until=2025-04-01", "/search?q=mi*",
        "/search?source=nobody", "/feeds", "/messages", f"{story}/feed.atom", "/api/storylines",
    ]  # fmt: skip
    print("| page | cold ms | first ms | median ms | CPU ms | kB |\n|" + " --- |" * 6)
    slow = False
    for path in paths:
        _forgotten(settings.database)
        ((cold, _),), _ = await _timed(settings, path, 1)
        ((first, _), *rest), size = await _timed(settings, path, 8)
        slow = slow or size > 100_000 or (path == "/" and cold > 0.1)
        again, cpu = (median(times) for times in zip(*rest, strict=True))
        figures = (cold * 1000, first * 1000, again * 1000, cpu * 1000, size / 1000)
        print(f"| `{path}` | " + " | ".join(f"{figure:.0f}" for figure in figures) + " |")
    return int(slow)


def _forgotten(database: Path) -> None:
    """Ask the system to drop the file from its cache; on systems that cannot, cold is as first."""
    for path in database.parent.glob(f"{database.name}*"):
        with path.open("rb") as file, contextlib.suppress(AttributeError, OSError):
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


async def _timed(settings: Settings, path: str, asked: int) -> tuple[list[tuple[float, float]], int]:
    """Ask for ``path`` so many times: seconds on the clock and of CPU of each, and the bytes of the answer."""
    read = Reader(settings.database)
    app = make(Desk(lambda: settings, lambda: NOW, read, Live(read), LISTEN))
    times, size = [], 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://{LISTEN}", timeout=60) as client:
        for _ in range(asked):
            begun, spent = time.perf_counter(), time.process_time()
            answer = await client.get(path, headers={"accept-encoding": "identity"})
            times.append((time.perf_counter() - begun, time.process_time() - spent))
            assert answer.status_code == 200, (path, answer.text[:300])
            size = len(answer.content)
    read.close()
    return times, size


if __name__ == "__main__":
    sys.exit(main())

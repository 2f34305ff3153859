"""At a start the feeds that are due are asked while the engine is built, and nothing is written before it stands."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.config.load import load
from monitor.model.settings import Settings
from monitor.pipeline.ingest import Ingest
from monitor.service.daemon import Daemon
from monitor.service.onlooker import LogOnlooker
from tests.feeds.server import Answer, Request, Server, running

pytestmark = pytest.mark.anyio
FEED = b"""<rss version="2.0"><channel><title>Wire</title>
<item><title>Trump arrives in Moscow for talks</title><guid>1</guid><link>https://n.example/1</link></item>
<item><title>Storm closes the harbour</title><guid>2</guid><link>https://n.example/2</link></item></channel></rss>"""
WRITTEN = (
    "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM matches), (SELECT count(last_polled_at) FROM feeds)"
)


class Start:
    """The engine's start, held until the feed was asked; ``seen``: whether it was, and what was written by then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
        self.settings = settings
        self.asked = threading.Event()
        self.seen: list[tuple[bool, tuple[int, ...]]] = []
        self.broken = False
        begin = Ingest.start

        def start(ingest: Ingest, *args: Any, **more: Any) -> None:
            asked = self.asked.wait(90)
            self.seen.append((asked, self.written()))
            if self.broken:
                raise RuntimeError("the engine cannot be built")
            begin(ingest, *args, **more)

        monkeypatch.setattr(Ingest, "start", start)

    def answer(self, _request: Request) -> Answer:
        self.asked.set()
        return Answer(body=FEED)

    def written(self) -> tuple[int, ...]:
        with closing(sqlite3.connect(self.settings.database)) as db:
            return tuple(db.execute(WRITTEN).fetchone())

    async def once(self, *, everything: bool = False) -> None:
        await Daemon(self.settings, LogOnlooker(), tick_s=0.01).once(everything=everything)


def configured(folder: Path, server: Server) -> Settings:
    (folder / "rules").mkdir()
    (folder / "rules" / "moscow.toml").write_text('phrase = "Trump Moscow talks"\n', encoding="utf-8")
    path = folder / "storywatch.toml"
    path.write_text(
        '[polling]\nevery = ["1h", "6h"]\nallow_networks = ["127.0.0.0/8"]\n[storage]\ndatabase = "s.db"\n'
        f'[[feeds.feed]]\nname = "wire"\nurl = "{server.url()}"\n',
        encoding="utf-8",
    )
    return load(path)


async def test_what_is_due_is_asked_before_the_engine_stands_and_written_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as server:
        start = Start(monkeypatch, configured(tmp_path, server))
        server.answers["/feed"] = start.answer
        await start.once()
        assert start.seen == [(True, (0, 0, 0))]
        assert start.written() == (2, 1, 1)
        await start.once()  # its time has not come: it is not asked early
        assert len(server.requests) == 1
        await start.once(everything=True)
        assert len(server.requests) == 2
        assert start.written() == (2, 1, 1)


async def test_what_was_asked_for_an_engine_that_never_stood_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running() as server:
        start = Start(monkeypatch, configured(tmp_path, server))
        server.answers["/feed"] = start.answer
        start.broken = True
        with pytest.raises(RuntimeError, match="cannot be built"):
            await start.once()
        assert start.written() == (0, 0, 0)
        start.broken = False
        await start.once()
        assert len(server.requests) == 2
        assert start.written() == (2, 1, 1)

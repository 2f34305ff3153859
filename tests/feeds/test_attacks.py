"""Documents made to hold parsers up: the loop goes on beating, the worker is killed in time, memory stays flat."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.parse import Parser
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Polled
from monitor.model.settings import Polling
from monitor.net.client import Client
from monitor.net.egress import Egress
from monitor.service.poller import BEHIND_BYTES
from tests.feeds.server import Answer, Server
from tests.service.desk import Desk

pytestmark = [pytest.mark.anyio, pytest.mark.shared]
FEED = Feed("x", "https://x.example/feed")
PLAIN = [f"plain/{n}" for n in range(40)]
PLAIN_BODY = b"<rss version='2.0'><channel><item><guid>1</guid><title>x</title></item></channel></rss>"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = int(os.environ.get("STORYWATCH_ATTACK_BYTES", "32768"))
TIMEOUT_S = 0.4 if SIZE <= 65_536 else 5.0


def shapes(evaluation: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[[int], str]]:
    monkeypatch.syspath_prepend(str(evaluation))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = importlib.util.spec_from_file_location("attack_scaling", evaluation / "attack_scaling.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: dict[str, Callable[[int], str]] = module.A
    return found


def resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


async def beat(gaps: list[float]) -> None:
    """How long the loop was busy between two beats: time of its own, which other processes do not take from it."""
    last = time.thread_time()
    while True:
        await asyncio.sleep(0.02)
        now = time.thread_time()
        gaps.append(now - last)
        last = now


async def test_no_known_shape_holds_anything_up(
    shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, server: Server
) -> None:
    """All of them at once, as feeds of one poller with few places, between feeds like any other."""
    attacks = [f"attack/{name}" for name in shapes(shared / "eval", monkeypatch)]
    for name, shape in shapes(shared / "eval", monkeypatch).items():
        body = shape(SIZE).encode("utf-16-le" if name.endswith("utf16") else "utf-8", "surrogatepass")
        server.answers[f"/attack/{name}"] = Answer(body=body)
    for name in PLAIN:
        server.answers[f"/{name}"] = Answer(body=PLAIN_BODY)
    feeds = [Feed(name, server.url(f"/{name}")) for name in (*attacks, *PLAIN)]
    parser, gaps = Parser(timeout_s=TIMEOUT_S), [0.0]
    client = Client(egress=Egress(("127.0.0.0/8",)), user_agent="Storywatch/test")
    polling = Polling(concurrency=4, per_host=4, allow_networks=("127.0.0.0/8",))
    here = Desk(tmp_path / "s.db", feeds, client, parser, polling)
    await here.open()
    try:
        await parser.read(b"<!DOCTYPE rss>" + PLAIN_BODY, "", FEED.url, FEED, NOW)  # the pool's start counts not
        before, beating = resident_mb(), asyncio.create_task(beat(gaps))
        polls = {polled.feed: polled.outcome for polled in await polled_by(here, len(feeds))}
        grown_mb = resident_mb() - before
        beating.cancel()
    finally:
        await here.close()
        parser.close()
    assert not [name for name in PLAIN if isinstance(polls[name], FetchFailed)]
    kinds = Counter(o.kind if isinstance(o, FetchFailed) else "read" for o in map(polls.__getitem__, attacks))
    assert set(kinds) <= {"read", "parser-killed", "parser-busy", "torn", "not-a-feed"}, kinds
    assert kinds["parser-killed"] >= 1
    assert max(gaps) < 1.0
    assert grown_mb < 40 + BEHIND_BYTES / 1e6 * (SIZE > 100_000)  # what waits is held, and given back


async def polled_by(here: Desk, count: int) -> list[Polled]:
    found: list[Polled] = []
    while len(found) < count:
        await here.poller.step()
        await asyncio.sleep(0.01)
        found += await here.written()
    return found

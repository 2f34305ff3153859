"""What is stuck holds up nothing else: documents that keep the parser busy, hosts that hang, a store that is slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import Candidate, FetchFailed, Parsed
from monitor.model.settings import Polling
from monitor.net.client import Reply
from monitor.service.outside import Outside
from monitor.service.poller import BEHIND_BYTES, UNWRITTEN, UNWRITTEN_ENTRIES
from tests.service.desk import Desk

pytestmark = pytest.mark.anyio
PLACES = 4
POLLING = Polling(concurrency=PLACES, per_host=1, host_rate=1_000)


@dataclass
class Stuck:
    """A client and a parser in one. Hosts that hang, and feeds named "long/...", end when they are let go."""

    body: bytes = b"x"
    entries: int = 1
    go: asyncio.Event = field(default_factory=asyncio.Event)
    reading: int = 0

    async def get(self, url: str, headers: Mapping[str, str] | None = None, auth: object = None) -> Reply | FetchFailed:
        if url.startswith("https://hanging"):
            await self.go.wait()
        return Reply(200, url, {}, self.body)

    async def read(
        self, body: bytes, kind: str, url: str, feed: Feed, at: datetime, marks: bytes = b"", salvage: bool = False
    ) -> Reading | FetchFailed:
        if feed.name.startswith("long/"):
            self.reading += 1
            await self.go.wait()
        keys = ((f"g:{n}",) for n in range(self.entries))
        made = tuple(Candidate(key, "Talks", "", "", "", "", "", None, n) for n, key in enumerate(keys))
        return Reading(Parsed("x", "", "", ()), made, len(made))


class Refusing(Stuck):
    """Says that it is asked too much."""

    async def get(self, url: str, headers: Mapping[str, str] | None = None, auth: object = None) -> Reply | FetchFailed:
        return Reply(429, url, {"retry-after": "600"})


def on_hosts(name: str, count: int, host: str = "") -> list[Feed]:
    return [Feed(f"{name}/{n:03}", f"https://{host or f'{name}-{n}'}.example/{n}") for n in range(count)]


@asynccontextmanager
async def desk(tmp_path: Path, feeds: list[Feed], stuck: Stuck, polling: Polling = POLLING) -> AsyncIterator[Desk]:
    here = Desk(tmp_path / "s.db", feeds, stuck, stuck, polling)
    await here.open()
    yield here
    await here.close()


async def asked(here: Desk, turns: int = 40) -> list[str]:
    """Names of the feeds whose polls ended in so many wakes of the poller, each with its batch."""
    names: list[str] = []
    for _ in range(turns):
        await here.poller.step()
        for _ in range(20):
            await asyncio.sleep(0)
        names += (p.feed for p in await here.written())
    return names


async def test_documents_that_keep_the_parser_busy_hold_up_no_other_feed(tmp_path: Path) -> None:
    stuck = Stuck()
    async with desk(tmp_path, on_hosts("long", 5 * PLACES) + on_hosts("plain", 40), stuck) as here:
        assert sorted(await asked(here)) == [f"plain/{n:03}" for n in range(40)]
        assert stuck.reading == here.poller.running == 5 * PLACES
        stuck.go.set()
        assert len(await asked(here)) == 5 * PLACES


async def test_nor_do_documents_of_the_same_host(tmp_path: Path) -> None:
    stuck = Stuck()
    async with desk(tmp_path, on_hosts("long", 5, "one") + on_hosts("plain", 10, "one"), stuck) as here:
        assert len(await asked(here)) == 10


async def test_the_bodies_that_wait_for_a_parser_are_bounded(tmp_path: Path) -> None:
    stuck = Stuck(b"x" * (BEHIND_BYTES // 4))
    async with desk(tmp_path, on_hosts("long", 12), stuck) as here:
        assert await asked(here) == []
        assert 4 <= stuck.reading <= 4 + PLACES
        stuck.go.set()
        assert len(await asked(here)) == 12


async def test_a_host_that_hangs_hides_no_other(tmp_path: Path) -> None:
    stuck = Stuck()
    feeds = on_hosts("a", 300, "hanging") + on_hosts("b", 300, "hanging-too") + on_hosts("c", 10)
    async with desk(tmp_path, feeds, stuck) as here, asyncio.timeout(90):
        names: list[str] = []
        while len(names) < 10:
            names += await asked(here, 1)
        assert sorted(names) == [f"c/{n:03}" for n in range(10)]
        assert here.poller.running == 2 * POLLING.per_host < PLACES
        stuck.go.set()
        while len(names) < 610:
            names += await asked(here, 1)
        assert len(set(names)) == 610


async def test_feeds_of_one_host_wait_for_its_pace_and_no_other_feed_does(tmp_path: Path) -> None:
    feeds, pace = on_hosts("a", 50, "one") + on_hosts("b", 10), Polling(concurrency=PLACES, host_rate=1)
    async with desk(tmp_path, feeds, Stuck(), pace) as here:
        names = await asked(here)
        assert sorted(name for name in names if name.startswith("b")) == [f"b/{n:03}" for n in range(10)]
        assert len(names) < 60
        assert here.poller.pausing  # a single round of all feeds waits for them


async def test_a_host_that_refuses_is_left_alone_by_all_its_feeds(tmp_path: Path) -> None:
    async with desk(tmp_path, on_hosts("a", 50, "one"), Refusing()) as here:
        assert len(await asked(here)) <= 2 * POLLING.per_host  # those that were asked before the first one was read
        assert not here.poller.pausing  # a single round ends without them


@pytest.mark.parametrize(("entries", "most"), [(1, UNWRITTEN), (2_000, UNWRITTEN_ENTRIES // 2_000)])
async def test_polls_wait_for_a_store_that_is_slow(tmp_path: Path, entries: int, most: int) -> None:
    count = most + 30
    async with desk(tmp_path, on_hosts("plain", count), Stuck(entries=entries)) as here:
        for _ in range(count):
            await here.poller.step()
            await asyncio.sleep(0)
        assert most <= here.poller.busy <= most + PLACES
        names = [p.feed for p in await here.written()]
        assert sorted(names + await asked(here)) == [f"plain/{n:03}" for n in range(count)]


async def test_a_reload_leaves_the_documents_that_are_being_read_alone(tmp_path: Path) -> None:
    settings = Desk(tmp_path / "s.db", [], None).settings
    before = Outside(settings)
    document = b"<!DOCTYPE rss><rss version='2.0'><channel><title>X</title></channel></rss>"
    assert isinstance(await before.parser.parse(document, "", "https://x.example"), Parsed)
    reading = asyncio.create_task(before.parser.parse(document, "", "https://x.example"))
    await asyncio.sleep(0)
    after = before.renewed(settings)
    await before.close(after)
    assert isinstance(await reading, Parsed)
    await after.close()

"""Documents that take long wait for one another, and the others for none of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from monitor.feeds.parse import Parser
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
# Both are for a worker: a document type is never read in the daemon's own process.
RSS = "<!DOCTYPE rss><rss version='2.0'><channel><title>X</title><item><guid>1</guid>{}</item></channel></rss>"
PLAIN = RSS.format("<title>Talks</title>").encode()
BOMB = RSS.format(f"<author>a@{'a.' * 100_000}!</author>").encode()


async def kind(parser: Parser, feed: str, body: bytes) -> str:
    got = await parser.read(body, "", "https://x.example/feed", Feed(feed, "https://x.example/feed"), NOW)
    return "read" if isinstance(got, Reading) else got.kind


async def test_few_documents_that_take_long_are_waited_for_and_none_is_waited_for_by_others() -> None:
    parser = Parser(timeout_s=1.0, slow=1)
    try:
        assert await kind(parser, "plain", PLAIN) == "read"
        bombs = [asyncio.create_task(kind(parser, f"bomb-{n}", BOMB)) for n in range(3)]
        while not parser.slow.waiting:  # noqa: ASYNC110 - until the first one is found out
            await asyncio.sleep(0.01)
        assert await kind(parser, "plain", PLAIN) == "read"
        assert sorted(await asyncio.gather(*bombs)) == ["parser-busy", "parser-busy", "parser-killed"]
        again = asyncio.create_task(kind(parser, "bomb-0", BOMB))  # known by now: it takes none of the quick time
        while not parser.slow.waiting:
            assert not parser.quick.waiting
            await asyncio.sleep(0)
        assert await again == "parser-killed"
        assert await kind(parser, "bomb-0", PLAIN) == "read"
    finally:
        parser.close()


async def test_a_document_for_which_a_second_is_too_short_is_read_all_the_same() -> None:
    parser = Parser(timeout_s=60.0, slow=1)
    parser._quick_s = 0.0005  # nothing is read so quickly
    try:
        assert await kind(parser, "long", PLAIN) == "read"
        assert await kind(parser, "long", PLAIN) == "read"
    finally:
        parser.close()

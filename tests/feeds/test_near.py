"""What is read in the daemon's own process is quick whatever a document holds; the rest goes to a worker."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.feeds.near import MOST_BYTES, read_near
from monitor.feeds.parse import Parser
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
FEED = Feed("x", "https://x.example/feed")
PLAIN = "<item><guid>{n}</guid><title>Talks {n}</title><description>Text {n}</description></item>"


def rss(items: str) -> bytes:
    return f"<rss version='2.0'><channel><title>X</title>{items}</channel></rss>".encode()


def near(body: bytes) -> Reading | None:
    return read_near(body, "", FEED.url, FEED, NOW)


def test_a_plain_document_is_read_at_once() -> None:
    got = near(rss("".join(PLAIN.format(n=n) for n in range(20))))
    assert got is not None
    assert [c.title for c in got.candidates] == [f"Talks {n}" for n in range(20)]
    assert got.parsed.entries == ()


def long(words: str) -> str:
    return PLAIN.replace("Text {n}", "&lt;b id={n}&gt;&lt;p&gt;" + words).format(n=1)


@pytest.mark.parametrize(
    "body",
    [
        rss(PLAIN.format(n=1) + " " * MOST_BYTES),
        rss("".join(PLAIN.format(n=n) for n in range(400))),
        rss(long("&lt;b&gt;&lt;p&gt;" * 6_000)),
        rss(PLAIN.format(n=1).replace("description", "content:encoded")),  # its namespace is not declared
        b"<!DOCTYPE rss [<!ENTITY a 'aaaa'>]>" + rss(PLAIN.format(n="&a;")),
    ],
    ids=["large", "many", "long markup", "not well-formed", "entities"],
)
def test_what_could_take_long_is_left_to_a_worker(body: bytes) -> None:
    assert near(body) is None


# Shapes that keep parsers busy with the square of their size; here all at the largest size that is looked at.
SHAPES = {
    "attributes": rss("<item " + " ".join(f"a{i}=''" for i in range(25_000)) + "/>"),
    "namespaces": rss("<item " + " ".join(f"xmlns:n{i}='u:{i}'" for i in range(10_000)) + "/>"),
    "deep": rss("<a>" * 60_000),
    "flat": rss("<a/>" * 60_000),
    "links": rss("<item>" + "<link/>" * 30_000 + "</item>"),
    "author": rss(f"<item><guid>1</guid><title>x</title><author>a@{'a.' * 20_000}!</author></item>"),
    "spaces": rss(f"<item><guid>1</guid><title>x</title><description>&lt;{' ' * 25_000}</description></item>"),
    "formatting": rss(long("".join(f"&lt;b id={i}&gt;&lt;p&gt;" for i in range(1_000)))),
    "ampersands": rss(PLAIN.format(n=1).replace("Text 1", "&amp;" * 25_000)),
    "comment": rss(PLAIN.format(n=1).replace("Text 1", "&lt;!--" * 4_000)),
    "dates": rss(f"<item><guid>1</guid><pubDate>{'Mon, ' * 40_000}</pubDate></item>"),
    "post": rss(PLAIN.format(n=1).replace("Text 1", "The post " * 3_000)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_no_shape_holds_the_event_loop_up(name: str) -> None:
    body = SHAPES[name][:MOST_BYTES]
    started = time.process_time()
    near(body)
    assert time.process_time() - started < 0.5


@pytest.mark.anyio
async def test_both_ways_give_the_same_candidates(parser: Parser) -> None:
    body = rss("".join(PLAIN.format(n=n) for n in range(5)))
    here = await parser.read(body, "", FEED.url, FEED, NOW)
    there = await parser.read(b"<!DOCTYPE rss>" + body, "", FEED.url, FEED, NOW)
    assert isinstance(here, Reading)
    assert isinstance(there, Reading)
    assert replace(here, again=None) == replace(there, again=None) == near(body)


@pytest.mark.anyio
async def test_plain_feeds_do_not_wait_for_a_busy_worker() -> None:
    parser = Parser()
    busy = asyncio.create_task(parser.quick.run(time.sleep, (3600.0,), 0, 3600.0))
    while not parser.quick.waiting:  # noqa: ASYNC110 - until it has the only turn
        await asyncio.sleep(0)
    try:
        for n in range(20):
            assert isinstance(await parser.read(rss(PLAIN.format(n=n)), "", FEED.url, FEED, NOW), Reading)
        assert not busy.done()
    finally:
        busy.cancel()
        parser.close()

"""Documents that take long wait for one another, and the others for none of them."""

from __future__ import annotations

import asyncio
import signal
import time

import pytest

from monitor.feeds.parse import Parser
from monitor.model.poll import FetchFailed

pytestmark = pytest.mark.anyio


def work(within_s: float, body: bytes) -> str | FetchFailed:
    """Runs in the worker, as a parser would: a bomb takes for ever, within its time."""
    if body == b"bomb":
        signal.setitimer(signal.ITIMER_REAL, within_s)
        time.sleep(3600)
    return "read"


async def ended(parser: Parser, feed: str, body: bytes) -> str:
    got = await parser._run(feed, work, body)
    return got.kind if isinstance(got, FetchFailed) else got


async def test_few_documents_that_take_long_are_waited_for_and_none_is_waited_for_by_others() -> None:
    parser = Parser(timeout_s=3600.0, slow=1)
    parser._quick_s = 0.05
    bombs = [asyncio.create_task(ended(parser, f"bomb/{n}", b"bomb")) for n in range(3)]
    try:
        while sum(bomb.done() for bomb in bombs) < 2:
            await asyncio.wait([bomb for bomb in bombs if not bomb.done()], return_when=asyncio.FIRST_COMPLETED)
        assert [bomb.result() for bomb in bombs if bomb.done()] == ["parser-busy"] * 2
        assert await ended(parser, "plain", b"") == "read"
        again = parser._run("bomb/2", work, b"bomb")  # known by now: it takes none of the quick time
        with pytest.raises(StopIteration) as found:
            again.send(None)
        assert found.value.value.kind == "parser-busy"
        next(bomb for bomb in bombs if not bomb.done()).cancel()
        await asyncio.gather(*bombs, return_exceptions=True)
        parser._quick_s = 3600.0
        assert await ended(parser, "bomb/2", b"") == "read"  # in the slow lane, and quickly, which is remembered
        assert "bomb/2" not in parser._long
    finally:
        parser.close()


async def test_a_document_for_which_a_second_is_too_short_has_its_whole_time_and_no_more() -> None:
    parser = Parser(timeout_s=0.3)
    try:
        assert await ended(parser, "bomb", b"bomb") == "parser-killed"
        assert parser._long == {"bomb"}
        assert parser.slow._pool is None  # its worker is let go
        assert await ended(parser, "plain", b"") == "read"
    finally:
        parser.close()

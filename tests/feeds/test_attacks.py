"""Documents made to hold parsers up: the loop goes on beating, the worker is killed in time, memory stays flat."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.feeds.parse import Parser
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed

pytestmark = [pytest.mark.anyio, pytest.mark.shared]
FEED = Feed("x", "https://x.example/feed")
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
    last = time.monotonic()
    while True:
        await asyncio.sleep(0.02)
        now = time.monotonic()
        gaps.append(now - last)
        last = now


async def test_no_known_shape_holds_the_daemon_up(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parser, gaps, took_s, grown_mb = Parser(timeout_s=TIMEOUT_S), [0.0], {}, []
    plain = b"<rss version='2.0'><channel><item><guid>1</guid><title>x</title></item></channel></rss>"
    try:
        await parser.read(b"<!DOCTYPE rss>" + plain, "", FEED.url, FEED, NOW)
        beating = asyncio.create_task(beat(gaps))
        for name, shape in shapes(shared / "eval", monkeypatch).items():
            body = shape(SIZE).encode("utf-16-le" if name.endswith("utf16") else "utf-8", "surrogatepass")
            before, began = resident_mb(), time.monotonic()
            got = await parser.read(body, "", FEED.url, FEED, NOW)
            took_s[name] = time.monotonic() - began
            grown_mb.append(resident_mb() - before)
            assert isinstance(got, Reading) or got.kind in ("parser-killed", "torn", "not-a-feed"), (name, got)
        beating.cancel()
        assert isinstance(await parser.read(plain, "", FEED.url, FEED, NOW), Reading)
    finally:
        parser.close()
    assert max(gaps) < 1.0
    assert max(took_s.values()) < 2 * TIMEOUT_S + 2, max(took_s, key=lambda name: took_s[name])
    assert sum(grown_mb) < 40, grown_mb
    assert len(took_s) > 50

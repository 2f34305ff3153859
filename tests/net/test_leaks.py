"""Months of polling: descriptors, memory and tasks stay as they were."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from pathlib import Path

import pytest

from monitor.net.client import Client
from monitor.net.egress import Egress
from tests.feeds.server import Answer, Server

pytestmark = pytest.mark.anyio
OPEN = Path("/proc/self/fd")
WAYS = {
    "/ok": Answer.gzipped(b"<rss/>" * 2_000, **{"Set-Cookie": "a=b; Max-Age=99999"}),
    "/same": Answer(304),
    "/torn": Answer(body=b"x" * 2_000, cut=10),
    "/bomb": Answer.gzipped(b"\0" * 300_000),
    "/drip": Answer(body=b"x" * 2_000, drip_s=0.01),
    "/loop": Answer(302, headers={"Location": "/loop"}),
    "/inside": Answer(302, headers={"Location": "http://10.0.0.1/"}),
    "/noise": Answer(raw=b"\x00\x01\x02"),
}


async def rounds(client: Client, server: Server, count: int) -> None:
    for _ in range(count):
        await asyncio.gather(*[client.get(server.url(path)) for path in WAYS])
        server.requests.clear()
    await asyncio.sleep(0)


def descriptors() -> int:
    return sum(1 for _ in OPEN.iterdir())


@pytest.mark.skipif(not OPEN.is_dir(), reason="needs /proc")
async def test_nothing_grows_with_the_number_of_polls(server: Server) -> None:
    server.answers = dict(WAYS)
    client = Client(egress=Egress(("127.0.0.0/8",)), user_agent="t", timeout_s=0.05, max_bytes=100_000)
    await rounds(client, server, 3)
    gc.collect()
    before, tasks = descriptors(), len(asyncio.all_tasks())
    tracemalloc.start()
    await rounds(client, server, 2)
    gc.collect()
    memory = tracemalloc.get_traced_memory()[0]
    await rounds(client, server, 10)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - memory
    tracemalloc.stop()
    assert descriptors() <= before + 16  # those of a last round that is being closed
    assert len(asyncio.all_tasks()) <= tasks + 16
    assert grown < 200_000

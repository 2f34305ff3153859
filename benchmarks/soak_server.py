"""The outside world of the soak: feeds that publish in simulated time, and that fail in the ways of real ones.

    python -m benchmarks.soak_server START RATE SEED      (soak.py starts it; ends when its input closes)

GET /feed/N is feed N as it is at the simulated moment; /hook takes webhooks; after /_calm nothing fails and nothing
is published any more; /_served tells which items of each feed
stood in a whole answer, and how often each fault was served.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import threading
import time
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from email.utils import format_datetime

LISTED = 40  # items of a document
PERIODS_H = (3, 8, 12, 24, 48)
HANG_S = 20.0
FAULTS = (  # of so many answers in a thousand
    ("busy", 40), ("retry-after", 10), ("hang", 5), ("torn", 20), ("truncated", 20), ("page", 15), ("moved", 30),
    ("reset", 10),
)  # fmt: skip
WORDS = ("harbour", "strike", "council", "budget", "flood", "bridge", "election", "hospital", "railway", "museum")
_DRAW = random.Random(5)
MADE_UP = [
    "".join(_DRAW.choices("bdfgklmnprst", k=3)) + _DRAW.choice("aeiou") + _DRAW.choice("lnrst") for _ in range(3000)
]


class World:
    """All feeds at any simulated moment."""

    def __init__(self, start: datetime, rate: float, seed: int) -> None:
        self.start, self.rate, self.t0 = start, rate, time.monotonic()
        self.draw = random.Random(seed)
        self.served: dict[int, set[int]] = defaultdict(set)
        self.faults: Counter[str] = Counter()
        self.fetches = 0
        self.calm_at: datetime | None = None

    def now(self) -> datetime:
        """The simulated moment; it stands still once all is calm."""
        return self.calm_at or self.start + timedelta(seconds=(time.monotonic() - self.t0) * self.rate)

    def newest(self, feed: int) -> int:
        """Number of the newest item of a feed."""
        since = self.start - timedelta(days=4, hours=feed % 24)
        return int((self.now() - since) / timedelta(hours=PERIODS_H[feed % len(PERIODS_H)]))

    def document(self, feed: int, newest: int) -> bytes:
        """A feed whose newest item has this number."""
        since = self.start - timedelta(days=4, hours=feed % 24)
        items = []
        for number in reversed(listed(newest)):
            at = since + number * timedelta(hours=PERIODS_H[feed % len(PERIODS_H)])
            guid = f"{feed}-{number}" + (f"-{self.fetches}" if feed % 10 == 3 else "")  # some rotate their guids
            words = title(feed, number)
            items.append(
                f"<item><title>{words} {feed} {number}</title><link>https://n{feed}.example/{number}</link>"
                f"<guid isPermaLink='false'>{guid}</guid><pubDate>{format_datetime(at)}</pubDate>"
                f"<description>&lt;p&gt;What is known of {words} so far.&lt;/p&gt;</description></item>"
            )
        body = "".join(items)
        return f"<rss version='2.0'><channel><title>Feed {feed}</title>{body}</channel></rss>".encode()

    def fault(self) -> str:
        """What goes wrong this time; "" for nothing."""
        if self.calm_at:
            return ""
        at = self.draw.random() * 1000
        for name, share in FAULTS:
            at -= share
            if at < 0:
                return name
        return ""


def listed(newest: int) -> range:
    """Numbers of the items in a document whose newest is this one."""
    return range(max(0, newest - LISTED + 1), newest + 1)


def title(feed: int, number: int) -> str:
    """Words that a rule knows in one feed of twenty, made-up ones in the others."""
    if feed % 20 == 0:
        return " ".join(WORDS[(feed * 7 + number * k) % len(WORDS)] for k in (1, 3, 7))
    return " ".join(random.Random(feed * 100_003 + number).choices(MADE_UP, k=5))


def head(status: str, body: bytes, length: int | None = None, **more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in more.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def answer(world: World, path: str, request: str) -> bytes | None:
    """The bytes to send; None to say nothing for long."""
    if path == "/_served":
        found = {"served": {n: sorted(s) for n, s in world.served.items()}, "faults": world.faults}
        return head("200 OK", json.dumps(found).encode())
    if path == "/_calm":
        world.calm_at = world.now()
        return head("204 No Content", b"")
    if path == "/hook":
        return head("204 No Content", b"")
    world.fetches += 1
    feed = int(path.rpartition("/")[2])
    fault = "" if path.startswith("/moved/") else world.fault()
    if fault:
        world.faults[fault] += 1
        return failing(world, fault, feed)
    newest = world.newest(feed)
    etag = f'"{newest}"' if feed % 10 != 3 else '""'
    if etag in request and etag != '""':
        world.faults["(304)"] += 1
        return head("304 Not Modified", b"", ETag=etag)
    world.faults["(200)"] += 1
    world.served[feed].update(listed(newest))
    # The daemon keeps what it is given as Last-Modified: so it can be told later which answers it took.
    document = world.document(feed, newest)
    return head("200 OK", document, ETag=etag, Last_Modified=f"newest {newest}", Content_Type="application/rss+xml")


def failing(world: World, fault: str, feed: int) -> bytes | None:
    body = world.document(feed, world.newest(feed))
    made = {
        "busy": head("503 Service Unavailable", b""),
        "retry-after": head("429 Too Many Requests", b"", Retry_After="600"),
        "torn": head("200 OK", body[: len(body) // 2], len(body)),
        "truncated": head("200 OK", body[: len(body) * 2 // 3]),
        "page": head("200 OK", b"<html><body>Please sign in</body></html>", Content_Type="text/html"),
        "moved": head("302 Found", b"", Location=f"/moved/{feed}"),
        "reset": b"",
    }
    return made.get(fault)


async def serve(world: World) -> None:
    async def one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            reply = answer(world, request.split(" ")[1], request)
            if reply is None:
                await asyncio.sleep(HANG_S)
            else:
                writer.write(reply)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(one, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=wait, daemon=True).start()
    await ended.wait()
    os._exit(0)  # whoever still waits for an answer gets none


if __name__ == "__main__":
    asyncio.run(serve(World(datetime.fromisoformat(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]))))

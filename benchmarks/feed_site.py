"""A feed server of our own for the benchmarks of size: as many feeds as are asked for, one new item in some.

    python benchmarks/feed_site.py --items 20 [--certificate C.pem --key K.pem]

GET /feed/N answers 304 to the ETag it gave, else feed N; after GET /_turn/K every Kth feed has one new item (K=0: none
more). Closes after each answer, prints its port, ends when its input does. It listens on 127.0.0.1 to 127.0.0.8, so
that there are ports enough for a hundred thousand connections.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import ssl
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import product
from pathlib import Path

HOSTS = 8
WORDS_IN_TEXT = 250  # with the rest some 2 kB an item
NEW_EVERY = timedelta(minutes=10)
_BLOCKS = 200


class World:
    """What the feeds hold: the texts are few and shared, the titles of all items differ."""

    def __init__(self, items: int) -> None:
        draw = random.Random(3)
        words = ["".join(parts) for parts in product("bdfgklmnprst", "aeiou", "bdklmnrst", "aeiou")]
        weights = [1 / (rank + 3) for rank in range(len(words))]
        draw.shuffle(words)
        self.items = items
        self.turn = 0
        self.start = datetime.now(UTC).replace(microsecond=0)
        self.texts = [" ".join(draw.choices(words, weights, k=WORDS_IN_TEXT)) for _ in range(_BLOCKS)]
        self.titles = [" ".join(draw.choices(words, weights, k=8)).capitalize() for _ in range(_BLOCKS)]
        self.dates = [format_datetime(self.start - n * NEW_EVERY) for n in range(items)]

    def revision(self, feed: int) -> int:
        """1 where the feed has its new item."""
        return int(bool(self.turn) and feed % self.turn == 0)

    def document(self, feed: int) -> bytes:
        """A feed as it is now."""
        top = self.items + self.revision(feed)
        parts = [f'<rss version="2.0"><channel><title>Feed {feed}</title><link>https://n{feed}.example/</link>']
        for place, number in enumerate(range(top - 1, top - 1 - self.items, -1)):
            block = (31 * feed + 7 * number) % _BLOCKS
            date = format_datetime(datetime.now(UTC)) if number >= self.items else self.dates[place]
            parts.append(
                f"<item><title>{self.titles[block]} {feed} {number}</title><guid>f{feed}-{number}</guid>"
                f"<link>https://n{feed}.example/{number}</link><pubDate>{date}</pubDate>"
                f"<description>{self.texts[block]}</description></item>"
            )
        return "".join([*parts, "</channel></rss>"]).encode()


class Http(asyncio.Protocol):
    """One connection: one question, one answer."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer once the question is whole."""
        self._data += data
        if self._data.endswith(b"\r\n\r\n"):
            self._transport.write(self._answer(self._data.split(b" ", 2)[1].decode(), self._data.lower()))
            self._transport.close()

    def _answer(self, path: str, asked: bytes) -> bytes:
        what, _, number = path[1:].partition("/")
        if what == "_turn":
            self._world.turn = int(number)
            return b"HTTP/1.1 204 Turned\r\nConnection: close\r\n\r\n"
        tag = f'"{number}-{self._world.revision(int(number))}"'.encode()
        if b"\r\nif-none-match: " + tag + b"\r\n" in asked:
            return b"HTTP/1.1 304 Not Modified\r\nETag: " + tag + b"\r\nConnection: close\r\n\r\n"
        body = self._world.document(int(number))
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\n"
        return head + b"ETag: %b\r\nContent-Length: %d\r\n\r\n" % (tag, len(body)) + body


async def serve(world: World, tls: ssl.SSLContext | None) -> None:
    """Serve until killed."""
    loop, port = asyncio.get_running_loop(), 0
    for number in range(1, HOSTS + 1):
        made = await loop.create_server(lambda: Http(world), f"127.0.0.{number}", port, ssl=tls, backlog=4096)
        port = port or made.sockets[0].getsockname()[1]
    print(port, flush=True)
    threading.Thread(target=_ended, daemon=True).start()
    await asyncio.Event().wait()


def _ended() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--items", type=int, default=20)
    parser.add_argument("--certificate")
    parser.add_argument("--key")
    options = parser.parse_args()
    tls = None
    if options.certificate:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(options.certificate, options.key)
    asyncio.run(serve(World(options.items), tls))


@dataclass(frozen=True)
class Running:
    """The server at work; ``certificate`` is "" without TLS."""

    port: int
    certificate: str = ""

    def address(self, feed: int) -> str:
        """Where a feed is."""
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://127.0.0.{feed % HOSTS + 1}:{self.port}/feed/{feed}"

    def turn(self, each: int) -> None:
        """Let every so manieth feed have a new item."""
        trusted = ssl.create_default_context(cafile=self.certificate) if self.certificate else None
        base = self.address(0).rpartition("/feed")[0]
        urllib.request.urlopen(f"{base}/_turn/{each}", context=trusted).read()


@contextmanager
def running(items: int, folder: Path | None = None) -> Iterator[Running]:
    """The server for as long as the block lasts; with TLS where a ``folder`` for its certificate is given."""
    command = [sys.executable, __file__, "--items", str(items)]
    certificate = ""
    if folder is not None:
        certificate, key = str(folder / "c.pem"), str(folder / "k.pem")
        names = ",".join(f"IP:127.0.0.{number}" for number in range(1, HOSTS + 1))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=127.0.0.1",
             "-addext", f"subjectAltName={names}"], check=True, capture_output=True,
        )  # fmt: skip
        command += ["--certificate", certificate, "--key", key]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Running(int(process.stdout.readline()), certificate)
    finally:
        process.stdin.close()
        process.wait(10)


if __name__ == "__main__":
    main()

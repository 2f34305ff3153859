"""Corpora: every hostile document that others collected, served over HTTP, polled, and taken into a store.

    python -m benchmarks.feeds_corpora

Each file of the corpora is one feed of a loopback server. Counted is how each poll ended, by corpus: read (and how
many items were new), or the named failure. A second pass over the same store must bring nothing new. An
unhandled error ends the run; memory and open files before and after stand below the table.
"""

from __future__ import annotations

import asyncio
import json
import random
import resource
import sys
import tempfile
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote

from benchmarks.places import absent, shared
from monitor.feeds.parse import Parser
from monitor.feeds.poll import poll
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Gone, Polled
from monitor.net.client import Client
from monitor.net.egress import Egress
from monitor.pipeline.events import Arrived
from monitor.pipeline.intake import Intake
from monitor.store import feeds
from monitor.store.database import Database

AT = datetime(2026, 1, 1, tzinfo=UTC)


def files(corpora: Path) -> list[Path]:
    """Every file that a manifest names and that is there."""
    found: list[Path] = []
    for manifest in sorted(corpora.glob("*/MANIFEST.json")):
        named = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        found += [path for f in named if (path := manifest.parent / f["path"]).is_file()]
    return found


async def serve(root: Path) -> asyncio.Server:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = (root / unquote(head.split(b" ")[1].decode())[1:]).read_bytes()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    return await asyncio.start_server(answer, "127.0.0.1", 0)


def ending(polled: Polled) -> str:
    if isinstance(polled.outcome, FetchFailed):
        return polled.outcome.kind
    return "gone" if isinstance(polled.outcome, Gone) else "read"


async def run(root: Path, database: Path) -> int:
    """Poll everything twice; returns how many items the second pass brought, which must be none."""
    server, parser = await serve(root), Parser(workers=1)
    port = server.sockets[0].getsockname()[1]
    client = Client(egress=Egress(("127.0.0.0/8",)), user_agent="Storywatch corpora")
    paths = [path.relative_to(root).as_posix() for path in files(root)]
    every = [Feed(name, f"http://127.0.0.1:{port}/{quote(name)}") for name in paths]
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    again = 0
    with Database.open(database, writer=True) as db:
        with db.transaction():
            feeds.sync(db, every, AT)
        intake = Intake(db, every, (300, 21_600), timedelta(days=90), random.Random(1))
        for number in (1, 2):
            for feed in every:
                at = AT + timedelta(days=2 * number)
                state = feeds.state(db, feed.name)
                assert state is not None
                polled = await poll(feed, replace(state, body_hash=""), client, parser, lambda at=at: at)  # type: ignore[misc]
                with db.transaction():
                    events, after = intake.take(polled, behind=False)
                    feeds.save(db, [after] if after else [])
                new = sum(isinstance(event, Arrived) for event in events)
                if number == 1:
                    counts[feed.name.split("/")[0]].update({ending(polled): 1, "items": new})
                else:
                    again += new
    await client.aclose()
    parser.close()
    server.close()
    show(counts)
    return again


def show(counts: dict[str, Counter[str]]) -> None:
    kinds = ["read", *sorted({kind for found in counts.values() for kind in found} - {"read", "items"})]
    print("How the poll of each file of the corpora ended:\n")
    print(f"| corpus | {' | '.join(kinds)} | new items |\n|" + " --- |" * (len(kinds) + 2))
    counts["all"] = sum(counts.values(), Counter())
    for name, found in counts.items():
        print(f"| {name} | {' | '.join(str(found[kind]) for kind in kinds)} | {found['items']} |")


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def main(argv: list[str] | None = None) -> int:
    """Print the table; 1 when the second pass brought anything new."""
    del argv
    base = shared()
    if base is None:
        return absent("corpora")
    before = open_files()
    with tempfile.TemporaryDirectory() as folder:
        again = asyncio.run(run(base / "corpora", Path(folder) / "corpora.db"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\nNew in a second pass: {again}. Peak memory {peak} MB; open files {before} before, ", end="")
    print(f"{open_files()} after.")
    return 1 if again else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

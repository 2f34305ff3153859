"""Stuck: how long feeds wait beside documents that are made to keep a parser busy.

    python -m benchmarks.feeds_stuck [--bombs 40] [--plain 300] [--worker 20]

``storywatch once --all`` as a process against a local server. *bomb*: 400 kB on which feedparser spends minutes;
*plain*: read in the daemon's own process; *worker*: small and quick, but for feedparser in its worker process. All are
due at once, the bombs first. Told is when the last feed of each kind was asked, and when it was read, in seconds
after the first question.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

DOCUMENT = (
    "<rss version='2.0'><channel><title>X</title><item><guid>1</guid><title>Talks</title>{}</item></channel></rss>"
)
BODIES = {
    "bomb": "<!DOCTYPE rss>" + DOCUMENT.format(f"<author>a@{'a.' * 200_000}!</author>"),
    "plain": DOCUMENT.format(""),
    "worker": "<!DOCTYPE rss>" + DOCUMENT.format(""),
}
SITE = '[storage]\ndatabase = "s.db"\n[polling]\nallow_networks = ["127.0.0.0/8"]\nper_host = 32\n'
FEED = '[[feeds.feed]]\nname = "{kind}/{n}"\nurl = "http://127.0.0.1:{port}/{kind}/{n}"\n'


class Server:
    """Answers, and notes when each kind was asked for."""

    def __init__(self) -> None:
        self.asked: dict[str, list[float]] = defaultdict(list)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read one question and send its document."""
        kind = (await reader.readuntil(b"\r\n\r\n")).split(b"/")[1].decode()
        self.asked[kind].append(time.time())
        body = BODIES[kind].encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
        writer.close()


def configure(folder: Path, port: int, counts: dict[str, int]) -> Path:
    path = folder / "storywatch.toml"
    feeds = (FEED.format(kind=kind, n=n, port=port) for kind, count in counts.items() for n in range(count))
    path.write_text(SITE + "".join(feeds), encoding="utf-8")
    (folder / "rules").mkdir()
    (folder / "rules" / "talks.toml").write_text('phrase = "Moscow talks"\n', encoding="utf-8")
    return path


def polled(path: Path) -> dict[str, tuple[float, dict[str, int]]]:
    """By kind: when the last one was polled (epoch seconds), and how the polls ended."""
    found: dict[str, tuple[float, dict[str, int]]] = {}
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT name, last_polled_at, last_error FROM feeds").fetchall()
    for name, at, error in rows:
        last, endings = found.get(name.partition("/")[0], (0.0, {}))
        ending = error.partition(":")[0] or "read"
        moment = datetime.fromisoformat(at).astimezone(UTC).timestamp()
        found[name.partition("/")[0]] = max(last, moment), {**endings, ending: endings.get(ending, 0) + 1}
    return found


async def run(counts: dict[str, int], folder: Path) -> None:
    server = Server()
    listening = await asyncio.start_server(server.answer, "127.0.0.1", 0, backlog=1024)
    path = configure(folder, listening.sockets[0].getsockname()[1], counts)
    command = [sys.executable, "-m", "monitor.cli.main", "--quiet", "--config", str(path), "once", "--all"]
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    await process.wait()
    listening.close()
    first = min(at for moments in server.asked.values() for at in moments)
    print("| kind | feeds | last asked, s | last poll ended, s | endings |\n| --- | --- | --- | --- | --- |")
    for kind, (at, endings) in polled(folder / "s.db").items():
        ended = ", ".join(f"{name} {count}" for name, count in sorted(endings.items()))
        print(f"| {kind} | {counts[kind]} | {max(server.asked[kind]) - first:.1f} | {at - first:.1f} | {ended} |")


def main(argv: list[str] | None = None) -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bombs", type=int, default=40)
    parser.add_argument("--plain", type=int, default=300)
    parser.add_argument("--worker", type=int, default=20)
    options = parser.parse_args(argv if argv is not None else [])
    with tempfile.TemporaryDirectory() as folder:
        counts = {"bomb": options.bombs, "plain": options.plain, "worker": options.worker}
        asyncio.run(run(counts, Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

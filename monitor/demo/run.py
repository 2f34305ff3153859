"""Run: the demo. The real daemon, on a fast clock, against local servers that replay the recorded storyline."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import datetime, timedelta
from pathlib import Path

from monitor.demo import desk
from monitor.demo.closing import closing
from monitor.demo.data import STORYLINE, Row, by_title, load
from monitor.demo.events import Closing, Quality
from monitor.demo.measure import Told, telling, tracking
from monitor.demo.outlets import OUTLETS
from monitor.demo.pace import STRIDE_S, keep_pace
from monitor.demo.servers import FeedServer, MailSink, WebhookReceiver, feed_server, mail_sink, webhook_receiver
from monitor.demo.show import Printer, key
from monitor.demo.watch import Watcher
from monitor.pipeline import assemble
from monitor.service.clock import FastClock
from monitor.service.run import serve
from monitor.store import feeds as feed_rows
from monitor.store import outbox
from monitor.store import timers as timer_rows
from monitor.store.database import Database

FOLDER = Path("demo-run")
START_S = 0.5  # real seconds before the first recorded item: the clock goes when every feed was asked, none is history
STARTING_S = 30.0  # real seconds after which the clock goes anyhow
AFTER = timedelta(days=1)  # and lives so long after the last
TICK_S = 0.02
QUIET_LOOKS = 5  # at books in which nothing is open, before it is taken to be over
POLLS_S = 0.03  # real seconds between two polls of a feed, at the shortest; twice as many at the longest
LATE_S = 2 * POLLS_S + 1.5 * TICK_S  # a feed not asked for so long brakes the clock: on a slow machine it takes longer


def main(directory: Path | None = None, seconds: float = 60.0, colour: bool | None = None) -> int:
    """Replay the recorded months in ``seconds``; returns 0, or 1 where something could not be delivered.

    ``directory`` (default: demo-run here) is left with the configuration, the database, the mails and the webhooks.
    Raises UsageError where it holds anything but an earlier demo.
    """
    folder = desk.clear(directory or FOLDER)
    printer = Printer(sys.stdout, colour=colour)
    return asyncio.run(_demo(folder, seconds, printer))


async def _demo(folder: Path, seconds: float, printer: Printer) -> int:
    rows = load()
    until = rows[-1].arrival_at + AFTER
    rate = (until - rows[0].arrival_at).total_seconds() / seconds
    since = rows[0].arrival_at - timedelta(seconds=START_S * rate)
    clock = FastClock(since, rate, until, held=True, stride_s=STRIDE_S)
    watcher = Watcher(printer.event, clock.now)
    async with AsyncExitStack() as stack:
        feeds = await stack.enter_async_context(feed_server(rows, clock.now))
        mail = await stack.enter_async_context(mail_sink(folder / "mails"))
        hook = await stack.enter_async_context(webhook_receiver(folder / "webhooks.jsonl", desk.SECRET))
        shortest = max(5, int(POLLS_S * rate / 60))
        path = desk.write(folder, feeds, mail, hook, (shortest, 2 * shortest))
        settings = assemble.load(path)
        printer.write(_opening(len(OUTLETS), len(settings.rules), seconds))
        started = time.monotonic()
        stop = asyncio.Event()
        ready = (feeds.all_asked, watcher.up)
        ending = asyncio.create_task(_replay(stop, clock, until, settings.database, feeds, ready))
        await serve(settings, watcher, clock=clock, tick_s=TICK_S, stop=stop)
        if ending.done():
            ending.result()
        ending.cancel()
        took = time.monotonic() - started
        run = _closing(rows, watcher, (since, min(clock.now(), until)), took, _paths(folder, path, mail, hook))
    printer.write(closing(run))
    for error in watcher.errors:
        printer.write(((("error  ", "red"), (error, "")),))
    return 1 if run.undelivered or watcher.errors else 0


def _opening(feeds: int, rules: int, seconds: float) -> list[tuple[tuple[str, str], ...]]:
    text = (
        f"{feeds} local feeds, {rules} rules, three months of 2025 in about {seconds:.0f} seconds. What you will see:"
    )
    return [((text, "bold"),), *key(), ()]


async def _replay(
    stop: asyncio.Event,
    clock: FastClock,
    until: datetime,
    database: Path,
    feeds: FeedServer,
    ready: Iterable[asyncio.Event],
) -> None:
    """Let the clock go when all is ``ready``; say stop when it is at its end and all that was told is sent."""
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.gather(*(one.wait() for one in ready)), STARTING_S)
    clock.go()
    await keep_pace(clock, until, feeds, timedelta(seconds=LATE_S * clock.rate))
    looks = 0
    while looks < QUIET_LOOKS:
        await asyncio.sleep(0.1)  # the rows are another connection's: they make no event
        looks = 0 if _pending(database, until) else looks + 1
    stop.set()


def _pending(database: Path, until: datetime) -> bool:
    """Whether the books have messages to send, or a visit or a wait whose time is over by ``until``."""
    with Database.open(database, writer=False) as db:
        visits = any(state.next_poll_at and state.next_poll_at <= until for state in feed_rows.states(db))
        return bool(visits or timer_rows.due(db, until) or outbox.counts(db).waiting)


def _closing(
    rows: Sequence[Row],
    watcher: Watcher,
    span: tuple[datetime, datetime],
    took: float,
    paths: tuple[tuple[str, Path], ...],
) -> Closing:
    count = watcher.count
    return Closing(
        seconds=took, since=span[0], until=span[1], feeds=len(OUTLETS), items=count["items"],
        matches=count["matches"], developments=count["developments"], alerts=count["alerts"],
        held=tuple(watcher.held.items()), sent=tuple(sorted(watcher.sent.items())), undelivered=watcher.undelivered,
        failing_polls=count["failed polls"], quality=quality(rows, watcher), paths=paths,
    )  # fmt: skip


def quality(rows: Sequence[Row], watcher: Watcher) -> Quality:
    """How well the recorded storyline was told, against its labels."""
    ids = by_title(rows)
    ids = {(feed, title.rpartition(" - ")[0]): row for (feed, title), row in ids.items()} | dict(ids)

    def row_of(item: str) -> str:  # an aggregator's " - Publisher" is no part of an item's title
        found = watcher.items.get(item)
        return ids.get((found.feed, found.title), "") if found else ""

    tracked = tracking(rows, (row_of(item) for slug, item in watcher.matched if slug == STORYLINE))
    told = telling(
        rows,
        [Told(t.at, tuple(map(row_of, t.items))) for slug, t in watcher.told if slug == STORYLINE],
    )
    return Quality(
        tracked.precision,
        tracked.recall,
        tracked.f1,
        told.developments,
        told.new,
        told.repeats,
        told.false,
        told.missed,
    )


def _paths(folder: Path, path: Path, mail: MailSink, hook: WebhookReceiver) -> tuple[tuple[str, Path], ...]:
    def short(place: Path) -> Path:
        return Path(os.path.relpath(place))

    return (
        ("mails", short(mail.directory)),
        ("webhooks", short(hook.path)),
        ("database", short(folder / "storywatch.db")),
        ("configuration", short(path)),
    )

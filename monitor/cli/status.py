"""Status: ``status``: how things stand, in one screen."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import typer

from monitor.cli import plain
from monitor.cli.asked import AsJson, now, of
from monitor.cli.db import size
from monitor.cli.show import Column, Line, Screen, Span, count
from monitor.cli.times import ago, lasting, stamp
from monitor.lang.safe import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from monitor.store.database import Database
    from monitor.store.lock import Holder
    from monitor.store.status import FeedNumbers, Status, StorylineLine

_HEADLINE = 100
_STORYLINES = 30
_DAYS = 28
_STILL = timedelta(minutes=3)  # a daemon whose loops turn says so every few seconds


def add_to(app: typer.Typer) -> None:
    """Add the command to ``app``."""
    app.command()(status)


def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Say how things stand, in one screen.

    The daemon, feeds, items and matches an hour, storylines, outbox, database. On a terminal each storyline's items a
    day are drawn, the days on which it developed in another colour.
    Exit code 1 when something needs a person: the daemon does not run or is stuck, most feeds fail, or there are dead
    letters.
    """
    asked = of(ctx)
    settings = asked.usable()
    from monitor.store import lock
    from monitor.store import status as status_rows

    at = now()
    with asked.reading(settings) as db:
        found = status_rows.read(db, at)
        jobs = _next(db)
        shown = _recent(found.storylines, at)
        sparks = _sparks(db, [line.slug for line in shown], at) if asked.screen.terminal and not as_json else {}
    running = lock.look(settings.database)
    wrong = troubles(found, running, at)
    if as_json:
        asked.screen.json({**_data(found, running, wrong), "next": plain.data(jobs)})
    else:
        _print(asked.screen, settings.database, found, running, at)
        due = ", ".join(f"{job} {ago(moment, at)}" for job, moment in jobs.items())
        asked.screen.line([Span("next       ", "dim"), due or "nothing"])
        _storylines(asked.screen, found.storylines, shown, sparks, at)
        for line in wrong:
            asked.screen.line([Span("attention: ", "bad"), line])
    if wrong:
        raise typer.Exit(1)


def _next(db: Database) -> dict[str, datetime]:
    """What is done next, and when: a poll, a try at sending, a timer of each kind, soonest first."""
    from monitor.store import feeds, outbox, timers

    found = [("poll", feeds.next_due_at(db)), ("send", outbox.next_at(db))]
    found += [(timer.kind.value, timer.due_at) for timer in reversed(timers.all(db))]
    jobs = {name: due for name, due in found if due is not None}
    return dict(sorted(jobs.items(), key=lambda job: job[1]))


def troubles(found: Status, running: Holder | None, at: datetime) -> list[str]:
    """What needs a person, one line each, with what to do next."""
    feeds = found.feeds
    told = []
    if running is None:
        told.append("the daemon does not run: storywatch run, or systemctl start storywatch")
    elif at - running.beat_at > _STILL:
        told.append(f"the daemon is stuck since {stamp(running.beat_at)} UTC: see its log; restart it")
    if feeds.total and feeds.failing * 2 > feeds.total:
        told.append(f"{feeds.failing} of {feeds.total} feeds fail: is the network up? storywatch feeds list --failing")
    if found.outbox.dead:
        told.append(f"{count(found.outbox.dead, 'message')} given up: storywatch alerts list --status dead")
    told += [f"the channel {name} is off: {one_line(why, 120)}" for name, why in found.channels_off]
    return told


def _print(screen: Screen, database: Path, found: Status, running: Holder | None, at: datetime) -> None:
    screen.line(_running(running, at))
    screen.line([Span("feeds      ", "dim"), *_feeds(found.feeds, at)])
    hour, day = found.hour, found.day
    screen.line(
        [
            Span("last hour  ", "dim"),
            f"{count(hour.items, 'item')}, {hour.matches} matches, {count(hour.developments, 'development')}",
            Span(f"   a day: {day.items}, {day.matches}, {day.developments}", "dim"),
        ]
    )
    screen.line([Span("outbox     ", "dim"), *_outbox(found, at)])
    screen.line([Span("database   ", "dim"), f"{database}, {size(found.bytes)}, {count(found.items, 'item')}"])


def _running(running: Holder | None, at: datetime) -> Line:
    if running is None:
        return [Span("storywatch ", "head"), Span("is not running", "bad")]
    return [
        Span("storywatch ", "head"),
        Span("is running", "good"),
        f" since {stamp(running.since_at)} UTC ({lasting(at - running.since_at)}), process {running.pid}",
        f", last tick {ago(min(running.beat_at, at), at)}",
    ]


def _feeds(feeds: FeedNumbers, at: datetime) -> list[Span | str]:
    counted = (("due", feeds.due), ("late", feeds.late), ("failing", feeds.failing), ("gone", feeds.gone))
    told = [f"{feeds.total} followed", *(f"{count} {name}" for name, count in counted)]
    parts: list[Span | str] = [f"{', '.join(told)}; last poll {ago(feeds.last_polled_at, at)}"]
    if feeds.worst is not None:
        worst = feeds.worst
        times = f"{count(worst.failures, 'time')} in a row"
        parts.append(Span(f"; worst: {worst.name} ({times}: {one_line(worst.last_error, 80)})", "warn"))
    return parts


def _outbox(found: Status, at: datetime) -> list[Span | str]:
    outbox = found.outbox
    parts: list[Span | str] = [f"{outbox.waiting} waiting, {outbox.sent} sent"]
    if outbox.oldest_at is not None:
        parts.append(f", the oldest from {ago(outbox.oldest_at, at)}")
    return [*parts, Span(f", {count(outbox.dead, 'dead letter')}", "bad" if outbox.dead else "")]


def _recent(lines: tuple[StorylineLine, ...], at: datetime) -> list[StorylineLine]:
    """The storylines that developed last, so many as are shown."""
    ranked = sorted(lines, key=lambda line: (line.last_at is None, -(line.last_at or at).timestamp(), line.slug))
    return ranked[:_STORYLINES]


def _sparks(db: Database, slugs: list[str], at: datetime) -> dict[str, Line]:
    """Each storyline's items a day over four weeks, drawn; days on which something developed stand out."""
    from monitor.cli import bars
    from monitor.store import coverage, page

    since = at - timedelta(days=_DAYS)
    days, levels = coverage.volumes(db, slugs, since, at), bars.glyphs(sys.stdout.encoding)
    opened = {slug: [mark.opened_at for mark in page.marks(db, slug, since, at)] for slug in slugs}
    last = at.astimezone(UTC).date()
    return {slug: bars.spark(days.get(slug, {}), opened[slug], last, _DAYS, levels) for slug in slugs}


def _storylines(
    screen: Screen,
    lines: tuple[StorylineLine, ...],
    shown: list[StorylineLine],
    sparks: Mapping[str, Line],
    at: datetime,
) -> None:
    screen.line()
    if not lines:
        screen.line(Span("no storyline is followed yet: storywatch rule new SLUG PHRASE", "warn"))
        return
    drawn = [Column("items a day, four weeks")] if sparks else []
    columns = [Column("storyline"), *drawn, Column("developments", right=True), Column("last"), Column("", fold=True)]
    screen.table(columns, [_storyline(line, [sparks[line.slug]] if sparks else [], at) for line in shown])
    if len(lines) > len(shown):
        screen.line(Span(f"and {len(lines) - len(shown)} more: storywatch rule list", "dim"))


def _storyline(line: StorylineLine, drawn: list[Line], at: datetime) -> list[Line]:
    last: Line = [Span(f"#{line.number} {line.reason}  ", "name"), one_line(line.headline, _HEADLINE)]
    return [line.slug, *drawn, str(line.developments), ago(line.last_at, at), last if line.number else ""]


def _data(found: Status, running: Holder | None, wrong: list[str]) -> dict[str, object]:
    told: dict[str, object] = plain.data(found)
    return {
        "running": running is not None,
        "pid": running.pid if running else None,
        "since": plain.data(running.since_at) if running else None,
        "last_tick": plain.data(running.beat_at) if running else None,
        "attention": wrong,
        **told,
    }

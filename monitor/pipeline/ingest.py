"""Ingest: finished polls -> identity -> match -> develop -> route, written in one commit.

    polls ──▶ per feed (savepoint): identify, add items, plan the next poll
                  │ events (arrived, seen elsewhere, revised) in the one order
                  ▼
              engine, with the timers that become due in between ──▶ changes
                  ▼
              items, matches, decisions, developments, ledger, timers, alerts, deliveries, feed states: COMMIT

The same batch without polls is the *wake* pipeline: it runs the due timers. Whatever fails in one feed, event or
timer is undone alone and said in the ``Report``; the rest goes on. A failed commit undoes all, and the engine is
built again from the store.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from monitor.errors import StoreError
from monitor.model.alert import Alert, TimerKind
from monitor.model.feed import FeedState
from monitor.model.item import Item
from monitor.model.poll import Polled
from monitor.model.settings import Settings
from monitor.pipeline import memory, snapshot
from monitor.pipeline.engine import Engine, Sink
from monitor.pipeline.events import Arrived, Changes, Event, event_order, moment
from monitor.pipeline.intake import Intake
from monitor.store import feeds as feed_rows
from monitor.store import mutes, renames
from monitor.store import timers as timer_rows
from monitor.store.database import Database


@dataclass(slots=True)
class Report:
    """What one batch did, for logs and onlookers; complete only after the commit."""

    until: datetime
    polls: tuple[Polled, ...] = ()
    items: list[Item] = field(default_factory=list)
    changes: list[Changes] = field(default_factory=list)
    states: list[FeedState] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    next_due_at: datetime | None = None

    @property
    def alerts(self) -> list[Alert]:
        """The alerts put into the outbox, in order."""
        return [alert for changes in self.changes for alert in changes.routing.alerts]


class Ingest:
    """The writing side of the flow. Lives in the store's thread; owns the engine."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        *,
        real_now: Callable[[], datetime],
        reached: Callable[[str], None] = lambda _: None,
        rng: random.Random | None = None,
    ) -> None:
        """``reached`` is called at each named point of the flow (a test kills the process there)."""
        self._db = db
        self._real_now = real_now
        self._reached = reached
        self._rng = rng or random.Random()  # noqa: S311 - spreads polls in time, no secret
        self._behind: set[str] = set()  # feeds not yet heard of since the daemon was away for long
        self.engine: Engine | None = None
        self._pending: list[Changes] = []
        self._configure(settings)

    def _configure(self, settings: Settings) -> None:
        self._settings = settings
        self._intake = Intake(self._db, settings.feeds, settings.polling.every_s, settings.keep_items, self._rng)

    def start(self, now: datetime, *, reloaded: bool = False) -> None:
        """Make the store agree with the settings, warm new rules up and build the engine.

        Where the daemon was away for long, what each feed's first good poll brings is gathered into one alert for
        each storyline.
        """
        with self._db.transaction():
            feed_rows.sync(self._db, self._settings.feeds, now)
            if renames.take(self._db, {rule.slug for rule in self._settings.rules}):
                snapshot.forget(self._db)  # it knows the old names
            memory.sync_rules(self._db, self._settings, now)
            if not reloaded and memory.was_away(self._db, now):
                self._behind = {s.feed for s in feed_rows.states(self._db) if s.last_ok_at is not None}
            self.engine = memory.build(self._db, self._settings, now)
            self.engine.start(now, self._pending.append)
            self._flush()

    def reload(self, settings: Settings, now: datetime) -> None:
        """Take new settings into force, whole: rules, feeds, routes and channels."""
        self._configure(settings)
        self.start(now, reloaded=True)

    def batch(self, polls: Sequence[Polled], until: datetime) -> Report:
        """Write what ``polls`` brought and run every timer due up to ``until``; one commit.

        Raises StoreError when the commit failed: nothing of the batch happened then, and the feeds are due again.
        """
        report = Report(until, tuple(polls))
        behind = set(self._behind)
        pipeline = "ingest" if polls else "wake"
        self._reached(f"{pipeline}:begun")
        try:
            with self._db.transaction():
                self._write(report, pipeline)
                self._reached(f"{pipeline}:before-commit")
        except BaseException:
            self.engine = None  # memory is ahead of the store: build it again
            self._pending.clear()
            self._behind = behind
            raise
        self._reached(f"{pipeline}:committed")
        return report

    def tell_gathered(self, now: datetime) -> None:
        """Tell at ``now`` what waits for more to come with it; for a process that will not be here in a minute."""
        report = Report(now)
        with self._db.transaction():
            for timer in self._running(now).agenda.of(TimerKind.TOGETHER):
                early = replace(timer, due_at=min(timer.due_at, now))
                self._step(partial(self._running(now).timer, early), f"timer {timer.kind.value}", report)
            self._flush()

    def remember(self) -> None:
        """Write down what memory has learned, so that the next start is quick; nothing depends on it."""
        if self.engine is not None:
            with self._db.transaction():
                memory.remember(self._db, self.engine)

    def _write(self, report: Report, pipeline: str) -> None:
        self._running(report.until).router.mute(mutes.active(self._db, report.until))  # commands write them beside us
        events = [event for polled in report.polls for event in self._feed(polled, report)]
        self._reached(f"{pipeline}:items-written")
        for event in sorted(events, key=event_order):
            self._timers(moment(event), report)
            self._step(partial(self._run_event, event), f"item {event.item.id}", report)
        self._timers(report.until, report)
        self._flush()
        self._reached(f"{pipeline}:alerts-written")
        feed_rows.save(self._db, report.states)
        memory.mark_alive(self._db, report.until)
        report.items = [e.item for e in events if isinstance(e, Arrived)]
        report.next_due_at = self._running(report.until).agenda.next_due_at()

    def _feed(self, polled: Polled, report: Report) -> list[Event]:
        try:
            with self._db.savepoint():
                events, state = self._intake.take(polled, behind=polled.feed in self._behind)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one feed's handling must not stop the others
            report.errors.append(f"feed {polled.feed}: {error!r}")
            return []
        if state is not None:
            report.states.append(state)
            if state.failures == 0:
                self._behind.discard(polled.feed)
        return events

    def _timers(self, until: datetime, report: Report) -> None:
        while (timer := self._running(report.until).agenda.next(until)) is not None:
            self._reached(f"timer:{timer.kind.value}")
            run = partial(self._running(report.until).timer, timer)
            if not self._step(run, f"timer {timer.kind.value}", report):
                timer_rows.cancel(self._db, [timer])
                self._running(report.until).agenda.change((), (timer,))

    def _run_event(self, event: Event, sink: Sink) -> None:
        self._running(moment(event)).event(event, sink)

    def _step(self, run: Callable[[Sink], None], what: str, report: Report) -> bool:
        """Run one step; when it fails, its changes are dropped and memory is built again. True when it went well."""
        changes: list[Changes] = []
        try:
            run(changes.append)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a bug in one item's handling must not stop the others
            report.errors.append(f"{what}: {error!r}")
            self._flush()
            self.engine = None
            return False
        self._pending += changes
        report.changes += changes
        return True

    def _running(self, now: datetime) -> Engine:
        if self.engine is None:
            self.engine = memory.build(self._db, self._settings, now)
        return self.engine

    def _flush(self) -> None:
        memory.write(self._db, self._settings, self._pending, self._real_now())
        self._pending.clear()

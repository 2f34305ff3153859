"""Watch: the daemon's reports turned into the events that the demo's display shows."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from monitor.alerts.compose import delta_text
from monitor.demo.events import (
    AlertMade,
    Developed,
    Event,
    FeedTrouble,
    ItemCame,
    ItemHeld,
    ItemMatched,
    SendingEnded,
)
from monitor.demo.measure import Told
from monitor.model.alert import Alert, AlertKind, LedgerState, Line
from monitor.model.delivery import Retry, Sent
from monitor.model.development import Decision, Verdict
from monitor.model.feed import FeedState
from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.poll import FetchFailed
from monitor.model.settings import Settings
from monitor.pipeline.deliver import Delivered
from monitor.pipeline.events import Changes
from monitor.pipeline.ingest import Report

_WORDS = 6
_KIND = re.compile(r":| of #| as #| \(|, ")  # what a reason begins with, before its numbers


class Watcher:
    """An onlooker that shows what happens and keeps what the summary counts."""

    def __init__(self, show: Callable[[Event], None], now: Callable[[], datetime]) -> None:
        """``show`` prints an event; ``now`` is the replayed time."""
        self._show = show
        self._now = now
        self.up = asyncio.Event()
        self._routes: dict[str, tuple[str, ...]] = {}
        self._failing: set[str] = set()
        self.items: dict[str, Item] = {}
        self.matched: list[tuple[str, str]] = []  # storyline, item
        self.told: list[tuple[str, Told]] = []  # storyline, what an alert told
        self.held: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.count: Counter[str] = Counter()
        self.undelivered = 0
        self.errors: list[str] = []

    def started(self, settings: Settings) -> None:
        """Remember where each route leads; the daemon is up."""
        self.up.set()
        self._routes = {name: route.channels for name, route in settings.routes.items()}

    def batch(self, report: Report) -> None:
        """Show what a batch brought, item by item."""
        self.items.update((item.id, item) for item in report.items)
        self.errors += report.errors
        matched = {m.item for change in report.changes for m in change.matches}
        for state, poll in zip(report.states, report.polls, strict=False):
            self._feed(state, poll.outcome)
        for item in report.items:
            self.count["items"] += 1
            if item.id not in matched:
                self._show(ItemCame(item.arrival_at, item.source, item.title, item.lang))
        for change in report.changes:
            for event in self._events(change):
                self._show(event)

    def _feed(self, state: FeedState, outcome: object) -> None:
        if isinstance(outcome, FetchFailed):
            self.count["failed polls"] += 1
            if state.feed not in self._failing:
                self._failing.add(state.feed)
                self._show(FeedTrouble(self._now(), state.feed, outcome.detail))
        elif state.feed in self._failing:
            self._failing.discard(state.feed)
            self._show(FeedTrouble(self._now(), state.feed, "answers again", over=True))

    def _events(self, change: Changes) -> Iterator[Event]:
        for found in change.matches:
            yield self._match(found, change)
        if change.decision is not None:
            yield from self._decision(change.decision)
        for entry in change.routing.entries:
            if entry.state in (LedgerState.SILENT, LedgerState.DIGEST) and entry.because:
                yield ItemHeld(change.at, entry.storyline, entry.because)
        for alert in change.routing.alerts:
            yield from self._alert(alert)

    def _match(self, found: Match, change: Changes) -> Event:
        item = self.items[found.item]
        if not found.possible:
            self.count["matches"] += 1
            self.matched.append((found.storyline, found.item))
        words = tuple(dict.fromkeys(hit.word for hit in found.evidence.hits))[:_WORDS]
        return ItemMatched(change.at, found.storyline, found.score, words, item.source, item.title, found.possible)

    def _decision(self, decision: Decision) -> Iterator[Event]:
        development = decision.development
        if decision.verdict is Verdict.NEW and development is not None:
            self.count["developments"] += 1
            delta = tuple(delta_text((part,)) for part in development.delta)
            yield Developed(
                decision.at,
                decision.storyline,
                development.number,
                development.reason.value,
                development.headline,
                delta,
            )
        else:
            self.held[_KIND.split(decision.because, maxsplit=1)[0]] += 1
            yield ItemHeld(decision.at, decision.storyline, decision.because)

    def _alert(self, alert: Alert) -> Iterator[Event]:
        self.count["alerts"] += 1
        for line in alert.lines:
            if alert.kind is AlertKind.DEVELOPMENT:
                self.told.append((line.storyline, Told(alert.at, line.items)))
            yield self._line(alert, line)

    def _line(self, alert: Alert, line: Line) -> Event:
        delta = (delta_text(line.delta),) if line.delta else ()
        channels = self._routes.get(alert.route, ("console",))
        reason = line.reason if alert.kind is not AlertKind.DIGEST else "DIGEST"
        return AlertMade(alert.at, line.storyline, reason, line.headline, delta, line.because, channels)

    def delivered(self, delivered: Delivered) -> None:
        """Show how a sending ended."""
        sent = isinstance(delivered.outcome, Sent)
        channel = delivered.delivery.channel
        self.sent[channel] += sent
        self.undelivered += not sent and not isinstance(delivered.outcome, Retry)
        self._show(SendingEnded(self._now(), channel, sent, "" if sent else delivered.outcome.detail))

    def trouble(self, event: str, **values: Any) -> None:
        """Anything an operator should know is shown as a feed's trouble is."""
        self._show(FeedTrouble(self._now(), event, " ".join(f"{k}={v}" for k, v in values.items())))

    def news(self, event: str, **values: Any) -> None:
        """Not shown: the demo has enough to tell."""

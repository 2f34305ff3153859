"""Metrics: what the daemon did since it started, counted as it happens, in Prometheus' text form.

https://prometheus.io/docs/instrumenting/exposition_formats/ (text format 0.0.4). It is a page of text; a library
for it would bring a registry that lives longer than one daemon.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor import __version__
from monitor.model.delivery import Dead, Retry
from monitor.model.development import Verdict
from monitor.model.poll import FetchFailed, NotModified
from monitor.model.settings import Settings
from monitor.service.onlooker import Onlooker
from monitor.store.status import Status

if TYPE_CHECKING:
    from monitor.pipeline.deliver import Delivered
    from monitor.pipeline.ingest import Report

Labels = tuple[tuple[str, str], ...]
Samples = Mapping[Labels, float]

_HELP = {
    "polls": "Visits to feeds, by how they ended",
    "items": "New items stored",
    "developments": "Developments found",
    "alerts": "Alerts put into the outbox, by kind",
    "deliveries": "Attempts at sending, by channel and how they ended",
    "errors": "Internal errors that one item or feed caused",
    "troubles": "Warnings, by event",
}


class Counting:
    """An onlooker that counts and passes everything on to another one."""

    def __init__(self, onlooker: Onlooker) -> None:
        """Nothing is counted yet."""
        self._onlooker = onlooker
        self.counts: dict[str, Counter[Labels]] = {name: Counter({(): 0}) for name in ("items", "developments")}
        self.counts |= {name: Counter() for name in _HELP if name not in self.counts}

    def started(self, settings: Settings) -> None:
        """Pass it on."""
        self._onlooker.started(settings)

    def batch(self, report: Report) -> None:
        """Count polls, items, developments and alerts."""
        self.counts["polls"].update((("outcome", _outcome(p.outcome)),) for p in report.polls)
        self.counts["items"][()] += len(report.items)
        decisions = (change.decision for change in report.changes)
        self.counts["developments"][()] += sum(d is not None and d.verdict is Verdict.NEW for d in decisions)
        self.counts["alerts"].update((("kind", alert.kind.value),) for alert in report.alerts)
        self.counts["errors"][()] += len(report.errors)
        self._onlooker.batch(report)

    def delivered(self, delivered: Delivered) -> None:
        """Count it by channel and ending."""
        ending = {Retry: "retry", Dead: "dead"}.get(type(delivered.outcome), "sent")
        self.counts["deliveries"][("channel", delivered.delivery.channel), ("outcome", ending)] += 1
        self._onlooker.delivered(delivered)

    def trouble(self, event: str, **values: Any) -> None:
        """Count it by event."""
        self.counts["troubles"][("event", event),] += 1
        self._onlooker.trouble(event, **values)

    def news(self, event: str, **values: Any) -> None:
        """Pass it on."""
        self._onlooker.news(event, **values)


def _outcome(outcome: object) -> str:
    if isinstance(outcome, FetchFailed):
        return "failed"
    return "unchanged" if isinstance(outcome, NotModified) else "fetched"


def text(counting: Counting, loops: Mapping[str, float], paused_s: float, stored: Status | None, now: datetime) -> str:
    """Return everything as Prometheus reads it. ``loops``: seconds since each loop turned; ``stored``: if readable."""
    lines: list[str] = []
    for name, help_ in _HELP.items():
        lines += _family(f"{name}_total", "counter", help_, counting.counts[name])
    lines += _family("loop_silent_seconds", "gauge", "Time since each loop last turned", _by("loop", loops))
    lines += _gauge("store_paused_seconds", "Wait between attempts at a store that cannot be written", paused_s)
    lines += _family("build_info", "gauge", "The running version", _by("version", {__version__: 1}))
    if stored is not None:
        lines += _of_store(stored, now)
    lines += _of_process()
    return "\n".join(lines) + "\n"


def _of_store(stored: Status, now: datetime) -> Iterator[str]:
    feeds, outbox = stored.feeds, stored.outbox
    states = {"due": feeds.due, "late": feeds.late, "failing": feeds.failing, "gone": feeds.gone}
    yield from _gauge("feeds", "Followed feeds", feeds.total)
    yield from _family("feeds_in_state", "gauge", "Feeds by state", _by("state", states))
    waiting = {"waiting": outbox.waiting, "claimed": outbox.claimed, "dead": outbox.dead}
    yield from _family("outbox", "gauge", "Deliveries by status", _by("status", waiting))
    age = max(0.0, (now - outbox.oldest_at).total_seconds()) if outbox.oldest_at else 0.0
    yield from _gauge("outbox_oldest_seconds", "Age of the oldest delivery that is not sent", age)
    yield from _gauge("items_stored", "Items in the database", stored.items)
    yield from _gauge("database_bytes", "Size of the database with its log", stored.bytes)


def _by(label: str, values: Mapping[str, float]) -> Samples:
    return {((label, name),): value for name, value in values.items()}


def _of_process() -> Iterator[str]:
    with suppress(OSError, ValueError, IndexError):  # not every system has /proc
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        yield from _gauge("resident_bytes", "Memory of the daemon's own process", pages * os.sysconf("SC_PAGE_SIZE"))
        yield from _gauge("open_files", "Open file descriptors", len(list(Path("/proc/self/fd").iterdir())))


def _gauge(name: str, help_: str, value: float) -> Iterable[str]:
    return _family(name, "gauge", help_, {(): value})


def _family(name: str, kind: str, help_: str, samples: Samples) -> Iterable[str]:
    yield f"# HELP storywatch_{name} {help_}."
    yield f"# TYPE storywatch_{name} {kind}"
    for labels, value in sorted(samples.items()):
        inner = ",".join(f'{key}="{_escaped(word)}"' for key, word in labels)
        yield f"storywatch_{name}{{{inner}}} {value:.10g}" if inner else f"storywatch_{name} {value:.10g}"


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

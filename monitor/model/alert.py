"""Route, Alert, Digest, Ledger and Timer: who hears of what, when, and what each was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from monitor.model.development import Change, Fact


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From ``start`` to ``end`` in the route's time zone; ``end`` before ``start`` passes midnight."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Route:
    """Who hears of what through which channels. ``digest`` is a five-field cron line, "" for none.

    ``at_most`` is the storm cap, (messages, per how long): what exceeds it is told together when the time is over.
    ``together``: what develops in a storyline within so long after a first development is told in one message.
    """

    name: str
    channels: tuple[str, ...] = ("console",)
    timezone: str = "UTC"
    quiet_hours: QuietHours | None = None
    urgent: frozenset[str] = frozenset()
    digest: str = ""
    at_most: tuple[int, timedelta] | None = None
    together: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Mute:
    """A timed pause of one storyline ("" = all) on one route ("" = all)."""

    route: str
    storyline: str
    until_at: datetime


class AlertKind(StrEnum):
    """What kind of message an alert is."""

    DEVELOPMENT = "development"
    SIGNAL = "signal"
    DIGEST = "digest"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Line:
    """One development (or signal) as one route is told it.

    ``reason`` is a Reason or a Signal. ``delta`` is what is new against what this route was told.
    ``single_source``: told because the wait for a second origin ran out. ``items`` lead first.
    ``corrects``: the number of the development that this one takes back or corrects, 0 for none.
    """

    storyline: str
    development: int  # 0 for a signal about the storyline as a whole
    reason: str
    headline: str
    items: tuple[str, ...]
    origins: tuple[str, ...] = ()
    delta: tuple[Change, ...] = ()
    facts: tuple[Fact, ...] = ()
    single_source: bool = False
    because: str = ""
    corrects: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """Developments or signals of one storyline for one route (a digest: of many storylines).

    ``id`` is stable: made from route, storyline, kind and what is told, never from a clock or chance.
    """

    id: str
    route: str
    storyline: str  # "" for a digest or notice
    kind: AlertKind
    at: datetime
    lines: tuple[Line, ...]
    title: str = ""  # of a notice or a catch-up
    text: str = ""  # of a notice


class LedgerState(StrEnum):
    """Where a development stands with one route."""

    TOLD = "told"
    WAITING = "waiting"  # for origins, quiet hours' end, or the end of a catch-up
    DIGEST = "digest"  # goes into the next digest
    SILENT = "silent"  # not wanted by the policy, muted, or history


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """What one route was told, or will be, of one development. Key: route, storyline, development, reason.

    ``because`` says why it waits or is silent; ``due_at`` when a wait ends by itself. ``by`` is the
    timer that ends its wait, or through which it was told (None: at once). ``at`` is when it came
    into this state.
    """

    route: str
    storyline: str
    development: int
    reason: str
    state: LedgerState
    at: datetime
    because: str
    line: Line
    alert: str = ""
    due_at: datetime | None = None
    by: TimerKind | None = None


class TimerKind(StrEnum):
    """What becomes due."""

    WAIT = "wait"  # the wait for a second origin is over
    QUIET_END = "quiet-end"  # a route's quiet hours end
    DIGEST = "digest"
    CATCH_UP = "catch-up"
    COOLDOWN = "cooldown"  # the pause after a message of a storyline is over
    TOGETHER = "together"  # what came within a moment is told in one message
    QUIET = "quiet"  # nothing developed in a storyline for so long


@dataclass(frozen=True, slots=True)
class Timer:
    """A row that becomes due. Key: kind, route, storyline, development; setting it again moves it."""

    kind: TimerKind
    due_at: datetime
    route: str = ""
    storyline: str = ""
    development: int = 0


@dataclass(frozen=True, slots=True)
class Routing:
    """What routing wants done: alerts to put into the outbox, ledger entries to write, timers to set or cancel."""

    alerts: tuple[Alert, ...] = ()
    entries: tuple[LedgerEntry, ...] = ()
    timers: tuple[Timer, ...] = ()
    cancel: tuple[Timer, ...] = ()

    def plus(self, other: Routing) -> Routing:
        """Both, this one's first."""
        return Routing(
            self.alerts + other.alerts,
            self.entries + other.entries,
            self.timers + other.timers,
            self.cancel + other.cancel,
        )

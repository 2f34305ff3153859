"""Clock: the one source of ``now`` for decisions and timers; it can run fast, for the demo and for tests."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock


def real_now() -> datetime:
    """The wall clock, aware UTC: for mail dates, webhook timestamps and the outbox."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class WallClock:
    """Real time at its own pace."""

    rate: float = 1.0

    def now(self) -> datetime:
        """The wall clock, aware UTC."""
        return real_now()

    def real_s(self, until: datetime) -> float:
        """Real seconds until the clock reads ``until``; 0 when it has passed."""
        return max(0.0, (until - self.now()).total_seconds())


class FastClock:
    """A clock that starts at ``start`` when made and runs ``rate`` times as fast as real time (monotonic)."""

    def __init__(
        self, start: datetime, rate: float, until: datetime | None = None, *, held: bool = False,
        stride_s: float = math.inf,
    ) -> None:  # fmt: skip
        """``rate`` > 0; 43,200 makes a month pass in a minute. At ``until`` it stands still; ``held`` until ``go``.

        ``stride_s``: no more real seconds than that count between two looks at it. A machine that stands still for a
        moment then holds the replay up, and does not make it leap over months.
        """
        self._start = start
        self._until = until
        self.rate = rate
        self._pace = rate
        self._stride_s = stride_s
        self._t0: float | None = None if held else time.monotonic()
        self._seen = self._t0 or 0.0  # the last look
        self._looking = Lock()

    def brake(self) -> None:
        """Go on at the pace of real time, until ``go``. It does not stand: what comes after has a later moment."""
        self._run(1.0)

    def go(self) -> None:
        """Let a held or braked clock run at its rate; one that runs goes on."""
        self._run(self.rate)

    def now(self) -> datetime:
        """The moment it is in the replayed time, aware UTC."""
        with self._looking:
            if self._t0 is None:
                return self._start
            seen = time.monotonic()
            self._t0 += max(0.0, seen - self._seen - self._stride_s)
            self._seen = seen
            now = self._start + timedelta(seconds=(seen - self._t0) * self._pace)
        return now if self._until is None else min(now, self._until)

    def _run(self, pace: float) -> None:
        if self._t0 is None or self._pace != pace:
            now = self.now()
            with self._looking:
                self._start, self._pace = now, pace
                self._t0 = self._seen = time.monotonic()

    def real_s(self, until: datetime) -> float:
        """Real seconds until the clock reads ``until``; 0 when it has passed."""
        return max(0.0, (until - self.now()).total_seconds() / self.rate)


Clock = WallClock | FastClock

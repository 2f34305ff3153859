"""Pulse: what makes the loops turn, and what shows that they do."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

STUCK_S = 90.0  # a loop that did not turn for so long is stuck: the watchdog is not fed


def stuck(silent_s: Mapping[str, float]) -> list[str]:
    """The loops that did not turn for too long, by how many seconds each was silent."""
    return sorted(name for name, silent in silent_s.items() if silent >= STUCK_S)


class Pulse:
    """One loop's wake-up and its sign of life.

    A scheduler's job or another loop calls ``set``; the loop waits with a time-out on monotonic time, so that it
    turns even while the scheduler sleeps because the wall clock was set back.
    """

    def __init__(self) -> None:
        """The first wait returns at once."""
        self._event = asyncio.Event()
        self._event.set()
        self._beat = time.monotonic()

    def set(self) -> None:
        """Wake the loop (from the event loop's thread)."""
        self._event.set()

    async def wait(self, at_most_s: float) -> None:
        """Return when woken, or after ``at_most_s``."""
        with suppress(TimeoutError):  # not wait_for: in Python 3.11 it can swallow a cancellation
            async with asyncio.timeout(at_most_s):
                await self._event.wait()
        self._event.clear()
        self.beat()

    def beat(self) -> None:
        """The loop is at work; an attempt that failed counts too."""
        self._beat = time.monotonic()

    @property
    def silent_s(self) -> float:
        """Seconds since the loop last turned."""
        return time.monotonic() - self._beat

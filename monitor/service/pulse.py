"""Pulse: what makes the loops turn, and what shows that they do."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress


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

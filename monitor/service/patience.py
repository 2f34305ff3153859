"""Patience: a store that cannot be written now is waited for, loudly, by each loop for itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from monitor.errors import StoreBusy, StoreFull
from monitor.service.notify import Notifier
from monitor.service.onlooker import Onlooker

PAUSE_S = (1.0, 60.0)  # between attempts, doubling
EXTEND_S = 30.0  # more that systemd is asked to wait for a start that must wait itself


class Pauses:
    """How long each loop waits before it tries the store again."""

    def __init__(self, onlooker: Onlooker) -> None:
        """Nobody waits; ``onlooker`` hears of each pause."""
        self._onlooker = onlooker
        self._s: dict[str, float] = {}

    def begin(self, loop: str, why: Exception) -> float:
        """Say that ``loop`` pauses; returns for how many seconds: each time twice as long, up to a minute."""
        least_s, most_s = PAUSE_S
        pause_s = self._s[loop] = min(max(2 * self._s.get(loop, 0.0), least_s), most_s)
        self._onlooker.trouble("store-paused", loop=loop, why=str(why) or repr(why), again_in_s=pause_s)
        return pause_s

    def end(self, loop: str) -> bool:
        """The store took what ``loop`` had; returns whether it had paused."""
        return self._s.pop(loop, 0.0) > 0

    @property
    def longest_s(self) -> float:
        """The longest pause that a loop is in; 0 while the store can be written."""
        return max(self._s.values(), default=0.0)


async def opened(
    open_store: Callable[[], Awaitable[None]], pauses: Pauses, notifier: Notifier, stopping: asyncio.Event
) -> None:
    """Open the store; a full disk or another's lock is waited for, so that it never becomes a restart loop.

    Raises StoreError where a person must act, or when it is to stop while it waits.
    """
    while True:
        try:
            await open_store()
        except (StoreBusy, StoreFull) as error:
            pause_s = pauses.begin("start", error)
            notifier.waiting(f"the store cannot be written: {error}", pause_s + EXTEND_S)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await stopping.wait()
            if stopping.is_set():
                raise
        else:
            pauses.end("start")
            return

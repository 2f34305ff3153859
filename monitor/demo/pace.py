"""Pace: a fast clock that slows down while a feed is late: a slow machine replays the same story, only longer."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

from monitor.demo.servers import FeedServer
from monitor.service.clock import FastClock

LOOK_S = 0.01  # real seconds between two looks whether a feed is late
STRIDE_S = 0.03  # real seconds that count between two looks at the clock, however long a busy machine took
PATIENCE_S = 5.0  # for so long the clock is braked at most for a feed; at least, where the machine is slow


async def keep_pace(clock: FastClock, until: datetime, feeds: FeedServer, late: timedelta) -> None:
    """Let ``clock`` go on to ``until``, and brake it while a feed was not asked for ``late`` of its time.

    What comes days late is another story than the recorded one. The clock's ``stride_s`` must be less than ``late``.
    """
    looks = 0  # while the clock is braked
    while (now := clock.now()) < until:
        looks = looks + 1 if feeds.not_asked_since(now - late) else 0
        (clock.brake if 0 < looks < PATIENCE_S / LOOK_S else clock.go)()
        await asyncio.sleep(LOOK_S)

"""Pace: a fast clock that slows down while a feed is late: a slow machine replays the same story, only longer."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta

from monitor.demo.servers import FeedServer
from monitor.service.clock import FastClock

LOOK_S = 0.01  # real seconds between two looks whether a feed is late
PATIENCE_S = 5.0  # real seconds that the clock is braked at most for a feed


async def keep_pace(clock: FastClock, until: datetime, feeds: FeedServer, late: timedelta) -> None:
    """Let ``clock`` go on to ``until``, and brake it while a feed was not asked for ``late`` of its time.

    What comes days late is another story than the recorded one.
    """
    since = 0.0  # since when the clock is braked
    while (now := clock.now()) < until:
        if not feeds.not_asked_since(now - late):
            since = 0.0
            clock.go()
        else:
            since = since or time.monotonic()
            (clock.brake if time.monotonic() - since < PATIENCE_S else clock.go)()
        await asyncio.sleep(LOOK_S)

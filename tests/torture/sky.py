"""Sky: the world of a storm. Feeds that grow, one that is torn, receivers that take their time."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from tests.service.world import World
from tests.torture import stories

RATE = 120.0  # the shortest cadence, a minute, in half a second
LISTED = 400  # a feed lists so many of its newest items: on a slow machine, kills would let others fall off unread


class StormWorld(World):
    """Two good feeds that share the items, one that is garbage, one that hangs; receivers that take their time."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        self.zero = datetime.now(UTC)
        self.listed: list[tuple[datetime, stories.Told]] = []
        self.arrived = 0  # mails and hooks
        self._rng = rng

    def clock(self) -> datetime:
        """The daemon's time, which runs on while it is dead."""
        return self.zero + (datetime.now(UTC) - self.zero) * RATE

    def publish(self, told: stories.Told) -> None:
        with self.changed:
            self.listed.append((self.clock(), told))

    async def linger(self) -> None:
        await asyncio.sleep(self._rng.random() ** 3 / 3)  # most answer soon, some after a third of a second

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        answer = await super().handle_DATA(server, session, envelope)
        self.arrived += 1
        await self.linger()
        return answer

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if method == "POST":
            self.arrived += 1
        if path.startswith("/garbage"):
            return 200, b"<rss><channel><item><title>torn"
        answer = super()._answer(method, path, headers, body)
        return answer if method == "POST" else (200, self._document(path))

    def _document(self, path: str) -> bytes:
        odd = path.startswith("/odd")
        own = [entry for number, entry in enumerate(self.listed) if number % 2 == odd][-LISTED:]
        items = "".join(
            f"<item><guid isPermaLink='false'>{t.guid}</guid><title>{t.title}</title>"
            f"<link>https://wire.example/{t.guid}</link><pubDate>{format_datetime(at)}</pubDate></item>"
            for at, t in own
        )
        return f"<?xml version='1.0'?><rss version='2.0'><channel><title>W</title>{items}</channel></rss>".encode()

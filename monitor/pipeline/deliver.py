"""Deliver: outbox -> compose -> send -> record.

At-least-once with a stable key: a delivery is claimed, sent, and only an acknowledged send is recorded as sent.
What a killed process had claimed returns to pending at the next start. Each channel has its own small number of
sends under way, so that a slow or dead one holds up no other. Times here are real time, never the demo's clock.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol, TypeVar

from monitor.alerts import backoff
from monitor.alerts.compose import compose
from monitor.errors import StoreCorrupt, StoreError
from monitor.model.alert import Alert, AlertKind
from monitor.model.delivery import (
    AppriseChannel,
    Channel,
    Dead,
    Delivery,
    Message,
    Retry,
    SendOutcome,
    Sent,
    WebhookChannel,
)
from monitor.model.settings import Settings
from monitor.pipeline import notices
from monitor.pipeline.view import told_before, view_of
from monitor.store import outbox, switched
from monitor.store.database import Database

T = TypeVar("T")
PER_CHANNEL = 4
AGAIN_S = (1.0, 30.0)  # between attempts at writing down how a send ended, doubling


class Sender(Protocol):
    """A way out, as ``alerts.channels`` makes them."""

    async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:
        """Send once; how it ended is the value."""


class StoreCall(Protocol):
    """Run a function with the database in the store's thread."""

    def __call__(self, work: Callable[[Database], T], /) -> Awaitable[T]:
        """Return what ``work`` returned."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """How one sending ended, for logs and onlookers."""

    delivery: Delivery
    alert: Alert
    outcome: SendOutcome


class Deliver:
    """Claims what is due and sends it; ``step`` returns at once, the sends go on by themselves."""

    def __init__(
        self,
        call: StoreCall,
        settings: Settings,
        senders: Mapping[str, Sender],
        *,
        real_now: Callable[[], datetime],
        onlooker: Callable[[Delivered], None] = lambda _: None,
        reached: Callable[[str], None] = lambda _: None,
        rng: random.Random | None = None,
    ) -> None:
        """``senders`` by channel name; ``reached`` is called at each named point (a test kills the process there)."""
        self._call = call
        self._real_now = real_now
        self._onlooker = onlooker
        self._reached = reached
        self._rng = rng or random.Random()  # noqa: S311 - jitter, no secret
        self.again_s = AGAIN_S
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots: dict[str, asyncio.Semaphore] = {}
        self.configure(settings, senders)

    def configure(self, settings: Settings, senders: Mapping[str, Sender]) -> None:
        """Take new settings and channels; sends under way end on the old ones."""
        self._settings = settings
        self._senders = senders

    async def step(self) -> int:
        """Claim what is due and start sending it; returns how many."""
        now = self._real_now()
        self._reached("deliver:begun")
        claimed = await self._call(lambda db: _claim(db, now))
        if claimed:
            self._reached("deliver:claimed")
        for delivery, alert in claimed:
            task = asyncio.create_task(self._deliver(delivery, alert))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(claimed)

    async def settle(self, within_s: float) -> None:
        """Wait for the sends under way, then give up on them: their claims return at the next start."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_s)
        for task in tuple(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @property
    def under_way(self) -> int:
        """Sends that have begun and not ended."""
        return len(self._tasks)

    async def _deliver(self, delivery: Delivery, alert: Alert) -> None:
        slot = self._slots.setdefault(delivery.channel, asyncio.Semaphore(PER_CHANNEL))
        async with slot:
            try:
                outcome = await self._send(delivery, alert)
            except Exception as error:  # noqa: BLE001 - a bug in one message must not stop the outbox
                outcome = Retry(f"internal error: {error!r}")
            outcome, next_at = self._settled(delivery, outcome)
            self._reached("deliver:sent")
            await self._recorded(delivery, alert, outcome, next_at)
        self._onlooker(Delivered(delivery, alert, outcome))

    async def _send(self, delivery: Delivery, alert: Alert) -> SendOutcome:
        sender = self._senders.get(delivery.channel)
        if sender is None:
            return Dead(f"channel {delivery.channel!r} is not configured any more")
        if (closed := await self._call(lambda db: self._closed(db, delivery))) is not None:
            return closed
        view = await self._call(lambda db: view_of(db, self._settings, alert))
        message = compose(
            alert, view, delivery.key, language=self._settings.language, sent_at=self._real_now(),
            templates=self._settings.templates, channel=delivery.channel,
        )  # fmt: skip
        if (before := told_before(view)) is not None:
            message = replace(message, answers=outbox.key_of(before.alert, delivery.channel))
        self._reached("deliver:composed")
        return await sender.send(message, done=delivery.recipients_done)

    def _closed(self, db: Database, delivery: Delivery) -> Dead | None:
        """How a message through a channel that is off ends; another address switches it on again."""
        known = switched.all_off(db).get(delivery.channel)
        if known is None:
            return None
        if known.mark != _mark(self._settings.channels.get(delivery.channel)):
            with db.transaction():
                switched.on(db, delivery.channel)
            return None
        since = f"{known.at:%Y-%m-%d %H:%M} UTC"
        return Dead(f"the channel is off since {since}: {known.why}", known=True)

    def _settled(self, delivery: Delivery, outcome: SendOutcome) -> tuple[SendOutcome, datetime | None]:
        if not isinstance(outcome, Retry):
            return outcome, None
        channel = self._settings.channels.get(delivery.channel)
        delay_s = backoff.next_attempt(delivery.attempts + 1, outcome, backoff.kind_of(channel), self._rng)
        if delay_s is None:
            return Dead(f"given up after {delivery.attempts + 1} attempts: {outcome.detail}"), None
        return outcome, self._real_now() + timedelta(seconds=delay_s)

    async def _recorded(self, delivery: Delivery, alert: Alert, outcome: SendOutcome, next_at: datetime | None) -> None:
        """Record how it ended, however long the store cannot be written: the claim would bar its successors for ever.

        The place among the channel's sends is kept meanwhile: what cannot be recorded is better not sent.
        """
        pause_s, most_s = self.again_s
        while True:
            try:
                return await self._record(delivery, alert, outcome, next_at)
            except StoreCorrupt:  # the loops find it too, and end the daemon
                raise
            except (StoreError, MemoryError):  # said by the loops
                await asyncio.sleep(pause_s)
                pause_s = min(2 * pause_s, most_s)

    async def _record(self, delivery: Delivery, alert: Alert, outcome: SendOutcome, next_at: datetime | None) -> None:
        now = self._real_now()

        def write(db: Database) -> None:
            with db.transaction():
                outbox.record(db, delivery.key, outcome, now, next_at)
                if isinstance(outcome, Dead) and outcome.disable:
                    self._switch_off(db, delivery, outcome, now)
                elif isinstance(outcome, Dead) and alert.kind is not AlertKind.NOTICE and not outcome.known:
                    notice = notices.dead_letter(self._settings, delivery, outcome, now)
                    notices.send(db, self._settings, notice, now, but=delivery.channel)
                elif isinstance(outcome, Sent) and outcome.refused and alert.kind is not AlertKind.NOTICE:
                    notice = notices.refused(self._settings, delivery, outcome.refused, now)
                    notices.send(db, self._settings, notice, now)

        await self._call(write)
        if isinstance(outcome, Sent):
            self._reached("deliver:recorded")

    def _switch_off(self, db: Database, delivery: Delivery, outcome: Dead, now: datetime) -> None:
        if delivery.channel not in switched.all_off(db):  # sends under way side by side end alike
            mark = _mark(self._settings.channels.get(delivery.channel))
            switched.off(db, delivery.channel, switched.Off(outcome.detail, now, mark))
            notice = notices.channel_off(self._settings, delivery, outcome, now)
            notices.send(db, self._settings, notice, now, but=delivery.channel)
        outbox.abandon(db, delivery.channel, f"the channel was given up: {outcome.detail}")


def _mark(channel: Channel | None) -> str:
    """What tells one address of a channel from another, without telling it."""
    address = channel.url if isinstance(channel, WebhookChannel | AppriseChannel) else ""
    return blake2b(address.encode("utf-8", "replace"), digest_size=8).hexdigest()


def _claim(db: Database, now: datetime) -> list[tuple[Delivery, Alert]]:
    with db.transaction():
        return outbox.claim(db, now, limit=50)

"""Whatever happens on the way, each delivery ends once, as sent or dead, and storylines keep their order."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from monitor.model.alert import Alert
from monitor.model.delivery import Dead, DeliveryStatus, Retry, Sent
from monitor.store import outbox
from monitor.store.database import Database

One = tuple[str, str]  # channel, alert

CHANNELS = ("mail", "hook")
MINUTE = timedelta(minutes=1)


class Post:
    """A sender whose luck is drawn by lot; it checks the outbox's promises as it goes."""

    def __init__(self, db: Database, seed: int) -> None:
        self.db = db
        self.dice = random.Random(seed)
        self.stories: dict[str, str] = {}
        self.under_way: set[One] = set()
        self.failed: dict[One, datetime] = {}
        self.ended: set[One] = set()

    def put_in(self, alert: Alert, at: datetime) -> None:
        self.stories[alert.id] = alert.storyline
        outbox.add(self.db, [alert], {"desk": CHANNELS}, at)

    def be_killed(self) -> None:
        outbox.release_claims(self.db)
        self.under_way.clear()

    def take(self, at: datetime) -> None:
        for delivery, alert in outbox.claim(self.db, at, 3):
            one = (delivery.channel, alert.id)
            assert one not in self.under_way | self.ended
            self.under_way.add(one)
            for before in self.predecessors(one):
                assert at - self.failed[before] >= outbox.PATIENCE

    def predecessors(self, one: One) -> list[One]:
        """What the storyline still has to send on the same channel from before."""
        channel, alert = one
        story = self.stories[alert]
        earlier = [
            (channel, other) for other in self.stories if other < alert and story and self.stories[other] == story
        ]
        return [other for other in earlier if other not in self.ended]

    def finish_some(self, at: datetime) -> None:
        for one in sorted(self.under_way):
            if self.dice.random() < 0.5:
                self.finish(one, at)

    def finish(self, one: One, at: datetime) -> None:
        self.under_way.discard(one)
        outcome = self.dice.choice([Sent(), Retry("busy"), Retry("busy"), Dead("no")])
        next_at = at + self.dice.randrange(1, 60) * MINUTE
        found = outbox.record(self.db, outbox.key_of(one[1], one[0]), outcome, at, next_at)
        if found.status is DeliveryStatus.PENDING:
            self.failed.setdefault(one, at)
        else:
            self.ended.add(one)


@pytest.mark.parametrize("seed", range(6))
def test_all_is_sent_or_dead_once_and_in_order(
    db: Database, now: datetime, alert: Callable[..., Alert], seed: int
) -> None:
    post = Post(db, seed)
    names = [f"{n:02}" for n in range(24)]
    for minute in range(2000):
        at = now + minute * MINUTE
        if names and post.dice.random() < 0.3:
            post.put_in(alert(names.pop(0), post.dice.choice(["x", "y", ""])), at)
        if post.dice.random() < 0.05:
            post.be_killed()
        post.take(at)
        post.finish_some(at)
    counts = outbox.counts(db)
    assert (len(post.ended), counts.waiting, counts.sent + counts.dead) == (48, 0, 48)

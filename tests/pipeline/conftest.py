"""Ingest on a real database, with polls made by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.model.alert import Alert, Route
from monitor.model.feed import Feed, Validators
from monitor.model.poll import Candidate, Fetched, FetchFailed, Polled
from monitor.model.settings import Polling, Settings
from monitor.model.storyline import AlertPolicy, Rule, Storyline
from monitor.pipeline.ingest import Ingest, Report
from monitor.store import outbox
from monitor.store.database import Database

FEEDS = ("wire", "paper", "radio")


def entry(guid: str, title: str, published: datetime | None, url: str = "", summary: str = "") -> Candidate:
    """An entry as normalise makes it."""
    url = url or f"https://news.example/{guid}"
    return Candidate((f"g:{guid}", f"l:{url}", f"t:{title}{published}"), title, summary, url, "", "", "en", published)


class Newsroom:
    """Storywatch without its daemon: polls go in by hand, at moments that are given."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.now = now
        self.policy = AlertPolicy(routes=("desk",))
        self.settings = Settings(
            path=folder / "storywatch.toml", timezone="UTC", language="en", database=folder / "x.db",
            keep_items=timedelta(days=90), polling=Polling(), channels={}, routes={"desk": Route("desk")},
            feeds=tuple(Feed(name, f"https://{name}.example/rss", publisher=name.title()) for name in FEEDS),
            rules=(Rule(Storyline("moscow", "Trump Moscow visit"), self.policy, hash="1"),),
        )  # fmt: skip
        self.db = Database.open(self.settings.database, writer=True)
        self.restart()

    def restart(self) -> None:
        """A new process on the same database."""
        self.ingest = Ingest(self.db, self.settings, real_now=lambda: self.now, rng=random.Random(1))
        self.ingest.start(self.now)

    def with_policy(self, **changes: object) -> None:
        rules = tuple(replace(r, alert=replace(r.alert, **changes)) for r in self.settings.rules)  # type: ignore[arg-type]
        self.settings = replace(self.settings, rules=rules)
        self.restart()

    def poll(self, feed: str, *entries: Candidate, after: timedelta = timedelta(0)) -> Report:
        """The feed is polled, and its batch committed."""
        self.now += after
        return self.batch([self.polled(feed, entries)])

    def polled(self, feed: str, entries: Sequence[Candidate]) -> Polled:
        outcome = Fetched(200, f"https://{feed}.example/rss", b"", "", Validators())
        return Polled(feed, self.now, outcome, tuple(replace(e, source=feed.title()) for e in entries))

    def failed(self, feed: str) -> Report:
        return self.batch([Polled(feed, self.now, FetchFailed("connect", "refused"))])

    def batch(self, polls: Sequence[Polled]) -> Report:
        return self.ingest.batch(polls, self.now)

    def wake(self, after: timedelta) -> Report:
        self.now += after
        return self.batch([])

    def alerts(self) -> list[Alert]:
        """What the outbox holds, oldest first, each alert once."""
        return sorted({a.id: a for _, a in outbox.list(self.db)}.values(), key=lambda a: (a.at, a.id))

    def headlines(self) -> list[str]:
        return [line.headline for alert in self.alerts() for line in alert.lines]


@pytest.fixture
def newsroom(tmp_path: Path, now: datetime) -> Iterator[Newsroom]:
    made = Newsroom(tmp_path, now)
    for feed in FEEDS:  # each was polled once, when there was nothing
        made.poll(feed)
    yield made
    made.db.close()


@pytest.fixture
def make_entry() -> Callable[..., Candidate]:
    return entry

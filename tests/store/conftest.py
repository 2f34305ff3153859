"""A fresh store with two feeds and two storylines, and short ways to fill it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.model.alert import Alert, AlertKind, Line
from monitor.model.feed import Feed
from monitor.model.item import Item
from monitor.model.poll import Candidate
from monitor.model.storyline import Rule, Storyline
from monitor.store import feeds, items, storylines
from monitor.store.database import Database

FEEDS = (Feed("world/wire", "https://wire.example/rss", "Wire"), Feed("world/copy", "https://copy.example/rss"))
RULES = (Rule(Storyline("visit", phrase="Trump Moscow visit"), hash="v1"), Rule(Storyline("strike"), hash="s1"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "storywatch.db"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store made once: copying it costs each test less than making its own."""
    path = tmp_path_factory.mktemp("store") / "template.db"
    at = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
    with Database.open(path, writer=True) as made, made.transaction():
        feeds.sync(made, FEEDS, at)
        storylines.sync(made, RULES, at)
    return path


@pytest.fixture
def db(path: Path, template: Path) -> Iterator[Database]:
    shutil.copy(template, path)
    with Database.open(path, writer=True) as opened:
        yield opened


@pytest.fixture
def candidate() -> Callable[..., Candidate]:
    def make(name: str, **changes: object) -> Candidate:
        given: dict[str, object] = {
            "keys": (f"g:{name}", f"l:https://wire.example/{name}"),
            "title": f"Title of {name}",
            "summary": f"Summary of {name}",
            "url": f"https://wire.example/{name}",
            "author": "A. Writer",
            "source": "Wire",
            "lang": "en",
            "published_at": None,
        }
        return Candidate(**(given | changes))  # type: ignore[arg-type]

    return make


@pytest.fixture
def add(db: Database, now: datetime, candidate: Callable[..., Candidate]) -> Callable[..., list[Item]]:
    """Add one item of each name to a feed."""

    def run(*names: str, feed: str = "world/wire", at: datetime = now, **changes: object) -> list[Item]:
        with db.transaction():
            return items.add(db, feed, [(candidate(name, **changes), False) for name in names], at)

    return run


@pytest.fixture
def alert(now: datetime) -> Callable[..., Alert]:
    def make(ident: str, storyline: str = "visit", route: str = "desk", items: tuple[str, ...] = ("1",)) -> Alert:
        line = Line(storyline or "visit", 1, "NEWS", f"Headline of {ident}", items)
        kind = AlertKind.DEVELOPMENT if storyline else AlertKind.DIGEST
        return Alert(ident, route, storyline, kind, now, (line,))

    return make

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from monitor.developments.chronicle import Chronicle
from monitor.model.development import Decision
from monitor.model.item import Item
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Sensitivity, Storyline

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)


def matched(item: Item, *, possible: bool = False) -> Match:
    return Match(item.id, "story", 0.4 if possible else 1.0, Evidence(), possible=possible)


@dataclass
class Told:
    """A storyline as it is told: items go in, decisions come out."""

    chronicle: Chronicle = field(
        default_factory=lambda: Chronicle(Storyline(slug="story"), quiet_after=timedelta(days=7))
    )
    count: int = 0
    at: datetime = START
    log: list[tuple[Item, Match, Decision]] = field(default_factory=list)

    def say(
        self,
        title: str,
        source: str = "",
        lang: str = "en",
        *,
        after: float = 30,
        possible: bool = False,
        **more: object,
    ) -> Decision:
        """Hand in an item ``after`` so many minutes; the source is a new one unless named."""
        self.count += 1
        self.at += timedelta(minutes=after)
        item = Item(
            str(self.count),
            title,
            self.at,
            source=source or f"Paper {self.count}",
            lang=lang,
            **more,  # type: ignore[arg-type]
        )
        return self.take(item, matched(item, possible=possible))

    def take(self, item: Item, match: Match) -> Decision:
        decision = self.chronicle.decide(item, match)
        self.chronicle.adopt(item, match, decision)
        self.log.append((item, match, decision))
        return decision

    def all(self, titles: Sequence[str], lang: str = "en", after: float = 240) -> list[Decision]:
        return [self.say(title, lang=lang, after=after) for title in titles]


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def make_told() -> type[Told]:
    return Told


def fresh(sensitivity: Sensitivity = Sensitivity.NORMAL) -> Told:
    return Told(Chronicle(Storyline(slug="story"), sensitivity=sensitivity))

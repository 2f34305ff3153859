"""Values: what a message is made from (View) and what its templates see (Shown and its parts)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.model.alert import LedgerEntry
from monitor.model.development import Development
from monitor.model.item import Item


@dataclass(frozen=True, slots=True)
class View:
    """What an alert refers to: its items, the storylines' titles, and what the route was told before.

    ``corrected`` holds what the route was told of what a line corrects, by storyline and development. ``days`` counts
    the reports of the alert's storyline on each of its last days, by the route's calendar.
    """

    items: Mapping[str, Item]
    storylines: Mapping[str, str]
    earlier: Mapping[str, tuple[Development, ...]]
    timezone: str = "UTC"
    corrected: Mapping[tuple[str, int], LedgerEntry] = field(default_factory=dict)
    days: Mapping[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """One item as a source's word."""

    source: str
    title: str
    url: str
    when: str

    def words(self, headline: str) -> str:
        """The source and its title, which need not be said again where it is the headline."""
        if self.title == headline and self.source:
            return self.source
        return f"{self.source}: {self.title}" if self.source else self.title


@dataclass(frozen=True, slots=True)
class Delta:
    """One part of what is new; ``before`` is "" where nothing was known, ``sentence`` where it stands."""

    words: str
    before: str
    value: str
    what: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Told:
    """A line of an alert."""

    storyline: str
    reason: str
    why: str
    because: str
    headline: str
    url: str
    delta: tuple[Delta, ...]
    sources: str
    single: str
    reports: tuple[Report, ...]
    more: str
    corrects: str = ""
    tag: str = ""  # the Reason as it is shown


@dataclass(frozen=True, slots=True)
class Earlier:
    """A development the reader knows."""

    when: str
    reason: str
    headline: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A day in the chart: its reports, and how high it stands, 0 to 8."""

    day: str
    count: int
    height: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Reports a day, the last day last; ``blocks`` are the bars as characters."""

    words: str
    blocks: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything a template may use."""

    id: str
    kind: str
    title: str
    heading: str
    subject: str
    when: str
    timezone: str
    text: str
    late: str
    lines: tuple[Told, ...]
    left_out: str
    earlier: tuple[Earlier, ...]
    received: str
    explain: str
    paragraphs: tuple[str, ...] = ()
    chart: Chart | None = None

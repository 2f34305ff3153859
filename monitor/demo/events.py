"""Events: what the demo's display is told, as plain values. All texts may be hostile; times are story time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path


@dataclass(frozen=True, slots=True)
class ItemCame:
    """A feed showed an item that was not known."""

    at: datetime
    source: str
    title: str
    lang: str = ""


@dataclass(frozen=True, slots=True)
class ItemMatched:
    """An item met a storyline: ``score`` in 0..1, ``words`` what met. ``possible``: near, but below the bar."""

    at: datetime
    storyline: str
    score: float
    words: tuple[str, ...]
    source: str
    title: str
    possible: bool = False


@dataclass(frozen=True, slots=True)
class ItemHeld:
    """A matching item that is not told, and why."""

    at: datetime
    storyline: str
    because: str


@dataclass(frozen=True, slots=True)
class Developed:
    """A storyline developed. ``delta`` are the parts of what is new, each a short text."""

    at: datetime
    storyline: str
    number: int
    reason: str
    headline: str
    delta: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AlertMade:
    """An alert (one development or signal of it) was put into the outbox for ``channels``."""

    at: datetime
    storyline: str
    reason: str
    headline: str
    delta: tuple[str, ...]
    because: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SendingEnded:
    """A delivery ended: ``detail`` is the server's answer; ``sent`` False: to be tried again, or given up."""

    at: datetime
    channel: str
    sent: bool
    detail: str


@dataclass(frozen=True, slots=True)
class FeedTrouble:
    """A feed began to fail, or (``over``) works again."""

    at: datetime
    feed: str
    text: str
    over: bool = False


Event = ItemCame | ItemMatched | ItemHeld | Developed | AlertMade | SendingEnded | FeedTrouble


@dataclass(frozen=True, slots=True)
class Quality:
    """How well it was done, against the labels: shares in 0..1, and counts."""

    precision: float
    recall: float
    f1: float
    developments: int
    told: int
    repeats: int
    false: int
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Closing:
    """What the run came to. ``held`` counts items by why they were held back; ``sent`` deliveries by channel."""

    seconds: float
    since: datetime
    until: datetime
    feeds: int
    items: int
    matches: int
    developments: int
    alerts: int
    held: tuple[tuple[str, int], ...] = ()
    sent: tuple[tuple[str, int], ...] = ()
    undelivered: int = 0
    failing_polls: int = 0
    quality: Quality | None = None
    paths: tuple[tuple[str, Path], ...] = field(default=())

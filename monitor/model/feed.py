"""Feed: a URL that is polled, and what is remembered between two polls."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as a person configured it.

    ``name`` is unique, may have folders ("world/wire") and is what rules' ``feeds`` globs meet.
    ``publisher`` is who speaks in it ("" = taken from the feed's own title or host).
    ``token`` / ``user``+``password`` are credentials already read from their secret files.
    ``fulltext``: the articles behind its new entries are read too.
    """

    name: str
    url: str
    publisher: str = ""
    lang: str = ""
    tags: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    token: str = field(default="", repr=False)
    user: str = ""
    password: str = field(default="", repr=False)
    every_s: tuple[int, int] | None = None  # bounds of this feed's cadence; None: the general ones
    fulltext: bool = False


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional GET sends back (RFC 9110 section 13); "" where the server gave none."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """When a feed publishes, and what its last document asked for.

    ``hours`` are 24 fading counts of items by hour of UTC, () before the first. ``ttl_s``, ``skip_hours`` (0-23)
    and ``skip_days`` (0-6, Monday 0) stand in a document, which an unchanged feed does not send again.
    """

    hours: tuple[float, ...] = ()
    ttl_s: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the store remembers of one feed between polls.

    ``url`` is the address in use: the configured one, or where a permanent redirect led.
    ``failures`` counts failed polls in a row. ``changes_per_day`` is an exponentially smoothed
    estimate of new items a day (>= 0), the ground of the adaptive cadence. ``why`` says in words
    why ``next_poll_at`` is what it is. ``marks`` (read for a poll only) are how the entries of its last document
    are known again.
    """

    feed: str
    url: str
    validators: Validators = Validators()
    body_hash: str = ""
    next_poll_at: datetime | None = None  # None: never polled, due now
    first_polled_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_changed_at: datetime | None = None
    last_full_at: datetime | None = None  # last unconditional fetch: guards against frozen validators
    failures: int = 0
    last_error: str = ""
    gone: bool = False  # answered 410: asked once a day only
    changes_per_day: float = 0.0
    title: str = ""
    why: str = ""
    habits: Habits = Habits()
    marks: bytes = b""

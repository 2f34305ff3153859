"""Poll outcomes: what one visit to one feed can end in. All are values, none is raised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.model.feed import Validators


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as the parser read it, before identity: strings may hold markup and nonsense.

    ``published_at``/``updated_at`` are aware UTC or None when absent or unreadable.
    """

    guid: str = ""
    link: str = ""
    title: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    lang: str = ""
    source: str = ""  # the entry's own <source> title, as aggregators give it
    published_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """What a feed or a response says about how often to ask: seconds, hours 0-23, days 0-6 (Monday 0)."""

    ttl_s: int | None = None
    max_age_s: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A feed document as read: its own words, and its entries in document order."""

    title: str
    lang: str
    link: str
    entries: tuple[Entry, ...]
    hints: Hints = Hints()
    format: str = ""  # "rss20", "atom10", "rdf", "json11" ...
    loose: bool = False  # no well-formed document, so that what stands in one entry may bear on another


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole body arrived (status 200). ``url`` is final; ``moved_to`` only after permanent redirects."""

    status: int
    url: str
    body: bytes
    content_type: str
    validators: Validators
    moved_to: str = ""
    max_age_s: int | None = None


@dataclass(frozen=True, slots=True)
class NotModified:
    """304, or a 200 whose body is the one already read (``same_body``)."""

    validators: Validators
    moved_to: str = ""
    max_age_s: int | None = None
    same_body: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class FetchFailed:
    """The poll failed: refused, timed out, torn, too large, not a feed ...

    ``kind`` is a short stable word for counting and tests ("dns", "connect", "timeout", "tls", "http",
    "egress", "url", "redirect", "too-large", "torn", "encoding", "not-a-feed", "parser-killed", "parser-busy",
    "parse"; of an article also "robots");
    ``detail`` one line for a person, without secrets. ``retry_after_s`` as the server asked, uncapped.
    """

    kind: str
    detail: str
    status: int = 0
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """410: the publisher says the feed is no more."""

    url: str


FetchOutcome = Fetched | NotModified | FetchFailed | Gone


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry normalised, before the store says whether it is known.

    ``keys`` are identity keys, strongest first, each prefixed with its kind: "g:" guid,
    "l:" canonical link, "t:" hash of folded title and date. ``title``, ``summary`` are plain text.
    ``place`` counts the entries of the document that were read, from 0. ``article`` tells why the article behind it
    was not read, though its feed is one whose articles are ("" = it was, or need not be).
    """

    keys: tuple[str, ...]
    title: str
    summary: str
    url: str
    author: str
    source: str
    lang: str
    published_at: datetime | None
    place: int = 0
    article: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """How the entries of this document are known again in the next one (feeds/again.py).

    ``head`` stands for all else that bears on how they read. ``entries`` are, in the document's order, digests of those
    that were read and marks of those that were not, being known.
    """

    head: bytes
    entries: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Polled:
    """One finished poll, ready for the batch: outcome, the new state's parts, and its candidates."""

    feed: str
    at: datetime
    outcome: NotModified | FetchFailed | Gone | Fetched
    candidates: tuple[Candidate, ...] = ()
    title: str = ""
    body_hash: str = ""
    hints: Hints = Hints()
    again: Again | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows under an identity key: the item, and what it said when last seen."""

    item: str
    title: str
    summary: str
    guid: str = ""


@dataclass(frozen=True, slots=True)
class Identified:
    """A candidate with the item it is (``item`` "" = new). ``revised``: known, but its words changed.

    ``shared`` are keys found to be shared by differing entries: they identify nothing in this feed.
    """

    candidate: Candidate
    item: str = ""
    revised: bool = False
    shared: frozenset[str] = frozenset()

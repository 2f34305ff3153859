"""Poll: one visit to one feed, from question to candidates: fetch -> parse -> normalise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from monitor.feeds.fetch import Http, body_hash, fetch
from monitor.feeds.fulltext import Articles, with_articles
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed, FeedState
from monitor.model.poll import Fetched, FetchFailed, Polled

_TORN_OFTEN = 3  # failed polls after which a document that always breaks off is read as far as it goes


class Reads(Protocol):
    """What polling needs of a parser (feeds.parse.Parser is one)."""

    async def read(
        self, body: bytes, content_type: str, url: str, feed: Feed, at: datetime, *, marks: bytes = b"",
        salvage: bool = False,
    ) -> Reading | FetchFailed:  # fmt: skip
        """Parse and normalise a body; failures are values."""
        ...


async def poll(
    feed: Feed, state: FeedState, client: Http, parser: Reads, at: Callable[[], datetime],
    articles: Articles | None = None, answered: Callable[[int], None] = lambda _: None,
) -> Polled:  # fmt: skip
    """Visit ``feed`` once. ``at`` is the clock: read when the visit begins and when its answer is there.

    ``articles``: how those behind its new entries are asked for, where the feed is to be read so. ``answered`` is
    called when the answer is there, with the bytes of a body that is to be read: its server is done with.
    A document that is no feed, or breaks off, is a failed poll: its body's hash and validators are
    not kept, so that it is asked for again. Bodies are dropped once read.
    """
    outcome = await fetch(feed, state, client, now=at())
    arrived_at = at()
    answered(len(outcome.body) if isinstance(outcome, Fetched) else 0)
    if not isinstance(outcome, Fetched):
        return Polled(feed.name, arrived_at, outcome)
    body, kind, marks = outcome.body, outcome.content_type, state.marks
    reading = await parser.read(body, kind, outcome.url, feed, arrived_at, marks=marks)
    torn = isinstance(reading, FetchFailed) and reading.kind == "torn"
    if torn and _always_torn(state):
        reading = await parser.read(body, kind, outcome.url, feed, arrived_at, salvage=True)
    if isinstance(reading, FetchFailed):
        return Polled(feed.name, arrived_at, reading)
    candidates = reading.candidates
    if feed.fulltext and articles is not None:
        candidates = await with_articles(feed, candidates, articles, arrived_at)
    return Polled(
        feed.name,
        arrived_at,
        replace(outcome, body=b""),
        candidates,
        reading.parsed.title,
        "" if torn else body_hash(outcome.body),
        replace(reading.parsed.hints, max_age_s=outcome.max_age_s),
        reading.again,
    )


def _always_torn(state: FeedState) -> bool:
    """Whether the last polls ended the same way: the writer never closes its document."""
    return state.last_error.startswith("torn") and not 0 < state.failures < _TORN_OFTEN

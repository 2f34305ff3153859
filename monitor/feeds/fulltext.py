"""Fulltext: the articles behind a feed's new entries, for feeds of which a person wants that. Pure but for its asking.

An article is asked for once, when its entry is new, one after the other and with a pause between two, so that a
site sees one reader. Whatever goes wrong, the item goes on with what the feed itself says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.feeds.fetch import Http
from monitor.model.feed import Feed
from monitor.model.poll import Candidate, FetchFailed

MOST = 10  # articles of one poll
FRESH = timedelta(days=1)  # what is older when first seen is history, and is not asked for
_ACCEPT = "text/html, application/xhtml+xml;q=0.9"
_PAGES = ("text/html", "application/xhtml")

Unknown = Callable[[str, Sequence[Candidate]], Awaitable[Sequence[Candidate]]]


class Extracts(Protocol):
    """What this needs of a parser (feeds.parse.Parser is one)."""

    async def article(self, body: bytes, content_type: str, url: str) -> str | FetchFailed:
        """Return a page's text; failures are values."""
        ...


@dataclass(frozen=True, slots=True)
class Articles:
    """How articles are asked for.

    ``unknown`` tells which candidates of a feed are new; ``pause_s`` is the time between two questions to a site.
    """

    client: Http
    parser: Extracts
    unknown: Unknown
    pause_s: float = 1.0


async def with_articles(
    feed: Feed, candidates: Sequence[Candidate], articles: Articles, at: datetime
) -> tuple[Candidate, ...]:
    """Return ``candidates``; the summary of each new one goes on, behind a line's end, with its article's text."""
    recent = [c for c in candidates if c.url and (c.published_at is None or at - c.published_at <= FRESH)]
    wanted = {c.place: c for c in (await articles.unknown(feed.name, recent) if recent else ())}
    texts: dict[int, str] = {}
    for place in sorted(wanted)[:MOST]:
        if texts:
            await asyncio.sleep(articles.pause_s)
        texts[place] = await _text(wanted[place].url, articles)
    return tuple(joined(c, texts.get(c.place, "")) for c in candidates)


def joined(candidate: Candidate, text: str) -> Candidate:
    """Return ``candidate`` with an article's ``text``. A feed's own summary never has a line's end in it."""
    return replace(candidate, summary=f"{candidate.summary}\n{text}") if text else candidate


async def _text(url: str, articles: Articles) -> str:
    reply = await articles.client.get(url, {"Accept": _ACCEPT})
    if isinstance(reply, FetchFailed) or reply.status != 200:
        return ""
    content_type = reply.headers.get("content-type", "text/html")
    if not content_type.lower().startswith(_PAGES):
        return ""
    text = await articles.parser.article(reply.body, content_type, reply.url)
    return "" if isinstance(text, FetchFailed) else text

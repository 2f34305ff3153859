"""Fulltext: the articles behind a feed's new entries, for feeds of which a person wants that. Pure but for its asking.

An article is asked for once, when its entry is new, where its site's robots.txt allows it, and so that a site sees one
reader, who pauses between two pages (sites.py). Whatever goes wrong, the item goes on with what the feed itself says,
and why its article is not there is noted with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from monitor.feeds.sites import Pages, Sites
from monitor.model.feed import Feed
from monitor.model.poll import Candidate, FetchFailed

MOST = 10  # articles of one poll
PATIENCE_S = 60.0  # for all of them
FRESH = timedelta(days=1)  # what is older when first seen is history, and is not asked for
_ACCEPT = "text/html, application/xhtml+xml;q=0.9"
_PAGES = ("text/html", "application/xhtml")
_LATE = "there was no time: the site is slow, or wants long pauses"

Unknown = Callable[[str, Sequence[Candidate]], Awaitable[Sequence[Candidate]]]


class Extracts(Protocol):
    """What this needs of a parser (feeds.parse.Parser is one)."""

    async def article(self, body: bytes, content_type: str, url: str) -> str | FetchFailed:
        """Return a page's text; failures are values."""
        ...


@dataclass(frozen=True, slots=True)
class Articles:
    """How articles are asked for. ``unknown`` tells which candidates of a feed are new."""

    client: Pages
    parser: Extracts
    unknown: Unknown
    sites: Sites
    patience_s: float = PATIENCE_S


async def with_articles(
    feed: Feed, candidates: Sequence[Candidate], articles: Articles, at: datetime
) -> tuple[Candidate, ...]:
    """Return ``candidates``; the summary of each new one goes on, behind a line's end, with its article's text.

    Where that could not be had, ``article`` says why.
    """
    recent = [c for c in candidates if c.url and (c.published_at is None or at - c.published_at <= FRESH)]
    wanted = list(await articles.unknown(feed.name, recent) if recent else ())
    found = {c.place: replace(c, article=f"only {MOST} articles are read at once") for c in wanted}
    found |= {c.place: replace(c, article=_LATE) for c in sorted(wanted, key=lambda c: c.place)[:MOST]}
    with suppress(TimeoutError):
        async with asyncio.timeout(articles.patience_s):
            for place in sorted(found)[:MOST]:
                found[place] = await _with_article(replace(found[place], article=""), articles)
    return tuple(found.get(c.place, c) for c in candidates)


async def _with_article(candidate: Candidate, articles: Articles) -> Candidate:
    async with articles.sites.turn(candidate.url):
        reply = await articles.client.get(candidate.url, {"Accept": _ACCEPT}, forbidden=articles.sites.forbidden)
    if isinstance(reply, FetchFailed):
        return replace(candidate, article=reply.detail)
    content_type = reply.headers.get("content-type", "text/html")
    if reply.status != 200:
        return replace(candidate, article=f"the site answered with status {reply.status}")
    if not content_type.lower().startswith(_PAGES):
        return replace(candidate, article="it is no web page")
    text = await articles.parser.article(reply.body, content_type, reply.url)
    if isinstance(text, FetchFailed) or not text:
        return replace(candidate, article=text.detail if isinstance(text, FetchFailed) else "no text was found in it")
    # A feed's own summary never has a line's end in it.
    return replace(candidate, summary=f"{candidate.summary}\n{text}")

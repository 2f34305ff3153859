"""Near: feed documents read in the daemon's own process, as far as that is quick and certain.

What the fast reader is sure of, and what is small enough that no shape of it can hold up the event
loop, needs no worker process: shipping it there would cost more than reading it.
"""

from __future__ import annotations

import re
from datetime import datetime

from monitor.feeds.normalise import reading
from monitor.feeds.parse_fast import read_fast
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import Entry, Parsed

MOST_BYTES, MOST_ENTRIES = 256_000, 300
# HTML cleaners take time with the square of a text in their worst case: 30 kB take a tenth of a second.
MOST_SQUARES = 30_000**2
# A summary that surely leaves words when its markup is gone, so that the content is not looked at.
_SAYS = re.compile(r"(?:\s|<(?!script|style|!)[a-z/][^<>]{0,300}>)*+[^\s<&]", re.IGNORECASE)


def read_near(
    body: bytes, content_type: str, url: str, feed: Feed, at: datetime, before: bytes = b""
) -> Reading | None:
    """Return the document parsed and normalised; None for what belongs into a worker process."""
    if len(body) > MOST_BYTES:
        return None
    parsed = read_fast(body, content_type, url)
    if parsed is None or not _light(parsed):
        return None
    return reading(parsed, feed, at, before)


def _light(parsed: Parsed) -> bool:
    return len(parsed.entries) <= MOST_ENTRIES and sum(map(_squares, parsed.entries)) <= MOST_SQUARES


def _squares(entry: Entry) -> int:
    content = 0 if _SAYS.match(entry.summary) else len(entry.content)
    return (
        len(entry.title) ** 2 + len(entry.summary) ** 2 + content**2 + len(entry.source) ** 2 + len(entry.author) ** 2
    )

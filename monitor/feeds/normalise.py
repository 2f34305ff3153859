"""Normalise: an entry as a feed writes it made into a candidate item. Pure.

Plain text, canonical address, publisher, language, a date that can be believed, and the keys by
which the item is known again (DESIGN: guid, canonical link, title with date).
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from monitor.feeds import again
from monitor.feeds.links import canonical, key_of, unescaped
from monitor.feeds.reading import Reading
from monitor.lang.fold import fold_whole as fold
from monitor.lang.languages import guess
from monitor.lang.markup import plain_text
from monitor.model.feed import Feed
from monitor.model.poll import Candidate, Entry, Parsed

_TITLE, _SUMMARY, _NAME = 500, 4_000, 200  # characters kept
_OLDEST = datetime(1990, 1, 1, tzinfo=UTC)  # before feeds: 1970 and its like mean "not set"
_AHEAD = timedelta(minutes=10)  # clocks differ; what is dated later was not published then
_KEY = 200  # a longer key is kept as its hash
_POST = re.compile(r"\s*The post .{1,500}? (?:first appeared|appeared first) on .{1,200}\Z", re.DOTALL)
_DASHES = " -–—|·"


def normalise(parsed: Parsed, feed: Feed, at: datetime) -> tuple[Candidate, ...]:
    """Return a candidate for each entry that says anything, in document order. ``at`` is the poll's moment."""
    return reading(parsed, feed, at).candidates


def reading(parsed: Parsed, feed: Feed, at: datetime, before: bytes = b"") -> Reading:
    """Return the document normalised; ``before`` stands for the sources of its entries that are not read again."""
    source = again.source({entry.source for entry in parsed.entries}, before)
    # One and the same source on all entries is the feed naming itself, not an aggregator's label.
    own = "" if again.several(source) else feed.publisher
    found = (_candidate(place, entry, parsed, feed, own, at) for place, entry in enumerate(parsed.entries))
    candidates = tuple(c for c in found if c.title)
    return Reading(replace(parsed, entries=()), candidates, len(parsed.entries), source)


def _candidate(place: int, entry: Entry, parsed: Parsed, feed: Feed, own: str, at: datetime) -> Candidate:
    source = plain_text(entry.source)[:_NAME]
    title, labelled = _without_publisher(plain_text(entry.title)[:_TITLE], source)
    summary = _summary(entry, title, source)
    title = title or _opening(summary)
    publisher = source if labelled else own or source or feed.publisher or plain_text(parsed.title)[:_NAME]
    url = canonical(unescaped(entry.link))
    return Candidate(
        keys=_keys(entry, title, url),
        title=title,
        summary=summary,
        url=url,
        author=plain_text(entry.author)[:_NAME],
        source=publisher,
        lang=guess(f"{title} {summary}", feed.lang or entry.lang or parsed.lang),
        published_at=_believable(entry.published_at, at) or _believable(entry.updated_at, at),
        place=place,
    )


def _without_publisher(title: str, source: str) -> tuple[str, bool]:
    """Return ``title`` without the " - Publisher" that aggregators append, and whether it was there."""
    if source and title.casefold().endswith(source.casefold()):
        head = title[: -len(source)]
        if head.rstrip(_DASHES) and head.rstrip() != head.rstrip(_DASHES):
            return head.rstrip(_DASHES), True
    return title, False


def _summary(entry: Entry, title: str, source: str) -> str:
    text = plain_text(entry.summary) or plain_text(entry.content)
    if "The post " in text:  # the search itself looks at every space
        text = _POST.sub("", text)
    text = text[:_SUMMARY].rstrip()
    # An aggregator's summary is often the headline once more, with the publisher behind it.
    rest = text.removeprefix(title).strip(_DASHES + "\xa0") if title else text
    return "" if rest in ("", source) else text


def _opening(summary: str) -> str:
    """Return a title for an entry that has none: the first words of its text."""
    if len(summary) <= 120:
        return summary
    return summary[:119].rpartition(" ")[0] + "…"


def _believable(moment: datetime | None, at: datetime) -> datetime | None:
    return moment if moment and _OLDEST <= moment <= at + _AHEAD else None


def _keys(entry: Entry, title: str, url: str) -> tuple[str, ...]:
    link = key_of(url)
    dated = entry.published_at or entry.updated_at
    # Undated titles are marked: they repeat ("Morning briefing"), so they say less (see identity).
    words = blake2b(f"{fold(title)}\n{dated.isoformat() if dated else ''}".encode(), digest_size=12).hexdigest()
    keys = (_key("g:", _guid(entry.guid)), _key("l:", link), ("t:" if dated else "t:-") + words)
    return tuple(k for k in keys if k)


def _guid(guid: str) -> str:
    """Return a guid in one form: strict and lenient readers, http and https, give the same."""
    text = " ".join(unescaped(guid).split())
    if not text.lower().startswith(("http://", "https://")):
        return text
    fragment = text.partition("#")[2]
    page = key_of(text)
    return f"{page}#{fragment}" if fragment and canonical(text) else page


def _key(kind: str, value: str) -> str:
    if not value:
        return ""
    if len(value) > _KEY:
        value = "#" + blake2b(value.encode(errors="replace"), digest_size=16).hexdigest()
    return kind + value

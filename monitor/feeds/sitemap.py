"""Sitemaps as feeds: news sitemaps name each article with its title and date; an index names the sitemaps.

Google's news vocabulary (https://www.google.com/schemas/sitemap-news/0.9) within sitemaps.org 0.9. A sitemap
without titles says nothing that a storyline could be recognised by: it is no feed.
"""

from __future__ import annotations

import re
from xml.parsers import expat

from monitor.feeds.moments import moment
from monitor.feeds.repair import text_of
from monitor.feeds.unsure import UnsureError
from monitor.model.poll import Entry, FetchFailed, Parsed

_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(urlset|sitemapindex)\b")
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_NEWS = "google.com/schemas/sitemap-news"
_MOST_ENTRIES, _LONG = 20_000, 4_096
_FIELDS = frozenset({"title", "publication_date", "name", "language", "keywords"})


def looks_like_sitemap(body: bytes) -> bool:
    """Whether the document begins like a sitemap or an index of sitemaps."""
    return bool(_ROOT.search(body[:3_000]))


def read_sitemap(body: bytes, content_type: str) -> Parsed | FetchFailed:
    """Return a news sitemap as a feed; "not-a-feed" for one without titles, "torn" for one that breaks off."""
    walk = _walked(body, content_type)
    if isinstance(walk, FetchFailed):
        return walk
    entries = tuple(_entry(found) for found in walk.found if found.get("loc") and found.get("title"))
    if not entries:
        return FetchFailed("not-a-feed", "a sitemap without news")
    name = next((found["name"] for found in walk.found if found.get("name")), "")
    return Parsed(name, walk.found[0].get("language", "")[:40], "", entries, format="sitemap")


def listed(body: bytes, content_type: str) -> tuple[str, ...]:
    """Return the addresses of the sitemaps that an index names; none for anything else."""
    walk = _walked(body, content_type)
    return () if isinstance(walk, FetchFailed) else tuple(f["loc"] for f in walk.found if f.get("loc") and walk.index)


class _Walk:
    """Collects what each ``<url>`` or ``<sitemap>`` says."""

    def __init__(self) -> None:
        self.found: list[dict[str, str]] = []
        self.index = False
        self._field = ""
        self._text: list[str] = []

    def start(self, name: str, _attributes: object) -> None:
        uri, _, local = name.rpartition(" ")
        self._field = ""
        if local in ("url", "sitemap") and uri in (_SITEMAP, "") and len(self.found) < _MOST_ENTRIES:
            self.found.append({})
            self.index = local == "sitemap"
        elif (local == "loc" and uri in (_SITEMAP, "")) or (local in _FIELDS and _NEWS in uri):
            self._field, self._text = local, []

    def end(self, _name: str) -> None:
        if self._field and self.found:
            self.found[-1].setdefault(self._field, "".join(self._text).strip()[:_LONG])
        self._field = ""

    def text(self, text: str) -> None:
        if self._field:
            self._text.append(text)


def _walked(body: bytes, content_type: str) -> _Walk | FetchFailed:
    walk = _Walk()
    parser = expat.ParserCreate("utf-8", " ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.text
    text = text_of(body, content_type)
    if "<!DOCTYPE" in text:  # looked for in the text, as a document in UTF-16 would hide it
        return FetchFailed("not-a-feed", "a sitemap with a document type")
    try:
        parser.Parse(text.encode(errors="replace"), True)
    except expat.ExpatError:
        return FetchFailed("torn", "the sitemap breaks off or is not well-formed")
    return walk


def _entry(found: dict[str, str]) -> Entry:
    try:
        published_at = moment(found.get("publication_date", ""))
    except UnsureError:
        published_at = None
    return Entry(
        guid=found["loc"],
        link=found["loc"],
        title=found["title"].replace("<", "&lt;"),
        lang=found.get("language", "")[:40],
        published_at=published_at,
    )

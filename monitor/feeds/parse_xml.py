"""Parse XML feeds with feedparser: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, RDF. Runs in a worker process only.

Traps of feedparser 6 that this module keeps closed: a body given as bytes or str is first tried as
a file name or URL, so it always gets a BytesIO; sanitising and resolving cost most of its time and
are left off (text is escaped where it is shown); a page of HTML raises nothing and has no version.
"""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urljoin

import feedparser

from monitor.feeds import repair
from monitor.feeds.hints import HEAD, hints
from monitor.model.poll import Entry, FetchFailed, Parsed

_Dict = dict[str, Any]  # feedparser's results; read with dict.get, for their own look-up falls back to other keys

HEADERS = {"content-type": "application/xml; charset=utf-8"}
# expat's words for a document that ends in the middle.
_BROKE_OFF = frozenset({"no element found", "unclosed token", "unclosed CDATA section"})
# The first element, behind comments, instructions and a document type.
_FIRST = re.compile(r"(?:<!--.{0,5000}?-->\s*|<(?:\?|!(?!--))[^<>\[]{0,1000}>\s*){0,20}<([\w.:-]{1,60})", re.DOTALL)
_PAGE = frozenset({"html", "head", "body"})
_ROOT = re.compile(r"<(?:[\w.-]{1,40}:)?(?:rss|rdf|feed|channel|entry)\b", re.IGNORECASE)
_MOST_ENTRIES = 20_000
_TEXTUAL = ("text", "application/xhtml", "html", "xhtml")  # beginnings of a content's type
_SHORT, _LONG = 4_096, 100_000  # characters kept of a field


def read_xml(body: bytes, content_type: str, url: str, *, salvage: bool = False) -> Parsed | FetchFailed:
    """Return the feed in ``body``; "not-a-feed" for a page or nothing, "torn" for one that breaks off.

    With ``salvage`` a document that breaks off is read up to its last complete entry instead.
    """
    text = repair.text_of(body, content_type)
    if not text:
        return FetchFailed("not-a-feed", "an empty document")
    first = _FIRST.match(text[:HEAD])
    if (first and first[1].lower() in _PAGE) or not _ROOT.search(text[:HEAD]):
        return FetchFailed("not-a-feed", "neither RSS nor Atom nor JSON Feed, perhaps a web page")
    text, ended = repair.trimmed(text)
    found = _feedparsed(text)
    if _torn(found, ended):
        whole = repair.whole_entries(text) if salvage else ""
        if not whole:
            return FetchFailed("torn", "the document breaks off before its end")
        found = _feedparsed(whole)
    if not dict.get(found, "version") and not dict.get(found, "entries"):
        return FetchFailed("not-a-feed", "neither RSS nor Atom nor JSON Feed")
    return _parsed(found, text, url)


def _feedparsed(text: str) -> _Dict:
    found: _Dict = feedparser.parse(
        io.BytesIO(text.encode()), response_headers=HEADERS, sanitize_html=False, resolve_relative_uris=False
    )
    return found


def _torn(found: _Dict, ended: bool) -> bool:
    message = _message(found)
    return message is not None and (not ended or message in _BROKE_OFF)


def _message(found: _Dict) -> str | None:
    """Return what is wrong with the XML, None where it is well-formed."""
    error = dict.get(found, "bozo_exception")
    say = getattr(error, "getMessage", None)  # SAXParseException has one; other oddities are harmless
    return str(say()) if say is not None else None


def _parsed(found: _Dict, text: str, url: str) -> Parsed:
    feed = found["feed"]
    version = str(dict.get(found, "version") or "")
    link = urljoin(url, _text(feed, "link"))
    # RSS says nothing of a base, and its writers mean the site; Atom's is the document (RFC 4287, 2).
    base = url if version.startswith("atom") else link or url
    return Parsed(
        title=_text(feed, "title"),
        lang=_text(feed, "language")[:40],
        link=link,
        entries=tuple(_entry(e, base, version) for e in found["entries"][:_MOST_ENTRIES]),
        hints=hints(text[:HEAD], _text(feed, "ttl"), _text(feed, "sy_updateperiod"), _text(feed, "sy_updatefrequency")),
        format=version,
        loose=_message(found) is not None,
    )


def _entry(found: _Dict, base: str, version: str) -> Entry:
    link = _text(found, "feedburner_origlink") or _text(found, "link") or _alternate(found)
    return Entry(
        guid=_text(found, "id"),
        link=_joined(base, link),
        title=_markup(found, "title", version),
        summary=_markup(found, "summary", version),
        content=_content(found, version),
        author=_text(found, "author"),
        lang=str((dict.get(found, "title_detail") or {}).get("language") or "")[:40],
        source=_text(dict.get(found, "source") or {}, "title"),
        published_at=_moment(dict.get(found, "published_parsed")),
        updated_at=_moment(dict.get(found, "updated_parsed")),
    )


def _text(found: _Dict, key: str) -> str:
    value = dict.get(found, key)
    return value[:_SHORT] if isinstance(value, str) else ""


def _markup(found: _Dict, key: str, version: str) -> str:
    value = dict.get(found, key)
    detail = dict.get(found, f"{key}_detail") or {}
    return _as_html(value, detail, version)


def _content(found: _Dict, version: str) -> str:
    parts = dict.get(found, "content") or ()
    texts = [_as_html(p.get("value"), p, version) for p in parts if str(p.get("type") or "text").startswith(_TEXTUAL)]
    return max(texts, key=len, default="")


def _as_html(value: object, detail: _Dict, version: str) -> str:
    if not isinstance(value, str):
        return ""
    # Atom says when a text is no markup; RSS never does, and its writers escape as they please.
    literal = version.startswith("atom") and detail.get("type") == "text/plain"
    return escape(value[:_LONG], quote=False) if literal else value[:_LONG]


def _alternate(found: _Dict) -> str:
    for link in dict.get(found, "links") or ():
        if link.get("rel") in ("alternate", None) and isinstance(link.get("href"), str):
            return str(link["href"])[:_SHORT]
    return ""


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def _moment(found: Any) -> datetime | None:
    """Return feedparser's UTC tuple as a moment; leap seconds become the second before."""
    try:
        return datetime(*found[:5], min(found[5], 59), tzinfo=UTC)  # type: ignore[misc]
    except (TypeError, ValueError, IndexError):
        return None

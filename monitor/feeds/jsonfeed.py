"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/), read as its writers write it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urljoin

from monitor.model.poll import Entry, FetchFailed, Parsed

_SHORT, _LONG = 4_096, 100_000  # characters kept of a field
_MOST_ENTRIES = 20_000


def looks_like_json(body: bytes) -> bool:
    """Whether the document begins like a JSON object."""
    return body[:64].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")


def read_json(body: bytes, url: str) -> Parsed | FetchFailed:
    """Return the feed in ``body``; relative addresses are resolved against ``url``."""
    try:
        feed = json.loads(body.decode("utf-8-sig", errors="replace"))
    except (ValueError, RecursionError):
        # A cut body and a wrong one look alike: both are a failed poll.
        return FetchFailed("torn", "JSON that breaks off or is not valid")
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list) or not _version(feed):
        return FetchFailed("not-a-feed", "JSON, but no JSON Feed")
    items = [i for i in feed["items"][:_MOST_ENTRIES] if isinstance(i, dict)]
    home = _joined(url, _text(feed, "home_page_url"))
    return Parsed(
        title=_text(feed, "title"),
        lang=_text(feed, "language")[:40],
        link=home,
        entries=tuple(_entry(i, home or url) for i in items),
        format=_version(feed),
    )


def _version(feed: Mapping[str, Any]) -> str:
    said = _text(feed, "version")
    if "jsonfeed.org/version/" not in said:
        return ""
    return "json11" if said.rstrip("/").endswith("1.1") else "json1"


def _entry(item: Mapping[str, Any], base: str) -> Entry:
    link = _text(item, "url") or _text(item, "external_url")
    html, text = _text(item, "content_html", _LONG), _text(item, "content_text", _LONG)
    return Entry(
        guid=_text(item, "id"),
        link=_joined(base, link),
        title=escape(_text(item, "title"), quote=False),
        summary=escape(_text(item, "summary", _LONG), quote=False),
        content=html or escape(text, quote=False),
        author=_author(item),
        lang=_text(item, "language")[:40],
        published_at=_moment(_text(item, "date_published")),
        updated_at=_moment(_text(item, "date_modified")),
    )


def _text(found: Mapping[str, Any], key: str, limit: int = _SHORT) -> str:
    value = found.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if value.bit_length() < 1_000 else ""
    # Lone surrogates are legal in JSON's escapes and nowhere else.
    return value[:limit].encode(errors="replace").decode() if isinstance(value, str) else ""


def _author(item: Mapping[str, Any]) -> str:
    listed = item.get("authors")
    candidates = listed if isinstance(listed, list) else [item.get("author")]
    return ", ".join(name for a in candidates[:10] if isinstance(a, dict) and (name := _text(a, "name")))


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def _moment(text: str) -> datetime | None:
    """Return an RFC 3339 date as a moment; one without a zone is taken for UTC."""
    try:
        read = datetime.fromisoformat(text.strip())
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None

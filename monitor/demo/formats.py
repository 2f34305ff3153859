"""Formats: a feed document in each of the formats that outlets still use. Pure.

RSS 0.92 (no dates, no guids), RSS 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed 1.0 and 1.1.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from monitor.demo.data import Row
from monitor.demo.dates import written
from monitor.demo.outlets import Format, Outlet

Entry = tuple[Row, str]
"""A row and the identity its feed gives it."""


def document(outlet: Outlet, entries: Sequence[Entry]) -> bytes:
    """Return the document of ``outlet`` with ``entries`` in the order given, in the outlet's encoding."""
    text = _FORMATS[outlet.format](outlet, entries)
    return text.encode(outlet.encoding, errors="xmlcharrefreplace")


def content_type(outlet: Outlet) -> str:
    """Return the Content-Type that a server would send with the document."""
    kind = {"rdf": "rdf+xml", "atom10": "atom+xml", "atom03": "xml", "json10": "json", "json11": "feed+json"}
    return f"application/{kind.get(outlet.format, 'rss+xml')}; charset={outlet.encoding}"


def _rss(outlet: Outlet, entries: Sequence[Entry], version: str, item: Callable[[Outlet, Entry], str]) -> str:
    head = f"{_tag('title', outlet.title)}{_tag('link', outlet.home)}{_tag('description', outlet.title)}"
    items = "".join(f"<item>{item(outlet, entry)}</item>\n" for entry in entries)
    space = ' xmlns:dc="http://purl.org/dc/elements/1.1/"' if version == "2.0" else ""
    lang = _tag("language", outlet.lang)
    return f'{_xml(outlet)}<rss version="{version}"{space}><channel>{head}{lang}\n{items}</channel></rss>\n'


def _rss20_item(outlet: Outlet, entry: Entry) -> str:
    row, guid = entry
    copied = row.source != outlet.title  # an aggregator names whose text it is
    source = f'<source url="{escape(outlet.home)}">{escape(row.source)}</source>' if copied else ""
    identity = f'<guid isPermaLink="false">{escape(guid)}</guid>'
    return _words(row) + _tag("link", row.url) + identity + source + _dated("pubDate", row, outlet, mail=True)


def _rss092_item(_outlet: Outlet, entry: Entry) -> str:
    return _words(entry[0]) + _tag("link", entry[0].url)


def _rdf(outlet: Outlet, entries: Sequence[Entry]) -> str:
    spaces = (
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    order = "".join(f'<rdf:li rdf:resource="{escape(row.url)}"/>' for row, _ in entries)
    head = _tag("title", outlet.title) + _tag("link", outlet.home) + _tag("description", outlet.title)
    lang = _tag("dc:language", outlet.lang)
    channel = (
        f'<channel rdf:about="{escape(outlet.home)}">{head}{lang}<items><rdf:Seq>{order}</rdf:Seq></items></channel>'
    )
    items = "".join(
        f'<item rdf:about="{escape(row.url)}">{_words(row)}{_tag("link", row.url)}'
        f"{_dated('dc:date', row, outlet)}</item>\n"
        for row, _ in entries
    )
    return f"{_xml(outlet)}<rdf:RDF {spaces}>{channel}\n{items}</rdf:RDF>\n"


def _atom10(outlet: Outlet, entries: Sequence[Entry]) -> str:
    def entry(row: Row, guid: str) -> str:
        link = f'<link rel="alternate" href="{escape(row.url)}"/>'
        kind = ' type="html"' if row.html else ""
        words = f"<title{kind}>{_said(row, row.title)}</title><summary{kind}>{_said(row, row.summary)}</summary>"
        dates = _dated("published", row, outlet) + _dated("updated", row, outlet)
        return f"<entry>{_tag('id', guid)}{link}{words}{dates}</entry>\n"

    start = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.lang}">'
    head = f'{_tag("id", outlet.home)}{_tag("title", outlet.title)}<link href="{escape(outlet.home)}"/>'
    return f"{_xml(outlet)}{start}{head}\n{''.join(entry(row, guid) for row, guid in entries)}</feed>\n"


def _atom03(outlet: Outlet, entries: Sequence[Entry]) -> str:
    def entry(row: Row, guid: str) -> str:
        link = f'<link rel="alternate" type="text/html" href="{escape(row.url)}"/>'
        summary = f'<summary type="text/html" mode="escaped">{_said(row, row.summary)}</summary>'
        dates = _dated("issued", row, outlet) + _dated("modified", row, outlet)
        return f"<entry>{_tag('title', row.title)}{link}{_tag('id', guid)}{summary}{dates}</entry>\n"

    start = f'<feed version="0.3" xmlns="http://purl.org/atom/ns#" xml:lang="{outlet.lang}">'
    head = f'{_tag("title", outlet.title)}<link rel="alternate" type="text/html" href="{escape(outlet.home)}"/>'
    return f"{_xml(outlet)}{start}{head}\n{''.join(entry(row, guid) for row, guid in entries)}</feed>\n"


def _json(outlet: Outlet, entries: Sequence[Entry], version: str) -> str:
    own = {"author": {"name": outlet.title}} if version == "1" else {"language": outlet.lang}
    items = [_json_item(outlet, row, guid) for row, guid in entries]
    feed = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": outlet.title,
        "home_page_url": outlet.home,
        **own,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _json_item(outlet: Outlet, row: Row, guid: str) -> Mapping[str, Any]:
    item = {"id": guid, "url": row.url, "title": row.title, "content_text": row.summary}
    date = written(row, outlet.zone, mail=False)
    return item | ({"date_published": date} if date else {})


def _words(row: Row) -> str:
    return f"<title>{_said(row, row.title)}</title><description>{_said(row, row.summary, block=True)}</description>"


def _said(row: Row, text: str, *, block: bool = False) -> str:
    """Return ``text`` as element content; with markup in it, escaped once more, where the row has some."""
    if not row.html or not text:
        return escape(text)
    first, _, rest = text.partition(" ")
    marked = f"<b>{escape(first)}</b> {escape(rest)}".rstrip()
    pixel = '<img src="https://count.example/p.gif" width="1" height="1"/>'
    return escape(f"<p>{marked}</p>{pixel}" if block else marked)


def _dated(name: str, row: Row, outlet: Outlet, *, mail: bool = False) -> str:
    date = written(row, outlet.zone, mail=mail)
    return _tag(name, date) if date else ""


def _tag(name: str, text: str) -> str:
    return f"<{name}>{escape(text)}</{name}>"


def _xml(outlet: Outlet) -> str:
    return f'<?xml version="1.0" encoding="{outlet.encoding}"?>\n'


_FORMATS: Mapping[Format, Callable[[Outlet, Sequence[Entry]], str]] = {
    "rss20": lambda outlet, entries: _rss(outlet, entries, "2.0", _rss20_item),
    "rss092": lambda outlet, entries: _rss(outlet, entries, "0.92", _rss092_item),
    "rdf": _rdf,
    "atom10": _atom10,
    "atom03": _atom03,
    "json10": lambda outlet, entries: _json(outlet, entries, "1"),
    "json11": lambda outlet, entries: _json(outlet, entries, "1.1"),
}

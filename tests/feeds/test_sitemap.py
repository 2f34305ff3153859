"""News sitemaps are feeds; other sitemaps are none; a site's robots.txt leads to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.feeds.discover import discover
from monitor.feeds.parse import Parser
from monitor.feeds.reading import Reading
from monitor.model.feed import Feed
from monitor.model.poll import FetchFailed, Parsed
from monitor.net.client import Client
from tests.feeds.server import Answer, Server

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
NEWS = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://x.example/a?b=1&amp;c=2</loc><n:news><n:publication><n:name>The Herald</n:name><n:language>de</n:language>
</n:publication><n:publication_date>2025-03-18T10:00:00+01:00</n:publication_date><n:title>Größe &lt; 5 &amp; mehr</n:title></n:news>
<image:image><image:loc>https://x.example/i.jpg</image:loc><image:title>Bild</image:title></image:image></url>
<url><loc>https://x.example/b</loc><n:news><n:title>Ohne Datum</n:title><n:publication_date>neulich</n:publication_date></n:news></url>
<url><loc>https://x.example/about</loc></url></urlset>"""  # noqa: E501
PLAIN = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://x.example/a</loc></url></urlset>'
INDEX = (
    '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{0}/s/pages.xml</loc></sitemap>'
    "<sitemap><loc>{0}/s/news-1.xml</loc></sitemap></sitemapindex>"
)


async def test_a_news_sitemap_is_a_feed(parser: Parser) -> None:
    got = await parser.parse(NEWS.encode(), "application/xml", "https://x.example/news.xml")
    assert isinstance(got, Parsed)
    assert (got.title, got.lang, got.format, len(got.entries)) == ("The Herald", "de", "sitemap", 2)
    first, second = got.entries
    assert (first.link, first.published_at) == ("https://x.example/a?b=1&c=2", NOW.replace(hour=9))
    assert (second.title, second.published_at) == ("Ohne Datum", None)
    reading = await parser.read(NEWS.encode(), "", "https://x.example/news.xml", Feed("x", "https://x.example/"), NOW)
    assert isinstance(reading, Reading)
    assert reading.candidates[0].title == "Größe < 5 & mehr"


@pytest.mark.parametrize(
    ("body", "kind"),
    [(PLAIN, "not-a-feed"), (INDEX, "not-a-feed"), (NEWS[:-20], "torn"), ("<!DOCTYPE a>" + NEWS[39:], "not-a-feed")],
    ids=["plain", "index", "cut", "doctype"],
)
async def test_other_sitemaps_are_no_feeds(parser: Parser, body: str, kind: str) -> None:
    got = await parser.parse(body.encode(), "", "https://x.example/s.xml")
    assert isinstance(got, FetchFailed)
    assert got.kind == kind


async def test_a_document_type_in_another_encoding_is_one_too(parser: Parser) -> None:
    """UTF-16 with a comment whose bytes look like a sitemap's first tag: its entities would be put in."""
    wide = "utf-16-le"
    text = '<!DOCTYPE x [<!ENTITY a "owned">]>' + NEWS[39:].replace("Ohne Datum", "&a;")
    body = b"\xff\xfe" + "<!--".encode(wide) + b"<urlset " + "-->".encode(wide) + text.encode(wide)
    got = await parser.parse(body, "", "https://x.example/s.xml")
    assert isinstance(got, FetchFailed)
    assert "owned" not in str(got)


@pytest.mark.parametrize("by", ["robots", "index", "usual"])
async def test_a_site_with_nothing_but_sitemaps_has_feeds(
    server: Server, client: Client, parser: Parser, by: str
) -> None:
    root = server.url("")
    server.answers["/"] = Answer(body=b"<html><body>News</body></html>")
    place = {"robots": "/s/news-1.xml", "index": "/s/news-1.xml", "usual": "/news-sitemap.xml"}[by]
    server.answers[place] = Answer(body=NEWS.encode())
    if by != "usual":
        path = place if by == "robots" else "/s/index.xml"
        server.answers["/robots.txt"] = Answer(body=f"User-agent: *\nDisallow:\nSitemap: {root}{path}\n".encode())
    server.answers["/s/index.xml"] = Answer(body=INDEX.format(root).encode())
    found = await discover(server.url("/"), client, parser)
    assert not isinstance(found, FetchFailed)
    assert [(f.url, f.format) for f in found] == [(f"{root}{place}", "sitemap")]

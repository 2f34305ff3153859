"""Discover: which feeds a site has, from its page's link tags, its links, the usual places, and its sitemaps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from monitor.feeds.fetch import Http
from monitor.feeds.parse import Parser
from monitor.feeds.sitemap import listed
from monitor.lang.safe import one_line
from monitor.model.poll import FetchFailed, Parsed
from monitor.net.client import Reply

_TYPES = frozenset(
    {
        "application/rss+xml",
        "application/atom+xml",
        "application/rdf+xml",
        "application/feed+json",
        "application/json",
        "application/xml",
        "text/xml",
    }
)
_LOOKS_LIKE = re.compile(r"(?:^|[/._?=-])(?:rss|atom|feeds?|rdf)(?:[/._?=-]|\d{0,2}$|\.xml|\.json)", re.IGNORECASE)
_USUAL = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed/", "/feed.json")
_SITEMAPS = ("/sitemap-news.xml", "/news-sitemap.xml", "/sitemap_news.xml", "/googlenews.xml", "/sitemap.xml")
_SITEMAP_LINE = re.compile(r"^\s*sitemap:\s*(\S{1,2000})", re.IGNORECASE | re.MULTILINE)
_PAGE = 500_000  # characters of a page that are looked at
_MOST = 20  # addresses tried: a page may list thousands


@dataclass(frozen=True, slots=True)
class Found:
    """A feed that answered: its address, its own title, its format and how many entries it has."""

    url: str
    title: str
    format: str
    entries: int


class _Links(HTMLParser):
    """Collects what a page says of feeds: link tags first, then links that look like one."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.base = base
        self.declared: list[str] = []
        self.linked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        href = said.get("href", "").strip()
        if not href:
            return
        if tag == "base":
            self.base = _joined(self.base, href) or self.base
        elif tag == "link" and _declares(said):
            self.declared.append(href)
        elif tag == "a" and _LOOKS_LIKE.search(href):
            self.linked.append(href)


def candidates(html: str, url: str) -> tuple[str, ...]:
    """Return the addresses a page at ``url`` names as feeds: those it declares, then those that look so."""
    links = _Links(url)
    links.feed(html[:_PAGE])
    found = (_joined(links.base, href) for href in (*links.declared, *links.linked))
    return tuple(dict.fromkeys(f for f in found if f))[:_MOST]


def usual_places(url: str) -> tuple[str, ...]:
    """Return where sites without link tags keep their feeds, seen from any of their pages."""
    return tuple(dict.fromkeys(urljoin(url, place) for place in _USUAL))


async def discover(url: str, client: Http, parser: Parser) -> tuple[Found, ...] | FetchFailed:
    """Return the feeds to be had at ``url``: itself if it is one, else those its page leads to.

    The usual places are tried only when the page names none, and its sitemaps, which the site's robots.txt
    names, only after those. Addresses without scheme are taken for https.
    """
    reply = await client.get(url if "://" in url else f"https://{url}")
    if isinstance(reply, FetchFailed):
        return reply
    own = await _feed(reply, parser)
    if own:
        return (own,)
    named = candidates(reply.body.decode(errors="replace"), reply.url) if reply.status == 200 else ()
    return (
        await _tried(named, client, parser)
        or await _tried(usual_places(reply.url), client, parser)
        or await _tried(await _sitemaps(reply.url, client), client, parser)
    )


async def _sitemaps(url: str, client: Http) -> tuple[str, ...]:
    """Return the sitemaps that may hold news: those robots.txt and their indexes name so, else the usual ones."""
    robots = await client.get(urljoin(url, "/robots.txt"))
    lines = _SITEMAP_LINE.findall(_words(robots))
    named = [address for line in lines[:_MOST] if (address := _joined(url, line))]
    found = [address for address in named if "news" in address.lower()]
    for address in [a for a in named if a not in found][:3]:
        reply = await client.get(address)
        inner = listed(reply.body, "") if isinstance(reply, Reply) and reply.status == 200 else ()
        found += [a for a in inner[:1_000] if "news" in a.lower() and _joined(url, a)]
    return tuple(dict.fromkeys(found))[:_MOST] or tuple(urljoin(url, place) for place in _SITEMAPS)


def _words(reply: Reply | FetchFailed) -> str:
    return reply.body[:_PAGE].decode(errors="replace") if isinstance(reply, Reply) and reply.status == 200 else ""


async def _tried(urls: tuple[str, ...], client: Http, parser: Parser) -> tuple[Found, ...]:
    """Ask one address after the other: all are on one host, which owes us nothing."""
    found: dict[str, Found] = {}
    for url in urls:
        reply = await client.get(url)
        feed = None if isinstance(reply, FetchFailed) else await _feed(reply, parser)
        if feed:
            found.setdefault(feed.url, feed)
    return tuple(found.values())


async def _feed(reply: Reply, parser: Parser) -> Found | None:
    if reply.status != 200 or not reply.body:
        return None
    parsed = await parser.parse(reply.body, reply.headers.get("content-type", ""), reply.url)
    if not isinstance(parsed, Parsed):
        return None
    return Found(reply.url, one_line(parsed.title, 120), parsed.format, len(parsed.entries))


def _declares(said: dict[str, str]) -> bool:
    rel = said.get("rel", "").lower().split()
    kind = said.get("type", "").partition(";")[0].strip().lower()
    return ("alternate" in rel and kind in _TYPES) or "feed" in rel


def _joined(base: str, href: str) -> str:
    try:
        url = urljoin(base, href)
        return url.partition("#")[0] if urlsplit(url).scheme in ("http", "https") and urlsplit(url).hostname else ""
    except ValueError:
        return ""

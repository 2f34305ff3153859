"""Discovering: from a page's address to the feeds it has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.discover import candidates, discover, usual_places
from monitor.feeds.parse import Parser
from monitor.model.poll import FetchFailed
from monitor.net.client import Client
from tests.feeds.server import Answer, Server

pytestmark = pytest.mark.anyio
FEED = Answer(body=b"<rss version='2.0'><channel><title>The\nWire</title><item><title>x</title></item></channel></rss>")
PAGE = """<html><head><base href="https://x.example/base/"><LINK REL="Alternate feed" TYPE="application/rss+xml"
href="all"><link rel="alternate" type="text/html" href="/de">
<link rel="alternate" type="application/atom+xml; charset=utf-8" href="/a">
<link rel="alternate" type="application/rss+xml" href="javascript:x"></head><body><a href="/world/rss.xml#x">RSS</a>
<a href="/about">About</a><a href="/feedback">Feedback</a><a href="//y.example/feed/">Feed</a><a href="http://[x/rss">"""


def test_link_tags_come_before_links_that_look_like_feeds() -> None:
    assert candidates(PAGE, "https://x.example/news/") == (
        "https://x.example/base/all",
        "https://x.example/a",
        "https://x.example/world/rss.xml",
        "https://y.example/feed/",
    )


@given(st.text())
def test_any_page_gives_web_addresses_and_not_many(text: str) -> None:
    for page in (text, f"<a href='/rss{text}'>", f"<link rel=alternate type='application/rss+xml' href='{text}'>" * 50):
        found = candidates(page, "https://x.example/")
        assert all(url.startswith(("http://", "https://")) for url in found)
        assert len(found) <= 20


async def test_a_feeds_own_address_is_its_answer(server: Server, client: Client, parser: Parser) -> None:
    server.answers["/feed"] = FEED
    found = await discover(server.url(), client, parser)
    assert not isinstance(found, FetchFailed)
    assert [(f.url, f.title, f.format, f.entries) for f in found] == [(server.url(), "The Wire", "rss20", 1)]


async def test_a_pages_feeds_are_those_that_answer(server: Server, client: Client, parser: Parser) -> None:
    links = "".join(f"<link rel=alternate type=application/rss+xml href=/{n}>" for n in ("one", "two", "three"))
    server.answers = {"/": Answer(body=f"<html>{links}".encode()), "/one": FEED, "/two": Answer(404)}
    server.answers["/three"] = Answer(301, headers={"Location": "/one"})
    found = await discover(server.url("/"), client, parser)
    assert not isinstance(found, FetchFailed)
    assert [f.url for f in found] == [server.url("/one")]


async def test_without_any_hint_the_usual_places_are_tried(server: Server, client: Client, parser: Parser) -> None:
    server.answers = {"/news": Answer(body=b"<html><p>Hello"), "/rss.xml": FEED}
    found = await discover(server.url("/news"), client, parser)
    assert not isinstance(found, FetchFailed)
    assert [f.url for f in found] == [server.url("/rss.xml")]
    assert {r.path for r in server.requests[1:]} == {
        "/" + u.split("/", 3)[3] for u in usual_places(server.url("/news"))
    }


async def test_a_site_that_does_not_answer_says_why(client: Client, parser: Parser) -> None:
    got = await discover("http://127.0.0.1:1/", client, parser)
    assert isinstance(got, FetchFailed)
    assert got.kind == "connect"
    unnamed = await discover("no-such-host.invalid", client, parser)
    assert isinstance(unnamed, FetchFailed)
    assert unnamed.kind == "dns"

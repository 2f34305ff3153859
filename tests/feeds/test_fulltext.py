"""Articles behind a feed's new entries: asked for once and politely, read in a worker, kept behind the summary."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.feeds import article
from monitor.feeds.fulltext import MOST, Articles, with_articles
from monitor.feeds.parse import Parser
from monitor.feeds.poll import poll
from monitor.feeds.sites import Sites
from monitor.model.feed import Feed, FeedState
from monitor.model.poll import Candidate
from monitor.net.client import Client
from monitor.net.egress import Egress
from tests.feeds.server import Answer, Server
from tests.service.desk import Desk

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
WORDS = "Delegations from both capitals met behind closed doors for nine hours and agreed to meet again in spring."
PAGE = f"""<html><head><title>Talks</title></head><body><nav><p>Home News Sport</p></nav>
<article><h1>Talks went on</h1><p>{WORDS}</p><p>{WORDS.replace("nine", "ten")}</p></article>
<footer><p>{"All rights of the house are reserved. " * 3}</p></footer>
<script>var p = "<p>{"x" * 90}</p>"</script></body></html>""".encode()
HTML = {"Content-Type": "text/html; charset=utf-8"}


def entry(server: Server, number: int, published: datetime | None = NOW) -> Candidate:
    return Candidate(
        (f"g:{number}",), f"Talks {number}", "Short", server.url(f"/{number}"), "", "", "en", published, number
    )


class Asking:
    """Articles asked of a local server; what is ``known`` is not new."""

    def __init__(self, client: Client, parser: Parser, known: frozenset[str] = frozenset()) -> None:
        self.known = known
        self.articles = Articles(client, parser, self.unknown, Sites(client, pause_s=0.0))

    async def unknown(self, feed: str, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
        assert feed == "wire"
        return [c for c in candidates if self.known.isdisjoint(c.keys)]

    async def read(self, *candidates: Candidate) -> tuple[Candidate, ...]:
        return await with_articles(
            Feed("wire", "https://wire.example/rss", fulltext=True), candidates, self.articles, NOW
        )

    async def about(self, *candidates: Candidate) -> list[str]:
        return [c.summary for c in await self.read(*candidates)]


async def test_an_article_stands_behind_the_summary(server: Server, client: Client, parser: Parser) -> None:
    server.answers["/1"] = Answer(body=PAGE, headers=HTML)
    (summary,) = await Asking(client, parser).about(entry(server, 1))
    own, _, text = summary.partition("\n")
    assert own == "Short"
    assert WORDS in text
    assert "nine hours" in text
    assert "Home News" not in text
    assert "xxx" not in text
    if article.installed():  # else the footer is a paragraph as any other
        assert "All rights" not in text


async def test_only_what_is_new_and_recent_is_asked_for_and_not_all_at_once(
    server: Server, client: Client, parser: Parser
) -> None:
    for number in range(30):
        server.answers[f"/{number}"] = Answer(404)
    old = entry(server, 20, NOW - timedelta(days=2))
    asking = Asking(client, parser, known=frozenset({"g:3"}))
    assert set(await asking.about(old, *(entry(server, n) for n in range(20)))) == {"Short"}
    pages = [r.path for r in server.requests if r.path != "/robots.txt"]
    assert pages == [f"/{n}" for n in range(MOST + 1) if n != 3]
    assert len(server.asked("/robots.txt")) == 1


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(500), "status 500"),
        (Answer(body=PAGE, headers={"Content-Type": "application/pdf"}), "no web page"),
        (Answer(body=b"", headers=HTML), "no text"),
        (Answer(body=b"\xff\xfe\0<p", headers=HTML), "no text"),
        (Answer(body=b"<p>" + b"x" * 1_000_001, headers=HTML), "more than 1000000 bytes"),
        (Answer(302, headers={"Location": "http://10.0.0.1/inside"}), "robots.txt of 10.0.0.1 could not be read"),
        (Answer(302, headers={"Location": "/private/1"}), "robots.txt of 127.0.0.1:{port} does not allow it"),
        (Answer(body=PAGE, headers=HTML, cut=100), "broke off"),
    ],
    ids=["an error", "no page", "empty", "no text", "too large", "a way inside", "a way to the forbidden", "torn"],
)
async def test_without_an_article_the_item_goes_on_and_says_why(
    server: Server, client: Client, parser: Parser, answer: Answer, why: str
) -> None:
    server.answers |= {"/1": answer, "/robots.txt": Answer(body=b"User-agent: *\nDisallow: /private")}
    (got,) = await Asking(client, parser).read(entry(server, 1))
    assert got.summary == "Short"
    assert why.format(port=server.port) in got.article
    assert not server.asked("/private/1")


async def test_what_robots_txt_disallows_is_not_asked_for(server: Server, client: Client, parser: Parser) -> None:
    server.answers |= {f"/{n}": Answer(body=PAGE, headers=HTML) for n in (1, 2)}
    server.answers["/robots.txt"] = Answer(body=b"User-agent: storywatch\nDisallow: /1\n")
    refused, read = await Asking(client, parser).read(entry(server, 1), entry(server, 2))
    assert refused.article == f"robots.txt of 127.0.0.1:{server.port} does not allow it"
    assert WORDS in read.summary
    assert not read.article
    assert not server.asked("/1")


async def test_a_site_that_does_not_answer_costs_a_poll_no_more_than_its_patience(
    server: Server, client: Client, parser: Parser
) -> None:
    server.answers["/1"] = Answer(body=PAGE, headers=HTML, drip_s=30)
    asking = Asking(client, parser)
    asking.articles = replace(asking.articles, patience_s=0.3)
    got = await asking.read(*(entry(server, n) for n in range(1, 13)))
    assert {c.article for c in got[:MOST]} == {"there was no time: the site is slow, or wants long pauses"}
    assert {c.article for c in got[MOST:]} == {"only 10 articles are read at once"}


async def test_addresses_inside_are_refused_for_articles_too(server: Server, parser: Parser) -> None:
    server.answers["/1"] = Answer(body=PAGE, headers=HTML)
    outside = Client(egress=Egress(()), user_agent="Storywatch/test")
    assert await Asking(outside, parser).about(entry(server, 1)) == ["Short"]
    assert server.requests == []
    await outside.aclose()


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_visit_reads_articles_only_where_that_is_wanted(
    server: Server, client: Client, parser: Parser, wanted: bool
) -> None:
    link = f"<link>{server.url('/1')}</link>"
    item = f"<item><guid>1</guid><title>Talks</title>{link}<description>Short</description></item>"
    server.answers["/feed"] = Answer(
        body=f"<rss version='2.0'><channel><title>W</title>{item}</channel></rss>".encode()
    )
    server.answers["/1"] = Answer(body=PAGE, headers=HTML)
    feed = Feed("wire", server.url(), fulltext=wanted)
    articles = Asking(client, parser).articles
    polled = await poll(feed, FeedState("wire", feed.url), client, parser, lambda: NOW, articles)
    assert (WORDS in polled.candidates[0].summary) == wanted
    assert bool(server.asked("/1")) == wanted


async def test_the_daemons_poller_asks_robots_txt(
    server: Server, client: Client, parser: Parser, tmp_path: Path
) -> None:
    link = f"<link>{server.url('/1')}</link>"
    item = f"<item><guid>1</guid><title>Talks</title>{link}<description>Short</description></item>"
    server.answers["/feed"] = Answer(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode())
    server.answers["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /1")
    here = Desk(tmp_path / "s.db", [Feed("wire", server.url(), fulltext=True)], client, parser)
    await here.open()
    assert await here.poller.step() == 1
    while here.poller.running:  # noqa: ASYNC110 - it tells the batch, not us
        await asyncio.sleep(0.01)
    (polled,) = here.poller.take()
    assert [c.article for c in polled.candidates] == [f"robots.txt of 127.0.0.1:{server.port} does not allow it"]
    assert [r.path for r in server.requests] == ["/feed", "/robots.txt"]
    await here.close()


def test_without_the_extra_a_pages_paragraphs_are_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article, "_extracted", lambda *_: None)  # as where trafilatura is not installed
    text = article.text_of(
        PAGE.replace(b"both capitals", b"<b>both</b> capitals"), "text/html", "https://wire.example/1"
    )
    assert text.startswith(WORDS)
    assert "Home" not in text
    assert "xxx" not in text
    assert len(article.text_of(PAGE * 50, "text/html", "")) <= article.MOST

"""One whole visit over real HTTP and a real parser process, and what is planned after it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from monitor.feeds.cadence import plan
from monitor.feeds.parse import Parser
from monitor.feeds.poll import poll
from monitor.model.feed import Feed, FeedState
from monitor.model.poll import Fetched, FetchFailed, Gone, NotModified, Polled
from monitor.net.client import Client
from tests.feeds.server import Answer, Server

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
RSS = "<rss version='2.0'><channel><title>The Wire</title><ttl>20</ttl>{items}</channel></rss>"
ITEMS = tuple(
    f"<item><title>News {n}</title><link>https://wire.example/{n}</link><guid>{n}</guid></item>" for n in range(4)
)
WHOLE = RSS.format(items="".join(ITEMS)).encode()


class Visitor:
    """Visits one feed again and again, as the pipeline does, a quarter of an hour apart."""

    def __init__(self, server: Server, client: Client, parser: Parser) -> None:
        self.feed = Feed("world/wire", server.url(), publisher="Wire")
        self.state = FeedState("world/wire", server.url())
        self.client, self.parser, self.now = client, parser, NOW

    async def visit(self) -> Polled:
        got = await poll(self.feed, self.state, self.client, self.parser, lambda: self.now)
        self.state = plan(self.state, got, len(got.candidates), (300, 21_600), Random(1))
        self.now += timedelta(minutes=15)
        return got


@pytest.fixture
def visitor(server: Server, client: Client, parser: Parser) -> Visitor:
    return Visitor(server, client, parser)


async def test_a_visit_brings_candidates_and_the_next_one_asks_only_for_changes(
    server: Server, visitor: Visitor
) -> None:
    server.answers["/feed"] = lambda r: (
        Answer(304)
        if r.headers.get("if-none-match") == '"a"'
        else Answer.gzipped(WHOLE, ETag='"a"', **{"Cache-Control": "max-age=900"})
    )
    first = await visitor.visit()
    assert isinstance(first.outcome, Fetched)
    assert first.outcome.body == b""
    assert [c.title for c in first.candidates] == ["News 0", "News 1", "News 2", "News 3"]
    assert {c.source for c in first.candidates} == {"Wire"}
    assert (first.title, first.hints.ttl_s, first.hints.max_age_s) == ("The Wire", 1_200, 900)
    assert (visitor.state.title, visitor.state.first_polled_at) == ("The Wire", NOW)
    second = await visitor.visit()
    assert isinstance(second.outcome, NotModified)
    assert second.candidates == ()


async def test_the_same_body_again_is_not_parsed(server: Server, visitor: Visitor) -> None:
    server.answers["/feed"] = Answer(body=WHOLE)
    await visitor.visit()
    visitor.parser = None  # type: ignore[assignment]  # it would raise
    again = await visitor.visit()
    assert isinstance(again.outcome, NotModified)
    assert again.outcome.same_body


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (Answer(body=b"<html><body>Sign in first</body></html>", headers={"ETag": '"portal"'}), "not-a-feed"),
        (Answer(body=b"", headers={"ETag": '"portal"'}), "not-a-feed"),
        (Answer(body=WHOLE[: len(WHOLE) // 2], headers={"ETag": '"portal"'}), "torn"),
        (Answer(body=WHOLE, cut=len(WHOLE) // 2, headers={"ETag": '"portal"'}), "torn"),
        (Answer(500), "http"),
        (Answer(raw=b"\x15\x03\x01"), "http"),
    ],
)  # fmt: skip
async def test_a_bad_answer_between_two_good_ones_leaves_no_trace(
    server: Server, visitor: Visitor, bad: Answer, kind: str
) -> None:
    server.answers["/feed"] = Answer(body=WHOLE, headers={"ETag": '"a"'})
    await visitor.visit()
    good = visitor.state
    server.answers["/feed"] = bad
    got = await visitor.visit()
    assert isinstance(got.outcome, FetchFailed)
    assert (got.outcome.kind, got.candidates) == (kind, ())
    assert (visitor.state.validators, visitor.state.body_hash) == (good.validators, good.body_hash)
    assert visitor.state.failures == 1
    server.answers["/feed"] = Answer(304)
    assert isinstance((await visitor.visit()).outcome, NotModified)
    assert visitor.state.failures == 0


async def test_nothing_is_lost_when_the_first_answer_is_a_page(server: Server, visitor: Visitor) -> None:
    server.answers["/feed"] = [
        Answer(body=b"<html/>", headers={"ETag": '"a"'}),
        Answer(body=WHOLE, headers={"ETag": '"a"'}),
    ]
    assert isinstance((await visitor.visit()).outcome, FetchFailed)
    assert visitor.state.first_polled_at is None
    assert len((await visitor.visit()).candidates) == 4
    assert "if-none-match" not in server.requests[1].headers


async def test_a_feed_that_never_ends_is_read_after_some_failures_and_from_then_on(
    server: Server, visitor: Visitor
) -> None:
    endless = RSS.format(items="".join(ITEMS)).split("</channel>")[0].removesuffix("</item>").encode()
    server.answers["/feed"] = Answer(body=endless)
    outcomes = [await visitor.visit() for _ in range(6)]
    assert [len(got.candidates) for got in outcomes] == [0, 0, 0, 3, 3, 3]
    assert visitor.state.last_error.startswith("torn")
    server.answers["/feed"] = Answer(body=WHOLE)
    assert len((await visitor.visit()).candidates) == 4
    assert visitor.state.last_error == ""


async def test_a_permanent_move_is_remembered_and_a_dead_one_found_out(server: Server, visitor: Visitor) -> None:
    server.answers["/feed"] = Answer(301, headers={"Location": "/moved"})
    server.answers["/moved"] = Answer(body=WHOLE)
    await visitor.visit()
    assert visitor.state.url == server.url("/moved")
    server.answers["/moved"] = Answer(404)
    server.answers["/feed"] = Answer(body=WHOLE)
    for _ in range(4):
        await visitor.visit()
    assert (visitor.state.url, visitor.state.failures) == (server.url(), 0)


async def test_a_feed_that_is_gone_and_comes_back(server: Server, visitor: Visitor) -> None:
    server.answers["/feed"] = [Answer(410), Answer(body=WHOLE)]
    assert isinstance((await visitor.visit()).outcome, Gone)
    assert visitor.state.gone
    await visitor.visit()
    assert not visitor.state.gone


async def test_days_of_errors_end_with_the_first_good_answer(server: Server, visitor: Visitor) -> None:
    visitor.state = replace(visitor.state, failures=900, last_error="http: status 500")
    server.answers["/feed"] = Answer(body=WHOLE)
    assert len((await visitor.visit()).candidates) == 4
    assert (visitor.state.failures, visitor.state.last_error) == (0, "")

"""Fetching: conditional questions, moved feeds, credentials, and what each answer means."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.feeds.fetch import body_hash, fetch
from monitor.model.feed import Feed, FeedState, Validators
from monitor.model.poll import Fetched, FetchFailed, Gone, NotModified
from monitor.net.client import Client
from tests.feeds.server import Answer, Request, Server

pytestmark = pytest.mark.anyio
NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
BODY = b"<rss version='2.0'><channel/></rss>"


def fresh(server: Server, **changes: object) -> FeedState:
    state = FeedState("world/wire", server.url(), Validators('"v1"', "Mon, 17 Mar 2025 10:00:00 GMT"), last_full_at=NOW)
    return replace(state, **changes)


def feed(server: Server, **fields: object) -> Feed:
    return Feed("world/wire", server.url(), **fields)


async def test_a_first_visit_asks_without_conditions_and_keeps_the_validators(server: Server, client: Client) -> None:
    server.answers["/feed"] = Answer(
        body=BODY,
        headers={
            "ETag": '"v2"',
            "Last-Modified": "Tue",
            "Content-Type": "application/rss+xml",
            "Cache-Control": "max-age=600",
        },
    )
    got = await fetch(feed(server), FeedState("world/wire", server.url()), client, now=NOW)
    assert isinstance(got, Fetched)
    assert (got.body, got.content_type, got.max_age_s) == (BODY, "application/rss+xml", 600)
    assert got.validators == Validators('"v2"', "Tue")
    asked = server.requests[0].headers
    assert "if-none-match" not in asked
    assert asked["user-agent"] == "Storywatch/test (+https://desk.example)"
    assert "cookie" not in asked


async def test_a_known_feed_is_asked_with_its_validators_and_304_keeps_them(server: Server, client: Client) -> None:
    server.answers["/feed"] = Answer(304)
    got = await fetch(feed(server), fresh(server), client, now=NOW + timedelta(hours=1))
    assert got == NotModified(fresh(server).validators, url=server.url())
    assert server.requests[0].headers["if-none-match"] == '"v1"'
    assert server.requests[0].headers["if-modified-since"] == "Mon, 17 Mar 2025 10:00:00 GMT"


async def test_once_a_day_the_question_is_unconditional(server: Server, client: Client) -> None:
    server.answers["/feed"] = lambda r: Answer(304) if "if-none-match" in r.headers else Answer(body=BODY)
    got = await fetch(feed(server), fresh(server), client, now=NOW + timedelta(hours=25))
    assert isinstance(got, Fetched)


async def test_a_304_that_nobody_asked_for_is_a_failure(server: Server, client: Client) -> None:
    server.answers["/feed"] = Answer(304)
    got = await fetch(feed(server), fresh(server), client, now=NOW + timedelta(hours=25))
    assert isinstance(got, FetchFailed)
    assert (got.kind, got.status) == ("http", 304)


async def test_the_same_body_under_a_200_is_not_modified(server: Server, client: Client) -> None:
    server.answers["/feed"] = Answer(body=BODY, headers={"ETag": '"v2"'})
    got = await fetch(feed(server), fresh(server, body_hash=body_hash(BODY)), client, now=NOW)
    assert got == NotModified(Validators('"v2"'), same_body=True, url=server.url())


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("Tue, 18 Mar 2025 12:05:00 GMT", 300.0),
        ("Tue, 18 Mar 2025 11:00:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("315360000", 315_360_000.0),
        ("", None),
    ],
)
async def test_retry_after_is_read_as_seconds_or_date(
    server: Server, client: Client, header: str, seconds: float | None
) -> None:
    server.answers["/feed"] = Answer(503, headers={"Retry-After": header})
    got = await fetch(feed(server), fresh(server), client, now=NOW)
    assert got == FetchFailed("http", "status 503", 503, seconds)


@pytest.mark.parametrize(
    ("status", "kind"), [(404, "http"), (401, "http"), (500, "http"), (204, "http"), (206, "http")]
)
async def test_other_statuses_fail_and_say_which(server: Server, client: Client, status: int, kind: str) -> None:
    server.answers["/feed"] = Answer(status)
    got = await fetch(feed(server), fresh(server), client, now=NOW)
    assert isinstance(got, FetchFailed)
    assert (got.kind, got.status) == (kind, status)


async def test_410_is_gone(server: Server, client: Client) -> None:
    server.answers["/feed"] = Answer(410)
    assert await fetch(feed(server), fresh(server), client, now=NOW) == Gone(server.url())


@pytest.mark.parametrize(
    ("statuses", "remembered"),
    [((301, 308), True), ((302, 301), False), ((301, 307), False), ((308,), True), ((303,), False)],
)
async def test_only_an_unbroken_chain_of_permanent_redirects_is_remembered(
    server: Server, client: Client, statuses: tuple[int, ...], remembered: bool
) -> None:
    for i, status in enumerate(statuses):
        server.answers["/feed" if i == 0 else f"/{i}"] = Answer(status, headers={"Location": f"/{i + 1}"})
    server.answers[f"/{len(statuses)}"] = Answer(body=BODY)
    got = await fetch(feed(server), fresh(server), client, now=NOW)
    assert isinstance(got, Fetched)
    # (301, 307): the part that was permanent counts, the rest does not.
    expected = f"/{len(statuses)}" if remembered else "/1" if statuses == (301, 307) else ""
    assert got.moved_to == (server.url(expected) if expected else "")
    assert got.url == server.url(f"/{len(statuses)}")


async def test_credentials_go_to_the_configured_origin_only(server: Server, client: Client) -> None:
    other = server.url("/other", host="localhost")
    server.answers["/feed"] = Answer(301, headers={"Location": other})
    server.answers["/other"] = Answer(body=BODY)
    secret = feed(server, token="t0p", headers=(("X-Key", "k3y"), ("Cookie", "a=b")))
    got = await fetch(secret, fresh(server), client, now=NOW)
    assert isinstance(got, Fetched)
    assert got.moved_to == ""
    first, second = (r.headers for r in server.requests)
    assert (first["authorization"], first["x-key"], first["cookie"]) == ("Bearer t0p", "k3y", "a=b")
    assert not {"authorization", "x-key", "cookie"} & set(second)
    moved = await fetch(secret, fresh(server, url=other), client, now=NOW)
    assert isinstance(moved, Fetched)
    assert "authorization" not in server.requests[-1].headers


async def test_basic_credentials_are_sent(server: Server, client: Client) -> None:
    server.answers["/feed"] = Answer(body=BODY)
    await fetch(feed(server, user="desk", password="päss"), fresh(server), client, now=NOW)
    assert server.requests[0].headers["authorization"] == "Basic ZGVzazpww6Rzcw=="


async def test_where_a_move_led_nowhere_the_configured_address_is_asked_again(server: Server, client: Client) -> None:
    def answer(request: Request) -> Answer:
        assert "if-none-match" not in request.headers
        return Answer(body=BODY)

    server.answers["/feed"] = answer
    lost = fresh(server, url=server.url("/gone"), failures=3)
    got = await fetch(feed(server), lost, client, now=NOW)
    assert isinstance(got, Fetched)
    assert got.moved_to == server.url()
    even = await fetch(feed(server), replace(lost, failures=4), client, now=NOW)
    assert isinstance(even, FetchFailed)


@given(st.text(max_size=60))
def test_any_header_text_gives_a_time_or_none(text: str) -> None:
    from monitor.feeds.fetch import _max_age_s, _retry_after_s

    after = _retry_after_s({"retry-after": text}, NOW)
    age = _max_age_s({"cache-control": text, "expires": text, "date": text, "age": text})
    assert after is None or after >= 0
    assert age is None or age >= 0

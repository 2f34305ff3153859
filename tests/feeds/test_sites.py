"""How sites are asked for articles: robots.txt once a day, pages one after the other with pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from monitor.feeds import sites as rules
from monitor.feeds.sites import Sites
from monitor.model.poll import FetchFailed
from monitor.net.client import Client, Forbidden, Reply
from tests.feeds.server import Answer, Server

pytestmark = pytest.mark.anyio
REFUSING = Answer(body=b"User-agent: *\nDisallow: /")


@pytest.mark.parametrize(
    ("answer", "allowed"),
    [
        (Answer(body=b"User-agent: *\nDisallow: /private"), True),
        (REFUSING, False),
        (Answer(404), True),
        (Answer(403), True),
        (Answer(410), True),
        (Answer(429), False),
        (Answer(500), False),
        (Answer(302, headers={"Location": "/rules"}), False),
        (Answer(302, headers={"Location": "http://10.0.0.1/robots.txt"}), False),
        (Answer(raw=b"SSH-2.0-x\r\n"), False),
        (Answer.gzipped(b"User-agent: *\nDisallow: /"), False),
        (Answer(body=b"<html><body>Not found</body></html>"), True),
    ],
    ids=[
        "other paths", "all", "none", "forbidden", "gone", "busy", "broken", "moved", "moved inside", "no http",
        "packed", "a page",
    ],
)  # fmt: skip
async def test_a_site_is_asked_once_what_it_allows(
    server: Server, client: Client, answer: Answer, allowed: bool
) -> None:
    server.answers |= {"/robots.txt": answer, "/rules": REFUSING}
    sites = Sites(client)
    said = [await sites.forbidden(server.url(f"/{n}")) for n in range(3)]
    assert [not why for why in said] == [allowed] * 3
    assert len(server.asked("/robots.txt")) == 1


async def test_a_robots_txt_that_drips_is_not_waited_for(server: Server, client: Client) -> None:
    server.answers["/robots.txt"] = Answer(body=b"User-agent: *", drip_s=30)
    sites = Sites(client, wait_s=0.2)
    assert await sites.forbidden(server.url("/1")) == f"robots.txt of 127.0.0.1:{server.port} could not be read"
    assert await sites.forbidden(server.url("/2"))
    assert len(server.asked("/robots.txt")) == 1


async def test_what_was_said_holds_for_a_day_and_on_while_nothing_new_can_be_had(
    server: Server, client: Client
) -> None:
    server.answers["/robots.txt"] = [Answer(body=b"User-agent: *\nDisallow: /1"), Answer(500)]
    moments = iter([0.0, 0.0, rules.FRESH_S - 1, rules.FRESH_S + 1, *[rules.FRESH_S + 1] * 9])
    sites = Sites(client, now=lambda: next(moments))
    assert await sites.forbidden(server.url("/1"))
    assert await sites.forbidden(server.url("/1"))
    assert len(server.asked("/robots.txt")) == 1
    assert not await sites.forbidden(server.url("/2"))
    assert "does not allow it" in await sites.forbidden(server.url("/1"))
    assert len(server.asked("/robots.txt")) == 2


class Nowhere:
    """A client that reaches nothing."""

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None,
        *, forbidden: Forbidden | None = None,
    ) -> Reply | FetchFailed:  # fmt: skip
        return FetchFailed("connect", "nowhere")


async def test_pages_of_a_site_are_asked_for_one_after_the_other_and_others_beside_them() -> None:
    sites, asked, go = Sites(Nowhere(), pause_s=0.0), list[str](), asyncio.Event()

    async def ask(url: str) -> None:
        async with sites.turn(url):
            asked.append(url)
            await go.wait()

    tasks = [asyncio.create_task(ask(f"https://{host}.example/{n}")) for host in "ab" for n in range(2)]
    for _ in range(20):
        await asyncio.sleep(0)
    assert asked == ["https://a.example/0", "https://b.example/0"]
    go.set()
    await asyncio.gather(*tasks)
    assert len(asked) == 4


async def test_the_pause_a_site_asks_for_is_kept_up_to_half_a_minute(server: Server, client: Client) -> None:
    server.answers["/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 900")
    sites, url = Sites(client), server.url("/1")
    await sites.forbidden(url)
    async with sites.turn(url):
        pass
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05), sites.turn(url):
            pytest.fail("nobody waited")


async def test_the_sites_that_are_remembered_are_bounded() -> None:
    sites = Sites(Nowhere())
    for number in range(rules.MOST + 50):
        await sites.forbidden(f"https://h{number}.example/")
    assert len(sites._sites) == rules.MOST

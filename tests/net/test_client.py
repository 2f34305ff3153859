"""The client against a real local server that behaves as badly as the web does."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from monitor.model.poll import FetchFailed
from monitor.net.client import Client, Reply, user_agent
from monitor.net.egress import Egress
from monitor.net.transport import SystemResolver
from tests.feeds.server import Answer, Server, running

pytestmark = pytest.mark.anyio
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
LOOPBACK = Egress(("127.0.0.0/8",))


def answering(*turns: Sequence[str]) -> Resolve:
    """A name server whose answer changes with each question."""
    left = list(turns)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def made(**settings: object) -> Client:
    return Client(**{"egress": LOOPBACK, "user_agent": "t", "timeout_s": 90.0, "max_bytes": 1_000_000, **settings})


async def failed(client: Client, url: str) -> FetchFailed:
    got = await client.get(url)
    assert isinstance(got, FetchFailed), got
    assert "\n" not in got.detail
    assert "s3cret" not in got.detail
    return got


def bomb(megabytes: int, times: int = 1) -> bytes:
    data = b"\0" * (megabytes * 1_000_000)
    for _ in range(times):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(body=b"<rss>" * 500, cut=300), "torn"),
        (Answer(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"), "torn"),
        (Answer(body=gzip.compress(b"x" * 9_000)[:20], headers={"Content-Encoding": "gzip"}), "torn"),
        (Answer(body=bomb(5), headers={"Content-Encoding": "gzip"}), "too-large"),
        (Answer(body=bomb(5, 2), headers={"Content-Encoding": "gzip, gzip"}), "encoding"),
        (Answer(body=b"x", headers={"Content-Encoding": "br"}), "encoding"),
        (Answer(body=b"x" * 1_000_001), "too-large"),
        (Answer(body=b"x" * 1_000_001, length=False), "too-large"),
        (Answer(raw=b"220 smtp ready\r\n"), "http"),
        (Answer(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 40_000), "http"),
        (Answer(raw=b" "), "http"),
        (Answer(302, headers={"Location": "/feed?s3cret"}), "redirect"),
        (Answer(302, headers={"Location": "file:///etc/passwd"}), "redirect"),
        (Answer(302, headers={"Location": "ftp://127.0.0.1/s3cret"}), "redirect"),
        (Answer(302, headers={"Location": "http://[::1/"}), "redirect"),
        (Answer(302, headers={"Location": "http://10.0.0.1/s3cret"}), "egress"),
        (Answer(302, headers={"Location": "http://[::ffff:10.0.0.1]/"}), "egress"),
        (Answer(302, headers={"Location": "http://0.0.0.0/"}), "egress"),
        (Answer(302, headers={"Location": "http://[::1]/"}), "egress"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_each_way_to_fail_has_its_kind(server: Server, answer: Answer, kind: str) -> None:
    server.answers["/feed"] = answer
    assert (await failed(made(), server.url("/feed?key=s3cret"))).kind == kind


@pytest.mark.parametrize("part", [b"HTTP/1.1 200 OK\r\nX-Drip: 1", b""])
async def test_a_drip_ends_at_the_deadline_in_headers_and_body(server: Server, part: bytes) -> None:
    server.answers["/feed"] = (
        Answer(raw=part + b"x" * 10_000, drip_s=0.02) if part else Answer(body=b"x" * 10_000, drip_s=0.02)
    )
    started = asyncio.get_running_loop().time()
    assert (await failed(made(timeout_s=0.3), server.url())).kind == "timeout"
    assert asyncio.get_running_loop().time() - started < 30, "not for as long as it drips"


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "::1", "0.0.0.0", "::ffff:127.0.0.1", "100.64.0.1", "169.254.169.254", "10.0.0.1", "fd00::1"],
)
async def test_a_name_that_leads_inside_is_refused_when_dialled(server: Server, address: str) -> None:
    client = made(egress=Egress(), resolve=answering([address]))
    assert (await failed(client, server.url(host="feed.example"))).kind == "egress"
    assert server.requests == []


async def test_a_name_rebound_between_two_polls_is_refused(server: Server) -> None:
    server.answers["/feed"] = Answer(body=b"ok")
    client = made(egress=Egress(("127.0.0.1/32",)), resolve=answering(["127.0.0.1"], ["127.0.0.2"]))
    assert isinstance(await client.get(server.url(host="feed.example")), Reply)
    assert (await failed(client, server.url(host="feed.example"))).kind == "egress"
    assert len(server.requests) == 1


async def test_a_name_in_another_script_is_looked_up_in_its_ascii_form(server: Server) -> None:
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    await made(resolve=resolve).get(server.url(host="новости.example"))
    assert asked == ["xn--b1amnebsh.example"]


async def test_of_several_addresses_the_allowed_ones_are_tried(server: Server) -> None:
    server.answers["/feed"] = Answer(body=b"ok")
    client = made(resolve=answering(["10.0.0.1", "127.0.0.9", "127.0.0.1"]))
    got = await client.get(server.url(host="feed.example"))
    assert isinstance(got, Reply)
    assert server.requests[0].headers["host"] == f"feed.example:{server.port}"


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.0.0.1", "[::1]", "127.0.0.1"])
async def test_no_spelling_of_loopback_passes(server: Server, host: str) -> None:
    assert (await failed(made(egress=Egress()), server.url(host=host))).kind == "egress"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://no-such-host.invalid/s3cret", "dns"),
        ("http://" + "a" * 70 + ".invalid/", "dns"),
        ("http://127.0.0.1:1/?s3cret", "connect"),
        ("ftp://x.example/s3cret", "url"),
        ("http:///nothing", "url"),
        ("", "url"),
        ("http://x.example:99999/", "url"),
        ("http://x.example/" + "s3cret" * 1_000, "url"),
        ("http://user:s3cret@127.0.0.1:1/", "connect"),
    ],
)
async def test_an_address_that_leads_nowhere_says_so_in_one_line(url: str, kind: str) -> None:
    assert (await failed(made(), url)).kind == kind


async def test_look_ups_that_nobody_waits_for_free_their_place_when_they_end(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        ended.wait(90)
        return [(2, 1, 6, "", ("127.0.0.7", 1))]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    resolve = SystemResolver(most=2)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(resolve("a.example", 1), 0.02)
    waiting = asyncio.create_task(resolve("b.example", 1))
    await asyncio.sleep(0)
    assert [t.name for t in threading.enumerate()].count("look-up") == 2
    ended.set()
    assert await asyncio.wait_for(waiting, 90) == ["127.0.0.7"]


async def test_five_redirects_are_followed_and_no_more(server: Server) -> None:
    for i in range(9):
        server.answers[f"/{i}"] = Answer(302, headers={"Location": f"/{i + 1}"})
    server.answers["/5"] = Answer(body=b"ok")
    got = await made().get(server.url("/0"))
    assert isinstance(got, Reply)
    assert (got.body, got.url) == (b"ok", server.url("/5"))
    server.answers["/5"] = Answer(302, headers={"Location": "/6"})
    assert (await failed(made(), server.url("/0"))).kind == "redirect"


async def test_cookies_are_not_kept_and_the_environment_is_not_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    server.answers["/feed"] = Answer(body=b"ok", headers={"Set-Cookie": "a=b; Max-Age=99999"})
    client = made()
    for _ in range(2):
        assert isinstance(await client.get(server.url()), Reply)
    assert "cookie" not in server.requests[1].headers


async def test_credentials_in_the_address_are_sent_once_and_not_on(server: Server) -> None:
    server.answers["/feed"] = Answer(302, headers={"Location": server.url("/b", host="localhost")})
    server.answers["/b"] = Answer(body=b"ok")
    await made().get(f"http://user:s3cret@127.0.0.1:{server.port}/feed")
    first, second = server.requests
    assert first.headers["authorization"].startswith("Basic ")
    assert "authorization" not in second.headers


async def test_a_caller_may_replace_our_headers_but_not_break_out_of_one(server: Server) -> None:
    server.answers["/feed"] = Answer(body=b"ok")
    await made().get(server.url(), {"accept": "text/xml", "X-Desk": "Größe"})
    assert server.requests[0].headers["accept"] == "text/xml"
    broken = await made().get(server.url(), {"X-A": "1\r\nX-B: 2"})
    assert isinstance(broken, FetchFailed)
    assert len(server.requests) == 1


async def test_a_post_returns_the_answer_and_follows_no_redirect(server: Server) -> None:
    server.answers["/hook"] = [Answer(302, headers={"Location": "/feed"}), Answer(400, body=b"no such list")]
    first = await made().post(server.url("/hook"), b"{}", {"Content-Type": "application/json"})
    second = await made().post(server.url("/hook"), b"{}")
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert (first.status, second.status, second.body) == (302, 400, b"no such list")
    assert [(r.method, r.body) for r in server.requests] == [("POST", b"{}")] * 2
    assert server.requests[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "answer", [Answer(body=b"x" * 500, cut=3), Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nab")]
)
async def test_a_post_is_acknowledged_by_the_status_alone(server: Server, answer: Answer) -> None:
    server.answers["/hook"] = answer
    got = await made().post(server.url("/hook"), b"{}")
    assert isinstance(got, Reply)
    assert got.status == 200


async def test_a_post_that_hangs_is_a_timeout(server: Server) -> None:
    server.answers["/hook"] = Answer(raw=b"HTTP/1.1 200 OK", drip_s=30)
    got = await made().post(server.url("/hook"), b"{}", timeout_s=0.3)
    assert isinstance(got, FetchFailed)
    assert got.kind == "timeout"


async def test_certificates_are_checked_against_the_name(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    async with running(context) as server:
        server.answers["/feed"] = Answer(body=b"x" * 300_000)
        resolve = answering(["127.0.0.1"])
        trusting = ssl.create_default_context(cafile=certificate)
        got = await made(tls=trusting, resolve=resolve).get(server.url(host="feed.example"))
        assert isinstance(got, Reply)
        assert len(got.body) == 300_000
        assert (await failed(made(resolve=resolve), server.url(host="feed.example"))).kind == "tls"
        assert (await failed(made(tls=trusting, resolve=resolve), server.url(host="other.example"))).kind == "tls"


async def test_a_proxy_is_asked_and_addresses_inside_are_still_refused(server: Server) -> None:
    server.answers["http://feed.example/a"] = Answer(body=b"by proxy")
    client = made(egress=Egress(), proxy=server.url(""))
    got = await client.get("http://feed.example/a")
    assert isinstance(got, Reply)
    assert got.body == b"by proxy"
    assert (await failed(client, "http://10.0.0.1/")).kind == "egress"
    await client.aclose()
    with pytest.raises(ValueError, match="http or https"):
        made(proxy="socks5://127.0.0.1:1")


def test_the_name_we_go_by_is_honest() -> None:
    assert user_agent("https://desk.example/bot").startswith("Storywatch/")
    assert user_agent("https://desk.example/bot").endswith(" (+https://desk.example/bot)")
    assert "(" not in user_agent()

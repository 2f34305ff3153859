"""TLS over a connection of our own: whole bodies both ways, and servers that hang up whenever they like."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from monitor.model.poll import FetchFailed
from monitor.net.client import Client, Reply
from monitor.net.egress import Egress
from tests.feeds.server import Answer, Server, running

pytestmark = pytest.mark.anyio
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def made(certificate: Path) -> Client:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["127.0.0.1"]

    tls = ssl.create_default_context(cafile=certificate)
    return Client(egress=Egress(("127.0.0.0/8",)), user_agent="t", timeout_s=60.0, tls=tls, resolve=resolve)


def serving(certificate: Path, version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.minimum_version = context.maximum_version = version
    return context


@contextlib.asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[int]:
    """A listening port behind which no HTTP server is, but ``talk``."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError), contextlib.closing(writer):
            await talk(reader, writer)

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield listening.sockets[0].getsockname()[1]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_bodies_of_many_records_come_whole_both_ways(certificate: Path, version: ssl.TLSVersion) -> None:
    async with running(serving(certificate, version)) as site:
        site.answers["/in"] = Answer(202, body=b"taken")
        site.answers["/feed"] = Answer(body=b"abc" * 300_000)
        client = made(certificate)
        sent = await client.post(site.url("/in", "feed.example"), b"xyz" * 300_000, timeout_s=60)
        got = await client.get(site.url(host="feed.example"))
    assert isinstance(sent, Reply)
    assert isinstance(got, Reply)
    assert (sent.status, sent.body) == (202, b"taken")
    assert site.requests[0].body == b"xyz" * 300_000
    assert got.body == b"abc" * 300_000


async def test_a_body_that_breaks_off_is_torn_under_tls_too(certificate: Path) -> None:
    async with running(serving(certificate, ssl.TLSVersion.TLSv1_3)) as site:
        site.answers["/feed"] = Answer(body=b"<rss>" * 500, cut=300)
        got = await made(certificate).get(site.url(host="feed.example"))
    assert isinstance(got, FetchFailed)
    assert got.kind == "torn"


async def hangs_up(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read(100)


async def speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(100)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


@pytest.mark.parametrize(("talk", "kind"), [(hangs_up, "connect"), (speaks_plainly, "tls")])
async def test_a_handshake_that_fails_is_said_as_what_it_is(certificate: Path, talk: Talk, kind: str) -> None:
    async with talking(talk) as port:
        got = await made(certificate).get(f"https://feed.example:{port}/feed")
    assert isinstance(got, FetchFailed)
    assert got.kind == kind


async def test_the_same_over_plain_http(server: Server) -> None:
    server.answers["/in"] = Answer(202, body=b"taken")
    client = Client(egress=Egress(("127.0.0.0/8",)), user_agent="t", timeout_s=60.0)
    sent = await client.post(server.url("/in"), b"xyz" * 700_000, timeout_s=60)
    assert isinstance(sent, Reply)
    assert server.requests[0].body == b"xyz" * 700_000

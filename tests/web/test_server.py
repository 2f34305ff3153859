"""The page on a real socket: loopback or unix, alone or in the daemon."""

from __future__ import annotations

import asyncio
import socket
import stat
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import anyio
import httpx
import pytest

from monitor.errors import UsageError
from monitor.service.onlooker import LogOnlooker
from monitor.service.run import pages
from monitor.service.run import serve as run_daemon
from monitor.web import server
from tests.web.serving import free_port, serving


@pytest.mark.anyio
async def test_it_serves_on_loopback_and_ends_with_streams_open(page):
    port = free_port()

    async def work() -> None:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=90) as client:
            answer = await client.get("/", headers={"accept-encoding": "gzip"})
            assert answer.status_code == 200
            assert answer.headers["content-encoding"] == "gzip"
            assert (await client.get("/", headers={"host": "evil.example"})).status_code == 421
            async with client.stream("GET", "/live") as stream:
                lines = stream.aiter_lines()
                assert stream.headers["content-type"].startswith("text/event-stream")
                assert (await anext(lines)).startswith("data: ")
                stop.set()
                assert [line async for line in lines if line] == []  # ended, not torn

    stop = asyncio.Event()
    with anyio.fail_after(90):
        await serving(page, f"127.0.0.1:{port}", work, stop)


@pytest.mark.anyio
async def test_it_serves_on_a_unix_socket_for_us_and_our_group(page, short_path):
    path = short_path / "page.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))  # what a killed process leaves
    left.close()

    async def work() -> str:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        transport = httpx.AsyncHTTPTransport(uds=str(path))
        options = {"transport": transport, "base_url": "http://storywatch.example", "timeout": 90}
        async with httpx.AsyncClient(**options) as client:
            return (await client.get("/")).text

    assert "Storylines" in await serving(page, f"unix:{path}", work)
    assert not path.exists()


@pytest.mark.anyio
async def test_a_place_that_is_taken_is_said(page, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(UsageError, match="cannot listen"):
            await server.serve(lambda: page.settings, asyncio.Event(), listen=f"127.0.0.1:{other.getsockname()[1]}")
    (tmp_path / "file").write_text("somebody's notes")
    with pytest.raises(UsageError, match="no socket"):
        await server.serve(lambda: page.settings, asyncio.Event(), listen=f"unix:{tmp_path / 'file'}")
    assert (tmp_path / "file").read_text() == "somebody's notes"


class Onlooker(LogOnlooker):
    def __init__(self) -> None:
        self.said: dict[str, dict[str, Any]] = {}
        self.heard = asyncio.Event()

    def news(self, event: str, **values: Any) -> None:
        self.said[event] = values
        self.heard.set()

    def trouble(self, event: str, **values: Any) -> None:
        self.news(event, **values)

    def started(self, settings: Any) -> None: ...


@pytest.mark.anyio
@pytest.mark.parametrize("taken", [False, True])
async def test_the_daemon_serves_it_and_goes_on_where_it_cannot(open_page, taken):
    page = open_page()
    port, stop, onlooker = free_port(), asyncio.Event(), Onlooker()
    settings = replace(page.settings, feeds=(), web=replace(page.settings.web, listen=f"127.0.0.1:{port}"))
    with socket.socket() as other:
        if taken:
            other.bind(("127.0.0.1", port))
            other.listen()
        running = asyncio.create_task(run_daemon(settings, onlooker, tick_s=0.05, stop=stop))
        with anyio.fail_after(90):
            while not {"page", "page-failed"} & onlooker.said.keys():
                onlooker.heard.clear()
                await onlooker.heard.wait()
            if not taken:
                async with httpx.AsyncClient(timeout=90) as client:
                    assert "Trump Moscow visit" in (await client.get(f"http://127.0.0.1:{port}/")).text
            assert not running.done()
            stop.set()
            await running
    assert ("page-failed" in onlooker.said) == taken


@pytest.mark.anyio
async def test_the_page_moves_when_listen_changes(page):
    first, second = free_port(), free_port()
    onlooker = Onlooker()
    daemon = SimpleNamespace(
        settings=page.settings,
        ready=asyncio.Event(),
        stopping=asyncio.Event(),
        clock=SimpleNamespace(now=page.desk.now),
    )
    daemon.ready.set()

    def listen(at: str) -> None:
        daemon.settings = replace(page.settings, web=replace(page.settings.web, listen=at))
        onlooker.heard.clear()

    async def answers(port: int) -> bool:
        async with httpx.AsyncClient(timeout=90) as client:
            try:
                return (await client.get(f"http://127.0.0.1:{port}/")).status_code == 200
            except httpx.TransportError:  # nobody there, or somebody who is just leaving
                return False

    running = asyncio.create_task(pages(daemon, onlooker, look_s=0.01))
    with anyio.fail_after(90):
        for port in (first, second):
            listen(f"127.0.0.1:{port}")
            await onlooker.heard.wait()
            assert await answers(port)
        assert not await answers(first)
        listen("")
        while await answers(second):
            pass
        daemon.stopping.set()
        await running

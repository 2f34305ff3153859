"""The page on a real socket for as long as some work lasts."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from monitor.web import server


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def serving(page: Any, listen: str, work: Any, stop: asyncio.Event | None = None) -> Any:
    stop, ready = stop or asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(
        server.serve(lambda: page.settings, stop, listen=listen, now=page.desk.now, ready=lambda _: ready.set())
    )
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    try:
        return await work() if ready.is_set() else None
    finally:
        stop.set()
        await task


@contextmanager
def served(page: Any) -> Iterator[str]:
    """The page on a real socket, from a thread of its own, for as long as it is looked at; yields its address."""
    listen, stop, ready = f"127.0.0.1:{free_port()}", asyncio.Event(), threading.Event()
    loop = asyncio.new_event_loop()

    def run() -> None:
        loop.run_until_complete(
            server.serve(
                lambda: page.settings, stop, listen=listen, now=page.desk.now, ready=lambda _: ready.set(), every_s=0.1
            )
        )

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(90)
        yield f"http://{listen}"
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(90)
        loop.close()

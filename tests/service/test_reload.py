"""Changed files are seen whatever becomes of the system's file watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.pipeline.assemble import load
from monitor.service import reload
from monitor.service.metrics import Counting
from monitor.service.onlooker import LogOnlooker
from tests.service.world import Desk, World

pytestmark = pytest.mark.anyio


class Unwatched(reload.Reloader):
    """The system has no more watches to give."""

    async def _told(self) -> AsyncIterator[object]:
        raise OSError(24, "inotify watch limit reached")
        yield  # it is a generator all the same


async def test_without_a_file_watch_changed_files_are_found_by_looking(
    tmp_path: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reload, "LOOK_MS", 5)
    desk, counting = Desk(tmp_path, world), Counting(LogOnlooker())
    daemon: Any = SimpleNamespace(settings=load(desk.config), stopping=asyncio.Event(), ready=asyncio.Event())
    reloader = Unwatched(daemon, counting)
    watching = asyncio.create_task(reloader._watch())
    try:
        async with asyncio.timeout(90):
            desk.rule('phrase = "Hamburg harbour storm"\n', "storm")
            await reloader._asked.wait()
    finally:
        watching.cancel()
    assert counting.counts["troubles"][("event", "file-watch-failed"),] == 1

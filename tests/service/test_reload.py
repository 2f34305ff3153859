"""Changed files are seen whatever becomes of the system's file watch."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from monitor.pipeline.assemble import load
from monitor.service import reload
from monitor.service.metrics import Counting
from monitor.service.onlooker import LogOnlooker, Onlooker
from tests.service.world import Desk, World

pytestmark = pytest.mark.anyio


class Noting(reload.Reloader):
    """Notes that it was asked to reload."""

    def __init__(self, daemon: Any, onlooker: Onlooker) -> None:
        super().__init__(daemon, onlooker)
        self.reloaded = asyncio.Event()

    async def _reload(self) -> None:
        self.reloaded.set()


class Refused(Noting):
    """The system has no more watches to give."""

    async def _told(self) -> AsyncIterator[object]:
        raise OSError(24, "inotify watch limit reached")
        yield None  # it is a generator all the same


class Silent(Noting):
    """The system tells of nothing: the change came before anyone listened, or only the database beside it changes."""

    async def _told(self) -> AsyncIterator[object]:
        yield await asyncio.Event().wait()


async def test_a_secret_that_is_changed_or_set_right_is_seen(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is called: a password that was changed counts without a restart."""
    monkeypatch.setattr(reload, "LOOK_S", 0.005)
    desk, secret = Desk(tmp_path, world), tmp_path / "page-password"
    secret.touch(mode=0o600)
    secret.write_text("the first")
    with desk.config.open("a") as file:
        file.write('[web]\npassword_file = "page-password"\n')
    daemon: Any = SimpleNamespace(settings=load(desk.config), stopping=asyncio.Event(), ready=asyncio.Event())
    daemon.ready.set()
    reloader = Silent(daemon, Counting(LogOnlooker()))
    running = asyncio.create_task(reloader.run())
    try:
        for change in (lambda: secret.write_text("the second"), lambda: secret.chmod(0o400)):
            reloader.reloaded.clear()
            change()
            async with asyncio.timeout(90):
                await reloader.reloaded.wait()
    finally:
        running.cancel()


@pytest.mark.parametrize(("kind", "said"), [(Refused, 1), (Silent, 0)])
async def test_without_a_word_of_the_system_changed_files_are_found_by_looking(
    tmp_path: Path, world: World, monkeypatch: pytest.MonkeyPatch, kind: type[Noting], said: int
) -> None:
    monkeypatch.setattr(reload, "LOOK_S", 0.005)
    desk, counting = Desk(tmp_path, world), Counting(LogOnlooker())
    daemon: Any = SimpleNamespace(settings=load(desk.config), stopping=asyncio.Event(), ready=asyncio.Event())
    daemon.ready.set()
    reloader = kind(daemon, counting)
    desk.rule('phrase = "Hamburg harbour storm"\n', "storm")
    running = asyncio.create_task(reloader.run())
    try:
        async with asyncio.timeout(90):
            await reloader.reloaded.wait()
    finally:
        running.cancel()
    assert counting.counts["troubles"][("event", "file-watch-failed"),] == said

"""Reload: rules, feeds and channels taken into force while the daemon runs (file watch and SIGHUP).

Files are validated first and applied whole. A broken file keeps its last good version in force and says so loudly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from monitor.errors import ConfigError, Problem, StoreError
from monitor.model.settings import Settings
from monitor.pipeline import notices
from monitor.pipeline.assemble import load_again
from monitor.service import clock
from monitor.service.daemon import Daemon
from monitor.service.onlooker import Onlooker


class Reloader:
    """Waits for changed files or ``ask``, and reloads the daemon."""

    def __init__(self, daemon: Daemon, onlooker: Onlooker) -> None:
        """Watches the files the daemon's settings came from."""
        self._daemon = daemon
        self._onlooker = onlooker
        self._asked = asyncio.Event()
        self._said: tuple[Problem, ...] = ()

    def ask(self) -> None:
        """Reload now (SIGHUP)."""
        self._asked.set()

    async def run(self) -> None:
        """Until cancelled."""
        watcher = asyncio.create_task(self._watch())
        try:
            while True:
                await self._asked.wait()
                self._asked.clear()
                await self._reload()
        finally:
            watcher.cancel()

    async def _watch(self) -> None:
        from watchfiles import awatch

        places = _places(self._daemon.settings)
        async for _ in awatch(*places, recursive=False, step=200, stop_event=self._daemon.stopping):
            self._asked.set()

    async def _reload(self) -> None:
        self._daemon.notifier.reloading()
        try:
            loaded = await asyncio.to_thread(load_again, self._daemon.settings)
        except ConfigError as error:
            await self._broken(error.problems)
        else:
            await self._take(loaded.settings, loaded.problems)
        self._daemon.notifier.ready(f"{len(self._daemon.settings.feeds)} feeds")

    async def _take(self, settings: Settings, problems: tuple[Problem, ...]) -> None:
        try:
            if settings != self._daemon.settings:
                await self._daemon.reload(settings)
        except StoreError as error:
            self._onlooker.trouble("reload-postponed", why=str(error))
        await self._broken(problems)

    async def _broken(self, problems: tuple[Problem, ...]) -> None:
        if not problems or problems == self._said:
            self._said = problems
            return
        self._said = problems
        for problem in problems:
            self._onlooker.trouble("file-refused", problem=str(problem), hint="the last good version stays in force")
        now = clock.real_now()
        notice = notices.broken_files(tuple(str(p) for p in problems), now)
        await self._daemon.call(lambda db: notices.commit(db, self._daemon.settings, notice, now))


def _places(settings: Settings) -> Iterable[Path]:
    base = settings.path.parent
    return [p for p in (base, base / "rules", base / "seeds", settings.lexicons) if p is not None and p.is_dir()]

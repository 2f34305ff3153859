"""Reload: rules, feeds and channels taken into force while the daemon runs (file watch and SIGHUP).

Files are validated first and applied whole. A broken file keeps its last good version in force and says so loudly.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from pathlib import Path

from monitor.errors import ConfigError, Problem, StoreError
from monitor.model.settings import Settings
from monitor.pipeline import notices
from monitor.pipeline.assemble import load_again
from monitor.service import clock
from monitor.service.daemon import Daemon
from monitor.service.onlooker import Onlooker

_SUFFIXES = frozenset({".toml", ".md", ".opml", ".xml"})
LOOK_S = 3.0


class Reloader:
    """Waits for changed files or ``ask``, and reloads the daemon."""

    def __init__(self, daemon: Daemon, onlooker: Onlooker) -> None:
        """Watches the files the daemon's settings came from."""
        self._daemon = daemon
        self._onlooker = onlooker
        self._asked = asyncio.Event()
        self._said: tuple[Problem, ...] = ()
        self._known = _fingerprint(daemon.settings)

    def ask(self) -> None:
        """Reload now (SIGHUP)."""
        self._asked.set()

    async def run(self) -> None:
        """Until cancelled."""
        await self._daemon.ready.wait()
        watching = [asyncio.create_task(work) for work in (self._listen(), self._look_now_and_then())]
        try:
            while True:
                await self._asked.wait()
                self._asked.clear()
                await self._reload()
        finally:
            for task in watching:
                task.cancel()

    async def _listen(self) -> None:
        """Look when the system tells of a changed file."""
        try:
            async for _ in self._told():
                self._look()
        except Exception as error:  # noqa: BLE001 - no inotify left, a directory that is gone: looking goes on
            hint = "changed files are still seen, within seconds"
            self._onlooker.trouble("file-watch-failed", why=str(error) or repr(error), hint=hint)

    async def _look_now_and_then(self) -> None:
        """For what changed before anyone listened, and for file systems that tell of no changes."""
        while True:
            self._look()
            await asyncio.sleep(LOOK_S)

    def _told(self) -> AsyncIterator[object]:
        from watchfiles import awatch

        return awatch(
            *_places(self._daemon.settings), watch_filter=_written_by_hand, recursive=False, step=200,
            stop_event=self._daemon.stopping,
        )  # fmt: skip

    def _look(self) -> None:
        now = _fingerprint(self._daemon.settings)
        if now != self._known:
            self._known = now
            self._asked.set()

    async def _reload(self) -> None:
        try:
            loaded = await asyncio.to_thread(load_again, self._daemon.settings)
        except ConfigError as error:
            await self._broken(error.problems)
        else:
            await self._take(loaded.settings, loaded.problems)

    async def _take(self, settings: Settings, problems: tuple[Problem, ...]) -> None:
        try:
            if settings != self._daemon.settings:
                self._daemon.notifier.reloading()
                await self._daemon.reload(settings)
                self._daemon.notifier.ready(f"{len(settings.feeds)} feeds, {len(settings.rules)} storylines")
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
        notice = notices.broken_files(self._daemon.settings, tuple(str(p) for p in problems), now)
        await self._daemon.call(lambda db: notices.commit(db, self._daemon.settings, notice, now))


def _written_by_hand(_change: object, path: str) -> bool:
    """Whether a changed file can be part of the configuration (the database beside it changes all the time)."""
    return Path(path).suffix.lower() in _SUFFIXES


def _places(settings: Settings) -> Iterable[Path]:
    """The directories that hold what the settings were read from."""
    found = {path if path.is_dir() else path.parent for path in (settings.path, *settings.sources)}
    return sorted(path for path in found if path.is_dir())


def _fingerprint(settings: Settings) -> frozenset[tuple[str, int, int]]:
    """Name, time and size of every file that can be part of the configuration."""
    found = set()
    for place in _places(settings):
        with suppress(OSError), os.scandir(place) as entries:  # what goes away meanwhile is another fingerprint
            for entry in entries:
                if _written_by_hand(None, entry.name) and entry.is_file():
                    stat = entry.stat()
                    found.add((entry.path, stat.st_mtime_ns, stat.st_size))
    for path in settings.secret_files:  # whatever they are called; a mode that is set right counts too
        with suppress(OSError):
            stat = path.stat()
            found.add((f"{stat.st_mode:o} {path}", stat.st_mtime_ns, stat.st_size))
    return frozenset(found)

"""Reader: the database for the page: read only, in threads of its own, one unchanging view for each request."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from monitor.errors import StoreError
from monitor.store.database import Database

T = TypeVar("T")
THREADS = 2


class Reader:
    """Runs work with a reading connection, off the event loop. SQLite connections stay in their threads."""

    def __init__(self, path: Path) -> None:
        """Nothing is opened before it is needed: the database may not be there yet."""
        self._rooms = [_Room(path) for _ in range(THREADS)]

    async def __call__(self, work: Callable[[Database], T]) -> T:
        """Return ``work(database)``. Raises StoreError, and whatever ``work`` raises."""
        room = min(self._rooms, key=lambda room: room.waiting)
        room.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(room.pool, room.run, work)
        finally:
            room.waiting -= 1

    def close(self) -> None:
        """End the threads; work under way is finished first."""
        for room in self._rooms:
            room.pool.submit(room.close)
            room.pool.shutdown(wait=True)


class _Room:
    """One thread with its connection."""

    def __init__(self, path: Path) -> None:
        self.pool = ThreadPoolExecutor(1, "page")
        self.waiting = 0
        self._path = path
        self._db: Database | None = None

    def run(self, work: Callable[[Database], T]) -> T:
        if self._db is None:
            self._db = Database.open(self._path, writer=False)
        try:
            with self._db.transaction():
                return work(self._db)
        except StoreError:  # replaced or damaged: the next request opens what is there then
            self.close()
            raise

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

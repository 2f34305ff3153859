"""Store thread: the one thread that owns the writing connection and the engine's memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from monitor.store.database import Database

T = TypeVar("T")


class StoreThread:
    """Runs work with the database one after the other, off the event loop."""

    def __init__(self, open_database: Callable[[], Database]) -> None:
        """The database is opened in the thread, because SQLite connections stay in theirs."""
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._open = open_database
        self._db: Database | None = None

    async def open(self) -> None:
        """Open the database; raises StoreError."""
        self._db = await self._run(self._open)

    async def __call__(self, work: Callable[[Database], T]) -> T:
        """Return ``work(database)``, run in the store's thread."""
        return await self._run(lambda: work(self._database()))

    async def close(self) -> None:
        """Close the database and end the thread; work already given is done first."""
        if self._db is not None:
            await self._run(self._db.close)
        self._pool.shutdown(wait=True)

    def _database(self) -> Database:
        if self._db is None:
            raise RuntimeError("the store is not open")
        return self._db

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

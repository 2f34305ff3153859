"""Reader: the database for the page: read only, in threads of its own, one unchanging view for each request."""

from __future__ import annotations

import asyncio
import threading
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
        self._path = path
        self._pool = ThreadPoolExecutor(THREADS, "page")
        self._here = threading.local()
        self._open: list[Database] = []

    async def __call__(self, work: Callable[[Database], T]) -> T:
        """Return ``work(database)``. Raises StoreError, and whatever ``work`` raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, work)

    def close(self) -> None:
        """End the threads; work under way is finished first."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        for db in self._open:
            db.close()

    def _run(self, work: Callable[[Database], T]) -> T:
        db = self._database()
        try:
            with db.transaction():
                return work(db)
        except StoreError:  # replaced or damaged: the next request opens what is there then
            self._here.db = None
            raise

    def _database(self) -> Database:
        db: Database | None = getattr(self._here, "db", None)
        if db is None:
            db = Database.open(self._path, writer=False)
            self._here.db = db
            self._open.append(db)
        return db

"""Schedule: APScheduler's jobs, which do nothing but wake the loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any


class Schedule:
    """Calls each function every so many seconds, in the event loop."""

    def __init__(self, jobs: Mapping[str, tuple[float, Callable[[], None]]]) -> None:
        """``jobs``: name -> (seconds between two calls, function). A late call is made once, never dropped."""
        from apscheduler.executors.debug import DebugExecutor
        from apscheduler.schedulers.asyncio import AsyncIOScheduler

        self._scheduler: Any = AsyncIOScheduler(
            timezone=UTC,
            # It calls at once, in the event loop: no task per job, none that the end breaks off with a word in the log.
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for name, (seconds, call) in jobs.items():
            self._scheduler.add_job(call, "interval", seconds=seconds, id=name)

    def start(self) -> None:
        """Begin; the event loop must be running."""
        self._scheduler.start()

    def stop(self) -> None:
        """End; jobs under way are not waited for, they only wake loops."""
        self._scheduler.shutdown(wait=False)

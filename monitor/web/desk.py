"""Desk: what the page is served from, and what was asked of it."""

from __future__ import annotations

import secrets
from asyncio import Semaphore
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor import __version__
from monitor.model.settings import Settings
from monitor.store.database import Database
from monitor.web import overview, render
from monitor.web.live import Live
from monitor.web.reader import Reader
from monitor.web.times import Times
from monitor.web.trial import Answer, Question, ask

Build = Callable[["Asked", Database, Times], tuple[str, dict[str, Any]]]


@dataclass(frozen=True)
class Desk:
    """What the page is served from. ``settings`` and ``now`` are asked anew for each request: both may change.

    ``trial`` is asked what a rule would do. Raises UsageError where it cannot tell.
    """

    settings: Callable[[], Settings]
    now: Callable[[], datetime]
    read: Reader
    live: Live
    listen: str
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    trial: Callable[[Question], Awaitable[Answer]] = ask
    turn: Semaphore = field(default_factory=lambda: Semaphore(1), repr=False)  # one trial runs at a time

    def times(self, db: Database) -> Times:
        """The clock of the page: as of the last poll, where the daemon has been away for long."""
        return Times(ZoneInfo(self.settings().timezone), overview.as_of(db, self.now()))


@dataclass(frozen=True)
class Asked:
    """A request with the desk it came to."""

    desk: Desk
    request: Request

    @property
    def settings(self) -> Settings:
        """The configuration in force."""
        return self.desk.settings()

    def text(self, name: str, limit: int = 200) -> str:
        """A value of the address's query, "" where it is absent."""
        return self.request.query_params.get(name, "")[:limit]

    def number(self, name: str, default: int = 0) -> int:
        """A whole number of the query."""
        value = self.text(name, 18)
        return int(value) if value.isascii() and value.isdecimal() else default

    def path(self, name: str) -> str:
        """A part of the address's path."""
        return str(self.request.path_params[name])

    def day(self, name: str) -> datetime | None:
        """A date of the query, as noon UTC; None where it is absent or none."""
        try:
            return datetime.fromisoformat(f"{self.text(name, 10)}T12:00:00").replace(tzinfo=UTC)
        except ValueError:
            return None


def page(desk: Desk, path: str, build: Build) -> Route:
    """Return the address ``path``, answered with what ``build`` makes of the store."""

    async def answer(request: Request) -> Response:
        asked = Asked(desk, request)
        return HTMLResponse(await desk.read(lambda db: _built(asked, db, build)))

    return Route(path, answer)


def _built(asked: Asked, db: Database, build: Build) -> str:
    times = asked.desk.times(db)
    template, values = build(asked, db, times)
    return filled(asked.desk, template, times, asked.request.url.path, **values)


def filled(desk: Desk, template: str, times: Times, path: str, **values: Any) -> str:
    """Return ``template`` filled in with what every page needs besides ``values``."""
    away = desk.now() - times.now > overview.DAY
    return render.render(
        template, t=times, path=path, away=away, edit=desk.settings().web.edit, token=desk.token,
        version=__version__, **values,
    )  # fmt: skip

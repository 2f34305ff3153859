"""Acting: what the page may change where ``[web] edit = true``: a storyline is muted for a while, and told again.

Each is a form of ours (a token in it, ``guard`` looks where it comes from); nothing is changed by looking.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from monitor.model.alert import Mute
from monitor.store import mutes
from monitor.store.database import Database
from monitor.web.desk import Asked, Desk
from monitor.web.guard import form
from monitor.web.storyline import MUTES
from monitor.web.workshop import may_edit, rule_of

_LENGTHS = {words: timedelta(hours=hours) for words, hours in MUTES}


def routes(desk: Desk) -> list[Route]:
    """Return the addresses that forms are sent to."""
    return [
        Route("/storyline/{slug}/mute", _on(desk, _mute), methods=["POST"]),
        Route("/storyline/{slug}/unmute", _on(desk, _unmute), methods=["POST"]),
    ]


def _on(
    desk: Desk, work: Callable[[Asked, str, dict[str, str]], Callable[[Database], object]]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        asked = Asked(desk, request)
        fields = dict(await form(request, desk.token))
        may_edit(asked.settings)
        slug = rule_of(asked.settings, asked.path("slug")).slug
        await asyncio.to_thread(_written, asked.settings.database, work(asked, slug, fields))
        return RedirectResponse(f"/storyline/{quote(slug)}", 303)

    return answer


def _written(path: Path, work: Callable[[Database], object]) -> None:
    """Do ``work`` in one short transaction beside the daemon's. Raises StoreError kinds."""
    with Database.open(path, writer=True, create=False, migrate=False) as db, db.transaction():
        work(db)


def _mute(asked: Asked, slug: str, fields: dict[str, str]) -> Callable[[Database], object]:
    length = _LENGTHS.get(fields.get("for", ""))
    if length is None:
        raise HTTPException(422, "A mute needs an end.")
    made = Mute(_route(asked, fields), slug, asked.desk.now() + length)
    return lambda db: mutes.add(db, made)


def _unmute(asked: Asked, slug: str, fields: dict[str, str]) -> Callable[[Database], object]:
    route = _route(asked, fields)
    return lambda db: mutes.remove(db, route, slug)


def _route(asked: Asked, fields: dict[str, str]) -> str:
    """The route that is meant; "" for every route."""
    route = fields.get("route", "")
    if route and route not in asked.settings.routes:
        raise HTTPException(422, "There is no such route.")
    return route

"""App: the addresses of the page and what answers them. Handlers read the store, fill a template, and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from monitor.errors import StoreError, UsageError
from monitor.model.development import Reason, Signal
from monitor.store.database import Database
from monitor.web import (
    acting,
    api,
    feedsout,
    founding,
    health,
    overview,
    render,
    searching,
    spans,
    storyline,
    why,
    workshop,
)
from monitor.web.desk import Asked, Desk, filled, page
from monitor.web.guard import Guard, hosts_of
from monitor.web.live import STREAMS
from monitor.web.plain import TONGUES
from monitor.web.times import Times


def make(desk: Desk) -> Starlette:
    """Return the page as an ASGI application."""
    routes = [
        page(desk, "/", _overview),
        page(desk, "/storyline/{slug}", _storyline),
        page(desk, "/storyline/{slug}/near", _near),
        page(desk, "/storyline/{slug}/{number:int}", _development),
        page(desk, "/item/{ref:int}", _item),
        page(desk, "/search", _search),
        page(desk, "/feeds", _feeds),
        page(desk, "/messages", _messages),
        *workshop.routes(desk),
        *founding.routes(desk),
        *acting.routes(desk),
        *feedsout.routes(desk),
        *api.routes(desk),
        Route("/live", _live(desk)),
        Route("/static/{name}", _static),
    ]
    middleware = [
        Middleware(Guard, hosts=hosts_of(desk.listen), password=lambda: desk.settings().web.password),
        Middleware(GZipMiddleware, minimum_size=2000),
    ]
    handlers = {HTTPException: _problem(desk), UsageError: _problem(desk), StoreError: _problem(desk)}
    return Starlette(routes=routes, middleware=middleware, exception_handlers=handlers)


def _problem(desk: Desk) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        status, words = 503, str(error)
        if isinstance(error, UsageError):
            status = 404
        elif isinstance(error, HTTPException):
            status, words = error.status_code, error.detail
        if request.url.path.startswith("/api/"):
            return api.problem(status, words)
        times = Times(ZoneInfo(desk.settings().timezone), desk.now())
        return HTMLResponse(filled(desk, "problem.html", times, "", status=status, words=words), status)

    return answer


def _overview(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    words, state = asked.text("q"), asked.text("state")
    found = overview.view(db, asked.settings, times.now, words, state, asked.number("page", 1))
    return "overview.html", {"v": found}


def _storyline(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    slug, span = asked.path("slug"), asked.text("span")
    found = storyline.view(db, asked.settings, slug, times, span, asked.day("at"), asked.number("before"))
    before, after = spans.neighbours(found.span, found.until)
    used = {dot.reason for dot in found.chart.dots} | {pointer.name for pointer in found.chart.pointers}
    values = {
        "v": found,
        "spans": spans.SPANS,
        "lengths": storyline.MUTES,
        "before": before,
        "after": after,
        "last": found.until - overview.DAY,
    }
    kinds = {"reasons": [r.value for r in Reason if r in used], "signals": [s.value for s in Signal if s in used]}
    return "storyline.html", values | kinds


def _development(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    slug, number = asked.path("slug"), int(asked.path("number"))
    top = storyline.heading(db, asked.settings, slug, times.now)
    return "development.html", {"h": top, "d": storyline.one(db, asked.settings, slug, number)}


def _near(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    days = min(365, max(1, asked.number("days", 14)))
    return "near.html", {"v": why.near(db, asked.settings, asked.path("slug"), times.now, days), "days": days}


def _item(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    found = why.item(db, asked.settings, asked.path("ref"), times.now, asked.text("storyline"))
    return "item.html", {"v": found, "slugs": [r.slug for r in asked.settings.rules]}


def _search(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    values = dict(asked.request.query_params)
    query = searching.asked_for(values, times.zone)
    found = searching.view(db, asked.settings, query)
    more = urlencode(values | {"before": found.before})
    return "search.html", {"v": found, "values": values, "more": more, "tongues": TONGUES}


def _feeds(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    return "feeds.html", {"v": health.feeds(db, times.now, asked.number("page", 1)), "days": health.DAYS}


def _messages(asked: Asked, db: Database, times: Times) -> tuple[str, dict[str, Any]]:
    status, slug = asked.text("status", 20), asked.text("storyline", 80)
    found = health.messages(db, status, slug)
    return "messages.html", {"messages": found, "strip": overview.strip(db, times.now), "status": status}


def _live(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def answer(_: Request) -> Response:
        if desk.live.streams >= STREAMS:
            return PlainTextResponse("Too many pages are open.\n", 503)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(desk.live.events(), media_type="text/event-stream", headers=headers)

    return answer


async def _static(request: Request) -> Response:
    name = str(request.path_params["name"])
    try:
        body = render.static(name)
    except FileNotFoundError:
        raise HTTPException(404, "There is no such file.") from None
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(body, media_type=render.KINDS[name.rpartition(".")[2]], headers=headers)

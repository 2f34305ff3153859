"""Feeds out: the developments of a storyline as an Atom feed (RFC 4287) and a JSON Feed (version 1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.store import developments as development_rows
from monitor.store.database import Database
from monitor.web import storyline
from monitor.web.desk import Asked, Desk
from monitor.web.plain import Piece
from monitor.web.render import render
from monitor.web.storyline import Entry, Heading
from monitor.web.times import Times

ENTRIES = 50  # the newest, in a feed


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of the feeds."""
    return [
        Route("/storyline/{slug}/feed.atom", _answer(desk, _atom)),
        Route("/storyline/{slug}/feed.json", _answer(desk, _json)),
    ]


def _answer(desk: Desk, form: Callable[..., Response]) -> Callable[..., Any]:
    async def answer(request: Request) -> Response:
        asked = Asked(desk, request)
        found = await desk.read(lambda db: _read(asked, db))
        return form(str(request.base_url).rstrip("/"), *found)

    return answer


def _read(asked: Asked, db: Database) -> tuple[str, Heading, tuple[Entry, ...], Times]:
    slug, times = asked.path("slug"), asked.desk.times(db)
    top = storyline.heading(db, asked.settings, slug, times.now)
    newest = development_rows.load(db, slug, limit=ENTRIES)
    return db.identity, top, storyline.entries(db, asked.settings, slug, newest), times


def ident(identity: str, slug: str, number: int = 0) -> str:
    """Return the id of a storyline's feed, or of a development in it, wherever it is served (RFC 4151)."""
    return f"tag:storywatch.invalid,2025:{identity}/{quote(slug)}{f'/{number}' if number else ''}"


def piece_text(piece: Piece) -> str:
    """A part of a delta in words: "36 → 44 dead", "stage: planned → cancelled"."""
    shown = f"{piece.before} → {piece.value}" if piece.before else piece.value
    said = f"{shown} {piece.what}".rstrip() if piece.figure else f"{piece.what}: {shown}" if piece.what else shown
    return f"{said} ({piece.by})" if piece.by else said


def _atom(base: str, identity: str, top: Heading, entries: tuple[Entry, ...], times: Times) -> Response:
    body = render(
        "feed.atom.xml", h=top, entries=entries, t=times, base=base, slug=quote(top.slug), id=ident, content=content,
        identity=identity, updated=max((e.last_at for e in entries), default=top.followed_at or times.now),
    )  # fmt: skip
    return Response(body, media_type="application/atom+xml")


def _json(base: str, identity: str, top: Heading, entries: tuple[Entry, ...], times: Times) -> Response:
    address = f"{base}/storyline/{quote(top.slug)}"
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{top.title} (Storywatch)",
        "description": top.about,
        "home_page_url": address,
        "feed_url": f"{address}/feed.json",
        "items": [_item(address, identity, top.slug, entry, times) for entry in entries],
    }
    return JSONResponse(body, media_type="application/feed+json")


def _item(address: str, identity: str, slug: str, entry: Entry, times: Times) -> dict[str, Any]:
    item = {
        "id": ident(identity, slug, entry.number),
        "url": f"{address}/{entry.number}",
        "title": f"[{entry.reason}] {entry.headline}",
        "content_text": content(entry),
        "date_published": times.iso(entry.opened_at),
        "date_modified": times.iso(entry.last_at),
        "tags": [entry.reason],
    }
    return item | ({"external_url": entry.url} if entry.url else {}) | ({"language": entry.lang} if entry.lang else {})


def content(entry: Entry) -> str:
    """Return a development as a few plain lines: what is new, who tells it, which reports."""
    lines = ["; ".join(piece_text(p) for p in entry.delta)] if entry.delta else []
    lines += [f"Told by {', '.join(entry.origins)}"] if entry.origins else []
    lines += [f"{r.source}: {r.title}{f' {r.url}' if r.url else ''}" for r in entry.reports]
    return "\n".join(lines)

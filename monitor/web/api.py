"""API: all that the page shows, as JSON, with the OpenAPI document that is made from the same types."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor import __version__
from monitor.errors import UsageError
from monitor.store.database import Database
from monitor.web import health, overview, proposals, searching, storyline, why, workshop
from monitor.web.desk import Asked, Desk
from monitor.web.times import Times


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of an address: in its path, or in its query."""

    name: str
    says: str
    kind: str = "string"
    in_path: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of the API: what it gives (``gives`` is its type) and how that is built."""

    path: str
    says: str
    gives: Any
    build: Callable[[Asked, Database, Times], Any]
    parameters: tuple[Parameter, ...] = ()


_SLUG = Parameter("slug", "the storyline", in_path=True)
_PAGE = Parameter("page", "which page of them, from 1", "integer")


def _overview(asked: Asked, db: Database, times: Times) -> overview.Overview:
    words, state = asked.text("q"), asked.text("state")
    return overview.view(db, asked.settings, times.now, words, state, asked.number("page", 1))


def _storyline(asked: Asked, db: Database, times: Times) -> storyline.StorylineView:
    slug, span, at = asked.path("slug"), asked.text("span"), asked.day("at")
    return storyline.view(db, asked.settings, slug, times, span, at, asked.number("before"))


def _development(asked: Asked, db: Database, times: Times) -> storyline.Entry:
    del times
    return storyline.one(db, asked.settings, asked.path("slug"), int(asked.path("number")))


def _near(asked: Asked, db: Database, times: Times) -> why.NearView:
    days = min(365, max(1, asked.number("days", 14)))
    return why.near(db, asked.settings, asked.path("slug"), times.now, days)


def _item(asked: Asked, db: Database, times: Times) -> why.Why:
    return why.item(db, asked.settings, asked.path("ref"), times.now, asked.text("storyline"))


def _rule(asked: Asked, db: Database, times: Times) -> workshop.RuleText:
    del db, times
    return workshop.text_of(asked.settings, asked.path("slug"))


def _proposals(asked: Asked, db: Database, times: Times) -> proposals.Proposals:
    rule, ref, said = workshop.rule_of(asked.settings, asked.path("slug")), asked.path("ref"), asked.path("said")
    found = proposals.of_item(db, rule, ref, said, times.now) if said in proposals.SAID else None
    if found is None:
        raise UsageError(f"nothing can be proposed for item {ref}: it is not there, or the word is none of ours")
    return found


def _search(asked: Asked, db: Database, times: Times) -> searching.SearchView:
    query = searching.asked_for(dict(asked.request.query_params), times.zone)
    return searching.view(db, asked.settings, query)


def _feeds(asked: Asked, db: Database, times: Times) -> health.FeedsView:
    return health.feeds(db, times.now, asked.number("page", 1))


def _messages(asked: Asked, db: Database, times: Times) -> tuple[health.MessageLine, ...]:
    del times
    return health.messages(db, asked.text("status", 20), asked.text("storyline", 80))


def _status(asked: Asked, db: Database, times: Times) -> overview.Strip:
    del asked
    return overview.strip(db, times.now)


ENDPOINTS = (
    Endpoint("/api/status", "whether Storywatch is well: feeds, flow, outbox", overview.Strip, _status),
    Endpoint(
        "/api/storylines", "the storylines at a glance", overview.Overview, _overview,
        (
            Parameter("q", "words of a storyline's name or description"),
            Parameter("state", "surging, developing, stirring or quiet"),
            _PAGE,
        ),
    ),
    Endpoint(
        "/api/storylines/{slug}", "a storyline: volume, developments, voices", storyline.StorylineView, _storyline,
        (
            _SLUG,
            Parameter("span", "of the chart: day, week, month or all"),
            Parameter("at", "the span's last day, 2025-03-18"),
            Parameter("before", "only developments with a smaller number", "integer"),
        ),
    ),
    Endpoint(
        "/api/storylines/{slug}/developments/{number:int}", "one development", storyline.Entry, _development,
        (_SLUG, Parameter("number", "its number", "integer", in_path=True)),
    ),
    Endpoint(
        "/api/storylines/{slug}/near", "what it nearly took, and what it held back", why.NearView, _near,
        (_SLUG, Parameter("days", "how far back, 14 by default", "integer")),
    ),
    Endpoint("/api/storylines/{slug}/rule", "the text of its rule", workshop.RuleText, _rule, (_SLUG,)),
    Endpoint(
        "/api/storylines/{slug}/items/{ref:int}/{said}", "what a word on an item would mean for the rule",
        proposals.Proposals, _proposals,
        (
            _SLUG, Parameter("ref", "the item's number", "integer", in_path=True),
            Parameter("said", "relevant, repeat or wrong", in_path=True),
        ),
    ),
    Endpoint(
        "/api/items/{ref:int}", "why an item counts or does not", why.Why, _item,
        (
            Parameter("ref", "the item's number", "integer", in_path=True),
            Parameter("storyline", "only how it stands there, also where it missed it"),
        ),
    ),
    Endpoint(
        "/api/search", "items by their words, newest first", searching.SearchView, _search,
        (
            Parameter("q", "words, all of which are to be there; a last * means words that begin so"),
            Parameter("storyline", "only what matched it"),
            Parameter("source", "a part of the publisher's name"),
            Parameter("lang", "the language, as ISO 639-1 names it"),
            Parameter("since", "the first day, 2025-03-18, in the time zone of the page"),
            Parameter("until", "the last day"),
            Parameter("hour", "only the hour that begins then, 2025-03-18T15, in the time zone of the page"),
            Parameter("before", "only items with a smaller number, to go on", "integer"),
        ),
    ),
    Endpoint("/api/feeds", "how each feed does", health.FeedsView, _feeds, (_PAGE,)),
    Endpoint(
        "/api/messages", "the newest messages and what became of them", tuple[health.MessageLine, ...], _messages,
        (Parameter("status", "pending, claimed, sent or dead"), Parameter("storyline", "only of it")),
    ),
)  # fmt: skip


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of the API."""
    return [*(_route(desk, endpoint) for endpoint in ENDPOINTS), Route("/api/openapi.json", _openapi)]


def problem(status: int, words: str) -> Response:
    """A refusal as JSON (RFC 9457)."""
    return JSONResponse({"status": status, "detail": words}, status, media_type="application/problem+json")


def _route(desk: Desk, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        asked = Asked(desk, request)
        body = await desk.read(lambda db: _adapter(endpoint.gives).dump_json(endpoint.build(asked, db, desk.times(db))))
        return Response(body, media_type="application/json")

    return Route(endpoint.path, answer)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


async def _openapi(_: Request) -> Response:
    return JSONResponse(document())


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API."""
    keys = [(endpoint.path, "serialization", _adapter(endpoint.gives)) for endpoint in ENDPOINTS]
    schemas, shared = TypeAdapter.json_schemas(keys, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    paths = {
        endpoint.path.replace(":int", ""): {"get": _operation(endpoint, schemas[endpoint.path, "serialization"])}
        for endpoint in ENDPOINTS
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Storywatch", "version": __version__,
            "description": "All that the page shows, to read. Moments are ISO 8601 UTC; texts are plain, not escaped.",
        },
        "paths": paths,
        "components": {"schemas": shared.get("$defs", {})},
    }  # fmt: skip


def _operation(endpoint: Endpoint, schema: Any) -> dict[str, Any]:
    return {
        "summary": endpoint.says,
        "parameters": [
            {
                "name": p.name, "in": "path" if p.in_path else "query", "required": p.in_path, "description": p.says,
                "schema": {"type": p.kind},
            }
            for p in endpoint.parameters
        ],
        "responses": {
            "200": {"description": endpoint.says, "content": {"application/json": {"schema": schema}}},
            "404": {"description": "there is no such thing"},
            "503": {"description": "the database cannot be read now"},
        },
    }  # fmt: skip

"""API: all that the page shows, as JSON, and trials of rules; with the document that is made from the same types."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.errors import Problem, UsageError
from monitor.store.database import Database
from monitor.web import founding, health, openapi, overview, proposals, searching, storyline, trial, why, workshop
from monitor.web.desk import Asked, Desk
from monitor.web.guard import form
from monitor.web.openapi import JSON, PROBLEM, Endpoint, Parameter, Posting, adapter
from monitor.web.times import Times


@dataclass(frozen=True, slots=True)
class Token:
    """What has to be sent with whatever is posted."""

    token: str


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


def _token(asked: Asked, db: Database, times: Times) -> Token:
    del db, times
    return Token(asked.desk.token)


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
    Endpoint("/api/token", "what has to be sent with whatever is posted; no other site can read it", Token, _token),
)  # fmt: skip


async def _trial(asked: Asked, fields: dict[str, str]) -> trial.Answer:
    """The answer of a trial of a rule's text. Raises HTTPException."""
    slug = asked.request.path_params.get("slug")
    before = workshop.rule_of(asked.settings, slug) if slug else None
    path = Path(before.path) if before else founding.directory(asked.settings) / "new.toml"
    found = await workshop.tried(asked, asked.desk.turn, path, workshop.lines(fields.get("text", "")), before)
    if problems := found.get("problems"):
        raise HTTPException(422, "; ".join(_said(problem) for problem in problems))
    if "answer" not in found:
        raise HTTPException(503, found["said"])
    answer: trial.Answer = found["answer"]
    return answer


def _said(problem: Problem) -> str:
    line = f"line {problem.line}: " if problem.line else ""
    return f"{line}{problem.key} {problem.message}{f' ({problem.hint})' if problem.hint else ''}".strip()


_TEXT = Parameter("text", "the text of a rule, TOML: one line is enough")
_REFUSALS = (
    (422, "the text is no sound rule; the detail names each problem with its line"),
    (503, "another trial is running, or this one took too long"),
)
POSTINGS = (
    Posting(
        "/api/storylines/{slug}/trial", "what a changed rule would do, beside the one in force; changes nothing",
        trial.Answer, _trial, (_SLUG,), (_TEXT,), _REFUSALS,
    ),
    Posting(
        "/api/trial", "what a new rule would do over the stored items; changes nothing",
        trial.Answer, _trial, (), (_TEXT,), _REFUSALS,
    ),
)  # fmt: skip


def routes(desk: Desk) -> list[Route]:
    """Return the addresses of the API."""
    read = (_route(desk, endpoint) for endpoint in ENDPOINTS)
    return [*read, *(_posted(desk, posting) for posting in POSTINGS), Route("/api/openapi.json", _openapi)]


def problem(status: int, words: str) -> Response:
    """A refusal as JSON (RFC 9457)."""
    return JSONResponse({"status": status, "detail": words}, status, media_type=PROBLEM)


def _route(desk: Desk, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        asked = Asked(desk, request)
        body = await desk.read(lambda db: adapter(endpoint.gives).dump_json(endpoint.build(asked, db, desk.times(db))))
        return Response(body, media_type=JSON)

    return Route(endpoint.path, answer)


def _posted(desk: Desk, posting: Posting) -> Route:
    async def answer(request: Request) -> Response:
        fields = dict(await form(request, desk.token))
        found = await posting.work(Asked(desk, request), fields)
        return Response(adapter(posting.gives).dump_json(found), media_type=JSON)

    return Route(posting.path, answer, methods=["POST"])


async def _openapi(_: Request) -> Response:
    return JSONResponse(document())


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API."""
    return openapi.document(ENDPOINTS, POSTINGS)

"""OpenAPI: the addresses of the API described as values, and the OpenAPI 3.1 document made from them. Pure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from monitor import __version__
from monitor.store.database import Database
from monitor.web.desk import Asked
from monitor.web.times import Times

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value of an address: in its path, in its query, or in what is sent to it."""

    name: str
    says: str
    kind: str = "string"
    in_path: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address to read: what it gives (``gives`` is its type) and how that is built."""

    path: str
    says: str
    gives: Any
    build: Callable[[Asked, Database, Times], Any]
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """An address to send ``fields`` to (and the token): what it gives, how that is come by, and how it may be refused.

    ``refusals`` are the states of HTTP with what each means here.
    """

    path: str
    says: str
    gives: Any
    work: Callable[[Asked, dict[str, str]], Awaitable[Any]]
    parameters: tuple[Parameter, ...] = ()
    fields: tuple[Parameter, ...] = ()
    refusals: tuple[tuple[int, str], ...] = ()


@cache
def adapter(kind: Any) -> TypeAdapter[Any]:
    """Return what turns values of ``kind`` into JSON."""
    return TypeAdapter(kind)


def document(endpoints: Iterable[Endpoint], postings: Iterable[Posting]) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the API."""
    read, sent = tuple(endpoints), tuple(postings)
    keys: list[Any] = [((one.path, "get"), "serialization", adapter(one.gives)) for one in read]
    keys += [((one.path, "post"), "serialization", adapter(one.gives)) for one in sent]
    schemas, shared = TypeAdapter.json_schemas(keys, ref_template="#/components/schemas/{model}")
    paths: dict[str, dict[str, Any]] = {}
    for one in read:
        found = _operation(one, schemas[(one.path, "get"), "serialization"], _READING)
        paths.setdefault(_template(one.path), {})["get"] = found
    for post in sent:
        found = _operation(post, schemas[(post.path, "post"), "serialization"], (*_SENDING, *post.refusals))
        paths.setdefault(_template(post.path), {})["post"] = found | {"requestBody": _body(post)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Storywatch", "version": __version__,
            "description": (
                "All that the page shows, and trials of rules. Moments are ISO 8601 UTC; texts are plain, not escaped."
            ),
        },
        "paths": paths,
        "components": {"schemas": shared.get("$defs", {})},
    }  # fmt: skip


_READING = ((404, "there is no such thing"), (503, "the database cannot be read now"))
_SENDING = (
    (403, "the token is not the page's, or it was sent from another site"),
    (404, "there is no such thing"),
    (413, "it is too long"),
)


def _template(path: str) -> str:
    return path.replace(":int", "")


def _operation(one: Endpoint | Posting, schema: Any, refusals: Iterable[tuple[int, str]]) -> dict[str, Any]:
    answers = {str(status): {"description": says, "content": {PROBLEM: {}}} for status, says in refusals}
    return {
        "summary": one.says,
        "parameters": [
            {
                "name": p.name, "in": "path" if p.in_path else "query", "required": p.in_path, "description": p.says,
                "schema": {"type": p.kind},
            }
            for p in one.parameters
        ],
        "responses": {"200": {"description": one.says, "content": {JSON: {"schema": schema}}}} | answers,
    }  # fmt: skip


def _body(post: Posting) -> dict[str, Any]:
    fields = (
        Parameter("token", "the page's, as /api/token tells it; a new one whenever the page starts"),
        *post.fields,
    )
    schema = {
        "type": "object",
        "properties": {field.name: {"type": field.kind, "description": field.says} for field in fields},
        "required": [field.name for field in fields],
    }
    return {"required": True, "content": {JSON: {"schema": schema}, FORM: {"schema": schema}}}

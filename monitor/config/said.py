"""Said: what pydantic found wrong, said to the person who wrote the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from typing import Any

from monitor.config.kinds import Wrong, nearest, quoted
from monitor.config.lines import Place
from monitor.config.shapes import Shape
from monitor.lang.safe import one_line

_CREDENTIALS = re.compile(r"//[^/@]*@")
_ALLOWED = {
    "bool_type": "true or false, without quotes",
    "int_type": "a whole number, without quotes",
    "string_type": "text in quotes",
    "list_type": "a list, as in [...]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "literal_error": "{expected}",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: where, what is said, and what to leave out so that the rest can be read."""

    path: Place
    message: str
    hint: str
    drop: Place


def found(value: object) -> str:
    """Return ``value`` as it may be shown: short, one line, without an address's credentials."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return quoted(one_line(_CREDENTIALS.sub("//***@", value), 80))
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, int) and abs(value) > 10**18:
        return "a very large number"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def explain(error: Mapping[str, Any], shape: type[Shape]) -> Fault:
    """Return the fault that one of pydantic's errors about ``shape`` tells of."""
    path = _path(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        return Fault(path, "unknown key", _meant(shape, error["loc"]), path)
    if kind == "missing":
        return Fault(path, "is missing and needed here", "", path[:-1])
    if kind == "union_tag_not_found":
        return Fault(
            (*path, "type"), "is missing and needed here", 'allowed: "smtp", "webhook", "apprise", "console"', path
        )
    if kind == "union_tag_invalid":
        tag, kinds = error["ctx"]["tag"], error["ctx"]["expected_tags"].replace("'", '"')
        message = f"found {found(tag)}; allowed: {kinds}"
        return Fault((*path, "type"), message, nearest(tag, kinds.replace('"', "").split(", ")), path)
    wrong = error.get("ctx", {}).get("error")
    hint = wrong.hint if isinstance(wrong, Wrong) else ""
    return Fault(path, f"found {found(error['input'])}; allowed: {_allowed(error)}", hint, path)


def _path(loc: tuple[str | int, ...]) -> Place:
    """``loc`` without what pydantic adds to it: the channel's type, and the mark of a key."""
    path = loc[:2] + loc[3:] if loc[0] == "channels" and loc[2:3] != ("[key]",) else loc
    return path[:-1] if path[-1] == "[key]" else path


def _allowed(error: Mapping[str, Any]) -> str:
    context, kind = error.get("ctx", {}), error["type"]
    if kind in ("too_short", "too_long") and context.get("min_length") == context.get("max_length", 2) == 2:
        return "exactly two"
    if kind == "too_short":
        return f"a list of at least {context['min_length']}"
    if kind == "too_long":
        return f"a list of at most {context['max_length']}"
    if kind in _ALLOWED:
        return _ALLOWED[kind].format_map(context)
    return str(context.get("error", error["msg"]))


def _meant(shape: type[Shape], loc: tuple[str | int, ...]) -> str:
    """The hint for an unknown key: where it belongs, or the nearest key that is known there."""
    key, schema = str(loc[-1]), _schema(shape)
    here = _tables_at(schema, loc[:-1])
    known = {name for table in here for name in table.get("properties", {})}
    close = nearest(key, known)
    if close:
        return close
    if len(loc) > 1 and key in schema["properties"]:
        return "it belongs above the first [table] of the file"
    homes = [name for name, table in _tables_of(schema) if key in table.get("properties", {})]
    if homes:
        return f"it belongs under [{homes[0]}]"
    return f"known here: {', '.join(sorted(known))}" if known else ""


@cache
def _schema(shape: type[Shape]) -> dict[str, Any]:
    return shape.model_json_schema()


def _tables_of(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, inner in schema["properties"].items():
        for table in _resolved(schema, inner):
            yield name, table


def _resolved(schema: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """``node`` with references followed and alternatives laid side by side."""
    if "$ref" in node:
        return [schema["$defs"][node["$ref"].rpartition("/")[2]]]
    choices = node.get("anyOf") or node.get("oneOf")
    return [table for choice in choices for table in _resolved(schema, choice)] if choices else [node]


def _tables_at(schema: dict[str, Any], loc: tuple[str | int, ...]) -> list[dict[str, Any]]:
    nodes = [schema]
    for part in loc:
        inner = [step for node in nodes for step in _step(node, part)]
        nodes = [table for node in inner for table in _resolved(schema, node)]
    return nodes


def _step(node: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
    if isinstance(part, int):
        return [node["items"]] if "items" in node else []
    properties = node.get("properties", {})
    if part in properties:
        return [properties[part]]
    if properties.get("type", {}).get("const"):  # a channel: pydantic names its type once more
        return [node] if properties["type"]["const"] == part else []
    others = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    return [other for other in others if isinstance(other, dict)]

"""As much of JSON Schema as docs/schemas/webhook-1.json uses; a keyword it does not know is an error."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[2] / "docs/schemas/webhook-1.json").read_text("utf-8"))
_TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
_NOTES = {"$schema", "$id", "title", "description", "format", "$defs"}


def faults(value: Any, schema: dict[str, Any] = SCHEMA, at: str = "$") -> Iterator[str]:
    """Yield what is wrong with ``value``."""
    if wrong := list(_type(value, schema["type"], schema, at)) if "type" in schema else []:
        yield from wrong
        return
    for keyword, rule in schema.items():
        if keyword not in _NOTES:
            yield from _CHECKS[keyword](value, rule, schema, at)


def _ref(value: Any, rule: str, _: Any, at: str) -> Iterator[str]:
    yield from faults(value, SCHEMA["$defs"][rule.removeprefix("#/$defs/")], at)


def _type(value: Any, rule: str, _: Any, at: str) -> Iterator[str]:
    if not isinstance(value, _TYPES[rule]) or (rule == "integer" and isinstance(value, bool)):
        yield f"{at}: {value!r} is no {rule}"


def _properties(value: Any, rule: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[str]:
    for name, part in value.items() if isinstance(value, dict) else ():
        if name in rule:
            yield from faults(part, rule[name], f"{at}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{at}: {name} is not in the schema"


def _required(value: Any, rule: list[str], _: Any, at: str) -> Iterator[str]:
    yield from (f"{at}: {name} is missing" for name in rule if name not in value)


def _items(value: Any, rule: dict[str, Any], _: Any, at: str) -> Iterator[str]:
    for place, part in enumerate(value):
        yield from faults(part, rule, f"{at}[{place}]")


def _any_of(value: Any, rule: list[dict[str, Any]], _: Any, at: str) -> Iterator[str]:
    tried = [list(faults(value, one, at)) for one in rule]
    if all(tried):
        yield from min(tried, key=len)


def _simple(holds: Any) -> Any:
    def check(value: Any, rule: Any, _: Any, at: str) -> Iterator[str]:
        if not holds(value, rule):
            yield f"{at}: {value!r} against {rule!r}"

    return check


_CHECKS: dict[str, Any] = {
    "$ref": _ref,
    "type": _type,
    "properties": _properties,
    "additionalProperties": lambda *_: iter(()),  # seen to with properties
    "required": _required,
    "items": _items,
    "anyOf": _any_of,
    "enum": _simple(lambda value, rule: value in rule),
    "const": _simple(lambda value, rule: value == rule),
    "minimum": _simple(lambda value, rule: value >= rule),
    "minLength": _simple(lambda value, rule: len(value) >= rule),
    "maxItems": _simple(lambda value, rule: len(value) <= rule),
    "pattern": _simple(lambda value, rule: re.search(rule, value) is not None),
}

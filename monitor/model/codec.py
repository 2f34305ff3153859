"""JSON of the model's values: dataclasses to plain objects and back, the same for every value.

A dataclass becomes an object of its fields; fields that have their default are left out, and on
the way back an absent field has its default and an unknown one is passed over, so that a stored
value outlives additions to the model. Enums are their values, tuples arrays, frozen sets sorted
arrays, moments texts of one fixed width (``moment_text``), which sort as time does.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")
Turn = Callable[[Any], Any]

_PLAIN = frozenset({str, int, float, bool, NoneType})


def moment_text(at: datetime) -> str:
    """Return ``at`` as ISO 8601 UTC text of fixed width: ``2025-03-18T12:00:00.000000Z``.

    Raises ValueError for a naive moment (guessing its zone would shift it) and for one that lies outside the
    calendar in UTC.
    """
    if at.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {at!r}")
    if at.tzinfo is not UTC:
        try:
            at = at.astimezone(UTC)
        except OverflowError:
            raise ValueError(f"a moment outside the calendar: {at!r}") from None
    return at.isoformat(timespec="microseconds")[:-6] + "Z"  # in place of +00:00


def moment(text: str) -> datetime:
    """Return the moment that ``moment_text`` wrote (any ISO 8601 text with a zone). Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"a moment without a time zone: {text!r}")
    return at if at.tzinfo is UTC else at.astimezone(UTC)


def to_data(value: object) -> Any:
    """Return ``value`` (a dataclass of the model, or a tuple of such) as plain JSON-ready data."""
    if isinstance(value, tuple):
        return [part if type(part) in _PLAIN else to_data(part) for part in value]
    kind: Any = type(value)
    return _encoder(kind)(value)


def from_data(kind: type[T], data: object) -> T:
    """Return the ``kind`` that ``data`` describes. Raises ValueError where it does not fit."""
    hint: Any = kind
    try:
        made: T = _decoder(hint)(data)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"no {getattr(kind, '__name__', kind)}: {error}") from error
    return made


def to_json(value: object) -> str:
    """Return ``value`` as compact JSON, readable in its own script.

    Only text that has lone surrogates (which no file can hold) is escaped to ASCII.
    """
    data = to_data(value)
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(data, allow_nan=False, separators=(",", ":"))
    return text


def from_json(kind: type[T], text: str) -> T:
    """Return the ``kind`` written as JSON ``text``. Raises ValueError where it is not one."""
    return from_data(kind, json.loads(text))


def many_from_json(kind: type[T], text: str) -> tuple[T, ...]:
    """Return the array of ``kind`` written as JSON ``text``. Raises ValueError where it is not one."""
    return tuple(from_data(kind, part) for part in json.loads(text))


@cache
def _encoder(kind: type) -> Turn:
    """The function that turns a value of the class ``kind`` into plain data."""
    if is_dataclass(kind):
        return _object_encoder(kind)
    if issubclass(kind, datetime):
        return moment_text
    if issubclass(kind, Enum):
        return _enum_value
    if issubclass(kind, tuple):
        return to_data
    if issubclass(kind, frozenset):
        return sorted
    if kind in _PLAIN:
        return _same
    raise ValueError(f"{kind.__name__} has no JSON form here")


def _object_encoder(kind: type) -> Turn:
    told = tuple((field.name, _default(field)) for field in fields(kind))

    def encode(value: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, default in told:
            part = getattr(value, name)
            if part != default:
                found[name] = part if type(part) in _PLAIN else to_data(part)
        return found

    return encode


def _default(field: Field[Any]) -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default  # MISSING equals nothing but itself: the field is always written


@cache
def _decoder(hint: Any) -> Turn:
    """The function that turns plain data into a value of the type ``hint``."""
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _optional_decoder(hint)
    if origin is tuple:
        return _tuple_decoder(get_args(hint))
    if origin is frozenset:
        return frozenset
    return _class_decoder(hint)


def _class_decoder(kind: Any) -> Turn:
    if is_dataclass(kind):
        return _object_decoder(kind)
    if kind is datetime:
        return moment
    if issubclass(kind, Enum):
        return lambda data: kind(data)  # noqa: PLW0108 - the type checker sees no function in a class
    if kind in (str, int, float, bool):
        return _checked(kind)
    raise ValueError(f"{kind} has no JSON form here")


def _object_decoder(kind: Any) -> Turn:
    hints = get_type_hints(kind)
    parts = {field.name: _decoder(hints[field.name]) for field in fields(kind)}

    def decode(data: dict[str, Any]) -> Any:
        return kind(**{name: parts[name](part) for name, part in data.items() if name in parts})

    return decode


def _optional_decoder(hint: Any) -> Turn:
    kinds = [kind for kind in get_args(hint) if kind is not NoneType]
    if len(kinds) != 1:
        raise ValueError(f"{hint} has no JSON form here")
    turn = _decoder(kinds[0])
    return lambda data: None if data is None else turn(data)


def _tuple_decoder(kinds: tuple[Any, ...]) -> Turn:
    if kinds[-1] is Ellipsis:
        turn = _decoder(kinds[0])
        return lambda data: tuple([turn(part) for part in data])
    turns = [_decoder(kind) for kind in kinds]
    return lambda data: tuple([turn(part) for turn, part in zip(turns, data, strict=True)])


def _checked(kind: type) -> Turn:
    wanted = (int, float) if kind is float else (kind,)

    def check(data: Any) -> Any:
        if type(data) not in wanted:
            raise ValueError(f"{data!r} is no {kind.__name__}")
        return data

    return check


def _enum_value(value: Enum) -> Any:
    return value.value


def _same(value: Any) -> Any:
    return value

"""Plain: values of the program as plain data for ``--json``: every field, moments as ISO 8601."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any


def data(value: object) -> Any:
    """Return ``value`` as what JSON can hold; dataclasses become objects with all their fields."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): data(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [data(part) for part in value]
    if isinstance(value, frozenset | set):
        return sorted(data(part) for part in value)
    return _single(value)


def _single(value: object) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, Path) else value

"""Lexicons: word lists shipped as data, which a user may extend or correct."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any


@cache
def load(name: str, override: Path | None = None) -> Mapping[str, Any]:
    """Return lexicon ``name`` (``data/NAME.toml``), a user's ``override/NAME.toml`` laid over it.

    Tables are merged; lists are appended to, and an entry "-word" takes "word" out.
    """
    shipped = tomllib.loads(files("monitor.lang.data").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
    own = override / f"{name}.toml" if override else None
    if own is None or not own.is_file():
        return shipped
    return _laid_over(shipped, tomllib.loads(own.read_text(encoding="utf-8")))


def _laid_over(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _laid_over(old, value)
        elif isinstance(old, list) and isinstance(value, list):
            gone = {v[1:] for v in value if isinstance(v, str) and v.startswith("-")}
            added = [v for v in value if not (isinstance(v, str) and v.startswith("-"))]
            merged[key] = [v for v in old if v not in gone] + added
        else:
            merged[key] = value
    return merged

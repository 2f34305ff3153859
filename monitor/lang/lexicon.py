"""Lexicons: word lists shipped as data, which a user may extend or correct."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

_is_entry = re.compile(r"([a-z0-9-]+) = \{ names = (\[.*?\])(?:, near = (\[.*?\]))? \}$").match
_is_table = re.compile(r"\[([a-z]+)\]$").match


@cache
def load(name: str, override: Path | None = None) -> Mapping[str, Any]:
    """Return lexicon ``name`` (``data/NAME.toml``), a user's ``override/NAME.toml`` laid over it.

    Tables are merged; lists are appended to, and an entry "-word" takes "word" out.
    """
    text = files("monitor.lang.data").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    shipped = quick(text) or tomllib.loads(text)
    own = override / f"{name}.toml" if override else None
    if own is None or not own.is_file():
        return shipped
    return _laid_over(shipped, tomllib.loads(own.read_text(encoding="utf-8")))


def quick(text: str) -> dict[str, Any] | None:
    """Return a long table of names as tomllib would, in a fifth of the time; None when it is of another form.

    Its lines are `key = { names = [...], near = [...] }` below a `[table]`: arrays of strings that JSON reads too.
    """
    keys: list[str] = []
    arrays: list[str] = []
    for line in text.splitlines():
        entry = _is_entry(line) or _is_table(line)
        if entry:
            keys.append(entry[1])
            arrays.append(",".join(filter(None, entry.groups()[1:])))
        elif line and not line.startswith("#"):
            return None
    try:
        return _tables(keys, json.loads(f"[[{'],['.join(arrays)}]]"))
    except ValueError:
        return None


def _tables(keys: list[str], entries: list[list[list[str]]]) -> dict[str, Any] | None:
    tables: dict[str, Any] = {}
    table: dict[str, Any] | None = None
    for key, arrays in zip(keys, entries, strict=True):
        if not arrays:
            table = tables.setdefault(key, {})
        elif table is None or key in table:
            return None
        else:
            table[key] = dict(zip(("names", "near"), arrays, strict=False))
    return tables


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

"""Renames: what a rule is to be called, noted beside a running daemon, which gives the name when it reloads."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress

from monitor.errors import UsageError
from monitor.store import state, storylines
from monitor.store.database import Database

_KEY = "renames"


def note(db: Database, old: str, new: str) -> None:
    """Note that the storyline ``old`` is to be called ``new``. Raises UsageError where ``new`` is taken."""
    known = (*storylines.slugs(db), *storylines.slugs(db, archived=True))
    if new in known:
        raise UsageError(f"there is already a storyline {new!r}")
    noted = _noted(db)
    before = next((first for first, then in noted if then == old), old)  # its name in the rows, if it was renamed twice
    if before in known:
        _keep(db, [*(pair for pair in noted if pair[0] != before), (before, new)])


def withdraw(db: Database, old: str, new: str) -> None:
    """It is not to be called ``new`` but ``old``, as before."""
    pairs = [(first, old) if then == new else (first, then) for first, then in _noted(db)]
    _keep(db, [(first, then) for first, then in pairs if first != then])


def take(db: Database, followed: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Give the names that were noted, as far as the rules ``followed`` have them by now; returns (old, new).

    A storyline whose rule still has its old name keeps it, and its note. The caller's transaction makes it whole.
    """
    noted = _noted(db)
    due = [(old, new) for old, new in noted if new in followed and old not in followed]
    for old, new in due:
        with suppress(UsageError):  # taken meanwhile: then it is archived, and keeps its name
            storylines.rename(db, old, new)
    if due:
        _keep(db, [pair for pair in noted if pair not in due])
    return tuple(due)


def _noted(db: Database) -> list[tuple[str, str]]:
    return [(old, new) for old, new in json.loads(state.get(db, _KEY) or b"[]")]


def _keep(db: Database, pairs: list[tuple[str, str]]) -> None:
    state.put(db, _KEY, json.dumps(pairs).encode())

"""Switched: channels whose receiver said that they are over (410); remembered, so that a restart asks no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from monitor.model.codec import moment, moment_text
from monitor.store import state
from monitor.store.database import Database

_KEY = "channels-off"


@dataclass(frozen=True, slots=True)
class Off:
    """A channel that is off: ``why``, since when (real time), and the ``mark`` of the address that is over."""

    why: str
    at: datetime
    mark: str


def all_off(db: Database) -> Mapping[str, Off]:
    """Return the channels that are off, by name."""
    found = json.loads(state.get(db, _KEY) or b"{}")
    return {name: Off(row["why"], moment(row["at"]), row["mark"]) for name, row in found.items()}


def off(db: Database, channel: str, off: Off) -> None:
    """Remember that ``channel`` is off."""
    _put(db, {**all_off(db), channel: off})


def on(db: Database, channel: str) -> bool:
    """Let messages go through ``channel`` again; False when they did anyway."""
    found = dict(all_off(db))
    if found.pop(channel, None) is None:
        return False
    _put(db, found)
    return True


def _put(db: Database, found: Mapping[str, Off]) -> None:
    rows = {name: {**asdict(one), "at": moment_text(one.at)} for name, one in found.items()}
    state.put(db, _KEY, json.dumps(rows).encode())

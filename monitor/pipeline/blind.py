"""Blind: a storyline whose sources fail hears nothing, and its silence looks like peace. Its operator is told once."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from monitor.model.settings import Settings
from monitor.pipeline import notices
from monitor.store import blind as rows
from monitor.store import state
from monitor.store.blind import Sources
from monitor.store.database import Database

EVERY = timedelta(minutes=10)
SOURCES = timedelta(days=30)  # a feed that matched within so long is a source of the storyline
_LOOKED, _BLIND = "blind-looked-at", "blind"


def watch(db: Database, settings: Settings, now: datetime, real_now: datetime) -> tuple[str, ...]:
    """Tell the operator of storylines that went blind or see again since the last look; returns those now blind.

    A storyline is blind while most of its sources fail: the feeds that brought it matches lately. A look costs a
    query over matches, so that one every ten minutes is made, however often this is called.
    """
    looked = state.get(db, _LOOKED)
    before = tuple(json.loads(state.get(db, _BLIND) or b"[]"))
    if looked is not None and timedelta(0) <= now - datetime.fromisoformat(looked.decode()) < EVERY:
        return before
    followed = {rule.slug for rule in settings.rules if rule.enabled}
    found = [s for s in rows.sources(db, now - SOURCES) if s.storyline in followed]
    blind = tuple(sorted(s.storyline for s in found if is_blind(s)))
    with db.transaction():
        state.put(db, _LOOKED, now.isoformat().encode())
        if blind != before:
            state.put(db, _BLIND, json.dumps(blind).encode())
            lost = [s for s in found if s.storyline in set(blind) - set(before)]
            back = sorted((set(before) - set(blind)) & followed)
            if lost or back:
                notices.send(db, settings, notices.blind(settings, lost, back, now), real_now)
    return blind


def is_blind(sources: Sources) -> bool:
    """Whether most of the feeds that told of a storyline fail."""
    return bool(sources.failing) and 2 * len(sources.failing) > sources.feeds

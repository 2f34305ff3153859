"""Memory: the engine built from the store, and what the engine changed written back.

The store's rows are the truth; matcher, chronicles, router and agenda are only memory of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.alerts.route import Router
from monitor.model.settings import Settings
from monitor.pipeline import snapshot
from monitor.pipeline.agenda import Agenda
from monitor.pipeline.engine import Engine
from monitor.pipeline.events import NOTHING, Arrived, Changes
from monitor.store import feeds as feed_rows
from monitor.store import items as item_rows
from monitor.store import ledger as ledger_rows
from monitor.store import mutes, outbox, state
from monitor.store import storylines as storyline_rows
from monitor.store import timers as timer_rows
from monitor.store.database import Database
from monitor.storylines.matcher import Matcher

WINDOW = timedelta(days=14)  # what matcher and chronicles still remember: several half-lives
TOLD = timedelta(days=90)  # what a route was told, so that "36 -> 44" still knows its 36
WARM_UP = timedelta(days=30)  # stored items that a new rule reads before it goes into force
AWAY = timedelta(hours=1)  # a longer pause of the whole daemon is an outage
_ALIVE = "alive-at"


def sync_rules(db: Database, settings: Settings, now: datetime) -> None:
    """Write the rules in force; a new one reads the stored items first, silently."""
    added = storyline_rows.sync(db, settings.rules, now).added
    fresh = [r for r in settings.rules if r.enabled and r.slug in added]
    if not fresh:
        return
    router = Router(settings.routes, {r.slug: r for r in fresh}, database_id=db.identity)
    engine = Engine(fresh, router, lexicons=settings.lexicons, language=settings.language)
    snapshot.forget(db)  # it does not know the new storylines
    changes: list[Changes] = []
    for item in item_rows.between(db, now - WARM_UP, now):
        engine.event(Arrived(replace(item, history=True)), changes.append)
    write(db, settings, changes, now)


def build(db: Database, settings: Settings, now: datetime) -> Engine:
    """Return an engine that remembers what the store holds."""
    rules = {r.slug: r for r in settings.rules if r.enabled}
    router = Router(settings.routes, rules, database_id=db.identity, mutes=mutes.active(db, now))
    router.restore(ledger_rows.load(db, now - TOLD))
    engine = Engine(
        rules.values(),
        router,
        lexicons=settings.lexicons,
        language=settings.language,
        agenda=Agenda(timer_rows.all(db)),
        health=lambda: feed_rows.health(db),
    )
    for slug, chronicle in engine.chronicles.items():
        chronicle.restore(storyline_rows.developments(db, slug))
    _replay(db, engine, now)
    return engine


def _replay(db: Database, engine: Engine, now: datetime) -> None:
    for item, matches, decisions in storyline_rows.window(db, now - WINDOW, decided=True):
        engine.recall(item, matches, decisions)
    learned = _recall(db, engine)
    for item, matches, _ in storyline_rows.window(db, now - WINDOW, after=learned):
        # An item that breaks us said so when it came; it must not break every start after that.
        with suppress(Exception):
            engine.matcher.learn(item, matches)


def _recall(db: Database, engine: Engine) -> int:
    """Let the matcher remember its last snapshot; returns the last item that is in it (0: there is none to use)."""
    last = snapshot.recall(db, engine.matcher)
    if last is None:  # what it knew is learned again from the items
        engine.matcher = Matcher(rule.storyline for rule in engine.rules.values())
    return last or 0


def remember(db: Database, engine: Engine) -> None:
    """Write down what the matcher has learned, so that the next start need not read every item again."""
    snapshot.save(db, engine.matcher)


def write(db: Database, settings: Settings, changes: Sequence[Changes], real_now: datetime) -> None:
    """Write what the engine changed. ``real_now`` stamps the deliveries."""
    for change in changes:
        if change.matches:
            storyline_rows.record(db, change.matches, change.at)
        if change.done is not None:
            timer_rows.cancel(db, [change.done])
        if change.routing is not NOTHING:
            timer_rows.cancel(db, change.routing.cancel)
            timer_rows.set(db, change.routing.timers)
    storyline_rows.decide(db, [c.decision for c in changes if c.decision is not None])
    ledger_rows.save(db, [entry for c in changes for entry in c.routing.entries])
    alerts = [alert for c in changes for alert in c.routing.alerts]
    channels = {name: route.channels for name, route in settings.routes.items()}
    outbox.add(db, alerts, channels, real_now)


def was_away(db: Database, now: datetime) -> bool:
    """Whether the daemon last committed so long ago that it has an outage to catch up with."""
    blob = state.get(db, _ALIVE)
    return blob is not None and now - datetime.fromisoformat(blob.decode()) > AWAY


def mark_alive(db: Database, now: datetime) -> None:
    """Remember that the daemon was at work at ``now``."""
    state.put(db, _ALIVE, now.isoformat().encode())

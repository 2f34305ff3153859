"""Trial: what a changed rule would do, beside the one in force, over the stored items. A process of its own.

It runs apart (``python -m monitor.web.trial``) so that it neither holds up the daemon, whose interpreter it would
share, nor outlives its time, which is the processor's: on a busy machine, where it steps back, a trial takes longer and
ends as on an idle one. It reads what ``ask`` wrote to its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.errors import UsageError
from monitor.model.storyline import Rule
from monitor.pipeline import backtest, replay
from monitor.pipeline.backtest import Setup
from monitor.store import items as item_rows
from monitor.store import page
from monitor.store.database import Database

DAYS = 30
MOST = 60_000  # items that are read: the newest of the days
SECONDS = 60.0  # of the processor
STILL_S = 240.0  # that it is waited for beyond them
NICE = 5  # how far it steps back
_OLD, _NEW = "in-force", "changed"
_LISTS = ("gained", "lost", "told", "untold", "examples")


@dataclass(frozen=True, slots=True)
class Question:
    """A rule, the one in force (None: there is none yet), and over which days they are compared."""

    database: Path
    rule: Rule
    before: Rule | None
    now: datetime
    lexicons: Path | None = None
    days: int = DAYS
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Seen:
    """An item in a trial: how it matched, and whether it led an alert; a score of 0 where it did not match."""

    item: str
    title: str
    source: str
    at: str
    score: float
    before: float
    reason: str = ""
    reason_before: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What would have happened: counts with the changed rule and with the one in force, and every difference.

    ``beside`` False: there is none in force, and its side is empty.
    ``matches``, ``nearly``, ``alerts`` are (changed, in force). ``gained`` and ``lost`` are matches, ``told`` and
    ``untold`` alerts.
    """

    items: int
    since: str
    whole: bool
    beside: bool
    matches: tuple[int, int]
    nearly: tuple[int, int]
    alerts: tuple[int, int]
    gained: tuple[Seen, ...]
    lost: tuple[Seen, ...]
    told: tuple[Seen, ...]
    untold: tuple[Seen, ...]
    examples: tuple[Seen, ...]


async def ask(question: Question, seconds: float = SECONDS) -> Answer:
    """Run the trial in a process of its own. Raises UsageError when it works longer than ``seconds``, or fails."""
    late = f"the trial took longer than {seconds:.0f} s and was stopped"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "monitor.web.trial",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        out, _ = await asyncio.wait_for(process.communicate(pickle.dumps((question, seconds))), seconds + STILL_S)
    except TimeoutError:
        raise UsageError(late) from None
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    if process.returncode == -signal.SIGPROF:
        raise UsageError(late)
    if process.returncode:
        raise UsageError("the trial failed: try the same with `storywatch backtest`, which says more")
    return answer_of(json.loads(out))


def answer_of(data: Mapping[str, Any]) -> Answer:
    """Return what ``run`` gave as an answer."""
    told: dict[str, Any] = {name: tuple(data[name]) for name in ("matches", "nearly", "alerts")}
    told |= {name: tuple(Seen(**one) for one in data[name]) for name in _LISTS}
    return Answer(items=data["items"], since=data["since"], whole=data["whole"], beside=data["beside"], **told)


def run(question: Question, most: int = 40) -> dict[str, Any]:
    """Return the answer as plain data; at most ``most`` rows of each kind."""
    rules = [_named(question.rule, _NEW), *([_named(question.before, _OLD)] if question.before else [])]
    with Database.open(question.database, writer=False) as db, db.transaction():
        since, items, whole = page.newest_since(db, question.now - timedelta(days=question.days), MOST)
        events = replay.stored(db, since, storylines=[r.slug for r in rules])
        setup = Setup(tuple(rules), lexicons=question.lexicons, language=question.language)
        rows = list(backtest.run(setup, events, until=question.now))
        data = _compared(rows, most)
        wanted = {one["item"] for name in _LISTS for one in data[name]}
        found = item_rows.get(db, wanted)
    for name in _LISTS:
        data[name] = [
            one | {"title": found[one["item"]].title, "source": found[one["item"]].source}
            for one in data[name]
            if one["item"] in found
        ]
    return data | {"items": items, "since": since.isoformat(), "whole": whole, "beside": question.before is not None}


def _named(rule: Rule, slug: str) -> Rule:
    return replace(rule, storyline=replace(rule.storyline, slug=slug), enabled=True)


def _compared(rows: Iterable[Mapping[str, Any]], most: int) -> dict[str, Any]:
    matches: dict[str, dict[str, Mapping[str, Any]]] = {_NEW: {}, _OLD: {}}
    alerts: dict[str, dict[str, Mapping[str, Any]]] = {_NEW: {}, _OLD: {}}
    nearly = {_NEW: 0, _OLD: 0}
    for row in rows:
        slug, kind = row["storyline"], row["type"]
        if kind == "match":
            matches[slug][row["item"]] = row
        elif kind == "possible":
            nearly[slug] += 1
        elif kind == "alert" and row["kind"] == "development" and row["items"]:
            alerts[slug][row["items"][0]] = row

    def seen(item: str) -> dict[str, Any]:
        new, old = matches[_NEW].get(item, {}), matches[_OLD].get(item, {})
        told, before = alerts[_NEW].get(item, {}), alerts[_OLD].get(item, {})
        at = next((row["at"] for row in (told, before, new, old) if row), "")
        return {
            "item": item, "at": at, "score": new.get("score", 0.0), "before": old.get("score", 0.0),
            "reason": told.get("reason", ""), "reason_before": before.get("reason", ""),
        }  # fmt: skip

    def newest(items: Iterable[str]) -> list[dict[str, Any]]:
        return sorted(map(seen, items), key=lambda one: one["at"], reverse=True)[:most]

    return {
        "matches": [len(matches[_NEW]), len(matches[_OLD])],
        "nearly": [nearly[_NEW], nearly[_OLD]],
        "alerts": [len(alerts[_NEW]), len(alerts[_OLD])],
        "gained": newest(matches[_NEW].keys() - matches[_OLD].keys()),
        "lost": newest(matches[_OLD].keys() - matches[_NEW].keys()),
        "told": newest(alerts[_NEW].keys() - alerts[_OLD].keys()),
        "untold": newest(alerts[_OLD].keys() - alerts[_NEW].keys()),
        "examples": newest(alerts[_NEW])[:12],
    }


def main() -> None:
    """Answer the question on standard input."""
    with suppress(OSError):
        os.nice(NICE)
    question, seconds = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # its default is death
    signal.setitimer(signal.ITIMER_PROF, seconds)
    sys.stdout.write(json.dumps(run(question)))


if __name__ == "__main__":
    main()

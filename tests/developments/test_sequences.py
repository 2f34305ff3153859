"""Short sequences of titles, as they would come in, and what becomes of each: the tables in ``sequences``.

A step is ``[hours after the one before, what becomes of it, title]``, and where needed a fourth part: ``lang``,
``source``, ``author``, ``summary``, ``edits`` (the place, from 1, of the step whose title is edited to this one). What
becomes of it: ``N:REASON`` a new development, ``J`` a repeat that joins one, ``H`` held, ``!N`` no new development
(joined or held), ``-`` an edit of which nothing follows; then signals it raises, ``+SURGED``; then, behind a colon,
words that stand in the why.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.developments.chronicle import Chronicle
from monitor.model.development import Decision, Reason, Signal, Verdict
from monitor.model.item import Item, Revision
from monitor.model.match import Evidence, Match
from monitor.model.storyline import Storyline

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
FOLDER = Path(__file__).parent / "sequences"
TABLES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
ROWS = {f"{theme}: {name}": row for theme, table in TABLES.items() for name, row in table.items()}
VERDICTS = {"N": Verdict.NEW, "J": Verdict.JOINED, "H": Verdict.HELD}
LANGUAGES = {"en", "sv", "de", "fr", "es", "it", "pt", "ru", "zh"}
Step = list[Any]


def decisions(lang: str, steps: list[Step]) -> Iterator[Decision | None]:
    chronicle = Chronicle(Storyline(slug="story"))
    at, items = START, list[Item]()
    for number, (hours, _, title, *more) in enumerate(steps, start=1):
        at += timedelta(hours=hours)
        said = {"lang": lang, "source": f"Paper {number}", **(more[0] if more else {})}
        edits = said.pop("edits", 0)
        before = items[edits - 1] if edits else None
        item = replace(before, title=title) if before else Item(str(number), title, at, **said)
        items.append(item)
        match = Match(item.id, "story", 1.0, Evidence())
        if before is not None:
            decision = chronicle.revise(item, Revision(item.id, at, title, item.summary, before.title), match)
        else:
            decision = chronicle.decide(item, match)
        if decision is not None:
            chronicle.adopt(item, match, decision)
        chronicle.renew(item)
        yield decision


def agrees(decision: Decision | None, expected: str) -> bool:
    head, _, words = expected.partition(": ")
    kind, *signals = head.split(" +")
    if decision is None or kind == "-":
        return decision is None and kind == "-"
    if words not in decision.because or not {Signal(s) for s in signals} <= set(decision.signals):
        return False
    if kind == "!N":
        return decision.verdict is not Verdict.NEW
    letter, _, reason = kind.partition(":")
    made = decision.development
    right = not reason or (made is not None and made.reason == reason)
    return right and decision.verdict is VERDICTS[letter]


@pytest.mark.parametrize("name", ROWS)
def test_each_item_becomes_what_a_person_would_say(name: str) -> None:
    steps = ROWS[name]["steps"]
    for decision, (_, expected, title, *_more) in zip(decisions(ROWS[name]["lang"], steps), steps, strict=True):
        reason = decision.development.reason if decision and decision.development else ""
        because = f"{decision.verdict} {reason} {decision.signals} because {decision.because!r}" if decision else None
        assert agrees(decision, expected), f"{title!r}: {because}, expected {expected!r}"


def test_the_tables_cover_every_reason_in_many_languages() -> None:
    steps = [(row["lang"], step) for row in ROWS.values() for step in row["steps"]]
    told = {step[1].partition(":")[2].split(" ")[0].rstrip(":") for _, step in steps if step[1].startswith("N:")}
    assert told == set(Reason)
    assert {s for _, step in steps for s in step[1].partition(": ")[0].split(" +")[1:]} >= {
        "CORROBORATED",
        "SURGED",
        "REVIVED",
    }
    spoken = {lang for lang, _ in steps} | {step[3].get("lang", "en") for _, step in steps if len(step) > 3}
    assert spoken >= LANGUAGES
    assert len(ROWS) >= 60

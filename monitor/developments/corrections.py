"""Corrections: what a report takes back of what was told: edited, retracted or withdrawn. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitor.developments import delta
from monitor.developments.phrases import PhraseBook
from monitor.developments.reading import Reading
from monitor.developments.titles import pieces
from monitor.lang.fold import fold
from monitor.lang.lexicon import load
from monitor.lang.tokens import tokens
from monitor.model.development import Change, Development, Fact, Reason

REPORT = "report"  # the kind of fact that says what became of a report
WITHDRAWN = "withdrawn"
UNLISTED = "no longer listed"
CORRECTED = "corrected"
# A label written before its title without a space, or in brackets at an end: "CORRECTED-UPDATE 1-Kremlin ...".
_JOINED = re.compile(r"^\s*[\[(【（]?\s*([^\W\d_][^\[\]()【】（）:：|–—-]{2,40}?)\s*[\])】）:：-]")
_BEHIND = re.compile(r"[\[(【（]\s*([^\[\]()【】（）]{2,40}?)\s*[\])】）]\s*$")


@dataclass(frozen=True, slots=True)
class Correction:
    """What is taken back: the changes (none where a report only says that it was corrected), and why we think so."""

    changes: tuple[Change, ...]
    because: str


class Corrections:
    """The lexicon of corrections, compiled."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the lexicon (``lang/data/corrections.toml``)."""
        self._labels = PhraseBook({name: row["label"] for name, row in table.items()})
        self._worded = PhraseBook({name: row["any"] for name, row in table.items() if "any" in row})

    def mark(self, title: str, lang: str, *, replaced: bool = False) -> str:
        """Return how ``title`` is marked: "withdrawn", "corrected" or "".

        ``replaced``: it stands in place of an earlier title, so that a sentence such as "this article has been
        removed" is about the report. In any other title it may be about whatever the news is about.
        """
        found = {name for piece in _set_off(title) for name in self._label(piece, lang)}
        if replaced:
            words = [t.folded for t in tokens(title)]
            found |= {f.name for code in {lang, "en"} for f in self._worded.find(words, fold(title), code)}
        return next((name for name in (WITHDRAWN, CORRECTED) if name in found), "")

    def _label(self, piece: str, lang: str) -> Iterator[str]:
        words, folded = [t.folded for t in tokens(piece)], fold(piece).strip()
        for code in {lang, "en"}:
            for found in self._labels.find(words, folded, code):
                whole = found.text == folded if found.start == found.end else found.end - found.start == len(words)
                if whole:
                    yield found.name


@cache
def corrections(override: Path | None = None) -> Corrections:
    """Return the one Corrections for a user's lexicon directory."""
    return Corrections(load("corrections", override))


def edited(before: Reading, after: Reading, marks: tuple[str, str], told_since: Iterable[Change]) -> Correction | None:
    """Return what an edited title takes back of what it said; None where nothing.

    ``marks`` are those of the old and the new title. What a later development told already (``told_since``) is known,
    and needs no correction: outlets bring old reports up to date.
    """
    was, now = marks
    if now == WITHDRAWN and was != WITHDRAWN:
        return taken_back(after, WITHDRAWN, after.title)
    known = {_value(change) for change in told_since}
    changes = tuple(c for c in delta.corrections(before.facts, after.facts) if _value(c) not in known)
    if changes:
        return Correction(changes, f"corrected: {delta.in_words(changes)}")
    return Correction((), "corrected: its publisher says so") if now and not was else None


def unlisted(reading: Reading) -> Correction:
    """Return that a feed took a report out."""
    return taken_back(reading, UNLISTED, "Its feed still lists older entries and newer ones.")


def taken_back(reading: Reading, how: str, sentence: str) -> Correction:
    """Return that a report was taken back: ``how``, and the ``sentence`` that shows it."""
    fact = Fact(REPORT, REPORT, how, how, sentence, reading.publisher)
    return Correction((Change(fact),), f"{how} by {reading.publisher}")


def is_withdrawal(found: Correction) -> bool:
    """Whether the whole report was taken back."""
    return any(change.fact.kind == REPORT for change in found.changes)


def told_by(made: Iterable[Development], known: Development, found: Correction) -> Development | None:
    """Return the development that told ``found`` of ``known`` before: each correction is told once."""
    values = {_value(change) for change in found.changes}
    of = {known.number, *(d.number for d in made if d.reason is Reason.CORRECTED and d.lead in known.items)}
    told = (d for d in made if d.reason is Reason.CORRECTED and d.number in of)
    return next((d for d in told if values <= {_value(change) for change in d.delta}), None)


def _value(change: Change) -> tuple[str, str, str]:
    return (change.fact.kind, change.fact.what, change.fact.value)


def _set_off(title: str) -> Sequence[str]:
    """The pieces of a title that may be labels."""
    first, last, _ = pieces(title)
    found = [first, last, *(m[1] for m in (_JOINED.match(title), _BEHIND.search(title)) if m)]
    return [piece for piece in found if piece]

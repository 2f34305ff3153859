"""Facts: figures with what they count, stages with who says so, dates set; each with the sentence it stands in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor.developments.conditions import Conditions
from monitor.developments.figures import Figures, Months
from monitor.developments.phrases import PhraseBook
from monitor.developments.titles import pieces
from monitor.lang.fold import fold
from monitor.lang.lexicon import load
from monitor.lang.tokens import Token, tokens
from monitor.model.development import Fact

_SENTENCE = re.compile(r"(?<=[.!?…])\s+(?=[^a-zа-яіїєґ])|(?<=[。！？])")
_SENTENCES = 4  # of a summary that are read
_LONG = 400  # characters of a sentence
_SPEAKER_WORDS = 5
_CJK_DATE = re.compile(r"(?:(20\d\d)[年년]\s?)?(\d{1,2})[月월]\s?(\d{1,2})[日号일]")
STAGES_SAID = "stage"


class Facts:
    """The lexicons of figures and stages, compiled."""

    def __init__(self, figures: Mapping[str, Any], stages: Mapping[str, Any], cues: Mapping[str, Any]) -> None:
        """Take the lexicons ``figures``, ``stages`` and ``cues`` (for its reporting verbs)."""
        self.figures = Figures(figures)
        self._order = {stage: i for i, stage in enumerate(stages)}
        self._stages = PhraseBook(stages)
        self._reporting = PhraseBook({"says": cues["reporting"]["any"]})
        self.conditions = Conditions(cues)
        self._months = Months(figures["months"])

    @classmethod
    def load(cls, override: Path | None = None) -> Facts:
        """Return the shipped lexicons, a user's ``override`` laid over them."""
        return cls(load("figures", override), load("stages", override), load("cues", override))

    def read(self, title: str, summary: str, lang: str, at: datetime) -> tuple[Fact, ...]:
        """Return what a title and its summary state, each quantity once, the title's first.

        ``at`` is the arrival: a day without a year is the nearest such day. The stage is taken from the title only.
        """
        facts: list[Fact] = []
        for sentence in (title, *sentences(summary)):
            facts += self.figures.read(sentence, lang)
            facts += self._dates(sentence, lang, at)
        stage = self._stage(title, lang)
        return _once(([stage] if stage else []) + facts)

    def _stage(self, title: str, lang: str) -> Fact | None:
        asserted = self.conditions.without(title, lang)
        found = self._stages.find([t.folded for t in tokens(asserted)], fold(asserted), lang)
        if not found:
            return None
        best = max(found, key=lambda f: self._order[f.name])
        return Fact("stage", STAGES_SAID, best.name, best.text, title, self._speaker(title, lang))

    def _speaker(self, title: str, lang: str) -> str:
        """Return who says so: the piece before a colon, or the words before the first reporting verb."""
        first, _last, mark = pieces(title)
        if mark in (":", "：") and len(tokens(first)) <= _SPEAKER_WORDS:
            return first
        toks = tokens(title)
        said = self._reporting.find([t.folded for t in toks], "", lang)
        start = min((f.start for f in said), default=0)
        if 0 < start <= _SPEAKER_WORDS and toks[0].capital and toks[start - 1].kind == "word":
            return title[: toks[start - 1].end]
        return ""

    def _dates(self, sentence: str, lang: str, at: datetime) -> list[Fact]:
        found = [(m.group(), m[1], m[2], m[3]) for m in _CJK_DATE.finditer(sentence)]
        made = [
            self._date(text, int(month), int(day), int(year or 0), at, sentence) for text, year, month, day in found
        ]
        toks, months = tokens(sentence), self._months.of(lang)
        made += [self._worded_date(sentence, toks, i, months, at) for i in range(len(toks) - 1)]
        return [fact for fact in made if fact is not None]

    def _worded_date(
        self, sentence: str, toks: tuple[Token, ...], i: int, months: Mapping[str, int], at: datetime
    ) -> Fact | None:
        one, two = toks[i].folded, toks[i + 1].folded
        day, month = (one, two) if two in months else (two, one)
        number = re.sub(r"(?:st|nd|rd|th|er|º)$", "", day)
        if month not in months or not number.isdecimal() or len(number) > 2:
            return None
        end = i + 2
        year = toks[end].folded if end < len(toks) and re.fullmatch(r"20\d\d", toks[end].folded) else ""
        text = sentence[toks[i].start : toks[end if year else end - 1].end]
        return self._date(text, months[month], int(number), int(year or 0), at, sentence)

    def _date(self, text: str, month: int, day: int, year: int, at: datetime, sentence: str) -> Fact | None:
        choices = [year] if year else [at.year - 1, at.year, at.year + 1]
        days = [d for y in choices if (d := _day(y, month, day))]
        if not days:
            return None
        best = min(days, key=lambda d: abs((d - at.date()).days))
        if not year and timedelta(0) <= at.date() - best <= timedelta(days=1):
            return None  # the day of the report itself
        return Fact("date", "date", best.isoformat(), text, sentence)


def sentences(text: str) -> list[str]:
    """Return the first sentences of a plain text, each cut to a readable length."""
    return [s.strip()[:_LONG] for s in _SENTENCE.split(text) if s.strip()][:_SENTENCES]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _once(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    kept: dict[tuple[str, str, str], Fact] = {}
    for fact in facts:
        kept.setdefault((fact.kind, fact.what, fact.value), fact)
    return tuple(kept.values())

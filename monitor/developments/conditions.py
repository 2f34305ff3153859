"""Conditions: the clauses of a title that say what would be, not what is: "... if the war ends"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from monitor.developments.phrases import PhraseBook
from monitor.lang.fold import fold
from monitor.lang.tokens import tokens

_STOPS = ",:;–—，：；、"  # where a condition ends


class Conditions:
    """The words that begin a condition, compiled from the cue lexicon."""

    def __init__(self, cues: Mapping[str, Any]) -> None:
        """Take the cue lexicon (``lang/data/cues.toml``), of which ``condition`` is read."""
        self._book = PhraseBook({"condition": cues["condition"]["any"]})
        self._without = lru_cache(maxsize=256)(self._cut)  # a title is asked about for its concepts and for its stage

    def without(self, title: str, lang: str) -> str:
        """Return ``title`` without its first conditional clause; as it is where there is none."""
        return self._without(title, lang)

    def _cut(self, title: str, lang: str) -> str:
        start = self._start(title, lang)
        if start < 0:
            return title
        ends = [at for mark in _STOPS if (at := title.find(mark, start)) >= 0]
        return title[:start] + (title[min(ends) :] if ends else "")

    def _start(self, title: str, lang: str) -> int:
        """Return the character at which the first condition begins, -1 for none."""
        toks = tokens(title)
        found = self._book.find([t.folded for t in toks], fold(title), lang)
        starts = [toks[f.start].start if f.end > f.start else title.find(f.text) for f in found]
        return min((at for at in starts if at >= 0), default=-1)

"""Tuning: the fixed numbers of the matcher, the same for every storyline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers of the score; all scores, closenesses and shares are in 0..1 unless said otherwise."""

    bar: float = 0.5  # a match from here on
    possible: float = 0.35  # stored as possible from here on
    half_life: timedelta = timedelta(days=5)  # of what a Context knows
    summary: float = 0.9  # worth of a hit that only the summary has
    pseudo_items: float = 400.0  # items' worth of assumed counts before any were read
    title_limit: int = 600  # characters of a title that are read
    summary_limit: int = 2_000
    words_kept: int = 200_000  # of the background
    vocabulary_kept: int = 400  # words of one Context
    # Ingredients, to be left out where their worth is measured.
    forms: bool = True  # inflected forms and compounds of a word meet it
    slips: bool = True  # misspelt words meet it
    context: bool = True  # a storyline learns from what it met


DEFAULT = Tuning()

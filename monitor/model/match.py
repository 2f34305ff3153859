"""Match and Evidence: why an item belongs to a storyline, or nearly does."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Means(StrEnum):
    """How a word of the text met a word of the rule."""

    EXACT = "exact"
    STEM = "stem"
    COMPOUND = "compound"
    TRANSLITERATION = "transliteration"
    ALIAS = "alias"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Hit:
    """One meeting: ``term`` of the rule with ``word`` at ``start:end`` of ``field`` ("title" or "summary").

    ``part`` says which part of the rule the term stands in: "phrase", "all:0" ..., "any", "none",
    "about", "seed". ``closeness`` is in 0..1 (1 = exact).
    """

    term: str
    word: str
    field: str
    start: int
    end: int
    part: str
    means: Means
    closeness: float


@dataclass(frozen=True, slots=True)
class Learned:
    """A word of the text that the storyline's Context knows: its weight 0..1 and an earlier item with it."""

    word: str
    weight: float
    item: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that speaks for and against a match, enough to explain it in one screen.

    ``path`` names the way it was accepted ("groups", "phrase", "names", "pair", "escape", ...) or
    "" for a near miss. ``parts`` are the named components of the score. ``missing`` are groups or
    names that were not met. ``veto`` is the ``none`` term that excluded it ("" for none).
    """

    path: str = ""
    hits: tuple[Hit, ...] = ()
    learned: tuple[Learned, ...] = ()
    missing: tuple[str, ...] = ()
    parts: tuple[tuple[str, float], ...] = ()
    veto: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Item x storyline with a score in 0..1. ``possible``: below the bar but near; stored, never alerted alone.

    ``seed``: sure enough to teach the storyline's Context.
    """

    item: str
    storyline: str
    score: float
    evidence: Evidence
    possible: bool = False
    seed: bool = False

"""Reading: an item's words, read once for all storylines."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from monitor.lang.languages import all_stop_words, guess
from monitor.lang.stems import stem
from monitor.lang.tokens import Token, tokens
from monitor.model.item import Item
from monitor.storylines.tuning import Tuning


@dataclass(frozen=True)
class Reading:
    """The words of one text: ``title`` and ``summary`` tokens, and its language (ISO 639-1 or "")."""

    lang: str
    title: tuple[Token, ...]
    summary: tuple[Token, ...]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The stems of the title's words, function words left out: what a storyline may learn from it."""
        return vocabulary(self.title, self.lang)

    @cached_property
    def sentence_case(self) -> bool:
        """Whether the title writes common words small, so that a capital inside it tells a name."""
        long = [t.text[0].isupper() for t in self.title[1:] if t.kind == "word" and len(t.text) > 3]
        return (len(long) - sum(long)) * 5 >= len(long) * 2 and len(long) > 2


def vocabulary(words: tuple[Token, ...], lang: str) -> frozenset[str]:
    """Return the stems of ``words`` without function words and single letters."""
    stop = all_stop_words()
    return frozenset(
        t.folded if t.kind != "word" else stem(t.folded, lang)
        for t in words
        if len(t.folded) > 1 and t.folded not in stop
    )


def read(item: Item, tuning: Tuning) -> Reading:
    """Return the reading of an item: its title and summary up to the tuning's limits."""
    title = item.title[: tuning.title_limit]
    summary = item.summary[: tuning.summary_limit]
    lang = guess(f"{title} {summary}", item.lang)
    return Reading(lang, tokens(title), tokens(summary) if summary and summary != title else ())

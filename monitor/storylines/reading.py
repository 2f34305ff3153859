"""Reading: an item's words, read once for all storylines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.lang.languages import all_stop_words, counted, guess, tells_by_votes
from monitor.lang.stems import stem
from monitor.lang.tokens import Token, Word, tokens, words
from monitor.model.item import Item
from monitor.storylines.tuning import Tuning


class Reading:
    """The words of one text: ``title`` and ``summary``, and its language (ISO 639-1 or "").

    What only a few items are asked for (the places of words, the vocabulary) is found when it is asked for.
    """

    __slots__ = ("_places", "_texts", "_vocabulary", "lang", "summary", "title")

    def __init__(self, lang: str, title: Sequence[Word], summary: Sequence[Word], texts: tuple[str, str]) -> None:
        """Take over the words of ``texts``: (title, summary)."""
        self.lang = lang
        self.title = title
        self.summary = summary
        self._texts = texts
        self._vocabulary: frozenset[str] | None = None
        self._places: dict[str, list[tuple[int, int]]] = {}

    @property
    def vocabulary(self) -> frozenset[str]:
        """The stems of the title's words, function words left out: what a storyline may learn from it."""
        if self._vocabulary is None:
            self._vocabulary = vocabulary(self.title, self.lang)
        return self._vocabulary

    @property
    def sentence_case(self) -> bool:
        """Whether the title writes common words small, so that a capital inside it tells a name."""
        long = [word.case for word in self.title[1:] if word.long]
        return len(long) > 2 and long.count(2) * 5 >= len(long) * 2

    def place(self, field: str, at: int, size: int) -> tuple[int, int, str]:
        """Return where ``size`` words of ``field`` from word ``at`` on stand: (start, end, what is written there)."""
        text, run = (self._texts[0], self.title) if field == "title" else (self._texts[1], self.summary)
        if field not in self._places:
            self._places[field] = _places(text, run)
        over = self._places[field][at : at + size]
        start, end = over[0][0], over[-1][1]
        return start, end, text[start:end]


def _places(text: str, run: Sequence[Word]) -> list[tuple[int, int]]:
    """Return (start, end) of each word. In ASCII the next run of letters after a word is the next word."""
    if not text.isascii():
        return [(token.start, token.end) for token in tokens(text)]
    places, end = [], 0
    for word in run:
        start = text.index(word.text, end)
        end = start + len(word.text)
        places.append((start, end))
    return places


def vocabulary(found: Iterable[Word | Token], lang: str) -> frozenset[str]:
    """Return the stems of words without function words and single letters."""
    stop = all_stop_words()
    return frozenset(
        w.folded if w.kind != "word" else stem(w.folded, lang)
        for w in found
        if len(w.folded) > 1 and w.folded not in stop
    )


def read(item: Item, tuning: Tuning) -> Reading:
    """Return the reading of an item: its title and summary up to the tuning's limits."""
    title = item.title[: tuning.title_limit]
    summary = item.summary[: tuning.summary_limit]
    first = words(title)
    if not summary:
        return Reading(_language(title, first, item.lang), first, (), (title, ""))
    second = words(summary)
    lang = _language(f"{title} {summary}", [*first, *second], item.lang)
    return Reading(lang, first, second if summary != title else (), (title, summary))


def _language(text: str, found: Sequence[Word], declared: str) -> str:
    if not tells_by_votes(text):
        return guess(text, declared)
    said = [languages for word in found if word.votes for languages in word.votes]
    return counted(said, (word.pieces for word in found), declared)

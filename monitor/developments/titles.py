"""Titles: what a headline says, without the labels around it ("Live:", "WATCH:", " - BBC News")."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from monitor.developments.phrases import PhraseBook
from monitor.lang.fold import fold
from monitor.lang.lexicon import load
from monitor.lang.tokens import tokens

# What sets a label off: a colon, a bar, a dash between spaces, a bracketed head. Full-width forms included.
_BREAK = re.compile(r"\s*[:：]\s+|：|\s*[|｜¦•·»]\s*|\s+[-–—―]+\s+|\s+/\s+|_(?=[^\s_]{2,12}$)")
_BRACKET = re.compile(r"^\s*[\[【〔(（［〈＜]([^\]】〕)）］〉＞]{1,24})[\]】〕)）］〉＞]\s*")
_SHORT = 6  # words that a label has at most
_KEEP = 2  # words that must remain


@dataclass(frozen=True, slots=True)
class Headline:
    """A title in its parts: ``text`` is what it says, ``head``/``tail`` the labels taken off in order."""

    text: str
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()


class Titles:
    """Knows labels and publishers' names; strips them. Stripped, not suppressed: a live page may tell news first."""

    def __init__(self, labels: PhraseBook, names: frozenset[str]) -> None:
        """Take the format ``labels`` and the folded ``names`` of publishers."""
        self._labels = labels
        self._names = names

    def strip(self, title: str, source: str = "", lang: str = "") -> Headline:
        """Return ``title`` without format labels and publisher names at either end.

        A piece is a label when it is short and holds nothing but label words, or names ``source`` or a known
        publisher. At least two words (or four characters of CJK) remain; else the title stays whole.
        """
        text, head, tail = title.strip(), [], []
        if (bracket := _BRACKET.match(text)) and self._is_label(bracket.group(1), source, lang):
            head.append(bracket.group(1))
            text = text[bracket.end() :]
        while (
            (cut := _first(text)) and self._is_label(text[: cut.start()], source, lang) and _enough(text[cut.end() :])
        ):
            head.append(text[: cut.start()].strip())
            text = text[cut.end() :]
        while (cut := _last(text)) and self._is_label(text[cut.end() :], source, lang) and _enough(text[: cut.start()]):
            tail.append(text[cut.end() :].strip())
            text = text[: cut.start()]
        return Headline(text.strip(), tuple(head), tuple(tail))

    def _is_label(self, piece: str, source: str, lang: str) -> bool:
        words = [t.folded for t in tokens(piece)]
        if not words or len(words) > _SHORT + 2:
            return False
        name = publisher_key(piece)
        if name and (name in self._names or name == publisher_key(source)):
            return True
        return len(words) <= _SHORT and bool(self._labels.find(words, fold(piece), lang) or self._other(words, piece))

    def _other(self, words: list[str], piece: str) -> bool:
        return bool(self._labels.find(words, fold(piece), "en"))


def _first(text: str) -> re.Match[str] | None:
    return _BREAK.search(text)


def _last(text: str) -> re.Match[str] | None:
    last = None
    for last in _BREAK.finditer(text):  # noqa: B007 - the last one is wanted
        pass
    return last


def _enough(text: str) -> bool:
    return len(tokens(text)) >= _KEEP


@lru_cache(maxsize=256)  # a title is taken apart for its labels, its speaker and its publisher
def pieces(title: str) -> tuple[str, str, str]:
    """Return the first piece set off from ``title``, the last one, and the first one's mark; "" where there is none."""
    first, last = _first(title), _last(title)
    bracket = _BRACKET.match(title)
    if bracket:
        return bracket.group(1).strip(), title[last.end() :].strip() if last else "", "["
    if first is None or last is None:
        return "", "", ""
    return title[: first.start()].strip(), title[last.end() :].strip(), first.group().strip()


_WEB = re.compile(r"^(?:https?://)?(?:www\.)?|\.(?:com|org|net|co\.uk|co|de|fr|es|it|se|fi|no|eu|ru|cn|in|tv)$")
_FILLER = frozenset(
    {"the", "news", "online", "nyheter", "nachrichten", "noticias", "notizie", "international", "english"}
)


@lru_cache(maxsize=20_000)
def publisher_key(name: str) -> str:
    """Return the form in which publishers' names are compared: folded, without "the", "News", "online", ".com"."""
    base = _WEB.sub("", _WEB.sub("", fold(name).strip()))
    words = [w for w in re.split(r"[^\w.&']+", base) if w]
    kept = [w for w in words if w not in _FILLER]
    return " ".join(kept or words)


def label_book(cues: Mapping[str, Any]) -> PhraseBook:
    """Return the format labels of the cue lexicon."""
    return PhraseBook({"strip": cues["strip"]["label"]})


def publisher_names(publishers: Mapping[str, Any]) -> frozenset[str]:
    """Return the compared form of every publisher and agency named in the publishers lexicon."""
    names = [n for group in publishers["groups"].values() for n in group]
    names += [n for agency in publishers["agencies"].values() for n in agency["names"]]
    return frozenset(publisher_key(n) for n in names)


def load_titles(override: Path | None) -> Titles:
    """Return Titles from the shipped lexicons, a user's ``override`` laid over them."""
    return Titles(label_book(load("cues", override)), publisher_names(load("publishers", override)))

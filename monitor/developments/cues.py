"""Cues: the words by which a title shows that it comments, explains, lists or previews instead of reporting."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.developments.phrases import Found, PhraseBook
from monitor.developments.titles import pieces, publisher_key
from monitor.lang.fold import fold
from monitor.lang.lexicon import load
from monitor.lang.tokens import Token, tokens

_PLACES = ("label", "start", "any", "end")
_QUOTES = "\"'“”„«»‘’「『《‚"
_QUESTION = "?？؟"
_ASKED = re.compile(rf"[？؟](?![{_QUOTES}”’»」』])|[?](?=[\s:：–—-])")  # a clause that ends so asks
_FULL_STOP = (".", "。")
_DECK_WORDS = 12
_LABEL_WORDS = 5
_LIVE_WORDS = 7  # of the piece that says that a page is live: "Harbour strike live"


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue that fired: its ``name`` in the lexicon, how to say it, whether reporting verbs leave it standing."""

    name: str
    because: str
    hard: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A title prepared for the lexicons: its tokens, their folded words, the folded whole."""

    title: str
    toks: tuple[Token, ...]
    words: tuple[str, ...]
    folded: str

    @classmethod
    def of(cls, title: str) -> Text:
        """Prepare ``title``."""
        toks = tokens(title)
        return cls(title, toks, tuple(t.folded for t in toks), fold(title))


class Cues:
    """The cue lexicon, compiled."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        """Take the cue lexicon (``lang/data/cues.toml``)."""
        self._named = {
            name: Cue(name, row["because"], bool(row.get("hard", False)))
            for name, row in table.items()
            if "because" in row
        }
        rows = {name: table[name] for name in self._named}
        self._books = {
            place: PhraseBook({name: row[place] for name, row in rows.items() if place in row}) for place in _PLACES
        }
        self._reporting = PhraseBook({"reporting": table["reporting"]["any"]})
        self._languages = frozenset(table["reporting"]["any"])
        self._quoting = self._languages.difference(table["quote"].get("names_too", ()))
        self._live = {place: PhraseBook({"live": table["live"][place]}) for place in ("label", "any")}

    @property
    def languages(self) -> frozenset[str]:
        """The languages whose reporting verbs are known."""
        return self._languages

    @classmethod
    def load(cls, override: Path | None = None) -> Cues:
        """Return the shipped cues, a user's ``override/cues.toml`` laid over them."""
        return cls(load("cues", override))

    def fires(self, whole: Text, text: Text, lang: str, author: str = "") -> Cue | None:
        """Return the cue that fires for a title, the hardest first, or None.

        ``whole`` is the title as it came, ``text`` without its format labels (which may take words along: "three things
        to watch"). Soft cues are believed only where no
        reporting verb answers who says so.
        """
        names = self._labels(whole, lang) + self._worded(text, lang)
        if whole.title != text.title:
            names += self._worded(whole, lang)
        if _is_byline(whole.title, author):
            names.append("byline")
        hard = [n for n in names if self._named[n].hard or n == "byline"]
        if hard:
            return self._named[hard[0]]
        if is_sentence(text):
            return self._named["deck"]
        if _asks(text.title):
            return self._named["question"]
        return self._soft(names, text, lang)

    def live(self, whole: Text, lang: str) -> bool:
        """Whether a title, as it came, is that of a live page."""
        if self._live["any"].find(whole.words, whole.folded, lang):
            return True
        parts = (Text.of(piece) for piece in pieces(whole.title)[:2])
        return any(p.words and len(p.words) <= _LIVE_WORDS and self._is_live(p, lang) for p in parts)

    def _is_live(self, part: Text, lang: str) -> bool:
        label = self._live["label"]
        return bool(label.find(part.words, part.folded, lang) or label.find(part.words, part.folded, "en"))

    def reports(self, text: Text, lang: str) -> bool:
        """Whether a reporting verb (or a named authority) answers who says so."""
        return bool(self._reporting.find(text.words, text.folded, lang))

    def _soft(self, names: list[str], text: Text, lang: str) -> Cue | None:
        if text.title[:1] in _QUOTES and lang in self._quoting and text.toks and text.toks[0].kind != "cjk":
            names.append("quote")
        if not names or self.reports(text, lang):
            return None
        return self._named[names[0]]

    def _labels(self, whole: Text, lang: str) -> list[str]:
        names: list[str] = []
        for piece in pieces(whole.title)[:2]:
            part = Text.of(piece)
            if 0 < len(part.words) <= _LABEL_WORDS:
                names += _covering(self._books["label"].find(part.words, part.folded, lang), part)
                names += (
                    _covering(self._books["label"].find(part.words, part.folded, "en"), part) if lang != "en" else []
                )
        return names

    def _worded(self, text: Text, lang: str) -> list[str]:
        found = self._books["any"].find(text.words, text.folded, lang)
        names = [f.name for f in found]
        names += [f.name for f in self._books["start"].find(text.words, text.folded, lang) if _leads(f, text)]
        last = len(text.words)
        names += [f.name for f in self._books["end"].find(text.words, text.folded, lang) if f.end == last]
        return names


def _covering(found: Sequence[Found], part: Text) -> list[str]:
    """Labels must make up most of their piece: "Opinion", "The big read", but not "a review of the law"."""
    return [f.name for f in found if f.end == f.start or (f.end - f.start) * 2 >= len(part.words)]


def _leads(found: Found, text: Text) -> bool:
    if found.end == found.start:
        return text.folded.startswith(found.text)
    return found.start == 0


def is_sentence(text: Text) -> bool:
    """Whether a title is a long sentence with a full stop, as summaries of longer pieces are."""
    return text.title.rstrip().endswith(_FULL_STOP) and len(text.words) >= _DECK_WORDS


def _asks(title: str) -> bool:
    """Whether a title ends with a question, or one of its clauses is one that is not somebody's in quotation marks."""
    return title.rstrip(_QUOTES + " )").endswith(tuple(_QUESTION)) or bool(_ASKED.search(title))


def _is_byline(title: str, author: str) -> bool:
    """Whether the author's own name stands before or behind the title, as columnists' names do."""
    if not author:
        return False
    name = publisher_key(author)
    first, last, _mark = pieces(title)
    return bool(name) and name in (publisher_key(first), publisher_key(last))


_MARK = re.compile(r"[:：]\s")
_SPEAKER_WORDS = 4


def speaker(title: str) -> str:
    """Return who is set off by a colon before the title, or behind it ("Erdogan: ...", "... : Turkey"); "" for none.

    Whether it is a newsmaker or a columnist, only the storyline can tell.
    """
    head, tail, mark = pieces(title)
    if mark[:1] in (":", "：") and _is_name(head):
        return head
    if "|" in title or _MARK.search(title):
        return tail if _is_name(tail) else ""
    return ""


def _is_name(piece: str) -> bool:
    """Whether a piece is a few words of which the first and the last are capitals (or Chinese of a name's length)."""
    toks = tokens(piece)
    if not toks or len(toks) > _SPEAKER_WORDS or "?" in piece:
        return False
    return toks[0].kind == "cjk" or (toks[0].capital and toks[-1].capital)

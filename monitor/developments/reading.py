"""Reading: what one item says, prepared once and compared often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from anyascii import anyascii

from monitor.developments.cues import Cue, Cues, Text, is_sentence, speaker
from monitor.developments.facts import Facts
from monitor.developments.figures import value
from monitor.developments.names import NAME, Names
from monitor.developments.origins import Publishers
from monitor.developments.phrases import PhraseBook
from monitor.developments.titles import Titles, load_titles, pieces
from monitor.lang import aliases
from monitor.lang.fold import fold
from monitor.lang.languages import guess
from monitor.lang.lexicon import load
from monitor.lang.stems import stem
from monitor.lang.tokens import Token, tokens
from monitor.model.development import Fact
from monitor.model.item import Item
from monitor.model.storyline import Storyline

CONCEPT = "§"  # prefix of a concept among the terms
NUMBER = "#"  # prefix of a number
DATE = "%"  # prefix of a date
SHARED = frozenset((CONCEPT, NUMBER, NAME, DATE))  # what a term begins with that is the same in every language
_SUMMARY = 600  # characters of a summary that are read: the lead carries the news
_LATE = timedelta(days=1)  # between publication and arrival: a poll, an outage; beyond it the date is not believed
_NAME = 40  # characters of a publisher's name behind a title
_REMEMBERED = 4_096  # readings kept: an item of several storylines is read once


@dataclass(frozen=True, slots=True)
class Reading:
    """What an item says. ``terms`` are the title's stems, numbers and concepts; ``body`` those of its summary.

    ``abroad`` are the terms by which it is compared with a title in another language: names as what they name, dates;
    ``recalls`` those of its summary that are the same in every language.

    ``at`` is the arrival in seconds since 1970 UTC. ``same`` is the title in the form in which copies are equal.
    ``origin`` is the independent source. ``speaker``: the terms of a name that a colon sets off from the title: a
    newsmaker, or a columnist. ``reports``: a reporting verb or an authority says who says so. ``spaced``: written
    with spaces between words. ``covered``: the lexicons speak its language. ``sentence``: the title is a whole sentence
    with a full stop. ``live``: it is the title of a live page. ``publisher`` is the origin as it writes itself.
    ``bare`` and ``tail``: what stands before a publisher-like end of the title, in the form of ``same``, and the origin
    that end would name. ``said_at`` is when it was published, as far as it says so credibly.
    """

    item: str
    at: float
    origin: str
    lang: str
    title: str
    same: str
    terms: frozenset[str]
    abroad: frozenset[str] = frozenset()
    body: frozenset[str] = frozenset()
    recalls: frozenset[str] = frozenset()
    cue: Cue | None = None
    facts: tuple[Fact, ...] = ()
    speaker: frozenset[str] = frozenset()
    reports: bool = False
    spaced: bool = True
    covered: bool = True
    sentence: bool = False
    live: bool = False
    publisher: str = ""
    bare: str = ""
    tail: str = ""
    said_at: float = 0.0

    @property
    def stage(self) -> str:
        """The stage it reports, "" for none."""
        return next((f.value for f in self.facts if f.kind == "stage"), "")

    @property
    def concepts(self) -> frozenset[str]:
        """The news concepts of its title."""
        return frozenset(t for t in self.terms if t.startswith(CONCEPT))


class Reader:
    """Reads items with the lexicons of one installation. Pure: the same item gives the same reading."""

    def __init__(self, override: Path | None = None, publishers: Publishers | None = None) -> None:
        """Compile the lexicons, a user's ``override`` directory laid over the shipped ones."""
        self._titles: Titles = load_titles(override)
        self._cues = Cues.load(override)
        self.facts = Facts.load(override)
        self._publishers = publishers or Publishers.load(override)
        self._concepts = PhraseBook(load("concepts", override))
        self._names = Names(aliases.load(override))
        self._covered = self._cues.languages
        self._stop = _stop_words(load("stopwords", override))
        self.read = lru_cache(maxsize=_REMEMBERED)(self._read)

    @property
    def publishers(self) -> Publishers:
        """The table of publishers it knows."""
        return self._publishers

    def standing(self, storyline: Storyline) -> frozenset[str]:
        """Return the terms of a rule's phrase, names and groups, in every language the lexicons speak."""
        parts = [storyline.phrase, *(storyline.names or ()), *(term for group in storyline.all for term in group)]
        text = Text.of(" . ".join(parts))
        names, _ = self._names.find(text.toks, text.title, "")  # a rule names things in their plain form
        return names.union(*(self._terms(text, lang) for lang in sorted(self._covered)))

    def _read(self, item: Item) -> Reading:
        lang = item.lang or guess(f"{item.title} {item.summary}")
        headline = self._titles.strip(item.title, item.source, lang)
        text, whole = Text.of(headline.text), Text.of(item.title)
        summary = item.summary[:_SUMMARY]
        below = Text.of(summary)
        bare, tail = self._carried(headline.text)
        terms, body = self._terms(text, lang), self._terms(below, lang)
        facts = self.facts.read(headline.text, summary, lang, item.arrival_at)
        return Reading(
            item=item.id,
            at=item.arrival_at.timestamp(),
            origin=self._publishers.origin(item),
            lang=lang,
            title=headline.text,
            same=" ".join(text.words),
            terms=terms,
            abroad=self._abroad(text, lang, terms, facts),
            body=body,
            recalls=self._matter(below, lang, body, facts),
            cue=self._cues.fires(whole, text, lang, item.author),
            facts=facts,
            speaker=self._terms(Text.of(speaker(headline.text)), lang),
            reports=self._cues.reports(text, lang),
            spaced=not any(t.kind == "cjk" for t in text.toks),
            covered=lang in self._covered,
            sentence=is_sentence(text),
            live=self._cues.live(whole, lang),
            publisher=self._publishers.name(item),
            bare=bare,
            tail=tail,
            said_at=_said_at(item),
        )

    def _abroad(self, text: Text, lang: str, terms: frozenset[str], facts: tuple[Fact, ...]) -> frozenset[str]:
        """Return the terms by which a text is compared with another language's: names by what they name."""
        names, covered = self._names.find(text.toks, text.title, lang)
        spelled = {_term(t, lang) for i, t in enumerate(text.toks) if i in covered}
        dates = {DATE + f.value for f in facts if f.kind == "date" and f.sentence == text.title}
        numbers = self.facts.figures.numbers(text.title, text.toks, lang)
        spelled |= {_term(t, lang) for n in numbers for t in text.toks[n.first : n.last] if t.kind == "number"}
        worth = {NUMBER + value(n.value) for n in numbers}
        return (terms - spelled) | names | dates | worth

    def _carried(self, title: str) -> tuple[str, str]:
        """Return a title without what might be a publisher's name at its end, and that name's origin."""
        end = pieces(title)[1]
        if not end or len(end) > _NAME or not (kept := title[: title.rfind(end)].rstrip(" -–—|·")):
            return "", ""
        return " ".join(Text.of(kept).words), self._publishers.of(end)

    def _matter(self, text: Text, lang: str, terms: frozenset[str], facts: tuple[Fact, ...]) -> frozenset[str]:
        """Return what a summary says in terms of any language."""
        if not text.toks:
            return frozenset()
        names, _ = self._names.find(text.toks, text.title, lang)
        dates = {DATE + f.value for f in facts if f.kind == "date"}
        worth = {NUMBER + value(n.value) for n in self.facts.figures.numbers(text.title, text.toks, lang)}
        return frozenset(t for t in terms if t[0] in SHARED) | names | dates | worth

    def _terms(self, text: Text, lang: str) -> frozenset[str]:
        stop = self._stop.get(lang, frozenset())
        words = {_term(t, lang) for t in text.toks if t.folded not in stop}
        asserted = self.facts.conditions.without(text.title, lang)
        said = text if asserted == text.title else Text.of(asserted)
        words |= {CONCEPT + f.name for f in self._concepts.find(said.words, said.folded, lang)}
        words.discard("")
        return frozenset(words)


def _said_at(item: Item) -> float:
    """Return when an item says that it was published, if that is likely; else when it arrived. Seconds since 1970."""
    arrived, published = item.arrival_at, item.published_at
    likely = published is not None and timedelta(0) <= arrived - published <= _LATE
    return (published if published is not None and likely else arrived).timestamp()


@cache
def reader(override: Path | None = None) -> Reader:
    """Return the one Reader for an ``override`` directory: lexicons are compiled once."""
    return Reader(override)


def _term(token: Token, lang: str) -> str:
    if token.kind == "number":
        return NUMBER + token.folded.rstrip(".,")
    if token.kind == "cjk":
        return token.folded
    return latin(stem(token.folded, lang))


@lru_cache(maxsize=100_000)
def latin(word: str) -> str:
    """Return ``word`` in Latin letters, so that a name is the same word in Cyrillic, Greek and Latin script."""
    return word if word.isascii() else fold(anyascii(word))


def _stop_words(table: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    """Return the function words by language, folded; entries may be lists or one line of words."""
    made = {}
    for lang, words in table.items():
        listed = words.split() if isinstance(words, str) else words
        made[lang] = frozenset(t.folded for w in listed for t in tokens(str(w)))
    return made

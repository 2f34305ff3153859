"""Tracked: a storyline made ready for matching: its units, and what each of them is met by."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.lang.aliases import Aliases, Concept, words_of
from monitor.lang.fold import fold
from monitor.lang.languages import all_stop_words, guess
from monitor.lang.tokens import Token, tokens
from monitor.model.storyline import Storyline
from monitor.storylines.context import Context
from monitor.storylines.reading import vocabulary
from monitor.storylines.terms import Term, term_of

_NEAR = 0.7  # worth of a name that only stands in for the thing (a leader's seat, a capital)
_MATTER = 0.85  # worth of another word for the same matter


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing to be met: a word or name of the phrase, a group, an ``any`` or ``none`` term.

    ``name``: True or False where known, None where the stream must tell (capitals, rarity).
    ``terms`` are its own words with what a hit is worth; ``concepts`` what it stands for.
    ``continues``: the further part of the name that the unit before it begins ("Sofia" in "Hagia Sofia").
    """

    part: str
    text: str
    terms: tuple[tuple[Term, float], ...]
    concepts: tuple[tuple[Concept, float], ...] = ()
    name: bool | None = None
    words: tuple[str, ...] = ()
    continues: bool = False


@dataclass(slots=True)
class Tracked:
    """A storyline with its units and its memory."""

    storyline: Storyline
    units: tuple[Unit, ...]
    phrase: tuple[int, ...]
    groups: tuple[int, ...]
    any: tuple[int, ...]
    none: tuple[int, ...]
    profile: frozenset[str]
    context: Context
    own: frozenset[str] = frozenset()
    parts: frozenset[int] = frozenset()
    order: int = 0
    atoms: list[tuple[int, int]] = field(default_factory=list)


def track(storyline: Storyline, aliases: Aliases, context: Context) -> Tracked:
    """Return ``storyline`` made ready for matching."""
    units = [
        *_phrase_units(storyline, aliases),
        *(_group(f"all:{i}", group, aliases) for i, group in enumerate(storyline.all)),
        *(_single("any", text, aliases) for text in storyline.any),
        *(_single("none", text, None) for text in storyline.none),
    ]

    def of(part: str) -> tuple[int, ...]:
        return tuple(i for i, u in enumerate(units) if u.part.split(":")[0] == part)

    own = {w for u in units for t, _ in u.terms for w in t.words}
    own.update(w for u in units for c, _ in u.concepts for name in c.names for w in words_of(name))
    return Tracked(
        storyline,
        tuple(units),
        phrase=of("phrase"),
        groups=of("all"),
        any=of("any"),
        none=of("none"),
        profile=_profile(storyline),
        context=context,
        own=frozenset(own),
        parts=_parts(units),
    )


def _parts(units: list[Unit]) -> frozenset[int]:
    """Return the units that never suffice alone: one of several names or groups, or a common word beside a name."""
    phrase = [i for i, u in enumerate(units) if u.part == "phrase"]
    names = [i for i in phrase if units[i].name]
    several = len(names) > 1
    parts = {i for i in phrase if (several if units[i].name else units[i].name is False and names)}
    groups = [i for i, u in enumerate(units) if u.part.startswith("all:")]
    if phrase or len(groups) > 1:
        parts.update(groups)
    return frozenset(parts)


def _profile(storyline: Storyline) -> frozenset[str]:
    texts = [storyline.about, *(f"{s.title}\n{s.text}" for s in storyline.seeds)]
    text = "\n".join(t for t in texts if t)
    return vocabulary(tokens(text), guess(text)) if text else frozenset()


def _phrase_units(storyline: Storyline, aliases: Aliases) -> list[Unit]:
    found = list(tokens(storyline.phrase))
    marked = None if storyline.names is None else {w for n in storyline.names for w in words_of(n)}
    telling = _capitals_tell(found)
    spans = _spans(found, aliases)
    own = {c.key for span in spans for c in aliases.named(tuple(t.folded for t in span))}
    units: dict[tuple[str, ...], Unit] = {}
    before: Unit | None = None
    for span in spans:
        words = tuple(t.folded for t in span)
        text = storyline.phrase[span[0].start : span[-1].end]
        concepts = aliases.named(words)
        name = _is_name(span, concepts, marked, telling)
        term = Term(text, words, slips=not text.islower() or max(map(len, words)) >= 9)
        continues = bool(before and before.name and name and telling and not concepts and not before.concepts)
        before = Unit("phrase", text, ((term, 1.0),), _worth(concepts, own, aliases), name, words, continues)
        units.setdefault(words, before)
    return list(units.values())


def _worth(concepts: tuple[Concept, ...], own: set[str], aliases: Aliases) -> tuple[tuple[Concept, float], ...]:
    """Return what a phrase word stands for; never a thing that another word of the phrase names itself."""
    worth = {c.key: (c, _MATTER if c.kind == "matter" else 1.0) for c in concepts}
    for concept in concepts:
        for near in aliases.near(concept):
            if near.key not in own:
                worth.setdefault(near.key, (near, _NEAR))
    return tuple(worth.values())


def _spans(found: list[Token], aliases: Aliases) -> list[list[Token]]:
    """Cut a phrase into its words, known names of several words kept whole, function words left out."""
    spans: list[list[Token]] = []
    stop = all_stop_words()
    at = 0
    while at < len(found):
        length = _known_name(found, at, aliases) or (_cjk_run(found, at) if found[at].kind == "cjk" else 1)
        span = found[at : at + length]
        if length > 1 or span[0].folded not in stop or span[0].text.isupper():
            spans.append(span)
        at += length
    return spans or [[t] for t in found]


def _known_name(found: list[Token], at: int, aliases: Aliases) -> int:
    for length in range(min(aliases.longest, len(found) - at), 0, -1):
        if aliases.named(tuple(t.folded for t in found[at : at + length])):
            # A CJK name ends where its last bigram does: the bigram that reaches into the next word goes too.
            reaches = at + length < len(found) and found[at + length].start < found[at + length - 1].end
            return length + 1 if reaches and found[at].kind == "cjk" else length
    return 0


def _cjk_run(found: list[Token], at: int) -> int:
    end = at + 1
    while end < min(len(found), at + 3) and found[end].kind == "cjk" and found[end].start == found[end - 1].start + 1:
        end += 1
    return end - at


def _capitals_tell(found: list[Token]) -> bool:
    words = [t for t in found if t.kind == "word" and t.folded not in all_stop_words()]
    return any(t.capital for t in words) and any(t.text.islower() for t in words)


def _is_name(span: list[Token], concepts: tuple[Concept, ...], marked: set[str] | None, telling: bool) -> bool | None:
    if marked is not None:
        return any(t.folded in marked for t in span)
    if concepts:
        return any(c.kind != "matter" for c in concepts)
    if telling:
        return any(c.isupper() for c in span[0].text)
    return None


def _group(part: str, alternatives: tuple[str, ...], aliases: Aliases) -> Unit:
    terms: list[tuple[Term, float]] = []
    concepts: dict[str, tuple[Concept, float]] = {}
    for text in alternatives:
        term = term_of(text)
        if term is None:
            continue
        terms.append((term, 1.0))
        concepts.update({c.key: (c, 1.0) for c in aliases.named(term.words) if c.kind != "matter"})
    return Unit(part, alternatives[0] if alternatives else "", tuple(terms), tuple(concepts.values()))


def _single(part: str, text: str, aliases: Aliases | None) -> Unit:
    term = term_of(text)
    concepts = aliases.named(term.words) if aliases and term else ()
    worth = tuple((c, 1.0) for c in concepts if c.kind != "matter")
    return Unit(part, text, ((term, 1.0),) if term else (), worth, words=(fold(text),))

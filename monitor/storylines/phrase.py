"""Phrase: a storyline's phrase taken apart into the names and common words that are to be met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from monitor.lang.aliases import Aliases, Concept, words_of
from monitor.lang.languages import all_stop_words
from monitor.lang.tokens import Token, tokens
from monitor.model.storyline import Storyline
from monitor.storylines.terms import Term, is_upper

NEAR = 0.7  # worth of a name that only stands in for the thing (a leader's seat, a capital)
WITHIN = 0.64  # worth of a town or province of the country that is named
KIN = 0.6  # worth of a name at one remove: the leader of a country, the country of a leader
_KIN_NAMES = 2  # known names in a phrase up to which their kin counts: with more, it is they that matter
_MATTER = 0.85  # worth of another word for the same matter
_LONGEST = 8  # units of a phrase that are looked for


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


def phrase_units(storyline: Storyline, aliases: Aliases) -> list[Unit]:
    """Return the units of a storyline's phrase; without phrase and groups, of its first seed document's title."""
    phrase = _phrase(storyline)
    found = list(tokens(phrase))
    marked = None if storyline.names is None else {w for n in storyline.names for w in words_of(n)}
    written = _written(storyline) if marked is None else {}
    telling = _capitals_tell(found)
    spans = _spans(found, aliases)[:_LONGEST]
    kin = not storyline.all and sum(_is_of_names(span, aliases) for span in spans) <= _KIN_NAMES
    own = {c.key for span in spans for c in aliases.named(tuple(t.folded for t in span))}
    units: dict[tuple[str, ...], Unit] = {}
    before: Unit | None = None
    for span in spans:
        words = tuple(t.folded for t in span)
        text = phrase[span[0].start : span[-1].end]
        concepts = aliases.named(words)
        name = any(w in marked for w in words) if marked is not None else _is_name(span, concepts, telling, written)
        slips = not text.islower() or max(map(len, words)) >= 9
        term = Term(text, words, is_upper(text), slips, len(span) == 1 and span[0].capital)
        continues = bool(before and before.name and name and telling and not concepts and not before.concepts)
        worth = _worth(concepts, own, aliases, kin=kin)
        before = Unit("phrase", text, ((term, 1.0),), worth, name, words, continues)
        units.setdefault(words, before)
    return _located(_anchored(list(units.values())), aliases, grouped=bool(storyline.all))


def _located(units: list[Unit], aliases: Aliases, *, grouped: bool) -> list[Unit]:
    """Let its towns stand for a country, the phrase's only name, where the phrase tells what happens in one place.

    Not where the rule has groups: there its author has said which names count.
    """
    named = [i for i, u in enumerate(units) if u.name is not False]
    places = [c for i in named for c, worth in units[i].concepts if worth == 1.0 and c.kind == "place"]
    matters = [c for u in units for c, worth in u.concepts if worth == _MATTER]
    if grouped or len(named) != 1 or not places or not any(map(aliases.is_local, matters)):
        return units
    within = tuple((found, WITHIN) for found in map(aliases.within, places) if found)
    return [replace(u, concepts=u.concepts + within) if i == named[0] else u for i, u in enumerate(units)]


def _anchored(units: list[Unit]) -> list[Unit]:
    """Take for a name, in a phrase without any, the one word that tells no matter: "mpox" of "mpox outbreak"."""
    plain = [i for i, u in enumerate(units) if not u.concepts]
    if len(plain) != 1 or len(units) < 2 or any(u.name or u.continues for u in units):
        return units
    return [replace(u, name=True) if i == plain[0] else u for i, u in enumerate(units)]


def _is_of_names(span: list[Token], aliases: Aliases) -> bool:
    return any(c.kind != "matter" for c in aliases.named(tuple(t.folded for t in span)))


def _phrase(storyline: Storyline) -> str:
    if storyline.phrase or storyline.all or not storyline.seeds:
        return storyline.phrase
    seed = storyline.seeds[0]
    return seed.title or seed.text[:100]


def _written(storyline: Storyline) -> Mapping[str, bool]:
    """Return how the rule's own sentences write words inside them: True with a capital."""
    written: dict[str, bool] = {}
    for text in (storyline.about, *(s.text for s in storyline.seeds)):
        for before, token in zip(tokens(text), tokens(text)[1:], strict=False):
            if token.kind == "word" and not _ends_sentence(text[before.end : token.start]):
                written[token.folded] = written.get(token.folded, True) and token.capital
    return written


def _ends_sentence(between: str) -> bool:
    return any(c in ".!?:\n" for c in between)


def _worth(
    concepts: tuple[Concept, ...], own: set[str], aliases: Aliases, *, kin: bool
) -> tuple[tuple[Concept, float], ...]:
    """Return what a phrase word stands for; never a thing that another word of the phrase names itself.

    ``kin``: at one remove too. Not where the rule has groups: there its author has said which names count; nor in a
    phrase of many names.
    """
    worth = {c.key: (c, _MATTER if c.kind == "matter" else 1.0) for c in concepts}
    for concept in concepts:
        standing = [(near, NEAR) for near in aliases.near(concept)]
        standing += [(other, KIN) for other in aliases.kin(concept)] if kin else []
        for other, value in standing:
            if other.key not in own:
                worth.setdefault(other.key, (other, value))
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
        # In a CJK run the bigram that reaches from one word into the next is neither's.
        if at < len(found) and found[at].start < span[-1].end:
            at += 1
    return spans or [[t] for t in found]


def _known_name(found: list[Token], at: int, aliases: Aliases) -> int:
    for length in range(min(aliases.longest, len(found) - at), 0, -1):
        concepts = aliases.named(tuple(t.folded for t in found[at : at + length]))
        if concepts and not (length > 1 and _ends_a_name(found, at, concepts, aliases)):
            return length
    return 0


def _ends_a_name(found: list[Token], at: int, concepts: tuple[Concept, ...], aliases: Aliases) -> bool:
    """Whether a matter of several words begins with the end of a name, as in "Kestrel Air strike"."""
    if at == 0 or any(c.kind != "matter" for c in concepts):
        return False
    before, first, second = found[at - 1 : at + 2]
    return before.capital and first.capital and not second.capital and not aliases.named((before.folded,))


def _cjk_run(found: list[Token], at: int) -> int:
    end = at + 1
    while end < min(len(found), at + 3) and found[end].kind == "cjk" and found[end].start == found[end - 1].start + 1:
        end += 1
    return end - at


def _capitals_tell(found: list[Token]) -> bool:
    words = [t for t in found if t.kind == "word" and t.folded not in all_stop_words()]
    return any(_has_capital(t) for t in words) and any(t.text.islower() for t in words)


def _has_capital(token: Token) -> bool:
    return any(c.isupper() for c in token.text)  # "iOS", "eBay" too


def _is_name(
    span: list[Token], concepts: tuple[Concept, ...], telling: bool, written: Mapping[str, bool]
) -> bool | None:
    if concepts:
        return any(c.kind != "matter" for c in concepts)
    if telling:
        return _has_capital(span[0])
    return written.get(span[0].folded)

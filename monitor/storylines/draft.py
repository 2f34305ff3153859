"""Draft: a rule's phrase, groups and exclusions, drawn up from example articles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from monitor.lang import aliases as shipped
from monitor.lang.aliases import Aliases, Concept
from monitor.lang.fold import fold
from monitor.lang.languages import all_stop_words
from monitor.lang.tokens import Token, tokens
from monitor.model.storyline import SeedDocument

_NAMES = 2  # of a phrase; three where one title has them
_OTHER_NAMES = 7  # alternatives of one group that aliases add
_TITLE = 3  # a title's word counts as so many of the text's
_LONGEST = 3  # words of one name
_SAME = 4  # letters that forms of one word share: the matcher brings those together by itself
_Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What the articles have in common. ``phrase`` is "" where no name and no word stands out."""

    phrase: str
    about: str
    all: tuple[tuple[str, ...], ...]
    none: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    """A name or common word of the articles, with how much speaks for it."""

    text: str
    key: tuple[str, ...]
    weight: float


def draft(
    documents: Sequence[SeedDocument], unlike: Sequence[SeedDocument] = (), *, aliases: Aliases | None = None
) -> Draft:
    """Return a draft of a rule for stories like ``documents`` and not like ``unlike``.

    The phrase is the names that most of the articles tell, and their matter; each gets a group, with its other names
    in other languages and scripts. What the unlike articles name and the others never do is excluded.
    """
    known = shipped.load() if aliases is None else aliases
    titled = _names([SeedDocument("", d.title, "") for d in documents], known)
    names = _ranked(_names(documents, known), titled.keys(), known)
    names = names[: max(_NAMES, min(_NAMES + 1, sum(n.key in titled for n in names)))]
    matter = _matters(documents, names, known)[:1]
    words = _as_in_title([*names, *matter], documents)
    groups = tuple(_group(word, known) for word in words) if len(words) > 1 else ()
    about = next((d.title for d in documents if d.title), "")
    return Draft(" ".join(w.text for w in words), about, groups, _exclusions(documents, unlike, known))


def _names(documents: Iterable[SeedDocument], aliases: Aliases) -> dict[tuple[str, ...], _Word]:
    found: dict[tuple[str, ...], _Word] = {}
    for document in documents:
        for part, weight in ((document.title, _TITLE), (document.text, 1)):
            small = {t.folded for t in tokens(document.text) if t.text.islower()}
            for text, key in _named(part, small, aliases):
                before = found.get(key)
                found[key] = _Word(before.text if before else text, key, weight + (before.weight if before else 0))
    return found


def _named(text: str, small: set[str], aliases: Aliases) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield the names in a text: known ones, and words written with a capital inside sentences (never small)."""
    found, at = tokens(text), 0
    while at < len(found):
        length = _known(found, at, aliases) or _capitals(found, at, text, small)
        if length:
            span = found[at : at + length]
            yield (
                text[span[0].start : span[-1].end].removesuffix("'s").removesuffix("’s"),
                tuple(t.folded for t in span),
            )
        at += max(1, length)


def _known(found: Sequence[Token], at: int, aliases: Aliases) -> int:
    for length in range(min(aliases.longest, len(found) - at), 0, -1):
        named = aliases.named(tuple(t.folded for t in found[at : at + length]))
        if any(c.kind != "matter" for c in named) and (found[at].capital or found[at].kind == "cjk"):
            return length
    return 0


def _capitals(found: Sequence[Token], at: int, text: str, small: set[str]) -> int:
    length = 0
    while at + length < len(found) and length < _LONGEST and _is_capital(found[at + length], small):
        if length and text[found[at + length - 1].end : found[at + length].start] != " ":
            break
        length += 1
    return length


def _is_capital(token: Token, small: set[str]) -> bool:
    plain = token.folded in all_stop_words() or token.folded in small
    return token.kind == "word" and token.capital and len(token.folded) > 2 and not plain


def _ranked(words: Mapping[_Key, _Word], titled: Container[_Key], aliases: Aliases) -> list[_Word]:
    """Order names by weight, a title's first; what is part of another or stands in for it is passed over."""
    kept: list[_Word] = []
    taken: set[str] = set()
    for word in sorted(words.values(), key=lambda w: (w.key not in titled, -w.weight, w.key)):
        concepts = {c.key for c in aliases.named(word.key)}
        near = {n.key for c in aliases.named(word.key) for n in aliases.near(c)}
        stands_in = word.key not in titled and not taken.isdisjoint(concepts | near)
        if taken.isdisjoint(word.key) and not stands_in and word.weight > 1:
            kept.append(word)
            taken.update(word.key, concepts, near)
    return kept


def _matters(documents: Sequence[SeedDocument], names: Sequence[_Word], aliases: Aliases) -> list[_Word]:
    """Return the common words of the articles: the titles', and those that news often has; the repeated ones first."""
    used = {part for name in names for part in name.key}
    texts = Counter(t.folded for d in documents for t in tokens(d.text))
    weights: Counter[str] = Counter()
    for word in (t.folded for d in documents for t in tokens(d.title) if t.kind == "word" and len(t.folded) > 3):
        if word not in used and word not in all_stop_words():
            weights[word] += _TITLE
    for word in {*weights, *texts}:
        if word not in used and any(c.kind == "matter" for c in aliases.named((word,))):
            weights[word] += _TITLE
    scored = {word: weight + texts[word] for word, weight in weights.items()}
    return [_Word(w, (w,), n) for w, n in sorted(scored.items(), key=lambda pair: (-pair[1], pair[0]))]


def _as_in_title(words: Sequence[_Word], documents: Sequence[SeedDocument]) -> list[_Word]:
    title = [t.folded for t in tokens(documents[0].title)] if documents else []
    return sorted(words, key=lambda w: title.index(w.key[0]) if w.key[0] in title else len(title))


def _group(word: _Word, aliases: Aliases) -> tuple[str, ...]:
    """Return a word with its other names, one of each script and language first come, first served."""
    others = [name for c in aliases.named(word.key) for name in _spread(c)]
    kept = {fold(word.text)[:_SAME]: word.text}
    for name in others:
        kept.setdefault(fold(name)[:_SAME], name)
    return tuple(kept.values())[: _OTHER_NAMES + 1]


def _spread(concept: Concept) -> list[str]:
    """Return the names of a concept, those in other scripts among the first: they cannot be guessed."""
    own = [n for n in concept.names if n.isascii()]
    foreign = [n for n in concept.names if not n.isascii()]
    return [*own[:2], *foreign, *own[2:]]


def _exclusions(documents: Sequence[SeedDocument], unlike: Sequence[SeedDocument], aliases: Aliases) -> tuple[str, ...]:
    own = {t.folded for d in documents for t in tokens(f"{d.title} {d.text}")}
    names = _names(unlike, aliases).values()
    foreign = [w for w in names if w.weight > 1 and own.isdisjoint(w.key)]
    return tuple(w.text for w in sorted(foreign, key=lambda w: (-w.weight, w.key))[:4])

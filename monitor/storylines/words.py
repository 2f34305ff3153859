"""Words: which words of the rules a word of a text meets, how closely and by which means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeVar

from anyascii import anyascii
from rapidfuzz import process
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from monitor.lang.stems import opening, stem
from monitor.model.match import Means

_COMPOUNDING = frozenset(("sv", "de", "nl", "da", "no", "fi", "hu", ""))
_GENITIVE_S = frozenset(("sv", "de", "nl", "da", "no", "en", ""))
# Languages that hang endings on names: how many letters an ending may have.
_ENDINGS = {"fi": 5, "hu": 5, "tr": 5, "et": 4, "pl": 4, "cs": 4, "sk": 4, "uk": 4, "ru": 4, "bg": 3, "sr": 4, "hr": 4,
            "lt": 4, "lv": 3, "ro": 4, "ko": 4, "el": 2, "ar": 2, "he": 0}  # fmt: skip
_LINKS = ("s", "n", "en", "es", "er", "e")  # letters between the parts of a compound
_PREFIXED = {"he": "הובלמשכ", "ar": "والبفلك"}  # letters that stand before a name as its preposition or article
# Polish: how the last consonant of a name changes before the -e of its locative ("w Polsce", "w Budapeszcie").
_SOFTENED = (("ce", "ka"), ("dze", "ga"), ("sze", "cha"), ("cie", "t"), ("cie", "ta"), ("dzie", "d"), ("dzie", "da"),
             ("rze", "r"), ("rze", "ra"))  # fmt: skip
_HANGUL, _HANGUL_END = "\uac00", "\ud7a3"
LONGEST = 60  # letters: what is longer is no word
_Key = TypeVar("_Key")


class Meet(NamedTuple):
    """A rule's word that was met: its number, closeness 0..1 and means."""

    word: int
    closeness: float
    means: Means


class WordIndex:
    """The words of all rules. ``known`` are words that are never a misspelling of another.

    ``forms``, ``slips``: whether inflected forms and compounds, and misspelt words, meet a word.
    """

    def __init__(self, known: frozenset[str] = frozenset(), *, forms: bool = True, slips: bool = True) -> None:
        """Start empty."""
        self._known = known
        self._forms, self._slip = forms, slips
        self._number: dict[str, int] = {}
        self._uses: dict[str, int] = {}
        self._word: list[str] = []
        self._stems: dict[str, dict[str, dict[str, list[str]]]] = {}  # language -> opening -> stem -> words
        self._openings: dict[str, list[str]] = {}  # the first three letters -> words
        self._alike: dict[tuple[str, int], list[str]] = {}

    def add(self, word: str) -> int:
        """Take a folded word in (once more) and return its number."""
        self._uses[word] = self._uses.get(word, 0) + 1
        if self._uses[word] == 1:
            self._enter(word)
        return self._number[word]

    def drop(self, word: str) -> None:
        """Take one use of a word back; a word without a use is met no more."""
        self._uses[word] -= 1
        if self._uses[word] == 0:
            del self._uses[word]
            self._leave(word)

    def meets(self, folded: str, lang: str) -> tuple[Meet, ...]:
        """Return the rule words that a folded word (of a text in ``lang``) meets, the closest first.

        It depends on nothing but the word, the language and the rule words: callers remember it.
        """
        if len(folded) < 4 and not _HANGUL <= folded[:1] <= _HANGUL_END:
            return (Meet(self._number[folded], 1.0, Means.EXACT),) if folded in self._uses else ()
        return self._found(folded, lang) if len(folded) <= LONGEST else ()

    def _enter(self, word: str) -> None:
        if word not in self._number:
            self._number[word] = len(self._word)
            self._word.append(word)
        for lang, tables in self._stems.items():
            table = tables.get(opening(word, lang))
            if table is not None:
                table.setdefault(stem(word, lang), []).append(word)
        self._openings.setdefault(word[:3], []).append(word)
        self._alike.setdefault((word[0], len(word)), []).append(word)

    def _leave(self, word: str) -> None:
        for lang, tables in self._stems.items():
            table = tables.get(opening(word, lang))
            if table is not None:
                _remove(table, stem(word, lang), word)
        _remove(self._openings, word[:3], word)
        _remove(self._alike, (word[0], len(word)), word)

    def _found(self, folded: str, lang: str) -> tuple[Meet, ...]:
        best: dict[str, tuple[float, Means]] = {}
        for word, closeness, means in self._meetings(folded, lang):
            if word in self._uses and closeness > best.get(word, (0.0, means))[0]:
                best[word] = (closeness, means)
        if len(folded) >= 5:
            for word, near in self._near(folded, lang).items():
                best.setdefault(word, near)
        meets = (Meet(self._number[w], c, m) for w, (c, m) in best.items())
        return tuple(sorted(meets, key=lambda m: (-m.closeness, m.word)))

    def _meetings(self, folded: str, lang: str) -> Iterator[tuple[str, float, Means]]:
        yield folded, 1.0, Means.EXACT
        hangul = _HANGUL <= folded[0] <= _HANGUL_END
        if not self._forms or (len(folded) < 4 and not hangul) or folded[0].isdigit():
            return
        for word in self._same_stem(folded, lang):
            yield word, 0.97, Means.STEM
        if folded[-1] == "s" and lang in _GENITIVE_S:
            yield folded[:-1], 0.97, Means.STEM
        if lang in _COMPOUNDING:
            yield from _parts(folded)
        yield from _with_ending(folded, _ENDINGS.get(lang, 0))
        if lang == "pl":
            yield from _softened(folded)
        yield from _without_prefix(folded, _PREFIXED.get(lang, ""))

    def _same_stem(self, folded: str, lang: str) -> Sequence[str]:
        """Return the words with the stem of ``folded``, if that has four letters. Stems are dear: none is in vain."""
        begins = opening(folded, lang)
        words = self._openings.get(begins, ()) if begins else self._uses
        if not words:
            return ()
        tables = self._stems.setdefault(lang, {})
        table = tables.get(begins)
        if table is None:
            table = tables[begins] = {}
            for word in words:
                table.setdefault(stem(word, lang), []).append(word)
        root = stem(folded, lang)
        return table.get(root, ()) if len(root) >= 4 else ()

    def _near(self, folded: str, lang: str) -> dict[str, tuple[float, Means]]:
        """Return the words that are (a transliteration and) a slip of the pen away."""
        if folded.isascii() or "\u00c0" <= folded[0] <= "\u024f":
            if folded in self._known:
                return {}
            return {w: (r, Means.FUZZY) for w, r in self._slips(folded)}
        latin = anyascii(folded).lower()
        if len(latin) < 4 or not ("\u0370" <= folded[0] <= "\u052f" or "\u10a0" <= folded[0] <= "\u10ff"):
            return {}
        found = {w: (min(c, 0.95), Means.TRANSLITERATION) for w, c, _ in self._meetings(latin, lang) if w in self._uses}
        return found or {w: (r * 0.98, Means.TRANSLITERATION) for w, r in self._slips(latin)}

    def _slips(self, folded: str) -> Iterator[tuple[str, float]]:
        if not self._slip:
            return
        edits = 1 if len(folded) < 9 else 2
        for length in range(len(folded) - edits, len(folded) + edits + 1):
            near = self._alike.get((folded[0], length))
            if near and length >= 5:
                for word, _, _ in process.extract(folded, near, scorer=OSA.distance, score_cutoff=edits, limit=None):
                    closeness = slip(folded, word)
                    if closeness and (word not in self._known or _slip_of_listed(folded, word)):
                        yield word, closeness


def slip(one: str, other: str) -> float:
    """Return how alike two folded words are (0..1) when one may be a misspelling of the other, else 0.

    Tiers by the shorter length: under 5 letters never; 5 or 6 letters one letter more or less; 7 or 8
    one edit (a swap included); longer two edits. The first letter is the same. So Iran/Iraq,
    other/mother, court/count and Austria/Australia never meet.
    """
    short = min(len(one), len(other))
    if short < 5 or one[0] != other[0]:
        return 0.0
    distance = OSA.distance(one, other, score_cutoff=2)
    alike = ratio(one, other) / 100
    if short < 7:
        return alike if distance == 1 and len(one) != len(other) else 0.0
    if short < 9:
        return max(alike, 0.86) if distance <= 1 else 0.0
    return max(alike, 0.86) if distance <= 1 or (distance == 2 and alike >= 0.84) else 0.0


def _slip_of_listed(folded: str, word: str) -> bool:
    """Whether a slip is likely in a name that is listed with its spellings, not another word ("Hungry", "Parish").

    Under seven letters only a letter doubled, or a double one written once; under nine none written for another.
    """
    short = min(len(folded), len(word))
    if short >= 9:
        return True
    if short >= 7:
        return len(folded) != len(word) or sorted(folded) == sorted(word)
    longer, shorter = sorted((folded, word), key=len, reverse=True)
    doubled = (i for i in range(1, len(longer)) if longer[i] == longer[i - 1])
    return any(longer[:i] + longer[i + 1 :] == shorter for i in doubled)


def _parts(folded: str) -> Iterator[tuple[str, float, Means]]:
    """Yield the words a Germanic compound may begin or end with (five letters on, four at its end)."""
    for cut in range(5, len(folded) - 2):
        yield folded[:cut], 0.92, Means.COMPOUND
    for cut in range(3, len(folded) - 4):
        yield folded[cut:], 0.88, Means.COMPOUND


def _with_ending(folded: str, longest: int) -> Iterator[tuple[str, float, Means]]:
    for cut in range(max(4, len(folded) - longest), len(folded)) if folded[0] < _HANGUL else range(2, len(folded)):
        base = folded[:cut]
        yield base, 0.95, Means.STEM
        if longest and cut >= len(folded) - 3:
            for vowel in "aoаоея":
                yield base + vowel, 0.93, Means.STEM


def _softened(folded: str) -> Iterator[tuple[str, float, Means]]:
    for ending, before in _SOFTENED:
        if folded.endswith(ending) and len(folded) - len(ending) >= 3:
            yield folded[: -len(ending)] + before, 0.93, Means.STEM


def _without_prefix(folded: str, letters: str) -> Iterator[tuple[str, float, Means]]:
    for cut in range(1, min(3, len(folded) - 2)):
        if folded[cut - 1] not in letters:
            return
        yield folded[cut:], 0.95, Means.STEM


def _remove(table: dict[_Key, list[str]], key: _Key, word: str) -> None:
    words = table.get(key)
    if words is not None:
        words.remove(word)
        if not words:
            del table[key]

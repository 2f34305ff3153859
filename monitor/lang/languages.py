"""Languages: which language a text is in, from its script and its function words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache

from monitor.lang import lexicon
from monitor.lang.fold import fold

_CODE = re.compile(r"[a-z]{2,3}(?=$|[-_])")
_SAME = {
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "in": "id",
    "cmn": "zh",
    "yue": "zh",
    "eng": "en",
    "ger": "de",
    "spa": "es",
}
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_WORD = re.compile("[a-z]+")
_BARE_JAPANESE = 40  # characters: so short a text may be Japanese without kana, as headlines are
LOOKED_AT = 600  # characters; a headline and the first sentences are enough

# Scripts that (nearly) name their language, by ranges of letters; tested in this order.
_SCRIPTS: tuple[tuple[str, str], ...] = (
    ("ja", r"[\u3040-\u30ff\uff66-\uff9f]"),
    ("ko", r"[\uac00-\ud7af\u1100-\u11ff]"),
    ("zh", r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("el", r"[\u0370-\u03ff\u1f00-\u1fff]"),
    ("th", r"[\u0e00-\u0e7f]"),
    ("hi", r"[\u0900-\u097f]"),
    ("bn", r"[\u0980-\u09ff]"),
    ("ta", r"[\u0b80-\u0bff]"),
    ("ka", r"[\u10a0-\u10ff]"),
    ("hy", r"[\u0530-\u058f]"),
    ("ar", r"[\u0600-\u06ff]"),
    ("ru", r"[\u0400-\u04ff]"),
)
_SCRIPT = tuple((lang, re.compile(pattern)) for lang, pattern in _SCRIPTS)
# Letters of other scripts; typographers' signs (from U+2000 on) are in every script.
_BEYOND_LATIN = re.compile(r"[\u0370-\u1fff\u2c00-\u2dff\u2e80-\u2fff\u3040-\U0010ffff]")
_NOT_PLAINLY_LATIN = re.compile(r"[\u00aa\u00b5\u00ba\u0250-\u1fff\u2c00-\u2dff\u2e80-\U0010ffff]")
# ASCII with the signs that typographers put between words and within them: no letter, mark or digit of another script.
typeset = re.compile(
    "[\x00-\x7f\u2010-\u2015\u2018-\u201f\u2020-\u2027\u2030-\u203e\u20a0-\u20bf\u2190-\u21ff\u2122"
    "\u00a1-\u00a9\u00ab\u00ac\u00ae-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf]*+"
).fullmatch
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# Within a script: letters that only one of its languages writes, then function words.
_LETTERS: Mapping[str, tuple[tuple[str, re.Pattern[str]], ...]] = {
    "ru": (("uk", re.compile("[іїєґІЇЄҐ]")), ("sr", re.compile("[ђћџљњјЂЋЏЉЊЈ]")), ("be", re.compile("[ўЎ]"))),
    "ar": (("ur", re.compile("[ٹڈڑےں]")), ("fa", re.compile("[پچژگیک]"))),
}
_SISTERS = {"ru": ("ru", "bg", "uk"), "ar": ("ar", "fa"), "el": ("el",), "he": ("he",)}
_LATIN_LANGUAGES = (
    "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "no", "fi", "pl", "cs", "ro", "hu", "tr", "id", "vi",
)  # fmt: skip


@cache
def stop_words(lang: str) -> frozenset[str]:
    """Return the folded function words of ``lang``; empty for languages without a list."""
    return frozenset(fold(w) for w in str(lexicon.load("stopwords").get(lang, "")).split())


@cache
def all_stop_words() -> frozenset[str]:
    """Return the folded function words of every language that has a list."""
    return frozenset().union(*(stop_words(lang) for lang in lexicon.load("stopwords")))


@lru_cache(maxsize=4096)
def normal(declared: str) -> str:
    """Return the ISO 639-1 code in a declared tag ("en-GB", "pt_BR", "nb"), "" when it is none."""
    found = _CODE.match(declared.strip().lower())
    code = found.group() if found else ""
    code = _SAME.get(code, code)
    return code if len(code) == 2 else ""


def guess(text: str, declared: str = "") -> str:
    """Return the ISO 639-1 language of ``text``, or "" when nothing tells.

    A declared language (of the feed or entry) is believed unless the script, or clearly more
    function words of another language, contradict it: many feeds declare what their template says.
    """
    said = normal(declared)
    looked = text[:LOOKED_AT]
    script = _script(looked)
    if script == "latin":
        return _by_words(looked, said, _LATIN_LANGUAGES)
    if not script:
        return said
    for lang, letters in _LETTERS.get(script, ()):
        if letters.search(looked):
            return said if said in _SISTERS[script] and said == lang else lang
    if script == "zh" and said == "ja" and len(looked) <= _BARE_JAPANESE:
        return said
    family = _SISTERS.get(script, (script,))
    return _by_words(looked, said if said in family else script, family)


def votes(run: str) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Return what a run of Latin letters says of the language of its text, and how many words are in it.

    For each function word in it ("d'Orsay" holds two words), the languages that have it.
    """
    words = [run.lower()] if run.isascii() and run.isalpha() else _words(run)
    said = map(_latin_stopping().get, words)
    return tuple(languages for languages in said if languages), len(words)


def tells_by_votes(text: str) -> bool:
    """Whether :func:`counted` on the votes of its words is :func:`guess` on this text: short, and in Latin letters."""
    return len(text) <= LOOKED_AT and (typeset(text) is not None or not _NOT_PLAINLY_LATIN.search(text))


def counted(said: Sequence[tuple[str, ...]], pieces: Iterable[int], declared: str = "") -> str:
    """Return the language of a text as :func:`guess` does, from the votes and the pieces of its words."""
    known = normal(declared)
    if known and (len(said) < 3 or sum([known in languages for languages in said]) + 2 >= len(said)):
        return known  # no other can have more than a vote of each
    words = sum(pieces)
    if not words:
        return known
    return _most(Counter(lang for languages in said for lang in languages), known, words, _LATIN_LANGUAGES)


def _script(text: str) -> str:
    if typeset(text) or not _BEYOND_LATIN.search(text):
        return "latin" if _LATIN.search(text) else ""
    latin = len(_LATIN.findall(text))
    counts = Counter({lang: len(pattern.findall(text)) for lang, pattern in _SCRIPT})
    if counts["ja"] and counts["zh"] + counts["ja"] > latin // 2:
        return "ja" if counts["ja"] * 8 >= counts["zh"] else "zh"
    best = max(counts, key=lambda lang: counts[lang])
    # A Han or Hangul character says about as much as three letters.
    weight = 3 if best in ("zh", "ko", "ja") else 1
    if counts[best] * weight > latin:
        return best
    return "latin" if latin else ""


def _by_words(text: str, said: str, among: tuple[str, ...]) -> str:
    words = _words(text)
    heard = list(filter(None, map(_stopping().get, words)))
    if said in among and sum([said in languages for languages in heard]) + 2 >= len(heard):
        return said  # no other can have more than one of each
    return _most(Counter(lang for languages in heard for lang in languages), said, len(words), among)


def _most(counts: Mapping[str, int], said: str, words: int, among: tuple[str, ...]) -> str:
    best = max(among, key=lambda lang: (counts.get(lang, 0), lang == said))
    most = counts.get(best, 0)
    own = counts.get(said, 0) if said in among else 0
    if said and own + 2 >= most:
        return said
    if said not in among and said and most < 3:
        return said
    return best if most >= 2 or (most and not said and words <= 8) else said


def _words(text: str) -> list[str]:
    if typeset(text):
        return _ASCII_WORD.findall(text.lower())
    return [w.lower() if w.isascii() else fold(w) for w in _WORD.findall(text)]


@cache
def _stopping() -> Mapping[str, tuple[str, ...]]:
    """Return each function word with the languages that have it."""
    found: dict[str, tuple[str, ...]] = {}
    for lang in lexicon.load("stopwords"):
        for word in stop_words(lang):
            found[word] = (*found.get(word, ()), lang)
    return found


@cache
def _latin_stopping() -> Mapping[str, tuple[str, ...]]:
    among = {word: tuple(lang for lang in _LATIN_LANGUAGES if lang in has) for word, has in _stopping().items()}
    return {word: languages for word, languages in among.items() if languages}

"""The table of the common matters: how wide it is, in which scripts, and that no word stands in it without reason."""

from __future__ import annotations

import unicodedata

import pytest

from monitor.lang.aliases import PLAIN, Aliases, Concept, load, words_of

# Pairs of matters that share a word although neither is near to the other: the word means either ("strike", "Betrug").
_APART = {
    frozenset(pair.split())
    for pair in (
        "deal talks", "strike-work airstrike", "coup theft", "fraud corruption", "aid rescue", "bailout rescue",
        "coalition inauguration", "subsidy bailout", "inflation famine", "invasion offensive",
    )
}  # fmt: skip
_SCRIPTS = ("LATIN", "CYRILLIC", "CJK", "HANGUL", "ARABIC", "HEBREW", "DEVANAGARI")
_MIXED = ({"LATIN", "CJK"}, {"LATIN", "HANGUL"}, {"LATIN", "KATAKANA"})  # "AI規制", "TV토론", "Formula" and kana


def _scripts(text: str) -> set[str]:
    found = {unicodedata.name(c, "?").partition(" ")[0].partition("-")[0] for c in text if c.isalpha()}
    return {"CJK" if name in ("HIRAGANA", "FULLWIDTH") else name for name in found}


@pytest.fixture(scope="module")
def aliases() -> Aliases:
    return load()


@pytest.fixture(scope="module")
def matters(aliases: Aliases) -> list[Concept]:
    return [c for c in aliases.concepts.values() if c.kind in PLAIN]


def test_there_are_as_many_as_the_news_has(matters: list[Concept]) -> None:
    assert len(matters) >= 440


def test_a_matter_is_told_in_many_languages_and_scripts(matters: list[Concept]) -> None:
    for matter in matters:
        written = set().union(*map(_scripts, matter.names))
        assert written >= set(_SCRIPTS), (matter.key, set(_SCRIPTS) - written)
        assert len(matter.names) >= 14, matter.key


def test_a_word_is_written_in_one_script(matters: list[Concept]) -> None:
    for matter in matters:
        for name in matter.names:
            for part in name.split(" "):
                scripts = _scripts(part)
                assert len(scripts) < 2 or {"CJK", "KATAKANA"} >= scripts or scripts in _MIXED, name


def test_a_word_of_two_matters_is_in_one_for_what_the_other_is_near_to(aliases: Aliases) -> None:
    shared = [aliases.named(words_of(name)) for name in aliases.names]
    apart = {frozenset(c.key for c in n) for n in shared if len(n) == 2 and not _are_near(*n)}
    assert apart <= _APART, apart - _APART


def _are_near(one: Concept, other: Concept) -> bool:
    return one.key in other.near or other.key in one.near


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("Freispruch", "acquittal"), ("référendum", "referendum"), ("boicot", "boycott"),
        ("mobilitazione militare", "mobilisation"), ("дезинформация", "disinformation"), ("petycja", "petition"),
        ("göçmen", "migrants"), ("αφοπλισμός", "disarmament"), ("تطبيع", "diplomatic-relations"), ("חנינה", "pardon"),
        ("استیضاح", "impeachment"), ("भगदड़", "stampede"), ("津波", "tsunami"), ("关税战", "trade-war"),
        ("청원", "petition"),
        ("gencatan senjata", "ceasefire"), ("conclave", "conclave"), ("skogsavverkning", "deforestation"),
    ],
)  # fmt: skip
def test_a_word_of_headlines_is_of_its_matter(aliases: Aliases, word: str, key: str) -> None:
    assert key in {c.key for c in aliases.named(words_of(word))}

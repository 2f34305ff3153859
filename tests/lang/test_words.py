"""Tokens, fold and stems: what counts as one word, and which spellings are the same."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.lang.fold import fold
from monitor.lang.languages import counted, guess, tells_by_votes
from monitor.lang.stems import opening, stem
from monitor.lang.tokens import tokens, words

WORDS = [
    ("Trump's plan, Trumps' plan", ["trump", "plan", "trumps", "plan"]),
    ("the U.S. and the E.U.", ["the", "us", "and", "the", "eu"]),
    ("l'Iran, d’Ukraine, dell'Iraq", ["iran", "ukraine", "iraq"]),
    ("O'Brien at 10:30", ["o'brien", "at", "10:30"]),
    ("AI-chip H20 3.5% 1,200", ["ai", "chip", "h20", "3.5", "1,200"]),
    ("特朗普访问Moscow", ["特朗", "朗普", "普访", "访问", "moscow"]),
    ("トランプ", ["トラ", "ラン", "ンプ"]),
    ("트럼프가 모스크바를", ["트럼프가", "모스크바를"]),
    ("\u200fترامب\u200f في موسكو", ["ترامب", "في", "موسكو"]),
    ("טְרַאמְפּ במוסקבה", ["טראמפ", "במוסקבה"]),
    ("मोदी ने कहा", ["मोदी", "ने", "कहा"]),
    ("ＴＲＵＭＰ Tru\u200bmp Pu\u0301tin", ["trump", "trump", "putin"]),
    ("Zelenskyy🙂Kyiv", ["zelenskyy", "kyiv"]),
    ("", []),
]


@pytest.mark.parametrize(("text", "expected"), WORDS)
def test_words_of_many_scripts(text: str, expected: list[str]) -> None:
    assert [t.folded for t in tokens(text)] == expected


SAME = [
    ("Straße", "strasse"),
    ("İstanbul", "istanbul"),
    ("Ørsted", "orsted"),
    ("Łódź", "lodz"),
    ("Hagia\u00adSophia", "hagiasophia"),
    ("ﬁre", "fire"),
    ("Зеленський", "зеленськии"),
    ("أحمد", "احمد"),
    ("ｶﾞ", "ガ"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_spellings_that_are_the_same_word(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("が", "か"), ("की", "क"), ("Iran", "Iraq")])
def test_letters_that_differ_stay_different(one: str, other: str) -> None:
    assert fold(one) != fold(other)


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=80))
def test_every_token_stands_where_it_says(text: str) -> None:
    for token in tokens(text):
        assert text[token.start : token.end] == token.text
        assert token.folded


PIECES = (
    *"aAzZ019 _.,:'’é\u0301\u200dª—“…€\u00a0",
    "the", "der", "et", "l'homme", "d’Orsay", "U.S.", "3rd", "2,000", "Putin's",
    "特朗", "ﾄﾗ", "жЖ", "한", " ", " ", " ",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


TYPESET = st.text(st.sampled_from("aZ19 _.,:'’—“…«"), max_size=14)


@given(TEXT | TYPESET)
def test_words_are_the_tokens_without_their_places(text: str) -> None:
    found = [(w.text, w.folded, w.kind, w.case) for w in words(text)]
    assert found == [
        (t.text, t.folded, t.kind, (1 if t.capital else 2) if t.kind == "word" else 0) for t in tokens(text)
    ]


@given(TEXT, st.sampled_from(("", "en", "fr", "zh")))
def test_the_votes_of_its_words_tell_the_language_of_a_text_as_the_text_does(text: str, declared: str) -> None:
    found = words(text)
    if tells_by_votes(text):
        said = [languages for w in found for languages in w.votes]
        assert counted(said, (w.pieces for w in found), declared) == guess(text, declared)


def test_a_wall_of_marks_costs_no_more_than_its_length() -> None:
    assert len(tokens("a" + "\u0301" * 20_000 + "b")) == 1


@given(st.from_regex(r"[a-z][abdeghilnorstuyz']{0,12}", fullmatch=True))
@example("dying")
@example("skies")
@example("yearly")
def test_a_stem_of_four_letters_begins_as_its_word_does(word: str) -> None:
    for lang in ("en", "de"):
        root = stem(word, lang)
        assert len(root) < 4 or root.startswith(opening(word, lang))


def test_stems_bring_forms_together_where_a_stemmer_exists() -> None:
    assert stem("meetings", "en") == stem("meeting", "en")
    assert stem("москве", "ru") == stem("москвы", "ru")
    assert stem("meetings", "") == "meetings"
    assert stem("meetings", "xx") == "meetings"

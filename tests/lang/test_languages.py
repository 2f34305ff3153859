"""Languages: script first, function words second, the declared language in doubt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.lang.languages import all_stop_words, guess, normal, stop_words

TEXTS = [
    ("en", "The minister says he will resign after the vote"),
    ("sv", "Statsministern avgår efter omröstningen och det är inte bra"),
    ("de", "Der Minister tritt nach der Abstimmung zurück und geht"),
    ("fr", "Le ministre démissionne après le vote dans une lettre"),
    ("es", "El ministro dimite tras la votación en el Congreso"),
    ("it", "Il ministro si dimette dopo il voto della Camera"),
    ("pt", "O ministro não vai renunciar após a votação no Congresso"),
    ("nl", "De minister treedt af na het debat in de Kamer"),
    ("pl", "Minister podał się do dymisji po głosowaniu w Sejmie"),
    ("ru", "Министр подал в отставку после голосования"),
    ("uk", "Міністр подав у відставку після голосування"),
    ("el", "Ο υπουργός παραιτήθηκε μετά την ψηφοφορία"),
    ("ar", "استقال الوزير بعد التصويت في البرلمان"),
    ("fa", "وزیر پس از رأی‌گیری استعفا کرد و گفت"),
    ("he", "השר התפטר אחרי ההצבעה בכנסת"),
    ("zh", "部长在投票后辞职"),
    ("ja", "大臣は投票後に辞任した"),
    ("ko", "장관이 투표 후 사임했다"),
]


@pytest.mark.parametrize(("lang", "text"), TEXTS)
def test_a_headline_tells_its_language(lang: str, text: str) -> None:
    assert guess(text) == lang


@pytest.mark.parametrize(("lang", "text"), TEXTS)
def test_a_wrong_declaration_does_not_win_over_plain_evidence(lang: str, text: str) -> None:
    assert guess(text, "th") == lang


def test_in_doubt_the_declared_language_counts() -> None:
    assert guess("Louvre", "fr-FR") == "fr"
    assert guess("Nvidia H20", "") == ""
    assert guess("12.5 %", "de") == "de"
    assert guess("", "sv") == "sv"


@pytest.mark.parametrize(
    ("tag", "code"), [("en-GB", "en"), ("PT_br", "pt"), ("nb", "no"), ("klingon", ""), ("", ""), ("x", "")]
)
def test_language_tags_are_normalised(tag: str, code: str) -> None:
    assert normal(tag) == code


@given(st.text(max_size=200), st.text(max_size=12))
def test_any_text_has_an_answer(text: str, declared: str) -> None:
    answer = guess(text, declared)
    assert answer == "" or len(answer) == 2


def test_stop_words_are_folded() -> None:
    assert "the" in stop_words("en")
    assert "apres" in stop_words("fr")
    assert stop_words("xx") == frozenset()
    assert stop_words("sv") <= all_stop_words()

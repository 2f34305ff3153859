"""The lexicons in nine more languages: what their headlines are read to say."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.developments.facts import Facts
from monitor.developments.phrases import PhraseBook
from monitor.lang.fold import fold
from monitor.lang.languages import guess
from monitor.model.development import Fact

AT = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
FACTS = Facts.load()


def figures(title: str, lang: str) -> dict[str, str]:
    return {f.what: f.value for f in read(title, lang) if f.kind == "figure"}


def read(title: str, lang: str) -> tuple[Fact, ...]:
    return FACTS.read(title, "", lang, AT)


@pytest.mark.parametrize(
    ("lang", "title", "found"),
    [
        ("zh", "死亡44人，受伤120人", {"dead": "44", "injured": "120"}),
        ("zh", "公司被罚款1亿2000万美元", {"USD fine": "120000000"}),
        ("zh", "法院判处其5年监禁", {"years in prison": "5"}),
        ("fr", "Au moins dix-sept morts", {"dead": "17"}),
    ],
)
def test_numbers_are_put_together_and_kept_apart(lang: str, title: str, found: dict[str, str]) -> None:
    assert figures(title, lang) == found


def test_a_month_of_one_language_is_a_word_of_another() -> None:
    assert not [f for f in read("El delantero marca 2 goles", "es") if f.kind == "date"]


def test_arabic_words_are_met_behind_their_article() -> None:
    book = PhraseBook({"meet": {"ar": ["قمة", "التق*"], "fa": ["قمة"]}})
    assert [(f.start, f.end) for f in book.find(["انطلاق", "القمة"], "", "ar")] == [(1, 2)]
    assert book.find(["والقمة"], "", "ar")
    assert book.find(["التقي"], "", "ar")
    assert not book.find(["القمة"], "", "fa")


def test_digits_of_arabic_script_are_digits() -> None:
    assert fold("٤٤") == fold("۴۴") == "44"


def test_a_short_title_without_kana_may_be_japanese() -> None:
    assert guess("首相辞任表明", "ja") == "ja"
    assert guess("首相辞任表明") == "zh"
    assert guess("总理宣布辞职" * 10, "ja") == "zh"

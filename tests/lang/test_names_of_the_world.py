"""The names of persons, places and bodies: each belongs to one thing, is met across languages, and in no other word."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.lang.aliases import Aliases, Concept, load, words_of
from monitor.lang.fold import fold
from monitor.lang.stems import stem
from monitor.lang.tokens import tokens
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

_AT_LEAST = {"person": 800, "place": 650, "body": 1000}


@pytest.fixture(scope="module")
def aliases() -> Aliases:
    return load()


@pytest.fixture(scope="module")
def named(aliases: Aliases) -> list[Concept]:
    return [c for c in aliases.concepts.values() if c.kind != "matter"]


def meets(name: str, title: str, lang: str) -> bool:
    found = Matcher([Storyline(slug="s", phrase=name, names=tuple(name.split()))]).probe("s", title, lang=lang)
    return bool(found.evidence.hits)


def test_there_are_as_many_as_a_desk_needs(named: list[Concept]) -> None:
    kinds = Counter(c.kind for c in named)
    assert all(kinds[kind] >= least for kind, least in _AT_LEAST.items()), kinds


def test_a_name_belongs_to_one_thing(aliases: Aliases, named: list[Concept]) -> None:
    shared = {n: [c.key for c in aliases.named(words_of(n))] for c in named for n in c.names}
    assert {n: keys for n, keys in shared.items() if len(keys) > 1} == {}


def test_what_stands_in_for_a_name_is_a_name_and_another(aliases: Aliases, named: list[Concept]) -> None:
    for concept in named:
        assert concept.key not in concept.near
        assert len(concept.near) <= 2, concept.key
        assert all(aliases.concepts[key].kind != "matter" for key in concept.near), concept.key


def test_a_name_short_in_plain_letters_is_told_by_its_capitals_or_has_four_letters(named: list[Concept]) -> None:
    short = {n for c in named for n in c.names if n.isascii() and n.isalpha() and len(n) < 4 and not n.isupper()}
    assert short <= {"Xi", "Fed", "Rom", "Kia", "xAI", "AfD"}


def test_no_name_in_han_or_kana_is_one_sign(named: list[Concept]) -> None:
    assert all(len(n) > 1 for c in named for n in c.names)


@given(st.text(st.characters(categories=["L", "M", "Nd", "Zs", "Po"]), max_size=12))
def test_the_words_of_a_name_are_those_of_a_text(name: str) -> None:
    assert words_of(name) == tuple(t.folded for t in tokens(name))


@pytest.mark.parametrize("lang", ["ar", "de", "el", "en", "ru"])
def test_a_stemmer_leaves_the_words_of_other_scripts_as_they_are(lang: str) -> None:
    words = ("Навального", "Ουκρανίας", "المفاوضات", "negotiations", "우크라이나", "נתניהו")
    own = {"ar": 2, "el": 1, "ru": 0}.get(lang, 3)
    assert [n for n, word in enumerate(words) if stem(fold(word), lang) != fold(word)] == [own]


@pytest.mark.parametrize("name", ["ʼ", "abـ", "ﳲ", "M'bala", "l'Iran", "Putin's", "U.S.", "İzmir", "G 20", "テスラ"])
def test_the_words_of_a_name_with_a_sign_are_those_of_a_text(name: str) -> None:
    assert words_of(name) == tuple(t.folded for t in tokens(name))


@pytest.mark.parametrize(
    ("name", "title", "lang"),
    [
        ("Lufthansa", "汉莎航空飞行员罢工", "zh"),
        ("Lufthansa", "إضراب طياري لوفتهانزا", "ar"),
        ("Bitcoin", "ビットコイン、最高値を更新", "ja"),
        ("Bitcoin", "비트코인이 사상 최고가", "ko"),
        ("Security Council", "مجلس الأمن يصوت على القرار", "ar"),
        ("Revolutionary Guards", "В КСИР заявили об ударе", "ru"),
        ("Knesset", "הכנסת אישרה את התקציב", "he"),
        ("Champions League", "Лига чемпионов: жеребьёвка", "ru"),
        ("Eurovision", "「ユーロビジョン」開幕", "ja"),
        ("World Cup", "विश्व कप का कार्यक्रम", "hi"),
        ("Nippon Steel", "日鉄が買収を完了", "ja"),
        ("Ozempic", "オゼンピックの偽造品", "ja"),
        ("European Court of Human Rights", "ЕСПЧ вынес решение", "ru"),
        ("Starship", "星舰第十次试飞", "zh"),
        ("Croatia", "كرواتيا تنتخب رئيسا", "ar"),
        ("Rafah", "ラファ検問所が再開", "ja"),
        ("Panama Canal", "רמת המים בתעלת פנמה", "he"),
        ("Kharkiv", "На Харків впали бомби", "uk"),
        ("Ivory Coast", "Elfenbeinküste wählt", "de"),
        ("Mumbai", "मुंबई में भारी बारिश", "hi"),
        ("Taiwan Strait", "台海局势紧张", "zh"),
        ("Farage", "פאראג' מוביל בסקרים", "he"),
        ("Navalnaya", "ナワリナヤ氏が演説", "ja"),
        ("Pelosi", "佩洛西结束访问", "zh"),
        ("Kejriwal", "केजरीवाल को ज़मानत", "hi"),
        ("Nasrallah", "مقتل حسن نصرالله", "ar"),
        ("Mitsotakis", "Ο Μητσοτάκης στο Βερολίνο", "el"),
        ("Mitsotakis", "Athens votes on the budget", "en"),
        ("France", "Macron names a prime minister", "en"),
        ("Merkel", "메르켈 전 총리 회고록", "ko"),
        ("Portugal", "Lisbon calls an election", "en"),
        ("Kılıçdaroğlu", "كليجدار أوغلو يعلن ترشحه", "ar"),
        ("Chennai", "चेन्नई में भारी बारिश", "hi"),
        ("Galatasaray", "غلطة سراي يفوز باللقب", "ar"),
        ("Nexperia", "安世半导体恢复供货", "zh"),
        ("Cannes Film Festival", "カンヌ国際映画祭が開幕", "ja"),
        ("Human Rights Council", "유엔 인권이사회 결의", "ko"),
        ("Salva Kiir", "سلفا كير يقيل وزير المالية", "ar"),
    ],
)
def test_a_name_is_met_in_other_scripts(name: str, title: str, lang: str) -> None:
    assert meets(name, title, lang)


@pytest.mark.parametrize(
    ("name", "title", "lang"),
    [
        ("Rio Tinto", "公司努力拓展海外市场", "zh"),
        ("Qualcomm", "高通胀持续", "zh"),
        ("Dow Jones", "报道指出多人受伤", "zh"),
        ("JD.com", "北京东城区发布通知", "zh"),
        ("CK Hutchison", "经济增长和就业", "zh"),
        ("Chinese Communist Party", "其中共有三人受伤", "zh"),
        ("SMIC", "其中芯片出口增长", "zh"),
        ("Hitachi", "警方近日立案调查", "zh"),
        ("Bank of Japan", "近日银行发布公告", "zh"),
        ("American Airlines", "美航母进入南海", "zh"),
        ("Instagram", "インスタントラーメンの歴史", "ja"),
        ("Pinduoduo", "Интервью на тему спорта", "ru"),
        ("Law and Justice", "Tant pis pour lui", "fr"),
        ("Iceland", "Fire on a Spanish island", "en"),
        ("Noto Peninsula", "用户只能登录一次", "zh"),
        ("Haifa", "上海法院宣判", "zh"),
        ("Philadelphia", "打造消费城市", "zh"),
        ("Kinmen", "降低资金门槛", "zh"),
        ("Togo", "Кроме того, суд решил", "ru"),
        ("Al-Aqsa", "الحد الأقصى للأجور", "ar"),
        ("Aden", "会議はアカデミーで", "ja"),
        ("Thaksin", "公布其他信息", "zh"),
        ("Durov", "马杜罗夫妇出庭", "zh"),
        ("Bannon", "レバノンで停戦", "ja"),
        ("Lula", "アイルランドの選挙", "ja"),
        ("Joko Widodo", "ジョコビッチが優勝", "ja"),
        ("Mali", "索马里海盗", "zh"),
        ("Bayer", "バイエルンの州議会", "ja"),
        ("Russian president", "ペトロ大統領が会見", "ja"),
        ("Suu Kyi", "수치가 공개됐다", "ko"),
        ("Danone", "专家抵达能源部", "zh"),
        ("HYBE", "하이브리드 차량 판매 증가", "ko"),
        ("Lakers", "江湖人称老大", "zh"),
    ],
)
def test_a_name_is_not_met_at_the_seam_of_other_words(name: str, title: str, lang: str) -> None:
    assert not meets(name, title, lang)

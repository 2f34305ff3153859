"""Which words of a text meet which words of a rule: variants that must meet, look-alikes that must not."""

from __future__ import annotations

import pytest

from monitor.lang.aliases import Aliases, load
from monitor.model.match import Means
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher
from monitor.storylines.words import slip

VARIANTS = [
    ("Putin", "Putins tal i natt", "sv", Means.STEM),
    ("Putin", "Putinbesöket skjuts upp", "sv", Means.COMPOUND),
    ("Moscow", "Moskvasamtalen fortsätter", "sv", Means.COMPOUND),
    ("Moscow", "Gespräche in Moskau", "de", Means.ALIAS),
    ("Moscow", "Переговоры в Москве", "ru", Means.ALIAS),
    ("Moscow", "Conversaciones en Moscú", "es", Means.ALIAS),
    ("Moscow", "Rozmowy w Moskwie", "pl", Means.ALIAS),
    ("Moscow", "محادثات في موسكو", "ar", Means.ALIAS),
    ("Moscow", "שיחות במוסקבה", "he", Means.STEM),
    ("Moscow", "莫斯科会谈", "zh", Means.ALIAS),
    ("Moscow", "モスクワで会談", "ja", Means.ALIAS),
    ("Moscow", "모스크바에서 회담", "ko", Means.STEM),
    ("Moscow", "Συνομιλίες στη Μόσχα", "el", Means.ALIAS),
    ("Zelensky", "Zelenskyy speaks", "en", Means.ALIAS),
    ("Zelensky", "Selenskyj in Berlin", "de", Means.ALIAS),
    ("Zelensky", "Зеленского ждут в Берлине", "ru", Means.STEM),
    ("Zelensky", "Зеленський у Берліні", "uk", Means.ALIAS),
    ("Trump", "Visita de TRUMP", "es", Means.EXACT),
    ("Trump", "Ｔｒｕｍｐ visit", "en", Means.EXACT),
    ("Trump", "Визит Трампа", "ru", Means.STEM),
    ("Trump", "트럼프가 방문", "ko", Means.STEM),
    ("Trump", "特朗普访问", "zh", Means.ALIAS),
    ("Kestrelson", "Кестрелсон ушёл", "ru", Means.TRANSLITERATION),
    ("Kestrelson", "Kestrelsson leaves", "en", Means.FUZZY),
    ("Kestrelson", "Kestrelsons avgång", "sv", Means.STEM),
    ("Kestrelson", "Kestrelson's exit", "en", Means.EXACT),
    ("Árpádváry", "Arpadvary leaves", "en", Means.EXACT),
    ("阿尔布图斯", "收购阿尔布图斯公司", "zh", Means.EXACT),
    ("United Nations", "U.N. warns of famine", "en", Means.ALIAS),
    ("White House", "Vita huset svarar", "sv", Means.ALIAS),
]


def hit(term: str, text: str, lang: str, aliases: Aliases | None = None) -> Means | None:
    rule = Storyline(slug="s", phrase=term, names=(term,))
    hits = Matcher([rule], aliases=aliases).probe("s", text, lang=lang).evidence.hits
    return hits[0].means if hits else None


@pytest.mark.parametrize(("term", "text", "lang", "means"), VARIANTS)
def test_variants_of_a_name_meet_and_say_how(term: str, text: str, lang: str, means: Means) -> None:
    assert hit(term, text, lang) == means


LOOK_ALIKES = [
    ("Iran", "Miranda wins the vote"),
    ("Iran", "Iraq votes"),
    ("Church", "Churchill remembered"),
    ("mother", "other news"),
    ("court", "count of votes"),
    ("Austria", "Australia votes"),
    ("Slovakia", "Slovenia votes"),
    ("Niger", "Nigeria votes"),
    ("Mali", "Malta votes"),
    ("US", "tell us more"),
    ("meeting", "melting ice"),
    ("Trump", "tramp found"),
    ("Oman", "a woman and a Roman"),
    ("Chad", "chat with Chadwick"),
    ("Hagen", "hagel i natt"),
    ("Merz", "im März"),
]


@pytest.mark.parametrize(("term", "text"), LOOK_ALIKES)
def test_look_alikes_do_not_meet(term: str, text: str) -> None:
    assert hit(term, text, "en") is None


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("zelensky", "zelenskyy", True),
        ("kestrelson", "kestrelsen", True),
        ("lukashenko", "lukaschenko", True),
        ("arbutus", "abrutus", True),
        ("iran", "iraq", False),
        ("court", "count", False),
        ("austria", "australia", False),
        ("other", "mother", False),
    ],
)
def test_a_slip_of_the_pen_by_length(one: str, other: str, alike: bool) -> None:
    assert (slip(one, other) > 0) is alike
    assert slip(one, other) == slip(other, one)


def test_how_alike_two_words_must_be_is_the_rules_choice() -> None:
    text = "Kestrelsson leaves"
    for fuzzy, met in ((85, True), (100, False)):
        rule = Storyline(slug="s", phrase="Kestrelson", fuzzy=fuzzy)
        assert bool(Matcher([rule]).probe("s", text).evidence.hits) is met


def test_an_abbreviation_in_capitals_is_met_in_capitals_only() -> None:
    assert hit("US", "US votes", "en") is not None
    assert hit("US", "U.S. votes", "en") is not None
    assert hit("WHO", "who votes", "en") is None


def test_two_words_of_a_phrase_never_mean_the_same_thing() -> None:
    rule = Storyline(slug="s", phrase="Kremlin Putin talks")
    hits = Matcher([rule]).probe("s", "Kremlin hosts talks").evidence.hits
    assert [h.term for h in hits if h.part == "phrase"] == ["Kremlin", "talks"]


def test_shipped_aliases_are_sound() -> None:
    shipped = load()
    for concept in shipped.concepts.values():
        assert concept.kind in ("person", "place", "body", "disease", "matter")
        assert len(set(concept.near) - set(shipped.concepts)) == 0, concept.key
        for name in concept.names:
            assert concept in shipped.named(tuple(words(name))), name


def words(name: str) -> tuple[str, ...]:
    from monitor.lang.aliases import words_of

    found = words_of(name)
    assert found, f"{name!r} has no word"
    return found

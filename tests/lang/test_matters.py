"""The common matters of the news: each word belongs to few of them, and what stands near one is another of them."""

from __future__ import annotations

import pytest

from monitor.lang import lexicon
from monitor.lang.aliases import FILES, Aliases, Concept, load, words_of
from monitor.lang.languages import all_stop_words
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

# Function words of some language that are yet the word itself in another: German "war", Italian "ai".
_STOP_WORDS_TOO = {"war", "ai", "ki"}
# As short as these only where nothing else is written so, or where capitals tell ("AI").
_SHORT = {
    "war", "spy", "tax", "ban", "bid", "jab", "oil", "gas", "gaz", "aid", "apu", "paz", "cip", "ai", "ia", "ki", "iha",
}  # fmt: skip


@pytest.fixture(scope="module")
def aliases() -> Aliases:
    return load()


@pytest.fixture(scope="module")
def matters(aliases: Aliases) -> list[Concept]:
    found = [c for c in aliases.concepts.values() if c.kind == "matter"]
    assert len(found) > 160
    return found


def terms_met(phrase: str, title: str, lang: str) -> set[str]:
    return {h.term for h in Matcher([Storyline(slug="s", phrase=phrase)]).probe("s", title, lang=lang).evidence.hits}


def test_what_stands_near_a_matter_is_a_matter_and_there_is_little_of_it(
    aliases: Aliases, matters: list[Concept]
) -> None:
    for matter in matters:
        assert len(matter.near) <= 6, matter.key
        assert len(set(matter.near)) == len(matter.near), matter.key
        assert matter.key not in matter.near
        assert all(key in aliases.concepts and aliases.concepts[key].kind == "matter" for key in matter.near), (
            matter.key
        )


def test_no_matter_takes_the_key_of_a_name(matters: list[Concept]) -> None:
    words = {key for key, entry in lexicon.load("aliases_matters")["matter"].items() if entry["names"]}
    names = {key for file in FILES[:-1] for table in lexicon.load(file).values() for key in table}
    assert len(words) == len(matters)
    assert not words & names


def test_nearness_of_matters_goes_one_step_and_one_way(aliases: Aliases, matters: list[Concept]) -> None:
    assert all(not list(aliases.kin(matter)) for matter in matters)


def test_a_word_belongs_to_few_matters_and_is_no_name(aliases: Aliases, matters: list[Concept]) -> None:
    for matter in matters:
        for name in matter.names:
            named = aliases.named(words_of(name))
            assert len(named) <= 2, name
            assert all(concept.kind == "matter" for concept in named), name


def test_no_word_of_a_matter_is_listed_twice(matters: list[Concept]) -> None:
    for matter in matters:
        folded = [words_of(name) for name in matter.names]
        assert len(folded) == len(set(folded)), matter.key


def test_the_words_are_no_everyday_words(matters: list[Concept]) -> None:
    for matter in matters:
        for name in matter.names:
            words = words_of(name)
            if len(words) > 1:
                continue
            assert words[0] not in all_stop_words() or words[0] in _STOP_WORDS_TOO, name
            assert len(words[0]) > 3 or not words[0].isascii() or words[0] in _SHORT or name.isupper(), name


@pytest.mark.parametrize(
    "word",
    [
        "sel",
        "told",
        "toll",
        "met",
        "val",
        "brand",
        "ran",
        "roof",
        "dom",
        "start",
        "mir",
        "mond",
        "paus",
        "fran",
        "spill",
    ],
)
def test_what_is_an_everyday_word_in_another_language_is_not_listed(aliases: Aliases, word: str) -> None:
    assert not aliases.named((word,))


@pytest.mark.parametrize(
    ("phrase", "title", "lang"),
    [
        ("Siemens strike", "Siemens und Gewerkschaft ohne Einigung: neue Tarifverhandlungen", "de"),
        ("Siemens bankruptcy", "Fordringsägare kräver besked av Siemens", "sv"),
        ("Siemens trial", "Siemens condamné, il fait appel", "fr"),
        ("Montevideo earthquake", "Montevideo: rescatistas buscan entre escombros", "es"),
        ("Montevideo flood", "Montevideo 疏散居民", "zh"),
        ("Montevideo earthquake", "Число жертв в Montevideo растёт", "ru"),
        ("Siemens layoffs", "Siemens annonce la fermeture de deux sites", "fr"),
        ("Uruguay war", "Uruguay: nalot na stolicę", "pl"),
        ("Siemens moon landing", "Sonden Siemens satte sig på månen", "sv"),
        ("Siemens moon landing", "Raumsonde Siemens meldet sich nicht mehr", "de"),
        ("Siemens shipwreck", "Siemens: les sauveteurs cherchent encore", "fr"),
        ("Siemens takeover", "Azionisti di Siemens divisi", "it"),
        ("Siemens debt", "Siemens 债权人", "zh"),
        ("Uruguay referendum", "Uruguay: frågan om nya gränser avgörs i valet", "sv"),
        ("Siemens amnesty", "Siemens wieder freigelassen", "de"),
        ("Siemens antitrust", "Bruxelles inflige une amende à Siemens", "fr"),
        ("Siemens extradition", "Siemens zatrzymany na granicy", "pl"),
        ("Uruguay blackout", "Störungen im ganzen Uruguay", "de"),
        ("Uruguay drought", "Uruguay 高温持续", "zh"),
        ("Uruguay coup", "В Uruguay введён комендантский час", "ru"),
        ("Siemens hijacking", "Piratas liberan al Siemens", "es"),
    ],
)
def test_a_name_with_a_word_of_a_near_matter_belongs(phrase: str, title: str, lang: str) -> None:
    assert not Matcher([Storyline(slug="s", phrase=phrase)]).probe("s", title, lang=lang).possible


@pytest.mark.parametrize(
    ("phrase", "title", "lang"),
    [
        ("Uruguay summit", "Uruguay freut sich auf den Sommer", "de"),
        ("Uruguay takeover", "Uruguay будет играть завтра", "ru"),
        ("Uruguay theft", "Uruguay: робота триває", "uk"),
        ("Uruguay crash", "Uruguay kazandı", "tr"),
        ("Uruguay space", "Uruguay: ο κόσμος γελάει", "el"),
        ("Uruguay siege blockade", "Uruguay: cerca de la playa", "es"),
        ("Uruguay train", "Han har deltaget i Uruguay", "da"),
    ],
)
def test_an_everyday_word_of_one_language_is_no_matter_of_another(phrase: str, title: str, lang: str) -> None:
    assert terms_met(phrase, title, lang) <= {phrase.split(maxsplit=1)[0]}


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("Siemens strike", "Siemens opens a new laboratory"),
        ("Siemens strike", "Court declares Siemens rival insolvent"),
        ("Uruguay tariffs", "Uruguay minister told reporters of a holiday"),
        ("Uruguay election", "Uruguay museum shows old masters"),
    ],
)
def test_a_name_with_a_word_of_another_matter_does_not(phrase: str, title: str) -> None:
    assert terms_met(phrase, title, "en") <= {phrase.split(maxsplit=1)[0]}

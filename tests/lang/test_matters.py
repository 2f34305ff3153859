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
_SHORT = {"war", "spy", "tax", "ban", "bid", "jab", "oil", "gas", "gaz", "aid", "apu", "paz", "cip", "ai", "ia", "ki", "iha"}


@pytest.fixture(scope="module")
def aliases() -> Aliases:
    return load()


@pytest.fixture(scope="module")
def matters(aliases: Aliases) -> list[Concept]:
    found = [c for c in aliases.concepts.values() if c.kind == "matter"]
    assert len(found) > 160
    return found


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
        ("Examplia strike", "Examplia und Gewerkschaft ohne Einigung: neue Tarifverhandlungen", "de"),
        ("Examplia bankruptcy", "Fordringsägare kräver besked av Examplia", "sv"),
        ("Examplia trial", "Examplia condamné, il fait appel", "fr"),
        ("Northtown earthquake", "Northtown: rescatistas buscan entre escombros", "es"),
        ("Northtown flood", "Northtown 疏散居民", "zh"),
        ("Northtown earthquake", "Число жертв в Northtown растёт", "ru"),
        ("Examplia layoffs", "Examplia annonce la fermeture de deux sites", "fr"),
        ("Northland war", "Northland: nalot na stolicę", "pl"),
        ("Examplia moon landing", "Sonden Examplia satte sig på månen", "sv"),
        ("Examplia moon landing", "Raumsonde Examplia meldet sich nicht mehr", "de"),
        ("Examplia shipwreck", "Examplia: les sauveteurs cherchent encore", "fr"),
        ("Examplia takeover", "Azionisti di Examplia divisi", "it"),
        ("Examplia debt", "Examplia 债权人", "zh"),
        ("Northland referendum", "Northland: frågan om nya gränser avgörs i valet", "sv"),
        ("Examplia amnesty", "Examplia wieder freigelassen", "de"),
        ("Examplia antitrust", "Bruxelles inflige une amende à Examplia", "fr"),
        ("Examplia extradition", "Examplia zatrzymany na granicy", "pl"),
        ("Northland blackout", "Störungen im ganzen Northland", "de"),
        ("Northland drought", "Northland 高温持续", "zh"),
        ("Northland coup", "В Northland введён комендантский час", "ru"),
        ("Examplia hijacking", "Piratas liberan al Examplia", "es"),
    ],
)
def test_a_name_with_a_word_of_a_near_matter_belongs(phrase: str, title: str, lang: str) -> None:
    assert not Matcher([Storyline(slug="s", phrase=phrase)]).probe("s", title, lang=lang).possible


@pytest.mark.parametrize(
    ("phrase", "title", "lang"),
    [
        ("Northland summit", "Northland freut sich auf den Sommer", "de"),
        ("Northland takeover", "Northland будет играть завтра", "ru"),
        ("Northland theft", "Northland: робота триває", "uk"),
        ("Northland crash", "Northland kazandı", "tr"),
        ("Northland space", "Northland: ο κόσμος γελάει", "el"),
        ("Northland siege blockade", "Northland: cerca de la playa", "es"),
        ("Northland train", "Han har deltaget i Northland", "da"),
    ],
)
def test_an_everyday_word_of_one_language_is_no_matter_of_another(phrase: str, title: str, lang: str) -> None:
    assert Matcher([Storyline(slug="s", phrase=phrase)]).probe("s", title, lang=lang).possible


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("Examplia strike", "Examplia opens a new laboratory"),
        ("Examplia strike", "Court declares Examplia rival insolvent"),
        ("Northland tariffs", "Northland minister told reporters of a holiday"),
        ("Northland election", "Northland museum shows old masters"),
    ],
)
def test_a_name_with_a_word_of_another_matter_does_not(phrase: str, title: str) -> None:
    assert Matcher([Storyline(slug="s", phrase=phrase)]).probe("s", title, lang="en").possible

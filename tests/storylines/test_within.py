"""Towns and provinces stand for their country where a phrase tells what happens in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.lang import aliases
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher


def found(phrase: str, title: str, lang: str = "", **rule: object) -> bool:
    matcher = Matcher([Storyline(slug="s", phrase=phrase, **rule)])  # type: ignore[arg-type]
    match = matcher.probe("s", title, lang=lang)
    return match.score >= 0.5 and not match.possible


@pytest.mark.parametrize(
    ("phrase", "title", "lang"),
    [
        ("Spain floods", "Valencia floods: hundreds of soldiers sent in", "en"),
        ("Turkey earthquake", "Землетрясение в Газиантепе: рухнули дома", "ru"),
        ("turkey earthquake", "Gaziantep'te deprem", "tr"),
        ("Texas flood", "Girls missing after flood in Kerrville", "en"),
        ("California wildfire", "Fire tears through Altadena and Malibu", "en"),
        ("Japan earthquake", "能登で地震", "ja"),
        ("Brazil floods", "Inundações no Rio Grande do Sul", "pt"),
    ],
)
def test_what_happens_in_a_town_happens_in_its_country(phrase: str, title: str, lang: str) -> None:
    assert found(phrase, title, lang)


@pytest.mark.parametrize(
    ("phrase", "title"),
    [
        ("Spain floods", "Valencia beat Getafe in last minute"),  # not the matter
        ("Spain floods", "Floods in Bologna"),  # not the country
        ("Spain election", "Valencia election: mayor wins again"),  # a matter of the whole country
        ("Spain Portugal floods", "Floods in Valencia"),  # of several names none is made good by its towns
    ],
)
def test_and_nothing_else_does(phrase: str, title: str) -> None:
    assert not found(phrase, title)


def test_a_rule_with_groups_names_its_places_itself() -> None:
    assert not found("Spain floods", "Valencia floods", all=(("Spain",), ("floods",)))


def test_every_place_and_matter_of_the_table_is_known(tmp_path: Path) -> None:
    known = aliases.load()
    places = [c for c in known.concepts.values() if known.within(c)]
    assert len(places) > 170
    assert all(c.kind == "place" for c in places)
    assert sum(map(known.is_local, known.concepts.values())) > 30
    (tmp_path / "aliases_within.toml").write_text('[within.spain]\nnames = ["Villar"]\n', encoding="utf-8")
    own = aliases.load(tmp_path)
    spain = own.within(own.concepts["spain"])
    assert spain
    assert {"Villar", "Valencia"} <= set(spain.names)

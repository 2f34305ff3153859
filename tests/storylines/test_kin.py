"""Who stands for whom: a capital for its government, a leader for the country, a country for its leader."""

from __future__ import annotations

import pytest

from monitor.lang.aliases import Concept, load
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

_GROUPS = (("Trump", "White House"), ("Moscow", "Putin"), ("talks", "meeting"))


@pytest.mark.parametrize(
    ("title", "whole"),
    [
        ("Trump and Putin agree on a meeting", True),
        ("US-Russia talks in Riyadh end after twelve hours", True),
        ("Kremlin says talks with Washington go on", True),
        ("US-China talks in Geneva end", False),
        ("Kremlin names its team", False),
    ],
)
def test_a_group_is_met_by_what_stands_in_for_its_names(title: str, whole: bool) -> None:
    found = Matcher([Storyline(slug="s", all=_GROUPS)]).probe("s", title, lang="en")
    assert found.possible is not whole


@pytest.mark.parametrize(
    ("phrase", "title", "met"),
    [
        ("Modi China visit", "Xi receives Modi for a visit", {"Modi", "China", "visit"}),
        ("Modi China visit", "India and China agree on a visit", {"Modi", "China", "visit"}),
        ("Modi China visit", "Xi plans a visit to Vietnam", {"visit"}),
        ("Turkey earthquake", "Erdogan visits towns hit by the earthquake", {"Turkey", "earthquake"}),
    ],
)
def test_a_leader_and_the_country_are_told_in_each_others_stead(phrase: str, title: str, met: set[str]) -> None:
    matcher = Matcher([Storyline(slug="s", phrase=phrase)])
    found = matcher.probe("s", title, lang="en")
    sure = len(met) == len(phrase.split())
    assert (not found.possible) is sure
    assert met <= {hit.term for hit in found.evidence.hits}


def test_kin_alone_is_not_enough_where_two_names_are_to_be_met() -> None:
    matcher = Matcher([Storyline(slug="s", phrase="Trump Putin summit")])
    found = matcher.probe("s", "American skater meets Russian rival at summit of sport", lang="en")
    assert found.possible
    assert found.score < matcher.probe("s", "Trump meets Russian envoys at summit", lang="en").score


def test_no_person_is_kin_to_a_person() -> None:
    aliases = load()
    people: list[Concept] = [c for c in aliases.concepts.values() if c.kind == "person"]
    assert people
    assert all(kin.kind != "person" for person in people for kin in aliases.kin(person))

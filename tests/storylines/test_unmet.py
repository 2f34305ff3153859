"""What a rule names and an item does not: it must be made good by what the storyline has learned, or nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
GROUPS = (("Ardenia", "Premier Lund"), ("Brunland", "Castle Hill"), ("visit", "trip", "talks"))
ONE_LINE = Storyline(slug="s", phrase="Lund Brunland visit")
FULL = Storyline(slug="s", phrase="Lund Brunland visit", all=GROUPS)
GROUPS_ONLY = Storyline(slug="s", all=GROUPS)


def item(number: int, title: str) -> Item:
    return Item(id=str(number), title=title, arrival_at=START + timedelta(minutes=number))


def matched(rule: Storyline, title: str, *, hot: bool) -> Match:
    matcher = Matcher([rule])
    for number in range(40 if hot else 0):
        told = item(number, f"Lund begins Brunland visit with Quillon treaty signing, hour {number}")
        matcher.learn(told, matcher.match(told))
    return matcher.probe("s", title)


@pytest.mark.parametrize("rule", [ONE_LINE, FULL, GROUPS_ONLY], ids=["phrase", "full", "groups"])
@pytest.mark.parametrize(
    "title",
    [
        "Heavy snow grounds flights at Brunland airports",
        "Lund takes a lap in the Daytona limousine",
        "Lund speaks to governors",
    ],
)
def test_one_name_alone_is_no_match_however_hot_the_story(rule: Storyline, title: str) -> None:
    assert matched(rule, title, hot=False).possible
    assert matched(rule, title, hot=True).possible


@pytest.mark.parametrize("rule", [ONE_LINE, FULL], ids=["phrase", "full"])
def test_a_name_with_the_matter_of_another_meeting_is_no_match(rule: Storyline) -> None:
    assert matched(rule, "King hands Lund letter inviting him on second state visit", hot=False).possible
    assert matched(rule, "King hands Lund letter inviting him on second state visit", hot=True).possible


@pytest.mark.parametrize("rule", [ONE_LINE, FULL], ids=["phrase", "full"])
def test_a_word_learned_makes_good_what_is_not_met_while_the_story_is_hot(rule: Storyline) -> None:
    title = "Brunland hails the Quillon treaty"
    assert matched(rule, title, hot=False).possible
    found = matched(rule, title, hot=True)
    assert not found.possible
    assert {"quillon"} <= {w.word for w in found.evidence.learned}
    assert not found.seed


def test_all_names_of_the_phrase_stand_for_the_groups_all_of_which_are_else_to_be_met() -> None:
    assert not matched(FULL, "Lund is off to Brunland", hot=False).possible
    assert matched(FULL, "Castle Hill awaits Premier Ostrow for a visit", hot=False).possible
    assert matched(FULL, "Lund awaits a visit", hot=False).possible
    assert not matched(FULL, "Castle Hill awaits Premier Lund for talks", hot=False).possible


def test_two_names_stand_in_for_one_group_while_the_story_is_hot_but_not_for_two() -> None:
    groups = (("Quillon",), ("Ardenia", "Brunland"), ("dam", "talks"))
    rule = Storyline(slug="s", phrase="Ardenia Brunland Quillon dam", all=groups)
    matcher = Matcher([rule])
    assert matcher.probe("s", "Ardenia and Brunland open talks").possible
    for number in range(30):
        told = item(number, f"Ardenia builds Quillon dam, Brunland protests, day {number}")
        matcher.learn(told, matcher.match(told))
    assert not matcher.probe("s", "Ardenia and Brunland open talks").possible
    assert matcher.probe("s", "Ardenia beats Brunland in cup semi-final").possible


def test_another_spelling_of_a_name_is_not_another_witness() -> None:
    matcher = Matcher([Storyline(slug="s", phrase="Trump Moscow visit")])
    for number in range(30):
        told = item(number, f"Трамп приехал в Москву с визитом, день {number}")
        matcher.learn(told, matcher.match(told))
    assert matcher.probe("s", "В Москве ожидается снег и гололедица").possible
    assert not matcher.probe("s", "Визит Трампа в Москву").possible

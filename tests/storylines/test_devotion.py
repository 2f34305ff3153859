from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model.item import Item
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

START = datetime(2025, 3, 3, 8, 0, tzinfo=UTC)
PHRASE = "Mirelle Ardenia trial"
SEED = "Mirelle trial over Ardenia money opens"
ALONE = [
    "Mirelle trial hears first witness",
    "Mirelle in court again",
    "Judge adjourns Mirelle trial",
    "Mirelle verdict due",
]
OTHER = ["Mirelle sings in Porto", "Mirelle opens garden show", "Mirelle buys football club", "Mirelle on holiday"]


def follow(titles: list[str], **rule: object) -> list[bool]:
    """Return for each of ``titles``, an hour apart, whether it belonged to the storyline."""
    matcher = Matcher([Storyline(slug="s", phrase=PHRASE, **rule)])  # type: ignore[arg-type]
    found = []
    for number, title in enumerate(titles):
        item = Item(str(number), title, START + timedelta(hours=number), lang="en")
        matches = matcher.match(item)
        matcher.learn(item, matches)
        found.append(any(not m.possible for m in matches))
    return found


def test_where_a_name_is_told_of_for_nothing_else_its_matter_needs_no_second_name() -> None:
    assert follow([SEED, *ALONE, *ALONE])[-4:] == [True] * 4


def test_where_a_name_is_told_of_for_much_else_its_matter_may_be_another() -> None:
    mixed = [title for pair in zip(ALONE, OTHER, OTHER, strict=True) for title in pair]
    assert not any(follow([SEED, *mixed, *mixed])[1:])


def test_before_anything_was_found_and_without_the_matter_it_says_nothing() -> None:
    assert not any(follow([*ALONE, *ALONE]))
    assert not follow([SEED, *ALONE, *ALONE, "Mirelle sings in Porto"])[-1]


@pytest.mark.parametrize("group", [("Ardenia",), ("money", "funds")])
def test_a_rule_with_groups_says_itself_what_must_be_met(group: tuple[str, ...]) -> None:
    assert not any(follow([SEED, *ALONE, *ALONE], all=(("Mirelle",), group))[1:])


def share_of(phrase: str, titles: list[str]) -> bool:
    """Return whether the last of ``titles``, an hour apart, belongs to a storyline of ``phrase``."""
    matcher = Matcher([Storyline(slug="s", phrase=phrase)])
    found: tuple[object, ...] = ()
    for number, title in enumerate(titles):
        item = Item(str(number), title, START + timedelta(hours=number), lang="en")
        matches = matcher.match(item)
        matcher.learn(item, matches)
        found = tuple(m for m in matches if not m.possible)
    return bool(found)


@pytest.mark.parametrize(
    ("name", "much_told"), [("Mirelle", False), ("India", True), ("Modi", True), ("Boeing", False)]
)
def test_an_only_name_is_believed_by_its_share_unless_it_is_a_country_or_a_leader(name: str, much_told: bool) -> None:
    told = [f"{name} strike enters day {day}" for day in range(1, 7)]
    other = [f"{name} tells of plans in Porto, part {part}" for part in range(1, 10)]
    mixed = [title for pair in zip(told, other, strict=False) for title in pair]
    assert share_of(f"{name} strike", [*mixed, f"{name} at a loss what to do"]) is not much_told


@pytest.mark.parametrize(("title", "belongs"), [("Louvre chief arrested", False), ("Louvre shows jewels", True)])
def test_of_several_common_words_beside_a_name_one_is_met_by_itself(title: str, belongs: bool) -> None:
    assert share_of("Louvre jewel theft", [title]) is belongs


@pytest.mark.parametrize("phrase", ["Qorvane launch", "qorvane launch"])
def test_an_only_name_that_no_table_knows_is_the_story_whatever_is_told_of_it(phrase: str) -> None:
    told = ["Why Qorvane matters", "The first Qorvane launch", "A week with Qorvane", "Hands on: what Qorvane is like"]
    assert share_of(phrase, [*told, "Critics divided over Qorvane"])
    assert not share_of(phrase, [*told, "A launch in the harbour of Porto"])


def test_unless_next_to_nothing_of_what_is_told_of_it_is_the_matter() -> None:
    other = [f"Qorvane tells of plans in Porto, part {part}" for part in range(40)]
    assert not share_of("Qorvane launch", ["Qorvane launch is near", *other, "Qorvane at a loss what to do"])


def test_a_full_name_is_one_name() -> None:
    assert share_of("Mirelle Quorn memoir", ["Mirelle Quorn moves house"])
    assert not share_of("Mirelle Quorn memoir", ["Mirelle of Ardenia moves house"])


@pytest.mark.parametrize(
    ("phrase", "title", "belongs"),
    [
        ("mpox outbreak", "Congo reports outbreak of mpox", True),
        ("mpox outbreak", "Congo reports outbreak of measles", False),
        ("mpox outbreak", "First vaccines against monkeypox reach Kinshasa", True),
        ("measles vaccine", "Mumps cases rise as vaccine runs short", False),
        ("qOS update", "What is new in qOS, and how to get the update", True),
        ("qOS update", "What is new in the weather, and how to get the update", False),
        ("harbour ferry timetable record", "Record number of trips by ferry across the harbour", True),
        ("harbour ferry timetable record", "Record number of trips by train", False),
    ],
)
def test_a_phrase_without_a_name_is_held_by_its_own_words(phrase: str, title: str, belongs: bool) -> None:
    assert share_of(phrase, [title]) is belongs


@pytest.mark.parametrize(
    ("title", "belongs"),
    [
        ("Kestrel Air crews walk out", True),
        ("Kestrel crews walk out over Air Marshal", True),
        ("Kestrel sighted over the harbour", False),
    ],
)
def test_the_end_of_a_name_does_not_make_another_matter_of_the_next_word(title: str, belongs: bool) -> None:
    assert share_of("Kestrel Air strike", [title]) is belongs


@pytest.mark.parametrize(("name", "belongs"), [("Boeing", True), ("India", False)])
def test_in_a_rule_with_groups_an_only_name_is_enough_once_most_told_of_it_met_them_all(
    name: str, belongs: bool
) -> None:
    rule = Storyline(slug="s", phrase=f"{name} strike", all=((name,), ("strike", "walkout", "union")))
    matcher = Matcher([rule])
    assert matcher.probe("s", f"{name} counts the cost").possible
    for number in range(12):
        item = Item(str(number), f"{name} strike enters day {number}", START + timedelta(hours=number), lang="en")
        matcher.learn(item, matcher.match(item))
    assert matcher.probe("s", f"{name} counts the cost").possible is not belongs

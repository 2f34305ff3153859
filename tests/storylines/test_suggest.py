"""Suggestions for a rule: each was tried on the items, and says what it would change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model.item import Item
from monitor.model.storyline import Storyline
from monitor.pipeline.suggest import Suggested, suggest

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
RULE = Storyline(slug="s", phrase="Ardenia Brunland talks", all=(("Ardenia",), ("Brunland",), ("talks", "meeting")))


def stream(*titles: str) -> list[Item]:
    return [Item(id=str(n), title=t, arrival_at=START + timedelta(minutes=n)) for n, t in enumerate(titles)]


def of(found: Suggested, key: str) -> dict[str, tuple[int, int]]:
    return {s.word: (s.gained, s.lost) for s in found.suggestions if s.key == key}


def test_a_word_that_stands_where_a_group_is_not_met_is_suggested_for_it() -> None:
    titles = [f"Delegates of Ardenia and Castle Hill begin talks, day {day}" for day in range(6)]
    hot = [f"Ardenia and Brunland begin talks by the lake {day}" for day in range(8)]
    found = suggest(RULE, stream(*hot, *titles))
    assert found.items == 14
    gained, lost = of(found, "all[2]")["Castle Hill"]
    assert gained >= 4
    assert lost == 0
    assert next(s for s in found.suggestions if s.word == "Castle Hill").examples[0].startswith("+ Delegates")


def test_a_name_of_other_stories_is_suggested_as_an_exclusion_with_what_it_would_lose() -> None:
    own = [f"Ardenia and Brunland hold talks at Lake Quillon, day {day}" for day in range(12)]
    cup = [f"Fans of Ardenia sing for Copa Norte, Brunland side at Lake Quillon for match {day}" for day in range(3)]
    other = [f"More of the Copa Norte, day {day}" for day in range(12)]
    found = suggest(Storyline(slug="s", phrase="Ardenia talks Brunland border"), stream(*own, *other, *cup))
    assert found.matches >= 12
    for gained, lost in of(found, "none").values():
        assert (gained, lost > 0) == (0, True)
    assert not {"Quillon", "Lake"} & of(found, "none").keys()


def test_names_of_a_phrase_in_small_letters_are_suggested_when_they_change_something() -> None:
    rule = Storyline(slug="s", phrase="ardenia brunland talks")
    found = suggest(rule, stream(*(f"The envoys of Ardenia and Brunland open talks {n}" for n in range(6))))
    assert all(s.gained or s.lost for s in found.suggestions)


def test_nothing_is_suggested_where_nothing_was_met() -> None:
    assert suggest(RULE, []) == Suggested(0, 0, 0, ())
    assert suggest(RULE, stream("Weather: fine", "A boat race")).suggestions == ()

"""Each ingredient of the matcher can be left out by a value of its tuning, and is missed then."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.lang import aliases as shipped
from monitor.lang.aliases import Aliases
from monitor.model.item import Item
from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher
from monitor.storylines.tuning import DEFAULT

START = datetime(2024, 3, 1, 8, 0, tzinfo=UTC)
WITHOUT = {"forms": replace(DEFAULT, forms=False), "slips": replace(DEFAULT, slips=False)}


@pytest.mark.parametrize(
    ("left_out", "text"),
    [("forms", "Kestrelsonbesöket i natt"), ("forms", "Kestrelsonmötet skjuts upp"), ("slips", "Kestrelsan avgår")],
)
def test_a_form_of_a_name_is_met_by_its_ingredient(left_out: str, text: str) -> None:
    rule = Storyline(slug="s", phrase="Kestrelson", names=("Kestrelson",))
    for tuning, met in ((DEFAULT, True), (WITHOUT[left_out], False)):
        assert bool(Matcher([rule], tuning=tuning).probe("s", text, lang="sv").evidence.hits) is met


def test_without_context_a_storyline_learns_nothing_but_how_common_words_are() -> None:
    for tuning, learned in ((DEFAULT, True), (replace(DEFAULT, context=False), False)):
        matcher = Matcher([Storyline(slug="s", phrase="Ardenia Brunland talks")], tuning=tuning)
        for number in range(9):
            at = START + timedelta(hours=number)
            told = Item(id=str(number), title=f"Ardenia and Brunland talks at Lake Quillon {number}", arrival_at=at)
            matcher.learn(told, matcher.match(told))
        assert bool(matcher.probe("s", "Brunland at Lake Quillon").evidence.learned) is learned


def test_aliases_are_an_ingredient_too() -> None:
    rule = Storyline(slug="s", phrase="Putin", names=("Putin",))
    for aliases, met in ((shipped.load(), True), (Aliases({}), False)):
        assert bool(Matcher([rule], aliases=aliases).probe("s", "普京会见", lang="zh").evidence.hits) is met

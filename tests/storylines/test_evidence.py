"""What a match names as met is what was met, not what stands beside it in the rule."""

from __future__ import annotations

import pytest

from monitor.model.storyline import Storyline
from monitor.storylines.matcher import Matcher

STORY = Storyline("visit", all=(("Moscow", "Peskov"), ("visit", "talks")))


@pytest.mark.parametrize(
    ("title", "met"),
    [
        ("Peskov confirms talks", {("Peskov", "Peskov"), ("talks", "talks")}),
        ("Moscow visit confirmed", {("Moscow", "Moscow"), ("visit", "visit")}),
        ("Moskau wartet", {("Moskau", "Moscow")}),  # by another name: it is the group's first that it goes by
    ],
)
def test_a_group_names_the_term_that_was_met(title, met):
    found = Matcher([STORY]).probe("visit", title).evidence
    assert {(hit.word, hit.term) for hit in found.hits} == met

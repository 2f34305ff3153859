from __future__ import annotations

from datetime import datetime

import pytest

from monitor.model.feed import Validators
from monitor.model.poll import FetchFailed, NotModified, Polled
from monitor.service.network import Network


def polls(now: datetime, text: str) -> list[Polled]:
    """One poll a letter: "a" feed a could not be reached, "A" it answered, "x:" any other failure."""
    made = []
    for letter in text:
        outcome = FetchFailed("dns", "no such host") if letter.islower() else NotModified(Validators())
        made.append(Polled(letter.lower(), now, outcome))
    return made


@pytest.mark.parametrize(
    ("feeds", "rounds", "said"),
    [
        (10, ["abcd", "e"], ["", "down"]),
        (10, ["abcdE", "fgh", "ij"], ["", "", "down"]),
        (10, ["abcde", "fgh", "A"], ["down", "", "back"]),
        (10, ["aaaaaaaaa"], [""]),  # one dead feed asked again and again is not a dead network
        (1, ["a", "a", "A"], ["down", "", "back"]),
        (10, ["ABCDE"], [""]),
    ],
)
def test_a_dead_network_is_said_once_and_its_return_too(
    now: datetime, feeds: int, rounds: list[str], said: list[str]
) -> None:
    network = Network(feeds)
    assert [network.watch(polls(now, text)) for text in rounds] == said


def test_a_feed_that_answers_with_an_error_shows_that_the_network_is_there(now: datetime) -> None:
    network = Network(3)
    network.watch(polls(now, "ab"))
    network.watch([Polled("c", now, FetchFailed("http", "status 500", 500))])
    assert network.watch(polls(now, "c")) == ""

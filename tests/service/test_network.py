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
        (7, ["abcdef", "G", "abcdef", "G", "g"], ["down", "back", "", "", "down"]),  # six are dead, not the network
        (10, ["abcdeF", "abcde", "fghij"], ["", "", "down"]),
        (10, ["abcdJ", "A", "aefgh", "B"], ["", "", "down", "back"]),  # one that came back counts again
    ],
)
def test_a_dead_network_is_said_once_and_its_return_too(
    now: datetime, feeds: int, rounds: list[str], said: list[str]
) -> None:
    network = Network(feeds)
    assert [network.watch(polls(now, text)) for text in rounds] == said


def test_a_feed_that_answers_with_an_error_shows_that_the_network_is_there(now: datetime) -> None:
    network = Network(4)
    network.watch(polls(now, "ab"))
    network.watch([Polled("c", now, FetchFailed("http", "status 500", 500))])
    assert network.watch(polls(now, "c")) == ""


def test_dead_feeds_stay_dead_over_a_reload_unless_they_are_given_up(now: datetime) -> None:
    network = Network(7)
    assert [network.watch(polls(now, text)) for text in ("abcdef", "G")] == ["down", "back"]
    network.follow("abcdefgh")
    assert network.watch(polls(now, "abcdef")) == ""
    network.follow("ghijk")
    assert network.watch(polls(now, "ghijk")) == "down"

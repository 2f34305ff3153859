"""A storyline whose sources fail is said to be blind, once, and said to see again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.model.alert import Alert, AlertKind
from monitor.pipeline import blind
from monitor.store import outbox
from monitor.store.blind import Sources

MINUTES = timedelta(minutes=11)


def notices(newsroom: Any) -> list[Alert]:
    return [a for a in newsroom.alerts() if a.kind is AlertKind.NOTICE]


def watch(newsroom: Any) -> tuple[str, ...]:
    newsroom.now += MINUTES
    found: tuple[str, ...] = blind.watch(newsroom.db, newsroom.settings, newsroom.now, newsroom.now)
    return found


def test_the_operator_is_told_once_when_sources_fail_and_when_they_are_back(newsroom: Any, make_entry: Any) -> None:
    newsroom.poll("wire", make_entry("a", "Kremlin says Trump visit to Moscow is being prepared", newsroom.now))
    slug = newsroom.settings.rules[0].slug
    assert watch(newsroom) == ()
    for _ in range(3):
        newsroom.failed("wire")
    assert watch(newsroom) == watch(newsroom) == (slug,)
    (lost,) = notices(newsroom)
    assert slug in lost.text
    assert "wire" in lost.text
    newsroom.poll("wire", after=timedelta(hours=1))
    assert watch(newsroom) == ()
    assert "again" in notices(newsroom)[-1].title
    for _ in range(3):
        newsroom.failed("wire")
    watch(newsroom)
    assert len(notices(newsroom)) == 3, "the second time is told like the first"
    assert all(delivery.channel == "console" for delivery, a in outbox.list(newsroom.db) if a in notices(newsroom))


def test_a_feed_that_tells_nothing_of_a_storyline_blinds_nobody(newsroom: Any, make_entry: Any) -> None:
    newsroom.poll("wire", make_entry("a", "Kremlin says Trump visit to Moscow is being prepared", newsroom.now))
    for _ in range(3):
        newsroom.failed("radio")
    assert watch(newsroom) == ()
    assert notices(newsroom) == []


@pytest.mark.parametrize(("feeds", "failing", "is_blind"), [(1, 1, True), (3, 2, True), (2, 1, False), (4, 0, False)])
def test_it_is_blind_when_most_sources_fail(feeds: int, failing: int, is_blind: bool) -> None:
    assert blind.is_blind(Sources("s", feeds, tuple("abcd"[:failing]))) is is_blind

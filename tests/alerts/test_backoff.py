"""How long each channel keeps trying."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.alerts.backoff import kind_of, next_attempt
from monitor.model.delivery import ConsoleChannel, Retry, SmtpChannel, WebhookChannel

DAY = 86_400.0


def total(kind: Any, seed: int = 1) -> tuple[int, float]:
    rng, attempts, waited = random.Random(seed), 1, 0.0
    while (delay := next_attempt(attempts, Retry("no"), kind, rng)) is not None:
        attempts, waited = attempts + 1, waited + delay
    return attempts, waited


@pytest.mark.parametrize(
    ("kind", "tries", "days"),
    [("smtp", (30, 40), (4.9, 6.0)), ("webhook", (10, 10), (3.1, 3.8)), ("console", (10_000, 10_000), (6.0, 9.0))],
)
def test_each_kind_keeps_trying_for_its_time(kind: str, tries: tuple[int, int], days: tuple[float, float]) -> None:
    attempts, waited = total(kind)
    assert tries[0] <= attempts <= tries[1]
    assert days[0] * DAY <= waited <= days[1] * DAY


def test_two_that_failed_together_do_not_come_back_together() -> None:
    assert total("webhook", 1)[1] != total("webhook", 2)[1]


@given(st.integers(1, 9), st.floats(0, 1e9), st.sampled_from(["smtp", "webhook", "console"]))
def test_a_servers_wish_puts_it_off_for_a_day_at_most_and_never_brings_it_nearer(
    attempts: int, asked: float, kind: Any
) -> None:
    own = next_attempt(attempts, Retry("no"), kind, random.Random(3))
    with_wish = next_attempt(attempts, Retry("no", after_s=asked), kind, random.Random(3))
    assert own is not None
    assert with_wish == max(own, min(asked, DAY))


def test_greylisting_is_met_within_minutes() -> None:
    delays = [next_attempt(n, Retry("451"), "smtp", random.Random(0)) for n in (1, 2)]
    assert all(delay is not None and delay < 400 for delay in delays)


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        (SmtpChannel("m", "mail.example", "a@desk.example", ("b@desk.example",)), "smtp"),
        (WebhookChannel("h", "https://hooks.example/in"), "webhook"),
        (ConsoleChannel(), "console"),
        (None, "console"),
    ],
)
def test_a_channel_has_the_schedule_of_its_kind(channel: Any, kind: str) -> None:
    assert kind_of(channel) == kind

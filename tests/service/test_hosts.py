"""Hosts are asked at a pace, and left alone when they say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from monitor.model.poll import FetchFailed, Polled
from monitor.model.settings import Polling
from monitor.service.hosts import SHUT_MOST_S, SHUT_S, Hosts

NOW = datetime(2025, 3, 18, 12, 0, tzinfo=UTC)
POLLING = Polling(per_host=3, host_rate=5, allow_networks=("10.0.0.0/8",))


@dataclass
class Watch:
    at_s: float = 1_000.0

    def __call__(self) -> float:
        return self.at_s


def asked(hosts: Hosts, host: str, most: int = 50) -> int:
    """How many polls, each answered at once, may be begun now."""
    for number in range(most):
        if not hosts.take(host):
            return number
        hosts.give_back(host)
    return most


def failed(status: int, retry_after_s: float | None) -> Polled:
    return Polled("x", NOW, FetchFailed("http", "status", status, retry_after_s))


def test_so_many_at_once() -> None:
    hosts = Hosts(POLLING, Watch())
    assert [hosts.take("a.example") for _ in range(4)] == [True, True, True, False]
    assert hosts.taken() == {"a.example"}
    assert hosts.take("b.example")
    hosts.give_back("a.example")
    assert hosts.take("a.example")


def test_so_many_in_a_second() -> None:
    watch = Watch()
    hosts = Hosts(POLLING, watch)
    assert asked(hosts, "a.example") == 5
    assert not hosts.shut("a.example")
    watch.at_s += 0.45
    assert asked(hosts, "a.example") == 2
    watch.at_s += 3600
    assert asked(hosts, "a.example") == 5


def test_what_is_ones_own_is_asked_as_fast_as_it_answers() -> None:
    hosts = Hosts(POLLING, Watch())
    hosts.heed("10.1.2.3", failed(429, 600))
    assert asked(hosts, "10.1.2.3") == 50
    hosts.configure(Polling(host_rate=1))
    assert asked(hosts, "10.1.2.3") < 50


@pytest.mark.parametrize(
    ("status", "said_s", "wait_s"),
    [(429, 40, 40), (429, None, SHUT_S), (503, 40, 40), (503, None, 0), (500, 40, 0), (429, 10**9, SHUT_MOST_S)],
)
def test_a_host_that_is_asked_too_much_is_left_alone(status: int, said_s: float | None, wait_s: float) -> None:
    watch = Watch()
    hosts = Hosts(POLLING, watch)
    hosts.heed("a.example", failed(status, said_s))
    if wait_s:
        watch.at_s += wait_s - 0.1
        assert asked(hosts, "a.example") == 0
        assert hosts.shut("a.example")
        watch.at_s += 0.2
    assert asked(hosts, "a.example") > 0


def test_hosts_of_which_nothing_matters_any_more_are_forgotten() -> None:
    watch = Watch()
    hosts = Hosts(POLLING, watch)
    for number in range(5_000):
        watch.at_s += 0.01
        asked(hosts, f"h{number}.example", 1)
    assert len(hosts._hosts) < 1_200

"""Hosts: how much may be asked of one host: so many polls at once, so many begun in a second, none while it says so.

A host with hundreds of feeds sees one reader that keeps its pace. What is the operator's own (addresses in
``allow_networks``) is bounded in polls at once only.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from monitor.model.poll import FetchFailed, Polled
from monitor.model.settings import Polling

SHUT_MOST_S = 900.0  # a host that asks for more is asked again then, one feed at a time
SHUT_S = 60.0  # one that refuses without saying for how long
_BUSY, _DOWN = 429, 503
_MANY = 1_000  # hosts that are remembered before those are forgotten of which nothing matters any more


@dataclass(slots=True)
class _Host:
    """One host; moments are monotonic seconds. ``left`` polls might be begun at ``at_s``."""

    own: bool
    left: float
    at_s: float
    polls: int = 0
    shut_until_s: float = 0.0


class Hosts:
    """All hosts that are asked, or were a moment ago."""

    def __init__(self, polling: Polling, now_s: Callable[[], float] = time.monotonic) -> None:
        """``now_s``: monotonic seconds."""
        self._now_s = now_s
        self._hosts: dict[str, _Host] = {}
        self._many = _MANY
        self.configure(polling)

    def configure(self, polling: Polling) -> None:
        """Take new bounds."""
        self._at_once, self._rate = polling.per_host, float(polling.host_rate)
        self._networks = tuple(ip_network(block, strict=False) for block in polling.allow_networks)
        for host, one in self._hosts.items():
            one.own = _within(host, self._networks)

    def take(self, host: str) -> bool:
        """Begin a poll of ``host`` if that is possible now; each needs its ``give_back``."""
        one = self._refilled(host)
        if not self._free(one):
            return False
        one.polls += 1
        one.left = max(0.0, one.left - 1.0)
        return True

    def give_back(self, host: str) -> None:
        """A poll's server has answered, or will not."""
        self._hosts[host].polls -= 1
        if len(self._hosts) > self._many:
            self._forget()

    def heed(self, host: str, polled: Polled) -> None:
        """Leave a host alone that says it is asked too much (RFC 6585 section 4, RFC 9110 section 10.2.3)."""
        said = polled.outcome
        if not isinstance(said, FetchFailed) or said.status not in (_BUSY, _DOWN):
            return
        wait_s = said.retry_after_s or (SHUT_S if said.status == _BUSY else 0.0)
        one = self._refilled(host)
        if wait_s and not one.own:
            one.shut_until_s = one.at_s + min(wait_s, SHUT_MOST_S)

    def shut(self, host: str) -> bool:
        """Whether the host said that it is not to be asked for a while."""
        return self._now_s() < self._refilled(host).shut_until_s

    def taken(self) -> set[str]:
        """The hosts of which no poll can be begun now."""
        return {host for host in tuple(self._hosts) if not self._free(self._refilled(host))}

    def _free(self, one: _Host) -> bool:
        return one.polls < self._at_once and one.at_s >= one.shut_until_s and (one.own or one.left >= 1.0)

    def _refilled(self, host: str) -> _Host:
        now_s = self._now_s()
        one = self._hosts.get(host)
        if one is None:
            one = self._hosts[host] = _Host(_within(host, self._networks), self._rate, now_s)
        one.left = min(self._rate, one.left + (now_s - one.at_s) * self._rate)
        one.at_s = now_s
        return one

    def _forget(self) -> None:
        now_s = self._now_s()
        idle = [h for h, o in self._hosts.items() if not o.polls and now_s > max(o.shut_until_s, o.at_s + 1.0)]
        for host in idle:
            del self._hosts[host]
        self._many = max(_MANY, 2 * len(self._hosts))  # so that a poll's share of looking stays the same


def _within(host: str, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    if not networks:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in networks)

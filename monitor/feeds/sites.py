"""Sites: how the articles of one site are asked for: as its robots.txt lets us, one after the other, with pauses.

Feeds themselves are named by a person, who asks for them; articles are followed by a program, which asks robots.txt.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from math import inf
from typing import Protocol
from urllib.parse import urlsplit

from monitor.feeds import robots
from monitor.feeds.robots import Robots
from monitor.model.poll import FetchFailed
from monitor.net.client import Forbidden, Reply

MOST = 1_000  # sites that are remembered
FRESH_S = 86_400.0  # how long a robots.txt holds (RFC 9309 section 2.4)
AGAIN_S = 3_600.0  # one that could not be had is asked for again so soon
ROBOTS_S = 5.0  # for a robots.txt: less than for the article that waits for it
DELAY_MOST_S = 30.0  # of a Crawl-delay, which is honoured up to this
_TOO_MANY = 429  # a refusal of the moment, which says nothing of what is allowed


class Pages(Protocol):
    """What asking for pages needs of a client (net.client.Client is one)."""

    async def get(
        self, url: str, headers: Mapping[str, str] | None = None, auth: tuple[str, str] | None = None,
        *, forbidden: Forbidden | None = None,
    ) -> Reply | FetchFailed:  # fmt: skip
        """GET ``url`` where each address on the way may be read; failures are values."""
        ...


class _Site:
    """What is remembered of one site; moments are monotonic seconds."""

    def __init__(self) -> None:
        self.robots = Robots()
        self.had = False  # a robots.txt, or the word that there is none
        self.until = -inf
        self.free_at = -inf
        self.reading = asyncio.Lock()
        self.turn = asyncio.Lock()


class Sites:
    """All sites that articles were asked of lately. Used from one event loop."""

    def __init__(
        self, client: Pages, pause_s: float = 1.0, wait_s: float = ROBOTS_S, now: Callable[[], float] = time.monotonic
    ) -> None:
        """``pause_s`` is the least time between two questions to a site, ``wait_s`` the most for its robots.txt."""
        self._client = client
        self._pause_s = pause_s
        self._wait_s = wait_s
        self._now = now
        self._sites: OrderedDict[tuple[str, str], _Site] = OrderedDict()

    async def forbidden(self, url: str) -> str:
        """Return why ``url`` may not be read, "" when it may."""
        scheme, host = key = _origin(url)
        site = self._site(key)
        async with site.reading:
            if self._now() >= site.until:
                await self._ask(site, f"{scheme}://{host}/robots.txt")
        if site.robots.allows(url):
            return ""
        return f"robots.txt of {host} " + ("does not allow it" if site.had else "could not be read")

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait until it is polite to ask the site of ``url`` for a page; nobody else does meanwhile."""
        site = self._site(_origin(url))
        async with site.turn:
            await asyncio.sleep(max(0.0, site.free_at - self._now()))
            try:
                yield
            finally:
                site.free_at = self._now() + max(self._pause_s, min(site.robots.delay_s, DELAY_MOST_S))

    def _site(self, key: tuple[str, str]) -> _Site:
        site = self._sites.setdefault(key, _Site())
        self._sites.move_to_end(key)
        if len(self._sites) > MOST:
            self._sites.popitem(last=False)
        return site

    async def _ask(self, site: _Site, url: str) -> None:
        found = None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._wait_s):
                found = _read(await self._client.get(url, {"Accept": "text/plain, */*;q=0.5"}))
        if found is not None:
            site.robots, site.had = found, True
        elif not site.had:  # what was said before holds on where nothing new can be had
            site.robots = robots.NOTHING
        site.until = self._now() + (AGAIN_S if found is None else FRESH_S)


def _read(reply: Reply | FetchFailed) -> Robots | None:
    """Return what a site allows; None where that cannot be known now (RFC 9309 section 2.3.1)."""
    if isinstance(reply, FetchFailed) or reply.status >= 500 or reply.status == _TOO_MANY:
        return None
    return robots.read(reply.body) if 200 <= reply.status < 300 else Robots()


def _origin(url: str) -> tuple[str, str]:
    """Return scheme and host (with its port) of an address, without credentials."""
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.rpartition("@")[2].lower()

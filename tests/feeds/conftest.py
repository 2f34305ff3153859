"""Fixtures of the feeds room: a local HTTP server, a client that may reach it, one parser for all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from monitor.feeds.parse import Parser
from monitor.net.client import Client
from monitor.net.egress import Egress
from tests.feeds.server import Server, running

LOOPBACK = Egress(("127.0.0.0/8", "::1/128"))


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running() as listening:
        yield listening


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    made = Client(
        egress=LOOPBACK, user_agent="Storywatch/test (+https://desk.example)", timeout_s=90, max_bytes=1_000_000
    )
    yield made
    await made.aclose()


@pytest.fixture(scope="session")
def parser() -> Iterator[Parser]:
    made = Parser(timeout_s=60.0)
    yield made
    made.close()

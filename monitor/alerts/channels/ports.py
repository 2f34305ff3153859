"""Ports: what a channel is to the rest, and what a webhook needs of an HTTP client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from monitor.model.delivery import Message, SendOutcome
from monitor.model.poll import FetchFailed


class Answer(Protocol):
    """What a webhook's server answered; header names in lower case."""

    @property
    def status(self) -> int: ...  # noqa: D102
    @property
    def headers(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def body(self) -> bytes: ...  # noqa: D102


class Poster(Protocol):
    """What a webhook needs of an HTTP client: one POST, no redirects, a deadline in seconds."""

    async def post(  # noqa: D102
        self, url: str, body: bytes, headers: Mapping[str, str], timeout_s: float
    ) -> Answer | FetchFailed: ...


class Sender(Protocol):
    """A channel at work."""

    async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:
        """Hand ``message`` over. ``done`` are recipients that an earlier attempt already reached."""

    async def probe(self) -> SendOutcome:
        """Whether the channel would take a message now, without alerting anyone."""

    async def aclose(self) -> None:
        """Let go of what is held open."""

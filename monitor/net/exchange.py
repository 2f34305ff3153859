"""Exchange: one question and its answer on a connection of their own. h11 speaks HTTP/1.1, heads.py its plainest."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import h11
import httpx

from monitor.net import heads
from monitor.net.heads import NOT_MODIFIED, Raw
from monitor.net.wire import Wire

_MAX_HEAD = 102_400  # bytes of an answer's headers, or of a chunk's
_SWITCHING = 101  # a server that answers this speaks something else from there on


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a GET or a POST. ``headers`` begin with Host and have what frames ``body``."""

    method: str
    url: httpx.URL
    headers: Raw
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, ``headers`` with lower-case keys, and how to read on. ``aclose`` must be called."""

    status: int
    headers: Mapping[str, str]
    chunks: Callable[[], AsyncIterator[bytes]]
    aclose: Callable[[], Awaitable[None]]


def readable(raw: Raw) -> dict[str, str]:
    """Return headers as text under lower-case names; several of one name are joined (RFC 9110, section 5.3)."""
    found: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), _text(value)
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


class Exchange:
    """One question and its answer; closing it closes the connection.

    Time is kept by the caller's deadline, not for each read. What breaks HTTP's rules raises httpx's ProtocolErrors.
    """

    def __init__(self, wire: Wire, question: Question) -> None:
        """Take over ``wire``; nothing is sent yet."""
        self._wire = wire
        self._question = question
        self._h11: h11.Connection | None = None

    async def answer(self) -> Answer:
        """Ask, and return the head of what is answered."""
        await self._ask()
        data = b"" if self._h11 else await self._wire.receive()
        same = heads.unchanged(data)
        if same is not None:
            return Answer(NOT_MODIFIED, readable(same), _nothing, self.aclose)
        status, headers = await self._answered(data)
        return Answer(status, readable(headers), self._chunks, self.aclose)

    async def aclose(self) -> None:
        """Everything wanted was read."""
        self._wire.close()

    async def _ask(self) -> None:
        """Send the question. A server may answer and hang up before it has read all of it."""
        asked = self._question
        plain = heads.question(asked.url.raw_path, asked.headers) if asked.method == "GET" and not asked.body else None
        if plain is None:
            self._h11, plain = _spoken(asked)
        with contextlib.suppress(OSError):
            await self._wire.send(plain)

    async def _answered(self, data: bytes) -> tuple[int, Raw]:
        if self._h11 is None:
            self._h11, _ = _spoken(self._question)
            self._take(self._h11, data)
        event = await self._next(self._h11)
        while isinstance(event, h11.InformationalResponse) and event.status_code != _SWITCHING:
            event = await self._next(self._h11)
        if not isinstance(event, h11.Response | h11.InformationalResponse):
            raise httpx.RemoteProtocolError("no answer")
        return event.status_code, event.headers.raw_items()

    async def _chunks(self) -> AsyncIterator[bytes]:
        assert self._h11 is not None
        while isinstance(event := await self._next(self._h11), h11.Data):
            yield bytes(event.data)

    async def _next(self, speaker: h11.Connection) -> Any:
        """Return the next event of the answer."""
        try:
            while (event := speaker.next_event()) is h11.NEED_DATA:
                self._take(speaker, await self._wire.receive())
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        return event

    @staticmethod
    def _take(speaker: h11.Connection, data: bytes) -> None:
        if not data and speaker.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("hung up without an answer")
        speaker.receive_data(data)


def _spoken(asked: Question) -> tuple[h11.Connection, bytes]:
    """Return h11 after it has put ``asked`` into bytes, and these."""
    speaker = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)
    try:
        data = [
            speaker.send(h11.Request(method=asked.method, target=asked.url.raw_path, headers=asked.headers)),
            speaker.send(h11.Data(data=asked.body)) if asked.body else b"",
            speaker.send(h11.EndOfMessage()),
        ]
    except h11.LocalProtocolError as error:
        raise httpx.LocalProtocolError(str(error)) from error
    return speaker, b"".join(part or b"" for part in data)


async def _nothing() -> AsyncIterator[bytes]:
    none: tuple[bytes, ...] = ()
    for part in none:
        yield part

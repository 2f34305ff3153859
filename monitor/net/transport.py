"""Transport: one guarded connection for each request, under httpx's API. h11 speaks HTTP/1.1 on it.

A poller meets each host every few minutes, so kept connections are worth nothing to it, while a
shared pool costs more with each of them (it walks all of them for each request). Here a request
has its own connection: name looked up, address judged by the egress guard, dialled by number.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Any

import h11
import httpx

from monitor.net.egress import Egress

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_MAX_ADDRESSES = 4
_READ = 65_536  # bytes at once
_MAX_HEAD = 102_400  # bytes of an answer's headers, or of a chunk's
_SWITCHING = 101  # a server that answers this speaks something else from there on
_DIAL_S = 8.0  # per address; the caller's deadline bounds all of them together


class EgressRefusedError(httpx.ConnectError):
    """Every address of the host is one the guard refuses."""


class NameUnknownError(httpx.ConnectError):
    """The host's name has no address."""


class SystemResolver:
    """Names looked up by the system, each in a daemon thread of its own.

    The system's resolver cannot be interrupted, and one dead name server must neither hold up other
    names nor the end of the process. A look-up that nobody waits for any more keeps its place among
    the ``most`` until it ends, so that threads never pile up.
    """

    def __init__(self, most: int = 32) -> None:
        """Start nothing yet."""
        self._places = asyncio.Semaphore(most)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return the numeric addresses of ``host``, best first (RFC 6724 order as the system gives it)."""
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        found: asyncio.Future[list[str]] = loop.create_future()

        def settle(result: list[str] | Exception) -> None:
            self._places.release()
            if found.done():
                return
            if isinstance(result, Exception):
                found.set_exception(result)
            else:
                found.set_result(result)

        def work() -> None:
            result = _asked(host, port)
            with contextlib.suppress(RuntimeError):  # the loop ended while the resolver was thinking
                loop.call_soon_threadsafe(settle, result)

        try:
            threading.Thread(target=work, name="look-up", daemon=True).start()
        except RuntimeError:  # the machine has no thread to give
            settle(NameUnknownError("no thread for a look-up"))
        return await found


def _asked(host: str, port: int) -> list[str] | Exception:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return NameUnknownError(str(error))
    return list(dict.fromkeys(str(row[4][0]) for row in rows))


class GuardedTransport(httpx.AsyncBaseTransport):
    """Dials allowed addresses only; closes each connection after its answer."""

    def __init__(self, egress: Egress, tls: Callable[[], ssl.SSLContext], resolve: Resolve | None = None) -> None:
        """``tls`` gives the shared context, made when first needed."""
        self._egress = egress
        self._tls = tls
        self._resolve = resolve or SystemResolver()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send ``request`` over a new connection; raises httpx, ssl and OS errors."""
        exchange = _Exchange(*await self._dial(request.url))
        try:
            await exchange.ask(request)
            status, headers = await exchange.answered()
        except BaseException:
            await exchange.aclose()
            raise
        return httpx.Response(status, headers=headers, stream=exchange)

    async def _dial(self, url: httpx.URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host = url.raw_host.decode("ascii")  # in punycode, as names are looked up and certified
        port = url.port or (443 if url.scheme == "https" else 80)
        tls = self._tls() if url.scheme == "https" else None
        failed: OSError | None = None
        for address in (await self._addresses(host, port))[:_MAX_ADDRESSES]:
            try:
                async with asyncio.timeout(_DIAL_S):
                    name = host if tls else None
                    return await asyncio.open_connection(address, port, ssl=tls, server_hostname=name)
            except ssl.SSLError:
                raise
            except OSError as error:  # a TimeoutError is one too
                failed = error
        assert failed is not None
        raise failed

    async def _addresses(self, host: str, port: int) -> list[str]:
        found = [host] if _numeric(host) else list(await self._resolve(host, port))
        if not found:
            raise NameUnknownError("no address")
        allowed = [address for address in found if self._egress.allows(address)]
        if not allowed:
            raise EgressRefusedError(found[0])
        return allowed


def _numeric(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class _Exchange(httpx.AsyncByteStream):
    """One request and its answer on a connection of their own; closing it closes the connection.

    Time is kept by the caller's deadline, not for each read. What breaks HTTP's rules raises httpx's ProtocolErrors.
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._h11 = h11.Connection(our_role=h11.CLIENT, max_incomplete_event_size=_MAX_HEAD)

    async def ask(self, request: httpx.Request) -> None:
        """Send the request. A server may answer and hang up before it has read all of it."""
        assert isinstance(request.stream, httpx.AsyncByteStream)
        try:
            head = h11.Request(method=request.method, target=request.url.raw_path, headers=request.headers.raw)
            data = [self._h11.send(head) or b""]
            data += [self._h11.send(h11.Data(data=chunk)) or b"" async for chunk in request.stream]
            data.append(self._h11.send(h11.EndOfMessage()) or b"")
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        with contextlib.suppress(OSError):
            self._writer.write(b"".join(data))
            await self._writer.drain()

    async def answered(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Return the answer's status and headers."""
        event = await self._next()
        while isinstance(event, h11.InformationalResponse) and event.status_code != _SWITCHING:
            event = await self._next()
        if not isinstance(event, h11.Response | h11.InformationalResponse):
            raise httpx.RemoteProtocolError("no answer")
        return event.status_code, event.headers.raw_items()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while isinstance(event := await self._next(), h11.Data):
            yield bytes(event.data)

    async def aclose(self) -> None:
        # Everything wanted was read: no TLS farewell that could keep the descriptor for seconds.
        self._writer.transport.abort()

    async def _next(self) -> Any:
        """Return the next event of the answer."""
        try:
            while (event := self._h11.next_event()) is h11.NEED_DATA:
                data = await self._reader.read(_READ)
                if not data and self._h11.their_state is h11.SEND_RESPONSE:
                    raise httpx.RemoteProtocolError("hung up without an answer")
                self._h11.receive_data(data)
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error
        return event

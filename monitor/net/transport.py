"""Transport: one guarded connection for each request, under httpx's API.

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

import httpcore
import httpx

from monitor.net.egress import Egress

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
_MAX_ADDRESSES = 4
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
        """Send ``request`` over a new connection; raises httpx, httpcore, ssl and OS errors."""
        url = request.url
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        stream = await self._dial(url)
        connection = httpcore.AsyncHTTP11Connection(origin=target.origin, stream=stream)
        body = request.stream
        assert isinstance(body, httpx.AsyncByteStream)
        inner = httpcore.Request(request.method, target, headers=request.headers.raw, content=body)
        try:
            answer = await connection.handle_async_request(inner)
        except BaseException:
            await stream.aclose()
            raise
        return httpx.Response(answer.status, headers=answer.headers, stream=_Answer(answer, stream))

    async def _dial(self, url: httpx.URL) -> _Stream:
        host = url.raw_host.decode("ascii")  # in punycode, as names are looked up and certified
        port = url.port or (443 if url.scheme == "https" else 80)
        tls = self._tls() if url.scheme == "https" else None
        failed: OSError | None = None
        for address in (await self._addresses(host, port))[:_MAX_ADDRESSES]:
            try:
                async with asyncio.timeout(_DIAL_S):
                    reader, writer = await asyncio.open_connection(
                        address, port, ssl=tls, server_hostname=host if tls else None
                    )
            except ssl.SSLError:
                raise
            except OSError as error:  # a TimeoutError is one too
                failed = error
            else:
                return _Stream(reader, writer)
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


class _Stream(httpcore.AsyncNetworkStream):
    """An asyncio connection as httpcore sees it. Time is kept by the caller's deadline, not per read."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109, ARG002
        return await self._reader.read(max_bytes)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109, ARG002
        if buffer:
            self._writer.write(buffer)
            await self._writer.drain()

    async def aclose(self) -> None:
        # Everything wanted was read: no TLS farewell that could keep the descriptor for seconds.
        self._writer.transport.abort()

    def get_extra_info(self, info: str) -> Any:
        return self._writer.get_extra_info(info)


class _Answer(httpx.AsyncByteStream):
    """The body of an answer; closing it closes the connection."""

    def __init__(self, answer: httpcore.Response, stream: _Stream) -> None:
        self._answer = answer
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        try:
            await self._answer.aclose()
        finally:
            await self._stream.aclose()

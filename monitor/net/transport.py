"""Transport: where a question goes: over a guarded connection of its own, or through a proxy.

A poller meets each host every few minutes, so kept connections are worth nothing to it, while a
shared pool costs more with each of them (it walks all of them for each request). Here a question
has its own connection: name looked up, address judged by the egress guard, dialled by number.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Protocol

import httpx

from monitor.net.egress import Egress
from monitor.net.exchange import Answer, Exchange, Question, readable
from monitor.net.wire import Wire, dial

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


class Way(Protocol):
    """How a question is put."""

    async def ask(self, question: Question) -> Answer:
        """Ask, and return the head of the answer; raises httpx, ssl and OS errors."""
        ...

    async def aclose(self) -> None:
        """Let go of what is kept."""
        ...


class Direct:
    """Dials allowed addresses only, a new connection for each question; it is closed after the answer."""

    def __init__(self, egress: Egress, tls: Callable[[], ssl.SSLContext], resolve: Resolve | None = None) -> None:
        """``tls`` gives the shared context, made when first needed."""
        self._egress = egress
        self._tls = tls
        self._resolve = resolve or SystemResolver()

    async def ask(self, question: Question) -> Answer:
        """Ask, and return the head of the answer; raises httpx, ssl and OS errors."""
        exchange = Exchange(await self._dial(question.url), question)
        try:
            return await exchange.answer()
        except BaseException:
            await exchange.aclose()
            raise

    async def aclose(self) -> None:
        """Nothing is kept open."""

    async def _dial(self, url: httpx.URL) -> Wire:
        host = url.raw_host.decode("ascii")  # in punycode, as names are looked up and certified
        port = url.port or (443 if url.scheme == "https" else 80)
        tls = self._tls() if url.scheme == "https" else None
        failed: OSError | None = None
        for address in (await self._addresses(host, port))[:_MAX_ADDRESSES]:
            try:
                async with asyncio.timeout(_DIAL_S):
                    return await dial(address, port, tls, host)
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


class Proxied:
    """By an http or https proxy, as httpx speaks to one. Which addresses it dials is the proxy's affair."""

    def __init__(self, proxy: str, tls: ssl.SSLContext) -> None:
        """Open nothing yet; raises ValueError for a proxy that is neither http nor https."""
        if httpx.URL(proxy).scheme not in ("http", "https"):
            raise ValueError("a proxy is an http or https address")
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        self._pool = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits, proxy=proxy)

    async def ask(self, question: Question) -> Answer:
        """Ask, and return the head of the answer; raises httpx, ssl and OS errors."""
        request = httpx.Request(question.method, question.url, headers=question.headers, content=question.body or None)
        response = await self._pool.handle_async_request(request)
        return Answer(response.status_code, readable(response.headers.raw), response.aiter_raw, response.aclose)

    async def aclose(self) -> None:
        """Let go of what the pool may hold."""
        await self._pool.aclose()

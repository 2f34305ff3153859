"""Wire: one connection to one numeric address, plain or TLS, with no more between us and the socket than is needed.

A poll opens a connection, asks once and closes it. asyncio's streams set up a transport, a protocol and two buffers
for that, which costs a plain poll as much again as its system calls; for TLS they bring buffers and timers besides.
Time is kept by the caller's deadline.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
import ssl
from collections.abc import Callable
from typing import Protocol, TypeVar

_READ = 65_536  # bytes at once
_T = TypeVar("_T")


class Wire(Protocol):
    """A connection that is open."""

    async def send(self, data: bytes) -> None:
        """Send all of ``data``; raises OSError."""
        ...

    async def receive(self) -> bytes:
        """Return what came, at most 64 kB, or b"" at the end; raises OSError."""
        ...

    def close(self) -> None:
        """Close at once, without a farewell; safe to call twice."""
        ...


async def dial(address: str, port: int, tls: ssl.SSLContext | None = None, name: str | None = None) -> Wire:
    """Connect to the numeric ``address``, with ``tls`` and a certificate for ``name`` if given.

    Raises OSError, and ssl.SSLError where TLS fails.
    """
    plain = _Plain(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM))
    try:
        await plain.connect(address, port)
        if tls is None:
            return plain
        secret = _Secret(plain, tls, name)
        await secret.handshake()
    except BaseException:
        plain.close()
        raise
    return secret


class _Plain:
    def __init__(self, made: socket.socket) -> None:
        self._socket = made
        self._loop = asyncio.get_running_loop()
        made.setblocking(False)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def connect(self, address: str, port: int) -> None:
        await self._loop.sock_connect(self._socket, (address, port))

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._socket, data)

    async def receive(self) -> bytes:
        return await self._loop.sock_recv(self._socket, _READ)

    def close(self) -> None:
        self._socket.close()


class _Secret:
    """TLS over a plain wire: OpenSSL works on two buffers in memory, and we carry what is in them."""

    def __init__(self, plain: _Plain, context: ssl.SSLContext, name: str | None) -> None:
        self._plain = plain
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._came, self._goes, server_hostname=name)

    async def handshake(self) -> None:
        try:
            await self._through(self._tls.do_handshake)
        except ssl.SSLEOFError as error:
            raise ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)) from error

    async def send(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[await self._through(lambda: self._tls.write(left)) :]  # noqa: B023 - called at once

    async def receive(self) -> bytes:
        try:
            return await self._through(lambda: self._tls.read(_READ))
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):  # many servers hang up without saying so
            return b""

    def close(self) -> None:
        self._plain.close()

    async def _through(self, step: Callable[[], _T]) -> _T:
        """Do ``step``, carrying bytes for as long as it wants more."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                pass
            finally:  # a failure has an alert for the server
                await self._flush()
            data = await self._plain.receive()
            if data:
                self._came.write(data)
            else:
                self._came.write_eof()

    async def _flush(self) -> None:
        if self._goes.pending:
            with contextlib.suppress(ConnectionError):  # what the server said before it hung up is still to be read
                await self._plain.send(self._goes.read())

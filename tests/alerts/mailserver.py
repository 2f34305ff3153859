"""A real mail server on 127.0.0.1 that keeps every mail it accepted, and can be told to misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from monitor.model.delivery import SmtpChannel

Answer = Callable[[str], str]  # an address to the answer it gets


@dataclass
class Box:
    """What arrived, and how to answer. ``rcpt`` and ``sender`` map an address to an answer ("" = accept)."""

    rcpt: Answer = lambda _: ""
    sender: Answer = lambda _: ""
    data: str = "250 OK queued as 42"
    drop: bool = False  # hang up after the mail was taken
    hang: asyncio.Event | None = None
    offered: asyncio.Event = field(default_factory=asyncio.Event)  # a whole mail has come
    mails: list[Envelope] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        assert server.transport is not None
        self.secured.append(server.transport.get_extra_info("ssl_object") is not None)
        if answer := self.sender(address):
            return answer
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"

    async def handle_RCPT(self, _s: Any, _x: Any, envelope: Envelope, address: str, _o: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if answer := self.rcpt(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.offered.set()
        if self.hang:
            await self.hang.wait()
        if self.data.startswith("2"):
            self.mails.append(envelope)
        if self.drop:
            assert server.transport is not None
            server.transport.abort()
        return self.data

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.password)
        right = data.password == b"right"
        return AuthResult(success=right, handled=right)

    @property
    def recipients(self) -> list[list[str]]:
        return [mail.rcpt_tos for mail in self.mails]


@contextlib.asynccontextmanager
async def serving(box: Box, tls: ssl.SSLContext | None = None, mode: str = "none") -> AsyncIterator[SmtpChannel]:
    """A channel to a server that shows ``box``; ``mode`` as in the channel's security."""
    loop = asyncio.get_running_loop()
    open_ones: set[SMTP] = set()

    def connected() -> SMTP:
        server = SMTP(
            box, hostname="mail.example", enable_SMTPUTF8=True, authenticator=box.authenticate, loop=loop,
            tls_context=tls if mode == "starttls" else None, auth_require_tls=mode != "tls",
        )  # fmt: skip
        open_ones.add(server)
        return server

    listener = await loop.create_server(connected, "127.0.0.1", 0, ssl=tls if mode == "tls" else None)
    port = listener.sockets[0].getsockname()[1]
    try:
        yield SmtpChannel(
            "mail", "127.0.0.1", "watch@desk.example", ("a@desk.example",), port=port, security=mode, timeout_s=90.0
        )
    finally:
        listener.close()
        for server in open_ones:
            if server.transport is not None:
                server.transport.abort()
            if server._handler_coroutine is not None:
                server._handler_coroutine.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await server._handler_coroutine


@dataclass(frozen=True)
class Certificate:
    """A certificate for 127.0.0.1: what a server shows, and what a client needs to believe it."""

    server: ssl.SSLContext
    client: ssl.SSLContext
    path: Path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    openssl = which("openssl")
    if openssl is None:
        pytest.skip("no openssl here to make a certificate with")
    place: Path = tmp_path_factory.mktemp("tls")
    cert, key = place / "cert.pem", place / "key.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=mail.example", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True,
    )  # fmt: skip
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(cert, key)
    return Certificate(server, ssl.create_default_context(cafile=str(cert)), cert)

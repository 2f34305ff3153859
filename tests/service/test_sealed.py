"""A certificate that nobody vouches for: no mail, no post, not a word in the clear, until somebody does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest

from tests.alerts.mailserver import Certificate, certificate
from tests.service.books import check
from tests.service.nursery import Nursery
from tests.service.trouble import TroubledWorld
from tests.service.world import FAST, VISIT, Desk

__all__ = ["certificate"]  # a fixture
SEALED = ("starttls", "wrapped", "posted")  # the ways out that are encrypted


class SealedWorld(TroubledWorld):
    """Beside the open servers, such as speak TLS, under one certificate."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        super().__init__()
        self._tls = tls
        self.clear: list[str] = []  # what somebody wanted to say there before it was encrypted

    async def _open(self) -> None:
        await super()._open()
        greet = partial(self._greet, self._tls)
        made = {
            "starttls": await self._loop.create_server(greet, "127.0.0.1", 0),
            "wrapped": await self._loop.create_server(greet, "127.0.0.1", 0, ssl=self._tls),
            "posted": await asyncio.start_server(self._taken, "127.0.0.1", 0, ssl=self._tls),
        }
        self._servers += made.values()
        self.ports |= {name: server.sockets[0].getsockname()[1] for name, server in made.items()}

    async def handle_MAIL(self, server: Any, _session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        at = server.transport.get_extra_info
        if at("ssl_object") is None and at("sockname")[1] != self.ports["smtp"]:
            self.clear.append(address)
        envelope.mail_from, envelope.mail_options = address, options
        return "250 OK"


@pytest.fixture
def sealed_desk(tmp_path: Path, certificate: Certificate, nursery: Nursery) -> Iterator[Desk]:
    world = SealedWorld(certificate.server)
    world.start()
    desk = Desk(tmp_path, world, nursery, "all")
    yield desk
    desk.end()
    world.stop()


def configure(desk: Desk) -> None:
    """Two open ways out, and three that are sealed."""
    ports = desk.world.ports
    desk.configure({"mail": ["editor"], "starttls": ["starttls"], "wrapped": ["wrapped"]}, ["hook", "posted"])
    for name, security in (("starttls", "starttls"), ("wrapped", "tls")):
        to = f'from = "storywatch@desk.example"\nto = ["{name}@desk.example"]'
        desk.change(
            f'port = {ports["smtp"]}\nsecurity = "none"\n{to}', f'port = {ports[name]}\nsecurity = "{security}"\n{to}'
        )
    desk.change(f"http://127.0.0.1:{ports['http']}/posted", f"https://127.0.0.1:{ports['posted']}/posted")


def test_nothing_goes_to_a_server_whose_certificate_nobody_vouches_for_until_somebody_does(
    sealed_desk: Desk,
    certificate: Certificate,
) -> None:
    desk, world = sealed_desk, cast("SealedWorld", sealed_desk.world)
    configure(desk)
    world.titles = [VISIT]
    daemon = desk.start()
    refused = "SELECT channel, last_error FROM deliveries WHERE status = 'pending' AND attempts > 0"
    sent = "SELECT channel FROM deliveries WHERE status = 'sent' AND channel != 'console'"
    desk.wait(lambda: (len(desk.rows(refused)), len(desk.rows(sent))) == (len(SEALED), 2), what="three refusals")
    told = dict(desk.rows(refused))
    assert set(told) == set(SEALED)
    assert all("certificate" in said.lower() for said in told.values()), told
    daemon.stop()
    assert len(world.accepted()) == 2
    desk.start(FAST, SSL_CERT_FILE=str(certificate.path))
    desk.wait(lambda: len(world.accepted()) == 2 + len(SEALED), what="the rest, once the certificate is trusted")
    assert world.clear == [], "somebody spoke of mail before it was encrypted"
    check(desk)

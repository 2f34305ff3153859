"""Secrets of every kind in a running installation: they are in their files, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.cli.main import main
from tests.service.test_health import ask
from tests.service.world import VISIT, Desk, World

SECRETS = {
    "mail-password": "Marigold-mail-4711",
    "hook-token": "Marigold-token-4712",
    "hook-secret": "whsec_TWFyaWdvbGRNYXJpZ29sZE1hcmlnb2xkTWFyaWdvbGQ=",
    "feed-token": "Marigold-feed-4713",
    "basic-password": "Marigold-basic-4714",
}
COMMANDS = (
    ("check",), ("status", "--json"), ("doctor", "--json"), ("alerts", "list", "--json"), ("feeds", "list", "--json"),
    ("alerts", "test", "hook"), ("alerts", "test", "chat"),
)  # fmt: skip


class Echo(World):
    """A receiver that takes nothing and says in its answer what it was sent."""

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if method == "GET":
            return super()._answer(method, path, headers, body)
        return 500, f"{path} {headers.get('authorization', '')}".encode()


@pytest.fixture
def world() -> Iterator[World]:  # the desk of the other tests stands in this one
    made = Echo().start()
    yield made
    made.stop()


def _configure(desk: Desk, health: Path) -> list[str]:
    """A desk with every kind of secret; returns what must not be told."""
    http = f"127.0.0.1:{desk.world.ports['http']}"
    addresses = {
        "hook-address": f"http://{http}/Marigold-path-4715?key=Marigold-query-4716",
        "chat-address": f"json://Marigold-user:Marigold-chat-4717@{http}/Marigold-room-4718",
    }
    for name, secret in (SECRETS | addresses).items():
        (desk.folder / name).touch(mode=0o600)
        (desk.folder / name).write_text(secret)
    desk.config.write_text(
        '[polling]\nevery = ["5m", "5m"]\nallow_networks = ["127.0.0.0/8"]\n'
        f'[health]\nlisten = "unix:{health}"\n'
        f'[[feeds.feed]]\nname = "wire"\nurl = "http://{http}/feed"\ntoken_file = "feed-token"\n'
        f'[[feeds.feed]]\nname = "paid"\nurl = "http://{http}/paid"\nuser = "desk"\npassword_file = "basic-password"\n'
        f'[channels.mail]\ntype = "smtp"\nhost = "127.0.0.1"\nport = {desk.world.ports["smtp"]}\n'
        'user = "desk"\npassword_file = "mail-password"\nfrom = "a@desk.example"\nto = ["b@desk.example"]\n'
        '[channels.hook]\ntype = "webhook"\nurl_file = "hook-address"\ntoken_file = "hook-token"\n'
        'secret_files = ["hook-secret"]\n[channels.chat]\ntype = "apprise"\nurl_file = "chat-address"\n'
        '[routes.desk]\nchannels = ["mail", "hook", "chat"]\ntogether = "0s"\n[defaults]\nroutes = ["desk"]\n'
    )
    return [*SECRETS.values(), "(?i)Marigold", "TWFyaWdvbGR", "ZGVzazpNYXJp"]


def test_a_secret_is_in_its_file_and_nowhere_else(
    desk: Desk, short_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("apprise")
    health = short_path / "health"
    forbidden = _configure(desk, health)
    desk.world.titles = [VISIT]
    daemon = desk.start()
    tried = "SELECT channel FROM deliveries WHERE attempts > 0 GROUP BY channel"
    desk.wait(lambda: len(desk.rows(tried)) == 3, "an attempt at each channel")
    told = [ask("/metrics", str(health))[1]]
    told += [Path(f"/proc/{daemon.pid}/{name}").read_text(errors="replace") for name in ("cmdline", "environ")]
    for words in COMMANDS:
        main(["--config", str(desk.config), *words])
    told += capfd.readouterr()
    daemon.stop()
    assert "event=stopped" in daemon.said()
    kept = {*SECRETS, "hook-address", "chat-address"}
    told += [
        path.read_bytes().decode("latin-1")
        for path in desk.folder.rglob("*")
        if path.is_file() and path.name not in kept
    ]
    leaks = [
        text[max(0, m.start() - 120) : m.end() + 60] for text in told for s in forbidden for m in re.finditer(s, text)
    ]
    assert leaks == []

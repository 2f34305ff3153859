"""Polling: what a feed costs the whole daemon, by what its answer holds, over plain HTTP and TLS.

    python -m benchmarks.feeds_polling [--feeds 1000] [--rules 1000] [--peer-python PATH]

Runs ``storywatch once --all`` as a process against the loopback feed server of the measuring data, a new
connection for each poll, and counts the CPU time of its whole process tree; the same command with one feed
is taken off, so that what is left is the feeds' own. With --peer-python (or $READER_PYTHON) lemon24's *reader*
is measured the same way on the same server. Machines are noisy: read ratios.
"""

from __future__ import annotations

import argparse
import os
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.places import absent, asked, shared, unserved
from benchmarks.thousand_feeds import PASSES, PEER, configure, cpu_s

TARGETS = {"unchanged": "800", "unchanged, TLS": "350", "first": "150", "one new each": "400"}


@dataclass(frozen=True)
class Site:
    """A running feed server and the certificate it shows ("" for plain HTTP)."""

    port: int
    certificate: str = ""

    def bump(self) -> None:
        """Let every feed have one new item."""
        scheme = "https" if self.certificate else "http"
        trusted = ssl.create_default_context(cafile=self.certificate) if self.certificate else None
        urllib.request.urlopen(f"{scheme}://127.0.0.1:{self.port}/_bump?k=1", context=trusted).read()


@contextmanager
def site(base: Path, feeds: int, python: str, folder: Path | None = None) -> Iterator[Site]:
    """The feed server, closing after each answer; with TLS when a ``folder`` for its certificate is given."""
    command = [
        python, str(base / "bench" / "feedserver.py"), "--items", "20", "--warm", str(feeds), "--cache-gzip",
        "--stdin-exit", "--fixed-kb", "1", "--close",
    ]  # fmt: skip
    certificate = key = ""
    if folder is not None:
        certificate, key = str(folder / "c.pem"), str(folder / "k.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True,
        )  # fmt: skip
        command += ["--cert", certificate, "--key", key]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield Site(int(process.stdout.readline().split()[1]), certificate)
    finally:
        process.stdin.close()
        process.wait(10)


def ours(at: Site, feeds: int, rules: int) -> dict[str, float]:
    """CPU seconds of each pass."""
    with tempfile.TemporaryDirectory() as folder:
        path = configure(Path(folder), at.port, feeds, rules)
        if at.certificate:
            path.write_text(path.read_text(encoding="utf-8").replace("http://", "https://"), encoding="utf-8")
        os.environ["SSL_CERT_FILE"] = at.certificate or os.devnull
        command = [sys.executable, "-m", "monitor.cli.main", "--quiet", "--config", str(path), "once", "--all"]
        return {name: _pass(at, name, command) for name in PASSES}


def peer(at: Site, feeds: int, python: str) -> dict[str, float]:
    """The same of reader."""
    with tempfile.TemporaryDirectory() as folder:
        command = [python, "-c", PEER, str(Path(folder) / "r.db"), str(at.port), str(feeds)]
        return {name: _pass(at, name, [*command, "add" if name == "first" else "go"]) for name in PASSES}


def _pass(at: Site, name: str, command: list[str]) -> float:
    if name == "one new each":
        at.bump()
    return cpu_s(command)[0]


def each(many: dict[str, float], one: dict[str, float], feeds: int) -> dict[str, float]:
    """Feeds a core-second: the start-up, as one feed shows it, taken off."""
    return {name: (feeds - 1) / max(many[name] - one[name], 1e-3) for name in many}


def measured(base: Path, options: argparse.Namespace) -> tuple[dict[str, float], dict[str, float]]:
    python, feeds = options.python, options.feeds
    with site(base, feeds, python) as at:
        found = each(ours(at, feeds, options.rules), ours(at, 1, options.rules), feeds)
        other = {}
        if options.peer_python:
            other = each(peer(at, feeds, python), peer(at, 1, python), feeds)
    with tempfile.TemporaryDirectory() as folder, site(base, feeds, python, Path(folder)) as at:
        tls = each(ours(at, feeds, options.rules), ours(at, 1, options.rules), feeds)
    return {**found, **{f"{name}, TLS": tls[name] for name in PASSES[1:]}}, other


def steady(found: dict[str, float]) -> float:
    """Percent of a core that 10,000 feeds take, each asked every ten minutes over TLS, a fifth of them changed."""
    return 100 * 10_000 / 600 * (0.8 / found["unchanged, TLS"] + 0.2 / found["one new each, TLS"])


def main(argv: list[str] | None = None) -> int:
    """Print feeds a core-second beside the aim and the peer."""
    options = asked(argv, __doc__, feeds=1000, rules=1000)
    base = shared()
    if base is None:
        return absent("polling")
    if unserved("polling", options.python):
        return 0
    found, other = measured(base, options)
    print(f"Feeds a core-second, {options.feeds} feeds of 20 items, {options.rules} storylines:\n")
    print("| pass | storywatch | aim | reader | ratio |\n| --- | --- | --- | --- | --- |")
    for name, rate in found.items():
        beside = f"{other[name]:.0f} | {rate / other[name]:.1f}" if name in other else " | "
        print(f"| {name} | {rate:.0f} | {TARGETS.get(name, '')} | {beside} |")
    print(f"\n10,000 feeds every ten minutes, a fifth changed, TLS: {steady(found):.1f} % of a core, by these figures.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Polling: what a feed costs the whole daemon, by what its answer holds, over plain HTTP and TLS.

    python -m benchmarks.feeds_polling [--feeds 2000] [--rules 1000] [--rounds 5] [--peer-python PATH]

Runs ``storywatch once --all`` as a process against the loopback feed server of the measuring data, a new
connection for each poll, and counts the CPU time of its whole process tree; the same command with one feed
is taken off, so that what is left is the feeds' own. With --peer-python (or $READER_PYTHON) lemon24's *reader*
is measured the same way on the same server. Unchanged feeds cost so little that starts and neighbours disturb the
figure: they are polled in so many rounds, the two taking turns, and the median of the rounds counts. Read ratios.
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
from statistics import median

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
        "--stdin-exit", "--fixed-kb", "1", "--close", "--max-seconds", "7200",
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


@dataclass(frozen=True)
class Side:
    """One of the two that are measured: its commands for many feeds and for one, for the first pass and the others."""

    feeds: int
    many: tuple[list[str], list[str]]
    one: tuple[list[str], list[str]]

    def rate(self, *, first: bool = False) -> float:
        """Feeds a core-second in a pass: the start-up, as one feed shows it, taken off."""
        many, one = (cpu_s(commands[0 if first else 1])[0] for commands in (self.many, self.one))
        return (self.feeds - 1) / max(many - one, 1e-3)


def ours(at: Site, folder: Path, feeds: int, rules: int) -> Side:
    """Storywatch with a configuration for each number of feeds in ``folder``."""
    return Side(feeds, _once(at, folder / "many", feeds, rules), _once(at, folder / "one", 1, rules))


def _once(at: Site, folder: Path, feeds: int, rules: int) -> tuple[list[str], list[str]]:
    folder.mkdir()
    path = configure(folder, at.port, feeds, rules)
    if at.certificate:
        path.write_text(path.read_text(encoding="utf-8").replace("http://", "https://"), encoding="utf-8")
    command = [sys.executable, "-m", "monitor.cli.main", "--quiet", "--config", str(path), "once", "--all"]
    return command, command


def peer(at: Site, folder: Path, feeds: int, python: str) -> Side:
    """Reader with a database for each number of feeds in ``folder``."""

    def commands(name: str, count: int) -> tuple[list[str], list[str]]:
        command = [python, "-c", PEER, str(folder / f"{name}.db"), str(at.port), str(count)]
        return [*command, "add"], [*command, "go"]

    return Side(feeds, commands("many", feeds), commands("one", 1))


Found = dict[str, list[float]]


def passes(at: Site, sides: list[Side], rounds: int) -> list[dict[str, list[float]]]:
    """Feeds a core-second of each side in each pass, of all rounds where there are several; the sides take turns."""
    os.environ["SSL_CERT_FILE"] = at.certificate or os.devnull
    found: list[Found] = [{"first": [side.rate(first=True)], "unchanged": []} for side in sides]
    for _ in range(rounds):
        for side, rates in zip(sides, found, strict=True):
            rates["unchanged"].append(side.rate())
    at.bump()
    for side, rates in zip(sides, found, strict=True):
        rates["one new each"] = [side.rate()]
    return found


def measured(base: Path, options: argparse.Namespace) -> tuple[Found, Found]:
    """What we make, over HTTP and TLS, and what the peer makes."""
    feeds, rules, python = options.feeds, options.rules, options.python
    with tempfile.TemporaryDirectory() as name, site(base, feeds, python) as at:
        sides = [ours(at, Path(name), feeds, rules)]
        if options.peer_python:
            sides.append(peer(at, Path(name), feeds, python))
        found, *other = passes(at, sides, options.rounds)
    with tempfile.TemporaryDirectory() as name, site(base, feeds, python, Path(name)) as at:
        (tls,) = passes(at, [ours(at, Path(name), feeds, rules)], options.rounds)
    return found | {f"{name}, TLS": tls[name] for name in PASSES[1:]}, other[0] if other else {}


def steady(found: Found) -> float:
    """Percent of a core that 10,000 feeds take, each asked every ten minutes over TLS, a fifth of them changed."""
    same, changed = median(found["unchanged, TLS"]), median(found["one new each, TLS"])
    return 100 * 10_000 / 600 * (0.8 / same + 0.2 / changed)


def shown(name: str, rates: list[float], other: list[float]) -> str:
    """One row: the median of our rounds, the aim, the peer's median, and the median and range of the ratios."""
    ratios = [ours / theirs for ours, theirs in zip(rates, other, strict=True)] if other else []
    beside = f"{median(other):.0f} | {median(ratios):.1f}" if other else " | "
    spread = f" ({min(ratios):.1f} to {max(ratios):.1f})" if len(ratios) > 1 else ""
    return f"| {name} | {median(rates):.0f} | {TARGETS.get(name, '')} | {beside}{spread} |"


def main(argv: list[str] | None = None) -> int:
    """Print feeds a core-second beside the aim and the peer."""
    options = asked(argv, __doc__, feeds=2000, rules=1000, rounds=5)
    base = shared()
    if base is None:
        return absent("polling")
    if unserved("polling", options.python):
        return 0
    found, other = measured(base, options)
    print(f"Feeds a core-second, {options.feeds} feeds of 20 items, {options.rules} storylines:\n")
    print("| pass | storywatch | aim | reader | ratio |\n| --- | --- | --- | --- | --- |")
    for name, rates in found.items():
        print(shown(name, rates, other.get(name, [])))
    print(f"\n10,000 feeds every ten minutes, a fifth changed, TLS: {steady(found):.1f} % of a core, by these figures.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

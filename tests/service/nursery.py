"""Nursery: the daemon as a process, without a second of imports for each.

One process imports what the daemon needs; every daemon is a fork of it: a process of its own, with a log of its own,
that can be killed, limited and waited for. ``nursery.py run CONFIG RATE HASTE`` is one without the nursery.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path
from subprocess import Popen
from tempfile import TemporaryDirectory
from typing import Any

NEEDED = (  # what the daemon imports at its start, or when it first needs it
    "monitor.pipeline.assemble",
    "monitor.service.run",
    "monitor.service.onlooker",
    "monitor.alerts.channels.smtp",
    "monitor.alerts.channels.webhook",
    "monitor.feeds.near",
    "tests.service.tricks",
    "anyio._backends._asyncio",
    "apscheduler.schedulers.asyncio",
    "sqlite_utils",
    "watchfiles",
)
BUSY_S, END_S = 0.3, 1.0  # a lock, and sends under way at the end, are waited for so long; else it is seconds


class Process:
    """A daemon that was started; ``log`` holds what it said."""

    def __init__(self, nursery: Nursery, pid: int, log: Path) -> None:
        self.pid, self.log = pid, log
        self.returncode: int | None = None
        self._nursery = nursery

    def poll(self) -> int | None:
        """How it ended (a signal's number negative), None while it runs."""
        if self.returncode is None:
            self.returncode = self._nursery.ask({"ended": self.pid})
        return self.returncode

    def wait(self, within_s: float = 90.0) -> int:
        """How it ended."""
        end = time.monotonic() + within_s
        while (code := self.poll()) is None:
            assert time.monotonic() < end, f"it did not end within {within_s} s; it said:\n{self.said()}"
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        """Nothing where it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def stop(self) -> None:
        """Told to end, it ends well."""
        self.send_signal(signal.SIGTERM)
        assert self.wait() == 0, self.said()

    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")


class Nursery:
    """The process that has everything imported; the daemons are its children."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, __file__, "serve", str(theirs.fileno())]
            self._process = Popen(command, pass_fds=[theirs.fileno()])
        self._socket = ours
        ours.settimeout(90)

    def start(self, config: Path, rate: float, haste: str, log: Path, environment: dict[str, str]) -> Process:
        words = [str(config), str(rate), haste]
        log.touch()
        pid = self.ask({"words": words, "log": str(log), "environment": environment})
        assert pid is not None
        return Process(self, pid, log)

    def ask(self, question: dict[str, Any]) -> int | None:
        self._socket.send(json.dumps(question).encode())
        answer: int | None = json.loads(self._socket.recv(1000))
        return answer

    def close(self) -> None:
        self._socket.close()
        self._process.wait(90)


def serve(asked: socket.socket) -> list[str] | None:
    """Answer until nobody asks any more (None); in a fork, return what it is to run."""
    while question := asked.recv(100_000):
        job = json.loads(question)
        if "ended" in job:
            pid, status = os.waitpid(job["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if answer == 0:
                asked.close()
                log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                os.dup2(log, 1)
                os.dup2(log, 2)
                os.environ.update(job["environment"])
                words: list[str] = job["words"]
                return words
        asked.send(json.dumps(answer).encode())
    return None


def run(config: str, rate: float, haste: str) -> None:
    """The daemon on ``config``, living ``rate`` times as fast as we do; ``haste``: see ``tricks.clock_of``.

    STORYWATCH_FATAL and STORYWATCH_HANG in the environment arm it, with STORYWATCH_STILL its outbox stands still;
    STORYWATCH_STUCK_S is how long a loop may be silent.
    """
    from monitor.pipeline.assemble import load
    from monitor.pipeline.deliver import Deliver
    from monitor.service import daemon, logs, pulse
    from monitor.service.onlooker import LogOnlooker
    from monitor.service.run import serve as live
    from monitor.store.lock import InstanceLock
    from tests.service import tricks

    daemon.BUSY_S, daemon.END_S = BUSY_S, END_S
    if stuck_s := os.environ.get("STORYWATCH_STUCK_S"):
        pulse.STUCK_S = float(stuck_s)
        daemon.KEEP_S = float(stuck_s) / 10
    clock = tricks.clock_of(rate, haste)
    settings = load(Path(config))
    logs.configure()
    for name in {"STORYWATCH_FATAL", "STORYWATCH_HANG"} & os.environ.keys():
        tricks.arm(os.environ[name], hang=name.endswith("HANG"))
    if "STORYWATCH_STILL" in os.environ:
        Deliver.step = tricks.still  # type: ignore[method-assign]
    with InstanceLock(settings.database):
        asyncio.run(live(settings, LogOnlooker(), clock=clock, tick_s=0.05))


def rehearse() -> None:
    """Follow a storyline for two reports: what is read and compiled at the first need is there for every daemon."""
    from datetime import UTC, datetime, timedelta

    from monitor.alerts.compose import compose
    from monitor.model.feed import Validators
    from monitor.model.poll import Candidate, Fetched, Polled
    from monitor.pipeline.assemble import load
    from monitor.pipeline.ingest import Ingest
    from monitor.pipeline.view import view_of
    from monitor.store.database import Database

    now = datetime.now(UTC)
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rules").mkdir()
        (folder / "rules" / "moscow.toml").write_text('phrase = "Trump Moscow visit"\n')
        (folder / "storywatch.toml").write_text('[[feeds.feed]]\nname = "wire"\nurl = "https://wire.example/"\n')
        settings = load(folder / "storywatch.toml")
        with Database.open(settings.database, writer=True) as db:
            ingest = Ingest(db, settings, real_now=lambda: now)
            ingest.start(now)
            for number, title in enumerate(("Trump visit to Moscow is prepared", "Trump calls off Moscow visit")):
                at, key = now + timedelta(hours=number), (f"g:{number}",)
                entry = Candidate(key, title, "", f"https://wire.example/{number}", "", "", "en", at)
                fetched = Fetched(200, "https://wire.example/", b"", "", Validators())
                for alert in ingest.batch([Polled("wire", at, fetched, (entry,))], at).alerts:
                    compose(alert, view_of(db, settings, alert), "key", sent_at=at)


if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[2]))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.argv[1] == "serve":
        for name in NEEDED:
            import_module(name)
        rehearse()
        todo = serve(socket.socket(fileno=int(sys.argv[2])))
    else:
        todo = sys.argv[2:]
    if todo is not None:
        run(todo[0], float(todo[1]), todo[2])

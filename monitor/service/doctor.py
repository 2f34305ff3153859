"""Doctor: is this installation in order? Each finding says what was looked at, what was found, and what to do."""

from __future__ import annotations

import os
import resource
import shutil
import stat
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from monitor.errors import Problem, StoreError, StoreTooNew
from monitor.lang.safe import one_line
from monitor.model.settings import Settings
from monitor.store import lock, maintenance
from monitor.store import status as status_rows
from monitor.store.database import Database
from monitor.store.migrations import VERSION
from monitor.store.status import Status

UNITS = (Path("/etc/systemd/system/storywatch.service"), Path("/usr/lib/systemd/system/storywatch.service"))
_ROOM = (50_000_000, 500_000_000)  # bytes free on the database's disk: too little, little
_FILES = 256  # descriptors that polls, workers and sends need at least
_MUST = ("Type", "ExecStart", "User", "StateDirectory", "UMask", "NoNewPrivileges", "ProtectSystem")


class State(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``todo`` is "" where nothing is to be done."""

    check: str
    state: State
    found: str
    todo: str = ""


def configuration(path: Path, problems: Iterable[Problem], settings: Settings | None) -> Iterator[Finding]:
    """What ``storywatch check`` would say, secrets apart: those are findings of their own."""
    told = list(problems)
    for problem in told:
        kind = "secrets" if "secret" in problem.message else "configuration"
        where = Problem(problem.file, problem.line, problem.key, problem.message)
        yield Finding(kind, State.PROBLEM, str(where), problem.hint or "mend it; see: storywatch check")
    if settings is None:
        return
    sizes = f"{len(settings.rules)} rules, {len(settings.feeds)} feeds, {len(settings.channels)} channels"
    yield Finding("configuration", State.OK, f"{path}: {sizes}")
    if not any("secret" in problem.message for problem in told):
        yield Finding("secrets", State.OK, "every secret file is readable by its owner alone")
    yield from _open_to_others(path, settings)


def _open_to_others(path: Path, settings: Settings) -> Iterator[Finding]:
    """Files that decide what is run or told must not be for everyone to change."""
    for place in dict.fromkeys((path, path.parent, *settings.sources)):
        if place.exists() and place.stat().st_mode & stat.S_IWOTH and not place.stat().st_mode & stat.S_ISVTX:
            yield Finding("permissions", State.PROBLEM, f"{place} can be changed by everyone", f"chmod o-w {place}")


def files(database: Path) -> Iterator[Finding]:
    """We may write the database and its directory, and nobody else may read it."""
    if not os.access(database.parent, os.W_OK | os.X_OK):
        todo = "run this as the user of the service: sudo -u storywatch storywatch doctor"
        yield Finding("permissions", State.PROBLEM, f"{database.parent} cannot be written by this user", todo)
        return
    wrong = False
    for path in sorted(database.parent.glob(f"{database.name}*")):
        if path.stat().st_mode & 0o077:
            wrong = True
            yield Finding("permissions", State.WARNING, f"{path} can be read by others", f"chmod 600 {path}")
        if not os.access(path, os.R_OK | os.W_OK):
            wrong = True
            todo = f"chown it to the user of the service: chown storywatch: {path}"
            yield Finding("permissions", State.PROBLEM, f"{path} cannot be written by this user", todo)
    if not wrong:
        yield Finding("permissions", State.OK, f"{database.parent} is ours to write, and the database ours to read")


def disk(database: Path, usage: tuple[int, int] | None = None) -> Finding:
    """Room on the disk. ``usage`` overrides (bytes free, inodes free)."""
    free, inodes = usage or (shutil.disk_usage(database.parent).free, os.statvfs(database.parent).f_favail)
    needed = 2 * database.stat().st_size if database.exists() else 0
    found = f"{free / 1e9:.1f} GB free on the disk of {database.parent}"
    todo = "make room, or move the database: [storage] database; see also: storywatch db prune"
    if free < max(_ROOM[0], needed // 2) or 0 < inodes < 100:
        return Finding("disk", State.PROBLEM, found, todo)
    if free < max(_ROOM[1], needed):
        return Finding("disk", State.WARNING, f"{found}; a backup needs {needed / 1e9:.1f} GB", todo)
    return Finding("disk", State.OK, found)


def limits() -> Finding:
    """Enough file descriptors."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _FILES:
        return Finding(
            "limits", State.PROBLEM, f"only {soft} open files are allowed", "ulimit -n 4096, or LimitNOFILE="
        )
    return Finding("limits", State.OK, f"{soft if soft != resource.RLIM_INFINITY else 'any number of'} open files")


def store(database: Path, now: datetime) -> Iterator[Finding]:
    """Schema, soundness, the daemon, and the clock against what is stored."""
    if not database.exists():
        yield Finding("database", State.WARNING, f"{database}: not there yet", "storywatch run makes it")
        return
    try:
        with Database.open(database, writer=False) as db:
            yield Finding("schema", State.OK, f"version {VERSION}, the newest")
            wrong = maintenance.integrity(db, quick=True)
            found = status_rows.read(db, now)
    except StoreTooNew as error:
        yield Finding("schema", State.PROBLEM, one_line(str(error), 300), "install the newer Storywatch again")
        return
    except StoreError as error:
        yield Finding("database", State.PROBLEM, one_line(str(error), 300), "storywatch db restore BACKUP")
        return
    for line in wrong:
        yield Finding("integrity", State.PROBLEM, one_line(line, 200), "stop the daemon; storywatch db restore BACKUP")
    if not wrong:
        yield Finding("integrity", State.OK, f"{database} is sound")
    yield from _life(database, found)
    yield clock(found, now)


def _life(database: Path, found: Status) -> Iterator[Finding]:
    pid = lock.holder(database)
    running = State.WARNING if pid is None else State.OK
    todo = "" if pid is not None else "storywatch run, or: systemctl start storywatch"
    yield Finding("daemon", running, f"process {pid}" if pid is not None else "does not run", todo)
    dead = found.outbox.dead
    if dead:
        todo = "storywatch alerts list --status dead; then: storywatch alerts retry all"
        yield Finding("outbox", State.PROBLEM, f"{dead} messages were given up", todo)
    else:
        yield Finding("outbox", State.OK, f"{found.outbox.waiting} waiting, none given up")


def clock(found: Status | None, now: datetime, synchronised: str | None = None) -> Finding:
    """The clock is set, and does not stand before what was stored. ``synchronised``: "yes", "no" or ""."""
    last = found.feeds.last_polled_at if found else None
    if last is not None and last > now + timedelta(minutes=1):
        text = f"it is {now:%Y-%m-%d %H:%M} UTC, but feeds were polled at {last:%Y-%m-%d %H:%M}"
        return Finding("clock", State.PROBLEM, text, "set the clock: timedatectl set-ntp true")
    known = _synchronised() if synchronised is None else synchronised
    if known == "no":
        return Finding("clock", State.WARNING, "the clock is not synchronised", "timedatectl set-ntp true")
    note = "synchronised" if known == "yes" else "whether it is synchronised cannot be seen here"
    return Finding("clock", State.OK, f"{now:%Y-%m-%d %H:%M:%S} UTC, {note}")


def _synchronised() -> str:
    program = shutil.which("timedatectl")
    if program is None:
        return ""
    command = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603 - a fixed line
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.stdout.strip() in ("yes", "no") else ""


def unit(places: Iterable[Path] = UNITS) -> Finding:
    """The service's unit is complete, and starts something that exists."""
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        return Finding("unit", State.OK, "no unit is installed: systemd/storywatch.service shows one")
    keys = _keys(path)
    missing = [key for key in _MUST if key not in keys]
    program = keys.get("ExecStart", "").split(" ")[0].lstrip("@-:+!")
    if program and not Path(program).exists():
        todo = "install Storywatch there, or: systemctl edit storywatch"
        return Finding("unit", State.PROBLEM, f"{path} starts {program}, which is not there", todo)
    if missing:
        todo = "compare it with systemd/storywatch.service, as storywatch init writes it"
        return Finding("unit", State.WARNING, f"{path} lacks {', '.join(missing)}", todo)
    return Finding("unit", State.OK, f"{path} starts {program}")


def _keys(path: Path) -> Mapping[str, str]:
    lines = (line.partition("=") for line in path.read_text(encoding="utf-8", errors="replace").splitlines())
    return {
        key.strip(): value.strip() for key, mark, value in lines if mark and not key.lstrip().startswith(("#", ";"))
    }

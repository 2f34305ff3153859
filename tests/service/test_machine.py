"""What the machine under the daemon can do: jumping clocks, a full disk with the log on it, a stop, a damaged file."""

from __future__ import annotations

import contextlib
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from shutil import which

import pytest

from monitor.store import files, maintenance, schema
from monitor.store.database import Database
from monitor.store.migrations import STEPS, VERSION, migrate
from monitor.store.restore import restore
from tests.service import nursery as nursery_module
from tests.service.trouble import TroubledWorld
from tests.service.world import FAST, OFF, STORM, STRIKE, SWAP, VISIT, Desk, World

FORTH, BACK = signal.SIGUSR2, signal.SIGUSR1


def written(desk: Desk) -> str | None:
    """When the last poll was that is in the books, None where there is none."""
    found = desk.rows("SELECT max(last_ok_at) FROM feeds")
    return found[0][0] if found else None


def publish(desk: Desk, *titles: tuple[str, str]) -> None:
    """The feed lists these, and is due."""
    desk.world.titles = list(titles)
    desk.change_rows("UPDATE feeds SET next_poll_at = '2000-01-01T00:00:00.000000Z'")


def test_jumping_clocks_a_stop_a_copy_while_it_runs_and_that_copy_put_back(
    troubled_desk: Desk, troubled_world: TroubledWorld
) -> None:
    desk, world = troubled_desk, troubled_world
    desk.rule('phrase = "Hamburg harbour storm"\n', "storm")
    desk.rule('phrase = "Bergen ferry strike"\n', "strike")
    daemon = desk.start()
    desk.wait(lambda: written(desk), what="the first poll")
    for number, (jump, title) in enumerate(((FORTH, VISIT), (BACK, OFF), (FORTH, SWAP))):
        polls = world.polls
        world.titles.append(title)
        daemon.send_signal(jump)  # the next poll would be minutes away
        desk.wait(lambda n=number: len(world.accepted()) == 2 * n + 2, what=f"the alert of {title[1]}")  # type: ignore[misc]
        assert world.polls == polls + 1, "a jump makes the feed due once"
    backup = desk.folder / "copy.bak"
    with Database.open(desk.database, writer=False) as db:
        maintenance.backup(db, backup)
    daemon.send_signal(signal.SIGSTOP)
    publish(desk, VISIT, OFF, SWAP, STORM)
    daemon.send_signal(signal.SIGCONT)
    desk.wait(lambda: len(world.accepted()) == 8, what="the alert after the stop")
    retracted = (VISIT[0], f"RETRACTED: {VISIT[1]}")
    publish(desk, retracted, OFF, SWAP, STORM)
    desk.wait(lambda: len(world.accepted()) == 10, what="the correction")
    assert world.letters[-1].subject.endswith("[CORRECTED]")
    assert world.letters[-1].answers == world.letters[0].ident, "it answers the mail that it corrects"
    daemon.stop()
    assert set(world.accepted().values()) == {1}

    restore(backup, desk.database, datetime.now(UTC))
    before = written(desk)
    publish(desk, retracted, OFF, SWAP, STORM)
    desk.start()
    desk.wait(lambda: written(desk) != before, what="a poll on the restored database")
    publish(desk, retracted, OFF, SWAP, STORM, STRIKE)
    desk.wait(lambda: len(world.accepted()) == 12, what="what is new after it")
    assert "ferry strike" in world.letters[-1].subject
    assert set(world.accepted().values()) == {1}, "nothing of old comes again"


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """A disk of three megabytes that only the daemon sees; skipped where the system does not allow it."""
    place = tmp_path / "disk"
    place.mkdir()
    done = subprocess.run(
        ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", str(place)], capture_output=True, check=False
    ) if which("unshare") else None  # fmt: skip
    if done is None or done.returncode:
        pytest.skip("no disk can be made here: unshare -Urm mount -t tmpfs is not allowed")
    return place


def start_on_disk(desk: Desk, rate: float, size: str) -> subprocess.Popen[str]:
    """The daemon in a mount namespace of its own, its folder with database and log on a disk of ``size``."""
    held = {path: path.read_text() for path in desk.folder.rglob("*.toml")}
    script = f'mount -t tmpfs -o size={size} tmpfs "$1" && cd "$1" && mkdir rules\n' + "".join(
        f"cat > '{path}' <<'TOML'\n{text}TOML\n" for path, text in held.items()
    )
    script += 'exec "$2" "$3" run "$1/storywatch.toml" "$4" decisions > daemon.log 2>&1'
    words = [str(desk.folder), sys.executable, nursery_module.__file__, str(rate)]
    return subprocess.Popen(["unshare", "-Urm", "sh", "-c", script, "sh", *words], text=True)


def test_a_disk_that_is_full_under_the_database_and_the_log_is_outlived(
    small_disk: Path, world: World, tmp_path: Path
) -> None:
    daemon = start_on_disk(Desk(small_disk, world), FAST, "3m")
    try:
        world.wait(lambda: world.polls > 1, what="polls")
        inside = Path(f"/proc/{daemon.pid}/root{small_disk}")
        filler = inside / "filler"
        with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(65536)):
                pass
        polls = world.polls
        world.titles = [VISIT]
        world.wait(lambda: world.polls > polls + 1, what="polls with a full disk")
        assert not world.accepted(), "what could not be written was not told"
        filler.unlink()
        world.wait(lambda: len(world.accepted()) == 2, what="the alert once there is room")
        assert daemon.poll() is None
        assert set(world.accepted().values()) == {1}
        daemon.send_signal(signal.SIGSTOP)
        for name in ("storywatch.db", "storywatch.db-wal"):
            (tmp_path / name).write_bytes((inside / name).read_bytes())
    finally:
        daemon.kill()
        daemon.wait()
    with contextlib.closing(sqlite3.connect(tmp_path / "storywatch.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def taken(connection: sqlite3.Connection, path: Path, steps: int) -> None:
    """A database of the schema version ``steps``."""
    migrate(connection, path, STEPS[:steps])


def spoil(path: Path, how: str) -> None:
    if how == "overwritten":
        content = bytearray(path.read_bytes())
        content[4096:20_000] = b"\xff" * 15_904
        path.write_bytes(content)
    else:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
        db.close()  # folds the log in


@pytest.mark.parametrize("how", ["overwritten", "newer"])
def test_a_database_that_cannot_be_trusted_is_refused_in_words_and_left_as_it_is(desk: Desk, how: str) -> None:
    with Database.open(desk.database, writer=True):
        pass
    spoil(desk.database, how)
    before = desk.database.read_bytes()
    daemon = desk.start(FAST)
    assert daemon.wait() != 0
    assert str(desk.database) in daemon.said()
    assert "newer Storywatch" in daemon.said() if how == "newer" else "backup" in daemon.said()
    assert desk.database.read_bytes() == before
    assert desk.world.polls == 0


# A process that dies at the N-th call of a function, by its name: SIGKILL, as the machine would.
DIE = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from monitor.store import maintenance
from monitor.store.database import Database
path, what, name, left = Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])
def seen(frame, event, arg):
    global left
    called = frame.f_code.co_name if event == "call" else getattr(arg, "__name__", "") if event == "c_call" else ""
    left -= called == name
    if left == 0 and called == name:
        os.kill(os.getpid(), signal.SIGKILL)
sys.setprofile(seen)
with Database.open(path, writer=True) as db:
    now = datetime.now(UTC)
    if what == "backup":
        maintenance.backup(db, path.with_name("copy.bak"))
    elif what == "prune":
        maintenance.prune(db, now, now)
"""


@pytest.mark.parametrize(
    ("what", "name", "nth", "left"),
    [
        ("backup", "_settle", 1, False), ("backup", "_sync", 2, True),
        ("migrate", "_settle", 1, False), ("migrate", "_third", 1, True),
        ("prune", "executemany", 2, None),
    ],
)  # fmt: skip
def test_killed_in_a_backup_a_migration_or_retention_the_old_state_is_whole(
    tmp_path: Path, what: str, name: str, nth: int, left: bool | None
) -> None:
    path = tmp_path / "x.db"
    files.create(path, lambda connection: taken(connection, path, 1 if what == "migrate" else VERSION))
    items = "INSERT INTO items VALUES (?, 'wire', ?, '', '', '', '', 'en', NULL, '2020-01-01T00:00:00.000000Z', 0)"
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO feeds (name, configured_url, url) VALUES ('wire', '', '')")
        db.executemany(items, [(n, f"title {n}") for n in range(1, 200)])
    done = subprocess.run(
        [sys.executable, "-c", DIE, str(path), what, name, str(nth)], capture_output=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT count(*) FROM items").fetchone() == (199,)
        assert db.execute("PRAGMA application_id").fetchone() == (schema.APPLICATION_ID,)
    copies = [file for file in tmp_path.iterdir() if file.suffix == ".bak"]
    assert left is None or bool(copies) is left, "a copy has its name when it is whole, and not before"
    for copy in copies:
        with sqlite3.connect(copy) as db:
            assert db.execute("SELECT count(*) FROM items").fetchone() == (199,)
    with Database.open(path, writer=True) as again:
        assert again.row("PRAGMA user_version") == (VERSION,)
        assert maintenance.integrity(again) == ()

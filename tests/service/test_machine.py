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

from monitor.store import maintenance
from monitor.store.database import Database
from monitor.store.migrations import VERSION
from monitor.store.restore import restore
from tests.service import nursery as nursery_module
from tests.service.books import check
from tests.service.trouble import TroubledWorld
from tests.service.world import FAST, OFF, STORM, STRIKE, SWAP, VISIT, Desk, World

FORTH, BACK = signal.SIGUSR2, signal.SIGUSR1


def written(desk: Desk) -> str | None:
    """When the last poll was that is in the books, None where there is none."""
    found = desk.rows("SELECT max(last_ok_at) FROM feeds")
    return found[0][0] if found else None


def stopped(pid: int) -> bool:
    """Whether each thread of the process stands still."""
    return all(
        task.read_text().rpartition(")")[2].split()[0] == "T" for task in Path(f"/proc/{pid}").glob("task/*/stat")
    )


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
    desk.wait(desk.all_written, what="the daemon's books")
    backup = desk.folder / "copy.bak"
    with Database.open(desk.database, writer=False) as db:
        maintenance.backup(db, backup)
    with contextlib.closing(sqlite3.connect(desk.database, isolation_level=None, timeout=90)) as held:
        held.execute("BEGIN IMMEDIATE")  # stopped within a write of its own, it would bar ours
        daemon.send_signal(signal.SIGSTOP)
        desk.wait(lambda: stopped(daemon.pid), what="the stop")
    daemon.send_signal(FORTH)  # with the stop, a machine that sleeps for an hour
    publish(desk, VISIT, OFF, SWAP, STORM)
    daemon.send_signal(signal.SIGCONT)
    desk.wait(lambda: len(world.accepted()) == 8, what="the alert after the sleep")
    retracted = (VISIT[0], f"RETRACTED: {VISIT[1]}")
    publish(desk, retracted, OFF, SWAP, STORM)
    desk.wait(lambda: len(world.accepted()) == 10, what="the correction")
    assert world.letters[-1].subject.endswith("[CORRECTED]")
    assert world.letters[-1].answers == world.letters[0].ident, "it answers the mail that it corrects"
    desk.wait(desk.all_written, what="the daemon's books")
    daemon.stop()
    assert set(world.accepted().values()) == {1}
    check(desk)
    desk.readable = False  # what came after the copy is in no books then

    restore(backup, desk.database, datetime.now(UTC))
    before = written(desk)
    publish(desk, retracted, OFF, SWAP, STORM)
    desk.start()
    desk.wait(lambda: written(desk) != before, what="a poll on the restored database")
    publish(desk, retracted, OFF, SWAP, STORM, STRIKE)
    desk.wait(lambda: len(world.accepted()) == 12, what="what is new after it")
    assert "ferry strike" in world.letters[-1].subject
    assert set(world.accepted().values()) == {1}, "nothing of old comes again"
    assert desk.rows("PRAGMA integrity_check") == [("ok",)]


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
    check(Desk(tmp_path, world))


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    spoilt = {
        "overwritten": content[:4096] + b"\xff" * 15_904 + content[20_000:],
        "cut off": content[: len(content) // 2],
        "zeros": bytes(len(content)),
        "empty": b"",
    }
    if how in spoilt:
        path.write_bytes(spoilt[how])
    else:
        db = sqlite3.connect(path, isolation_level=None)
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
        db.close()  # folds the log in


@pytest.mark.parametrize("how", ["overwritten", "cut off", "zeros", "empty", "newer"])
def test_a_database_that_cannot_be_trusted_is_refused_in_words_and_left_as_it_is(desk: Desk, how: str) -> None:
    with Database.open(desk.database, writer=True):
        pass
    desk.readable = False
    spoil(desk.database, how)
    before = desk.database.read_bytes()
    daemon = desk.start(FAST)
    assert daemon.wait() != 0
    assert str(desk.database) in daemon.said()
    assert "newer Storywatch" in daemon.said() if how == "newer" else "backup" in daemon.said()
    assert desk.database.read_bytes() == before
    assert desk.world.polls == 0

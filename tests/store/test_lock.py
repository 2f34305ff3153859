"""One Storywatch on one database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import StoreError, StoreInUse
from monitor.store.lock import InstanceLock, beat, holder, look


def test_the_second_is_refused_and_told_who_holds_it(path: Path) -> None:
    with InstanceLock(path):
        assert holder(path) == os.getpid()
        with pytest.raises(StoreInUse, match=f"process {os.getpid()}"), InstanceLock(path):
            pass
    assert holder(path) is None
    with InstanceLock(path):
        pass


def test_a_killed_holder_leaves_no_lock(path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from monitor.store.lock import InstanceLock; "
        "InstanceLock(Path(sys.argv[1])).acquire(); lock = 1; print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"held\n"
        with pytest.raises(StoreInUse, match=f"process {child.pid}"):
            InstanceLock(path).acquire()
        child.kill()
        child.wait(90)
    with InstanceLock(path):
        assert holder(path) == os.getpid()


def test_nobody_holds_what_was_never_locked(path: Path) -> None:
    assert holder(path) is None
    assert not path.with_name(path.name + ".lock").exists()


def test_a_lock_that_cannot_be_made_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be made"):
        InstanceLock(tmp_path / "missing" / "storywatch.db").acquire()


def test_giving_it_back_twice_is_fine(path: Path) -> None:
    lock = InstanceLock(path)
    lock.acquire()
    lock.release()
    lock.release()
    assert holder(path) is None


def test_it_shows_since_when_and_its_last_sign_of_life(path: Path) -> None:
    beat(path)  # without a lock nothing is made
    assert look(path) is None
    assert not path.with_name(path.name + ".lock").exists()
    with InstanceLock(path) as lock:
        os.utime(lock.path, (1e9, 1e9))
        first = look(path)
        assert first is not None
        assert (first.pid, first.beat_at.timestamp()) == (os.getpid(), 1e9)
        beat(path)
        second = look(path)
        assert second is not None
        assert second.since_at == first.since_at > first.beat_at
        assert second.beat_at.timestamp() > 1e9
        lock.path.write_text("4711\n")  # as an earlier version wrote it
        third = look(path)
        assert third is not None
        assert (third.pid, third.since_at) == (4711, third.beat_at)

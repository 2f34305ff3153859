"""Faults of the machine and of mail servers, met by the daemon as a process: loud, nothing lost, over by itself."""

from __future__ import annotations

import resource
import subprocess
from typing import Any

import pytest

FAST = 600.0
ITEM = [("a", "Kremlin says Trump visit to Moscow is being prepared")]

Processes = list[subprocess.Popen[str]]


def full_disk(daemon: subprocess.Popen[str], desk: Any) -> None:
    """No file may grow beyond a page: every write to the log fails, as on a full disk."""
    _limit(daemon, resource.RLIMIT_FSIZE, 4096)


def no_descriptors(daemon: subprocess.Popen[str], desk: Any) -> None:
    """No further file or connection can be opened: the limit is on numbers, and the low ones are taken."""
    _limit(daemon, resource.RLIMIT_NOFILE, 3)


def _limit(daemon: subprocess.Popen[str], what: int, soft: int) -> None:
    _, hard = resource.prlimit(daemon.pid, what)
    resource.prlimit(daemon.pid, what, (soft, hard))


def _lift(daemon: subprocess.Popen[str], what: int) -> None:
    _, hard = resource.prlimit(daemon.pid, what)
    resource.prlimit(daemon.pid, what, (hard, hard))


@pytest.mark.parametrize(
    ("spoil", "what", "said"),
    [(full_disk, resource.RLIMIT_FSIZE, "store-paused"), (no_descriptors, resource.RLIMIT_NOFILE, "network-down")],
    ids=["disk", "descriptors"],
)
def test_what_runs_out_is_said_and_what_came_meanwhile_is_told_when_there_is_room_again(
    desk: Any, daemons: Processes, spoil: Any, what: int, said: str
) -> None:
    daemon = desk.start(FAST)
    daemons.append(daemon)
    desk.world.wait(lambda: desk.world.polls > 1, what="polls")
    spoil(daemon, desk)
    desk.world.titles = ITEM
    assert daemon.stderr is not None
    assert any(said in line for line in iter(daemon.stderr.readline, "")), "it was never said"
    assert desk.world.mails == desk.world.hooks == []
    _lift(daemon, what)
    desk.world.wait(lambda: bool(desk.world.mails and desk.world.hooks), within_s=60, what="the alert")
    assert daemon.poll() is None, "it stayed"
    assert len(desk.world.mails) == len(desk.world.hooks) == 1

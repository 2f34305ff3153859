"""What the machine can run out of, under the daemon as a process: loud, nothing lost, over by itself."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from tests.service.nursery import Process
from tests.service.world import FAST, VISIT, Desk

MB = 2**20


def limit(daemon: Process, what: int, soft: int | None) -> None:
    """Set the limit of a running daemon; None: as it was."""
    _, hard = resource.prlimit(daemon.pid, what)
    resource.prlimit(daemon.pid, what, (hard if soft is None else soft, hard))


def address_space(daemon: Process) -> int:
    """How many bytes it has taken."""
    return int(Path(f"/proc/{daemon.pid}/statm").read_text().split()[0]) * resource.getpagesize()


@pytest.mark.parametrize(
    ("what", "room", "padding", "said"),
    [
        (resource.RLIMIT_FSIZE, 4096, 0, "store-paused"),  # every write to the log fails, as on a full disk
        (resource.RLIMIT_NOFILE, 3, 0, "network-down"),  # the low numbers are taken: nothing can be opened
        (resource.RLIMIT_AS, 4 * MB, 12 * MB, "MemoryError"),  # a feed of twelve megabytes
    ],
    ids=["disk", "descriptors", "memory"],
)
def test_what_runs_out_is_said_and_what_came_meanwhile_is_told_when_there_is_room_again(
    desk: Desk, what: int, room: int, padding: int, said: str
) -> None:
    daemon = desk.start(FAST)
    desk.wait(lambda: desk.world.polls > 1, what="polls")
    limit(daemon, what, room + address_space(daemon) if what == resource.RLIMIT_AS else room)
    desk.world.titles, desk.world.padding = [VISIT], padding
    desk.heard(said)
    assert not desk.world.accepted()
    limit(daemon, what, None)
    desk.world.padding = 0
    if daemon.poll() is not None:
        assert what == resource.RLIMIT_AS, "it did not stay"
        desk.start(FAST)  # without memory anything may end; the service manager starts it again
    desk.wait(lambda: len(desk.world.accepted()) == 2, what="the alert")
    assert set(desk.world.accepted().values()) == {1}

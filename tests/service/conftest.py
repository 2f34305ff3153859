"""The world around a daemon, a desk for it, and the nursery its processes come from."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_ROOT = str(Path(__file__).parents[2])
if _ROOT not in sys.path:  # however pytest was started
    sys.path.append(_ROOT)

from tests.service.books import check  # noqa: E402
from tests.service.nursery import Nursery  # noqa: E402
from tests.service.trouble import TroubledWorld  # noqa: E402
from tests.service.world import Desk, World  # noqa: E402


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


@pytest.fixture
def world() -> Iterator[World]:
    made = World().start()
    yield made
    made.stop()


@pytest.fixture
def desk(tmp_path: Path, world: World, nursery: Nursery) -> Iterator[Desk]:
    made = Desk(tmp_path, world, nursery)
    yield made
    ended(made)


@pytest.fixture
def troubled_world() -> Iterator[TroubledWorld]:
    made = TroubledWorld()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def troubled_desk(tmp_path: Path, troubled_world: TroubledWorld, nursery: Nursery) -> Iterator[Desk]:
    """Its daemons live fast in all they do, their outboxes too."""
    made = Desk(tmp_path, troubled_world, nursery, "all")
    yield made
    ended(made)


def ended(desk: Desk) -> None:
    """Whatever a test did to the daemons at its desk: the books are in order, which is looked at after each."""
    desk.end()
    if desk.running and desk.readable and desk.database.exists():
        check(desk, again=desk.again)

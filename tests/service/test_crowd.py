"""More due feeds than there are places to poll them: late, never dropped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service.books import check
from tests.service.nursery import Nursery
from tests.service.world import VISIT, Desk, World

FEEDS, PLACES = 60, 3


class Crowd(World):
    """A feed for each path, each with an item of its own; counts who asks at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.open = self.most = 0

    async def _http(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        await super()._http(reader, writer)

    async def linger(self) -> None:
        await asyncio.sleep(0.02)  # so that the places are taken
        self.open -= 1  # before the answer: nobody asks again before that

    def _answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if method == "GET":
            self.asked[path] += 1
            self.titles = [VISIT] if path.endswith(f"/{FEEDS - 1}") else [(path, f"Report number {path}")]
        return super()._answer(method, path, headers, body)


@pytest.fixture
def crowded_desk(tmp_path: Path, nursery: Nursery) -> Iterator[Desk]:
    world = Crowd()
    world.start()
    desk = Desk(tmp_path, world, nursery)
    yield desk
    desk.end()
    world.stop()


def test_more_due_feeds_than_places_are_late_and_none_is_dropped(crowded_desk: Desk) -> None:
    desk, world = crowded_desk, crowded_desk.world
    assert isinstance(world, Crowd)
    address = f"http://127.0.0.1:{world.ports['http']}"
    feeds = [f'[[feeds.feed]]\nname = "f{n}"\nurl = "{address}/many/{n}"\n' for n in range(1, FEEDS)]
    desk.change(f'[[feeds.feed]]\nname = "wire"\nurl = "{address}/feed"\n', "".join(feeds))
    desk.change("[polling]\n", f"[polling]\nconcurrency = {PLACES}\n")
    desk.start()
    desk.wait(lambda: len(world.accepted()) == 2, what="what the last feed brought")
    desk.wait(lambda: desk.rows("SELECT count(*) FROM feeds WHERE last_ok_at IS NULL") == [(0,)], what="all asked")
    assert set(world.asked.values()) == {1}
    assert len(world.asked) == FEEDS - 1
    assert desk.rows("SELECT count(*), count(DISTINCT title) FROM items") == [(FEEDS - 1, FEEDS - 1)]
    assert world.most <= PLACES + 1, "so many at once, and a webhook"
    check(desk)

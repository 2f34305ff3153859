"""A few kills at random moments in every test run; ``make torture`` does hundreds."""

from __future__ import annotations

import os
import random
from pathlib import Path

from tests.torture.storm import Storm


def test_killed_at_random_moments_nothing_is_lost_and_nothing_told_twice(tmp_path: Path) -> None:
    seed = int(os.environ.get("STORYWATCH_SEED") or random.randrange(1_000_000))
    print(f"again with: STORYWATCH_SEED={seed}")  # pytest shows it where the test fails
    figures = Storm(tmp_path, seed, kills=6).run()
    assert figures["kills"] == 6

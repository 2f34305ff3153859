"""What every test may use: moments, and the shared measuring data where it is present.

Properties are tried on the same examples in every run, so that no run fails where the one before it passed.
``STORYWATCH_EXAMPLES=2000`` looks further: so many for each property, others each time.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings

_MORE = int(os.environ.get("STORYWATCH_EXAMPLES") or 0)
settings.register_profile(  # a busy machine is no failure: neither a deadline nor "too slow"
    "storywatch", deadline=None, database=None, derandomize=not _MORE, max_examples=_MORE or 100,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
settings.load_profile("storywatch")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def now() -> datetime:
    return datetime(2025, 3, 18, 12, 0, tzinfo=UTC)


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder for sockets: their addresses have 108 bytes, and ``tmp_path`` may have more."""
    with TemporaryDirectory(prefix="sw", dir="/tmp") as name:
        yield Path(name)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The measuring data beside the project (or $STORYWATCH_SHARED); skips where it is absent."""
    path = Path(os.environ.get("STORYWATCH_SHARED") or Path(__file__).parents[2] / "shared")
    if not (path / "data").is_dir():
        pytest.skip(f"no measuring data at {path}")
    return path

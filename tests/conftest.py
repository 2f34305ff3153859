"""What every test may use: moments, and the shared measuring data where it is present."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("storywatch", deadline=None)  # a busy machine is no failure
settings.load_profile("storywatch")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def now() -> datetime:
    return datetime(2025, 3, 18, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The measuring data beside the project (or $STORYWATCH_SHARED); skips where it is absent."""
    path = Path(os.environ.get("STORYWATCH_SHARED") or Path(__file__).parents[2] / "shared")
    if not (path / "data").is_dir():
        pytest.skip(f"no measuring data at {path}")
    return path

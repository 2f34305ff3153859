"""A configuration directory to write into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.config.load import Examined, examine, load
from monitor.errors import Problem
from monitor.model.settings import Settings


@dataclass(frozen=True)
class Desk:
    """A directory with storywatch.toml and rules/."""

    path: Path

    def site(self, text: str) -> Desk:
        return self.file("storywatch.toml", text)

    def rule(self, slug: str, text: str) -> Desk:
        return self.file(f"rules/{slug}.toml", text)

    def file(self, name: str, text: str | bytes, mode: int = 0o600) -> Desk:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)
        return self

    def load(self, environ: Mapping[str, str] | None = None) -> Settings:
        return load(self.path / "storywatch.toml", environ or {})

    def examine(self, last: Settings | None = None) -> Examined:
        return examine(self.path / "storywatch.toml", last.rules if last else (), {})

    def told(self, problem: Problem) -> str:
        """The problem as it is printed, without this directory."""
        return str(problem).replace(f"{self.path}/", "")

    def problems(self) -> list[str]:
        return [self.told(problem) for problem in self.examine().problems]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    (tmp_path / "rules").mkdir()
    return Desk(tmp_path).site("# every key is optional")

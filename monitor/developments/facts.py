"""Facts: figures with what they count, stages with who says so, dates set; each with the sentence it stands in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from monitor.model.development import Fact


class Facts:
    @classmethod
    def load(cls, override: Path | None = None) -> Facts:
        return cls()

    def read(self, title: str, summary: str, lang: str, at: datetime) -> tuple[Fact, ...]:
        return ()

"""Write docs/schemas/*.json of this checkout again, after a change of the definitions."""

from __future__ import annotations

from pathlib import Path

from monitor.config.scaffold import SCHEMAS, written
from monitor.config.schema import json_schemas


def refresh(checkout: Path) -> None:
    """Write both schemas into ``checkout``."""
    for name, schema in json_schemas().items():
        (checkout / SCHEMAS / f"{name}.json").write_text(written(schema), encoding="utf-8")


if __name__ == "__main__":
    refresh(Path(__file__).parents[3])

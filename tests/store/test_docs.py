"""docs/database.md tells of every table, view and column there is, and of no other."""

from __future__ import annotations

import re
from pathlib import Path

from monitor.store.database import Database
from monitor.store.migrations import VERSION

PAGE = Path(__file__).parents[2] / "docs" / "database.md"


def told() -> dict[str, list[str]]:
    """The columns of each table and view on the page, in its order."""
    found: dict[str, list[str]] = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"### `(\w+)`.*", line):
            found[heading[1]] = []
        elif row := re.match(r"\| `(\w+)` \| \S", line):
            found[list(found)[-1]].append(row[1])
    return found


def test_the_page_and_the_schema_agree(db: Database) -> None:
    own = [t for t in db.tools.tables if not t.name.startswith(("sqlite_", "item_words_"))]  # the rest is SQLite's
    tables = {t.name: [c.name for c in t.columns] for t in own}
    views = {v.name: [c.name for c in v.columns] for v in db.tools.views}
    assert told() == tables | views


def test_the_page_names_the_version() -> None:
    assert f"Schema version {VERSION}." in PAGE.read_text(encoding="utf-8")


def test_every_reference_between_tables_is_told(db: Database) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for table in db.tools.tables:
        for key in table.foreign_keys:
            assert f"→ `{key.other_table}`" in section(page, table.name), f"{table.name}.{key.column}"


def section(page: str, name: str) -> str:
    return re.split(rf"### `{name}`", page)[1].split("\n### ")[0]


def test_moments_flags_and_json_are_named_as_what_they_are(db: Database) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for table in db.tools.tables:
        for column in table.columns:
            if column.name.endswith("_at") or column.name == "at":
                assert column.type == "TEXT", f"{table.name}.{column.name}"
    assert "2025-03-18T12:00:00.000000Z" in page

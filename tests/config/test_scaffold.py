"""What `storywatch init` writes, and that it writes over nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import scaffold
from monitor.config.load import load
from monitor.errors import UsageError

ROOT = Path(__file__).parents[2]


def test_what_is_written_is_what_stands_in_the_project_and_loads(tmp_path: Path) -> None:
    desk = tmp_path / "new" / "desk"
    made = scaffold.write(desk)
    assert {path.relative_to(desk).as_posix() for path in made} >= {
        "storywatch.toml", "rules/trump-moscow-visit.toml", "seeds/trump-moscow-visit.md", "systemd/storywatch.service",
        "systemd/storywatch.sysusers", "docs/schemas/storywatch.json", "docs/schemas/rule.json",
        "docs/schemas/webhook-1.json",
    }  # fmt: skip
    assert all(path.read_bytes() == (ROOT / path.relative_to(desk)).read_bytes() for path in made)
    settings = load(desk / "storywatch.toml", {})
    assert settings.database == desk / "storywatch.db"


def test_the_schema_that_each_file_names_is_there(tmp_path: Path) -> None:
    named = 0
    for path in scaffold.write(tmp_path):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        if first.startswith("#:schema "):
            named += 1
            assert (path.parent / first.removeprefix("#:schema ")).is_file()
    assert named > 5


@pytest.mark.parametrize("there", ["storywatch.toml", "rules/pope-leo-journeys.toml", "seeds/trump-moscow-visit.md"])
def test_nothing_is_written_where_something_is_already(tmp_path: Path, there: str) -> None:
    mine = tmp_path / there
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")
    with pytest.raises(UsageError, match="is there already: nothing written") as caught:
        scaffold.write(tmp_path)
    assert str(mine) in str(caught.value)
    assert mine.read_text() == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_dangling_link_counts_as_there(tmp_path: Path) -> None:
    (tmp_path / "storywatch.toml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="is there already"):
        scaffold.write(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_other_files_in_the_directory_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert scaffold.write(tmp_path)


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written") as caught:
        scaffold.write(tmp_path / "file" / "desk")
    assert "\n" not in str(caught.value)

"""The recorded storyline: told as a person would tell it, through a backtest and through the real daemon."""

from __future__ import annotations

import email
import json
import sqlite3
from datetime import datetime
from email.policy import default
from importlib.resources import files
from pathlib import Path

import pytest

from monitor.config import scaffold
from monitor.config.load import load_rules
from monitor.demo.data import STORYLINE, load
from monitor.demo.measure import Told, telling, tracking
from monitor.demo.run import main
from monitor.errors import UsageError
from monitor.pipeline import backtest, replay


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[backtest.Row]:
    """The recording through a backtest with the shipped rule."""
    folder = tmp_path_factory.mktemp("rules")
    for path, text in scaffold.contents().items():
        if path.stem == STORYLINE:
            (folder / path.parts[0]).mkdir(exist_ok=True)
            (folder / path.parts[0] / path.name).write_text(text, encoding="utf-8")
    setup = backtest.Setup(load_rules(folder / "rules").rules)
    recording = Path(str(files("monitor.demo").joinpath("data", "replay.jsonl")))
    return list(backtest.run(setup, replay.given(recording)))


def test_the_items_of_the_storyline_are_found(rows: list[backtest.Row]) -> None:
    found = tracking(load(), (row["item"] for row in rows if row["type"] == "match"))
    assert found.precision >= 0.97
    assert found.recall >= 0.88


def test_every_development_is_told_with_few_repeats_and_nothing_else(rows: list[backtest.Row]) -> None:
    told = [
        Told(datetime.fromisoformat(row["at"]), tuple(row["items"]))
        for row in rows
        if row["type"] == "alert" and row["kind"] == "development"
    ]
    found = telling(load(), told)
    assert found.new == len({row.development for row in load() if row.relevance == 2 and row.development})
    assert found.repeats <= 2
    assert found.false == 0


def test_every_held_item_says_why(rows: list[backtest.Row]) -> None:
    held = [row for row in rows if row["type"] == "held"]
    assert len(held) > 30
    assert all(row["because"] for row in held)


def test_the_demo_runs_whole_and_leaves_mails_webhooks_and_a_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "run"
    assert main(folder, seconds=6.0) == 0
    said = capsys.readouterr().out
    assert "▶ ALERT" in said
    assert "right alerts" in said
    mails = [email.message_from_bytes(p.read_bytes(), policy=default) for p in sorted((folder / "mails").glob("*.eml"))]
    hooks = [json.loads(line) for line in (folder / "webhooks.jsonl").read_text(encoding="utf-8").splitlines()]
    with sqlite3.connect(folder / "storywatch.db") as db:
        alerts = db.execute("SELECT count(*) FROM alerts").fetchone()[0]
        assert db.execute("SELECT count(*) FROM deliveries WHERE status != 'sent'").fetchone() == (0,)
    assert alerts == len(mails) == len(hooks) > 5
    assert len({m["Message-ID"] for m in mails}) == len(mails)
    threads = {m["List-Id"]: set() for m in mails}
    for mail in mails:
        threads[mail["List-Id"]].add(mail["References"])
    assert all(len(references) == 1 for references in threads.values()), "one thread for each storyline"


def test_it_never_clears_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").touch()
    with pytest.raises(UsageError, match="not empty"):
        main(tmp_path, seconds=6.0)
    assert (tmp_path / "precious.txt").exists()

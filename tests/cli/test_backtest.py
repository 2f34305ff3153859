"""What would have been told: exactly the rows that programs rely on, and a timeline for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.main import main

ROWS = (
    ("a", "08:00", "Kremlin invites Trump to Moscow for Victory Day visit"),
    ("b", "09:00", "Kremlin invites Trump to Moscow for Victory Day visit"),
    ("c", "10:00", "Trump cancels planned visit to Moscow"),
    ("d", "11:00", "Cats found"),
)
KEYS = {
    "match": {"type", "at", "storyline", "item", "score", "why"},
    "possible": {"type", "at", "storyline", "item", "score", "why"},
    "alert": {"type", "at", "storyline", "kind", "reason", "development", "items", "headline", "delta"},
    "held": {"type", "at", "storyline", "item", "because"},
}


@pytest.fixture
def items(tmp_path: Path) -> Path:
    file = tmp_path / "items.jsonl"
    rows = [
        {"id": ident, "title": title, "source": f"Source {ident}", "lang": "en", "published": f"2025-03-18T{at}:00Z"}
        for ident, at, title in ROWS
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return file


def told(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines()]


def test_rows_are_exactly_as_promised_and_need_no_configuration(bare, items, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path / "rules")
    assert main(["backtest", "--rules", str(tmp_path / "rules"), "--items", str(items), "--jsonl"]) == 0
    rows = told(capsys.readouterr().out)
    assert {row["type"] for row in rows} >= {"match", "alert", "held"}
    for row in rows:
        assert set(row) >= KEYS[str(row["type"])]
    assert [row["at"] for row in rows] == sorted(str(row["at"]) for row in rows)
    matched = [row["item"] for row in rows if row["type"] == "match"]
    assert matched == ["a", "b", "c"]
    alerts = [row for row in rows if row["type"] == "alert"]
    assert alerts[0]["items"] == ["a"]
    assert (alerts[0]["kind"], alerts[0]["reason"], alerts[0]["development"]) == ("development", "OPENED", 1)
    del bare


def test_one_rule_file_is_enough(bare, items):
    answer = bare.run("backtest", "--rules", str(bare.directory / "rules" / "boeing.toml"), "--items", str(items))
    assert answer.code == 0
    assert "no item met any of the rules" in answer.out


def test_a_person_reads_a_timeline_with_counts(bare, items):
    out = bare.run("backtest", "--items", str(items)).out.splitlines()
    assert out[0].startswith("2025-03-18 08:00  moscow #1 OPENED  Kremlin invites Trump")
    assert out[-2].split() == ["storyline", "alerts", "matches", "possible", "held"]
    assert out[-1].split()[0] == "moscow"
    assert out[-1].split()[2] == "3"


def test_only_the_items_of_the_span_are_read(bare, items):
    words = (
        "backtest",
        "--items",
        str(items),
        "--jsonl",
        "--since",
        "2025-03-18T09:00Z",
        "--until",
        "2025-03-18T10:00Z",
    )
    assert {row["item"] for row in told(bare.run(*words).out) if row["type"] == "match"} == {"b"}


def test_stored_items_are_replayed_under_other_rules(desk):
    before = desk.database.read_bytes()
    desk.write("other/shares.toml", 'phrase = "Boeing shares strike"\n')
    rows = told(desk.run("backtest", "--rules", str(desk.directory / "other"), "--jsonl").out)
    assert {row["item"] for row in rows if row["type"] == "match"} == {"4"}
    assert desk.database.read_bytes() == before


def test_a_route_tells_as_it_would_have(bare, items):
    text = (bare.directory / "storywatch.toml").read_text()
    bare.write("storywatch.toml", text + '\n[routes.night]\nquiet_hours = "00:00-23:59"\n')
    text = 'phrase = "Trump Moscow visit"\n[alert]\nroutes = ["night"]\n'
    bare.write("rules/moscow.toml", text)
    rows = told(bare.run("backtest", "--items", str(items), "--route", "night", "--jsonl").out)
    alerts = [row for row in rows if row["type"] == "alert"]
    assert alerts
    assert all(str(row["at"]) > "2025-03-18T22" for row in alerts)


def test_without_an_enabled_rule_it_says_how_to_write_one(bare, items):
    for name in ("moscow", "boeing"):
        bare.write(f"rules/{name}.toml", 'phrase = "x y"\nenabled = false\n')
    answer = bare.run("backtest", "--items", str(items))
    assert answer.code == 2
    assert "storywatch rule new" in answer.err


def test_two_rule_sets_stand_side_by_side(bare, items):
    labelled = [json.loads(line) | {"relevance": 2, "development": "D1"} for line in items.read_text().splitlines()]
    items.write_text("".join(json.dumps(row) + "\n" for row in labelled))
    other = bare.directory / "other.toml"
    other.write_text('phrase = "lunar eclipse"\n')
    rules = str(bare.directory / "rules")
    out = bare.run("backtest", "--rules", rules, "--items", str(items), "--compare", str(other)).out.splitlines()
    gained = [line for line in out if line.startswith("+ 2025-03-18 ")]
    assert gained[0].startswith("+ 2025-03-18 08:00  moscow OPENED  Kremlin invites Trump")
    assert not [line for line in out if line.startswith("- ")]
    head = next(n for n, line in enumerate(out) if line.startswith("rules "))
    assert out[head].split() == ["rules", "alerts", "new", "repeats", "false", "developments"]
    assert out[head + 1].split()[:3] == ["these", str(len(gained)), "1"]
    assert out[head + 2].split() == ["the", "other", "0", "0", "0", "0", "1"]
    assert f"{len(gained)} alerts gained, 0 lost, 0 in both" in "\n".join(out).replace(
        "1 alert gained", "1 alerts gained"
    )
    assert out[-1].startswith("2025-03-18 ")
    same = bare.run("backtest", "--rules", rules, "--items", str(items), "--compare", rules).out
    assert f"0 alerts gained, 0 lost, {len(gained)} in both" in same
    assert "+0 min (median)" in same


def test_rows_of_two_rule_sets_are_not_mixed(bare, items):
    rules = str(bare.directory / "rules")
    answer = bare.run("backtest", "--items", str(items), "--compare", rules, "--jsonl")
    assert answer.code == 2
    assert "--jsonl" in answer.err

"""What the README shows is what the program does."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from monitor.config.load import load

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    return [body for name, body in BLOCK.findall(TEXT) if name == kind]


@pytest.mark.parametrize("block", blocks("console"), ids=lambda b: b.splitlines()[0])
def test_each_command_prints_what_is_shown(block: str) -> None:
    command, _, expected = block.removeprefix("$ ").partition("\n")
    words = re.findall(r'"[^"]*"|\S+', command)
    assert words[0] == "storywatch"
    done = subprocess.run(
        [sys.executable, "-m", "monitor.cli.main", *(w.strip('"') for w in words[1:])],
        cwd=ROOT, env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout == expected


def test_the_rule_and_the_configuration_are_valid(tmp_path: Path) -> None:
    rule, site = blocks("toml")
    assert tomllib.loads(rule) == tomllib.loads((ROOT / "docs/example/rules/moscow.toml").read_text(encoding="utf-8"))
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "moscow.toml").write_text(rule, encoding="utf-8")
    (tmp_path / "storywatch.toml").write_text(site, encoding="utf-8")
    settings = load(tmp_path / "storywatch.toml")
    assert settings.rules[0].alert.routes == ("desk",)


def test_every_page_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (ROOT / target).exists(), f"README points to {target}"


def test_every_make_target_it_names_is_there() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(re.findall(r"^    make (\w+)", TEXT, re.MULTILINE)) <= set(targets)


def test_it_is_short_enough_to_read() -> None:
    assert len(TEXT.splitlines()) <= 150

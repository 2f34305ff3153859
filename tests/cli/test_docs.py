"""docs/commands.md names every command and every option, and nothing that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from monitor.cli.app import app

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def commands(command: Any, name: str = "storywatch") -> Iterator[tuple[str, Any]]:
    yield name, command
    for part, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, f"{name} {part}")


ALL = dict(commands(typer.main.get_command(app)))
LEAVES = {name: command for name, command in ALL.items() if not getattr(command, "commands", None)}


def section(name: str) -> str:
    found = re.search(rf"^##+ `{re.escape(name)}[^`\n]*`\n(.*?)(?=^##+ |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section for {name}"
    return found.group(1)


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_has_its_section_with_every_option_and_an_example(name):
    text = section(name)
    for parameter in LEAVES[name].params:
        if parameter.param_type_name == "option" and "--help" not in parameter.opts:
            longest = max(parameter.opts, key=len)
            assert f"`{longest}" in text, f"{name} {longest} is not told"
    assert f"    {name}" in text or f"    $ {name}" in text, f"{name} has no example"


def test_the_common_options_are_told():
    for parameter in ALL["storywatch"].params:
        for option in (*parameter.opts, *parameter.secondary_opts):
            assert f"`{option}" in PAGE, f"{option} is not told"


def test_nothing_is_told_that_is_not_there():
    told = set(re.findall(r"^##+ `(storywatch(?: [a-z]+)+)", PAGE, re.MULTILINE))
    assert told == set(LEAVES)
    known = {option for c in ALL.values() for p in c.params for option in (*p.opts, *p.secondary_opts)}
    for option in re.findall(r"`(--[a-z-]+)", PAGE):
        assert option in known | {"--help"}, f"{option} is told and not there"


@pytest.mark.parametrize("name", ALL)
def test_help_of_every_command_begins_with_one_short_sentence(name):
    first = (ALL[name].help or "").split("\n\n")[0].strip()
    assert first.endswith((".", "?"))
    assert len(first) <= 62 or name == "storywatch", first

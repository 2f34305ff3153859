"""The reference pages: every key stands in them, under its table, and every example in them loads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.config.rules import load_rules
from monitor.config.schema import json_schemas
from monitor.config.words import TOLD

ROOT = Path(__file__).parents[2]
SITE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```toml\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def sections(page: str) -> dict[str, str]:
    """The text under each heading, up to the next."""
    parts = re.split(r"^#{1,4} (.*)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def tables(schema: dict[str, Any], node: dict[str, Any], heading: str) -> Iterator[tuple[str, list[str]]]:
    """Each table of the schema by the heading it stands under, with its keys."""
    if "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    plain: list[str] = []
    for key, inner in node["properties"].items():
        whole = schema["$defs"][inner["$ref"].rpartition("/")[2]] if "$ref" in inner else inner
        below = next(iter(inner.get("patternProperties", {}).values()), None)
        if "properties" in whole:
            yield from tables(schema, whole, f"[{key}]")
        elif below and "oneOf" in below:
            for kind in below["oneOf"]:
                name = schema["$defs"][kind["$ref"].rpartition("/")[2]]["properties"]["type"]["const"]
                yield from tables(schema, kind, f'type = "{name}"')
        elif below and "$ref" in below:
            yield from tables(schema, below, f"[{key}.NAME]")
        else:
            plain.append(key)
            if "$ref" in inner.get("items", {}):
                yield from tables(schema, inner["items"], f"[[{heading.strip('[]')}.{key}]]")
    yield heading, plain


def named(page: str) -> list[tuple[str, str, str]]:
    kind, top = ("storywatch", "General keys") if page == "site" else ("rule", "What belongs to the storyline")
    schema = json_schemas()[kind]
    return [(page, heading, key) for heading, keys in tables(schema, schema, top) for key in keys]


@pytest.mark.parametrize(("page", "heading", "key"), [*named("site"), *named("rules")])
def test_every_key_is_described_under_its_table(page: str, heading: str, key: str) -> None:
    found = sections(SITE if page == "site" else RULES)
    texts = [text for title, text in found.items() if title == heading or title.startswith(f"{heading}:")]
    assert len(texts) == 1, f"no section {heading}"
    assert re.search(rf"^\| `{key}` \|", texts[0], re.MULTILINE), f"{key} is not in the table of {heading}"


def test_there_is_no_key_in_the_pages_that_the_program_does_not_know() -> None:
    known = {(heading, key) for page in ("site", "rules") for _, heading, key in named(page)}
    for title, text in [*sections(SITE).items(), *sections(RULES).items()]:
        heading = title.split(": ")[0]
        if heading in {heading for heading, _ in known}:
            rows = re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)
            assert [key for key in rows if (heading, key) not in known] == [], title


@pytest.mark.parametrize("word", sorted(TOLD))
def test_every_reason_and_signal_is_explained(word: str) -> None:
    assert re.search(rf"^\| `{word}` \|", RULES, re.MULTILINE)


@pytest.mark.parametrize("example", EXAMPLE.findall(SITE))
def test_each_example_of_storywatch_toml_loads(desk, example: str) -> None:
    for names in re.findall(r"_files? = \[?(.*?)\]?$", example, re.MULTILINE):
        for name in re.findall(r'"([^"]*)"', names):
            desk.file(name, "https://chat.example/x" if "address" in name else "whsec_" + "QUJD" * 10)
    for name in re.findall(r'"([^"]*\.opml)"', example):
        desk.file(name, "<opml/>")
    assert desk.site(example).problems() == []


@pytest.mark.parametrize("example", EXAMPLE.findall(RULES))
def test_each_example_of_a_rule_loads(tmp_path: Path, example: str) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    (tmp_path / "rules" / "example.toml").write_text(example, encoding="utf-8")
    found = load_rules(tmp_path / "rules")
    assert [str(problem) for problem in found.problems] == []
    assert len(found.rules) == 1


def test_the_pages_have_examples() -> None:
    assert len(EXAMPLE.findall(SITE)) >= 6
    assert len(EXAMPLE.findall(RULES)) >= 4


def test_every_example_rule_is_listed() -> None:
    assert {path.name for path in ROOT.glob("rules/*.toml")} == set(re.findall(r"^\| rules/(\S+)", RULES, re.MULTILINE))

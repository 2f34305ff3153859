"""The JSON Schemas are made from the definitions, are committed as they are made, and say what load.py says."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.config import scaffold
from monitor.config.schema import json_schemas

ROOT = Path(__file__).parents[2]


def resolved(schema: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    return schema["$defs"][node["$ref"].rpartition("/")[2]] | node if "$ref" in node else node


TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


def faults(schema: dict[str, Any], node: dict[str, Any], value: Any, at: str = "") -> Iterator[str]:
    """What a JSON Schema of the few words we use finds wrong with ``value``."""
    node = resolved(schema, node)
    if "oneOf" in node:
        kinds = [resolved(schema, choice) for choice in node["oneOf"]]
        node = next(kind for kind in kinds if kind["properties"]["type"]["const"] == value.get("type"))
    if "type" in node and not isinstance(value, TYPES[node["type"]]):
        yield f"{at}: not a {node['type']}"
    elif isinstance(value, dict):
        yield from in_table(schema, node, value, at)
    elif isinstance(value, list):
        yield from in_list(schema, node, value, at)
    elif isinstance(value, str) and not re.search(node.get("pattern", ""), value):
        yield f"{at}: not {node['pattern']}"
    elif value not in node.get("enum", [value]):
        yield f"{at}: not one of {node['enum']}"


def in_table(schema: dict[str, Any], node: dict[str, Any], value: dict[str, Any], at: str) -> Iterator[str]:
    others = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    for key, inner in value.items():
        known = node.get("properties", {}).get(key) or others[0]
        if isinstance(known, dict):
            yield from faults(schema, known, inner, f"{at}.{key}")
        else:
            yield f"{at}.{key}: unknown"
    yield from (f"{at}: lacks {key}" for key in node.get("required", []) if key not in value)


def in_list(schema: dict[str, Any], node: dict[str, Any], value: list[Any], at: str) -> Iterator[str]:
    for number, inner in enumerate(value):
        yield from faults(schema, node["items"], inner, f"{at}[{number}]")
    if not node.get("minItems", 0) <= len(value) <= node.get("maxItems", 10**9):
        yield f"{at}: {len(value)} items"


@pytest.mark.parametrize("name", ["storywatch", "rule"])
def test_the_committed_copy_is_the_one_that_is_made(name: str) -> None:
    made = scaffold.written(json_schemas()[name])
    assert (ROOT / "docs" / "schemas" / f"{name}.json").read_text(encoding="utf-8") == made, (
        "write it again: python -m monitor.config.scaffold"
    )


@pytest.mark.parametrize("path", sorted(ROOT.glob("rules/*.toml")), ids=lambda path: path.stem)
def test_the_example_rules_keep_to_the_schema(path: Path) -> None:
    schema = json_schemas()["rule"]
    assert list(faults(schema, schema, tomllib.loads(path.read_text(encoding="utf-8")))) == []


def test_the_starter_keeps_to_the_schema() -> None:
    schema = json_schemas()["storywatch"]
    assert list(faults(schema, schema, tomllib.loads((ROOT / "storywatch.toml").read_text(encoding="utf-8")))) == []


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("storywatch", "timezon = 1", ".timezon: unknown"),
        ("storywatch", "timezone = 1", ".timezone: not a string"),
        ("storywatch", '[polling]\nevery = ["5m"]', ".polling.every: 1 items"),
        ("storywatch", '[storage]\nkeep_items = "5"', ".storage.keep_items: not ^\\d+[smhdw]$"),
        ("storywatch", '[[feeds.feed]]\nname = "x"', ".feeds.feed[0]: lacks url"),
        ("storywatch", '[channels.a]\ntype = "smtp"\nhost = "x"\nto = ["x"]', ".channels.a: lacks from"),
        ("storywatch", '[channels.a]\ntype = "console"\nhost = "x"', ".channels.a.host: unknown"),
        ("rule", 'all = ["x"]', ".all[0]: not a array"),
        ("rule", '[alert]\nbudget = "x"', ".alert.budget: not ^\\d+/(hour|day|week)$"),
        ("rule", '[alert]\nquiet_after = "always"', ".alert.quiet_after: not ^(\\d+[smhdw]|never)$"),
    ],
)
def test_an_editor_is_told_what_is_wrong(name: str, text: str, said: str) -> None:
    schema = json_schemas()[name]
    assert list(faults(schema, schema, tomllib.loads(text))) == [said]


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from nodes(inner)


@pytest.mark.parametrize("name", ["storywatch", "rule"])
def test_each_key_is_described_and_each_default_is_as_one_would_write_it(name: str) -> None:
    schema = json_schemas()[name]
    tables = [node for node in nodes(schema) if "properties" in node]
    keys = [(key, inner) for table in tables for key, inner in table["properties"].items()]
    assert len(keys) > 15
    assert [key for key, inner in keys if not resolved(schema, inner).get("description")] == []
    assert {"type": "null"} not in list(nodes(schema))
    assert '"PT' not in json.dumps(schema)  # how pydantic would write a duration
    if name == "storywatch":
        assert schema["$defs"]["StorageShape"]["properties"]["keep_items"]["default"] == "90d"
        assert schema["$defs"]["PollingShape"]["properties"]["every"]["default"] == ["5m", "6h"]
    else:
        assert schema["anyOf"] == [{"required": ["phrase"]}, {"required": ["all"]}, {"required": ["seeds"]}]

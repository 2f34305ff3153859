"""Schema: JSON Schema of both kinds of file, so that editors complete and check them.

Made from the very definitions that load.py reads the files with; JSON Schema draft 2020-12.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from monitor.config.kinds import written
from monitor.config.shapes import RuleShape, Shape
from monitor.config.site import SiteShape

KINDS: Mapping[str, type[Shape]] = {"storywatch": SiteShape, "rule": RuleShape}
_NEEDED = [{"required": [key]} for key in ("phrase", "all", "seeds")]


class _AsWritten(GenerateJsonSchema):
    """Defaults as a person writes them: 20m, where JSON knows PT20M."""

    def encode_default(self, dft: Any) -> Any:
        if isinstance(dft, list):
            return [self.encode_default(inner) for inner in dft]
        return written(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def json_schemas() -> Mapping[str, dict[str, Any]]:
    """Return the schema of storywatch.toml as "storywatch", and of rules/SLUG.toml as "rule"."""
    made = {name: _schema(name, shape) for name, shape in KINDS.items()}
    made["rule"]["anyOf"] = _NEEDED
    return made


def _schema(name: str, shape: type[Shape]) -> dict[str, Any]:
    schema = _tidied(shape.model_json_schema(schema_generator=_AsWritten))
    title = "storywatch.toml" if name == "storywatch" else "rules/SLUG.toml"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": title}


def _tidied(node: Any, names: bool = False) -> Any:
    """``node`` without the null that TOML lacks, and without the titles pydantic makes of names.

    ``names``: the keys of ``node`` are a person's keys ("title" among them), not the schema's.
    """
    if isinstance(node, list):
        return [_tidied(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    if names:
        return {key: _tidied(inner) for key, inner in node.items()}
    kept = {key: value for key, value in node.items() if not _is_noise(key, value)}
    choices = [choice for choice in kept.get("anyOf", []) if choice != {"type": "null"}]
    if len(choices) == 1:
        del kept["anyOf"]
        kept = {**choices[0], **kept}
    return {key: _tidied(value, names=key in ("properties", "$defs")) for key, value in kept.items()}


def _is_noise(key: str, value: Any) -> bool:
    return key == "title" or (key == "default" and (value is None or isinstance(value, dict)))

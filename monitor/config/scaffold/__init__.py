"""Scaffold: what `storywatch init DIR` writes: the starter configuration, and nothing over what is there.

The files are the ones at the root of the project. A wheel carries them in this package
(pyproject.toml, force-include); in a checkout they are read where they stand.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from monitor.config.schema import json_schemas
from monitor.errors import UsageError

STARTER = ("storywatch.toml", "rules", "seeds", "systemd", "docs/schemas/webhook-1.json")
SCHEMAS = Path("docs", "schemas")  # where the first line of each file looks for them


def write(directory: Path) -> tuple[Path, ...]:
    """Write the starter configuration into ``directory`` (made where absent); return what was written, sorted.

    Raises UsageError, before anything is written, when a file of the starter is there already or when
    ``directory`` cannot be written.
    """
    wanted = contents()
    there = sorted(name for name in wanted if (directory / name).exists() or (directory / name).is_symlink())
    if there:
        more = f" and {len(there) - 1} more" if len(there) > 1 else ""
        raise UsageError(f"{directory / there[0]}{more} is there already: nothing written; name an empty directory")
    try:
        for name, text in wanted.items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise UsageError(f"{directory} cannot be written: {error.strerror}") from error
    return tuple(sorted(directory / name for name in wanted))


def contents() -> Mapping[Path, str]:
    """Return every file of the starter configuration by its path within the directory."""
    source = _source()
    files = {path.relative_to(source): path.read_text(encoding="utf-8") for path in _files(source)}
    return files | {SCHEMAS / f"{name}.json": written(schema) for name, schema in json_schemas().items()}


def written(schema: Mapping[str, object]) -> str:
    """Return a JSON Schema as the text of its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _source() -> Path:
    packaged = Path(__file__).parent
    return packaged if (packaged / STARTER[0]).is_file() else packaged.parents[2]


def _files(source: Path) -> Iterator[Path]:
    for name in STARTER:
        path = source / name
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in found if file.is_file() and not file.name.startswith("."))

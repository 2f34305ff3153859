"""The laws of the house (docs/design.md): imports point down, and each library stays in its room."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import monitor

ROOT = Path(monitor.__file__).parent
LEVELS = [
    {"model", "errors"},
    {"net", "lang"},
    {"feeds", "storylines", "developments", "alerts", "store", "config"},
    {"pipeline"},
    {"web"},
    {"service"},
    {"demo"},
    {"cli"},
]
LEVEL = {room: level for level, rooms in enumerate(LEVELS) for room in rooms}
ONLY_IN = {
    "feedparser": ["feeds/parse"],
    "rapidfuzz": ["lang/", "storylines/", "developments/"],
    "apscheduler": ["service/"],
    "httpx": ["net/"],
    "sqlite3": ["store/"],
    "sqlite_utils": ["store/"],
}
PURE = ["lang/", "storylines/", "developments/", "alerts/route", "feeds/normalise", "feeds/identity", "feeds/cadence"]
IMPURE = {"time", "logging", "structlog", "socket", "sqlite3", "asyncio", "subprocess", "threading", "os", "random"}
# Pure rooms may draw from a generator that is handed to them, so the type's name is allowed.
ALLOWED = {("feeds/cadence.py", "random")}


def files() -> list[Path]:
    return sorted(p for p in ROOT.rglob("*.py"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name(path)}: a relative import hides where it points"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    return module.split(".")[1] if module.count(".") else ""


@pytest.mark.parametrize("path", files(), ids=name)
def test_imports_point_down_and_never_sideways(path: Path) -> None:
    own = name(path).split("/")[0].removesuffix(".py")
    if own == "__init__":
        return
    for module in imports(path):
        other = room(module)
        if not module.startswith("monitor.") or other in ("__version__", "", own):
            continue
        assert other in LEVEL, f"{name(path)} imports {module}: no such room"
        assert LEVEL[other] < LEVEL[own], f"{name(path)} may not import {module}: imports point down"


@pytest.mark.parametrize("path", files(), ids=name)
def test_each_library_stays_in_its_room(path: Path) -> None:
    for module in imports(path):
        homes = ONLY_IN.get(module.split(".")[0])
        assert homes is None or any(name(path).startswith(h) for h in homes), f"{name(path)} imports {module}"


@pytest.mark.parametrize("path", [p for p in files() if any(name(p).startswith(r) for r in PURE)], ids=name)
def test_pure_rooms_have_no_clock_network_or_log(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for module in imports(path):
        top = module.split(".")[0]
        assert top not in IMPURE or (name(path), top) in ALLOWED, f"{name(path)} imports {module}"
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        assert not (isinstance(called, ast.Attribute) and called.attr in ("now", "utcnow", "today")), (
            f"{name(path)}:{node.lineno} reads a clock"
        )


def test_there_are_no_import_cycles() -> None:
    graph: dict[str, set[str]] = {}
    modules = {"monitor." + name(p).removesuffix(".py").replace("/", ".").removesuffix(".__init__") for p in files()}
    for path in files():
        own = "monitor." + name(path).removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        graph[own] = {m for m in imports(path) if m in modules and m != own}
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for other in graph[module]:
                visit(other, (*trail, module))
            done.add(module)

    for module in graph:
        visit(module, ())


@pytest.mark.parametrize("path", files(), ids=name)
def test_files_stay_small_enough_to_read(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{name(path)} has {lines} lines: split it (250 is the aim, 400 the limit)"

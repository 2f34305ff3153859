"""What the daemon's memory is made of at some moments of a soak: Python's objects, bounded caches, the allocators.

A leak shows as objects that become more while all caches are full. A cache that still fills shows with its bound. And
what an allocator holds without using it (it grows with the largest batch and is not given back) is neither.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import os
import re
import sys
import tempfile
import tracemalloc
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SHOWN = 12
_SIZES = ("resident", "python_used", "python_held", "c_used", "c_free")


class _MallInfo2(ctypes.Structure):
    """``struct mallinfo2`` of glibc 2.33 and newer."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()  # noqa: SIM905
    ]


@dataclass(frozen=True)
class Moment:
    """The process at one moment; sizes in bytes."""

    resident: int
    python_used: int  # Python's own allocator, which small objects come from
    python_held: int
    c_used: int  # the C library's heap: SQLite, large objects
    c_free: int  # held by it, of use to nobody now
    objects: Counter[str]
    caches: dict[str, tuple[int, int | None]]
    traced: tracemalloc.Snapshot | None


class Memory:
    """Notes moments, and tells what changed from the first to the last."""

    def __init__(self, *, trace: bool) -> None:
        """``trace``: which line asks for what, which makes everything twice as slow and large."""
        self._moments: list[Moment] = []
        if trace:
            tracemalloc.start(1)

    def note(self) -> None:
        """Look at everything now."""
        gc.collect()
        traced = tracemalloc.take_snapshot() if tracemalloc.is_tracing() else None
        with _alone():
            objects, caches = _objects(), _caches()
        self._moments.append(Moment(_resident(), *_small(), *_heap(), objects, caches, traced))

    def table(self) -> None:
        """Print what grew from the first moment to the last."""
        first, last = self._moments[0], self._moments[-1]
        self._rows("memory, MB", {name: [getattr(m, name) / 1e6 for m in self._moments] for name in _SIZES})
        grown = [name for name, _ in (last.objects - first.objects).most_common(_SHOWN)]
        self._rows("objects", {name: [m.objects[name] for m in self._moments] for name in grown})
        filling = [n for n, (size, _) in last.caches.items() if size > first.caches.get(n, (0, 0))[0]]
        bounded = {f"{name} (bound {last.caches[name][1]})": name for name in sorted(filling)}
        self._rows("caches", {t: [m.caches.get(n, (0, 0))[0] for m in self._moments] for t, n in bounded.items()})
        if first.traced and last.traced:
            _lines(first.traced, last.traced)

    def _rows(self, head: str, rows: Mapping[str, Sequence[float]]) -> None:
        print(f"\n| {head} |" + "".join(f" {n + 1} |" for n in range(len(self._moments))))
        print("| --- |" + " --- |" * len(self._moments))
        for name, values in rows.items():
            print(f"| {name} |" + "".join(f" {value:,.0f} |" for value in values))


def _lines(first: tracemalloc.Snapshot, last: tracemalloc.Snapshot) -> None:
    print("\n| asked for in | grown, kB | now, kB |\n| --- | --- | --- |")
    for change in last.compare_to(first, "lineno")[: 2 * _SHOWN]:
        at = change.traceback[0]
        place = "/".join(Path(at.filename).parts[-3:])
        print(f"| {place}:{at.lineno} | {change.size_diff / 1000:.0f} | {change.size / 1000:.0f} |")


@contextmanager
def _alone() -> Iterator[None]:
    """Let no other thread run: a tuple that one is just building must not be seen by two."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(60.0)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _small() -> tuple[int, int]:
    """Bytes of Python's own allocator in use, and held: it tells them to standard error only."""
    with tempfile.TemporaryFile() as file:
        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            sys._debugmallocstats()  # noqa: SLF001 - there is no other way
        finally:
            os.dup2(kept, 2)
            os.close(kept)
        file.seek(0)
        text = file.read().decode()
    used = re.search(r"# bytes in allocated blocks\s+=\s+([\d,]+)", text)
    held = re.search(r"\d+ arenas \* \d+ bytes/arena\s+=\s+([\d,]+)", text)
    return _number(used), _number(held)


def _number(found: re.Match[str] | None) -> int:
    return int(found[1].replace(",", "")) if found else 0


def _heap() -> tuple[int, int]:
    library = ctypes.CDLL(None)
    if not hasattr(library, "mallinfo2"):
        return 0, 0
    library.mallinfo2.restype = _MallInfo2
    info = library.mallinfo2()
    return int(info.uordblks + info.hblkhd), int(info.fordblks)


def _objects() -> Counter[str]:
    return Counter(f"{type(one).__module__}.{type(one).__qualname__}" for one in gc.get_objects())


def _caches() -> dict[str, tuple[int, int | None]]:
    found = {}
    for one in gc.get_objects():
        if isinstance(one, functools._lru_cache_wrapper):  # noqa: SLF001 - there is no other name for it
            info = one.cache_info()
            of = one.__wrapped__
            name = getattr(of, "__qualname__", type(of).__qualname__)  # a connection's statements are cached so too
            found[f"{getattr(of, '__module__', '')}.{name}"] = (info.currsize, info.maxsize)
    return found

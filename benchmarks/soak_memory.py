"""What the daemon's memory is made of at two moments of a soak: Python's objects, bounded caches, the allocator.

A leak shows as objects that become more while all caches are full. A cache that still fills shows with its bound. And
what the C library holds without using it (an arena grows with the largest batch and is not given back) is neither.
"""

from __future__ import annotations

import ctypes
import functools
import gc
import os
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_SHOWN = 12


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
    used: int  # of the C library's heap, by whoever asked for it
    free: int  # held by the C library, of use to nobody now
    objects: Counter[str]
    caches: dict[str, tuple[int, int | None]]
    traced: tracemalloc.Snapshot


class Memory:
    """Notes moments, and tells what changed from the first to the last."""

    def __init__(self) -> None:
        """Begin to trace which line asks for what."""
        tracemalloc.start(1)
        self._moments: list[Moment] = []

    def note(self) -> None:
        """Look at everything now."""
        gc.collect()
        used, free = _heap()
        with _alone():
            objects, caches = _objects(), _caches()
        self._moments.append(Moment(_resident(), used, free, objects, caches, tracemalloc.take_snapshot()))

    def table(self) -> None:
        """Print what grew."""
        first, last = self._moments[0], self._moments[-1]
        print("\n| memory, MB (traced) | a third through | at the end |\n| --- | --- | --- |")
        for name in ("resident", "used", "free"):
            print(f"| {name} | {getattr(first, name) / 1e6:.1f} | {getattr(last, name) / 1e6:.1f} |")
        print("\n| objects | a third through | at the end |\n| --- | --- | --- |")
        grown = last.objects - first.objects
        for name, _ in grown.most_common(_SHOWN):
            print(f"| {name} | {first.objects[name]:,} | {last.objects[name]:,} |")
        print("\n| cache | a third through | at the end | bound |\n| --- | --- | --- | --- |")
        for name, (size, bound) in sorted(last.caches.items(), key=lambda c: -c[1][0])[:_SHOWN]:
            print(f"| {name} | {first.caches.get(name, (0, 0))[0]:,} | {size:,} | {bound or 'none'} |")
        print("\n| asked for in | grown, kB | now, kB |\n| --- | --- | --- |")
        for change in last.traced.compare_to(first.traced, "lineno")[: 2 * _SHOWN]:
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

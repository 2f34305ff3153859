"""Tricks a daemon of the nursery plays on itself: clocks that run, stand or jump, points at which it ends or hangs."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import time_machine

from monitor.service import clock as clocks
from monitor.service.clock import Clock


async def still(_: object) -> int:
    """A step that never ends."""
    await asyncio.Event().wait()
    return 0


def clock_of(rate: float, haste: str) -> Clock:
    """The daemon's clock.

    ``haste``: "decisions" (the outbox keeps real time), "all", a moment since which it lives so fast, or "from" and
    a moment at which it stands until SIGUSR1 comes. At rate 1, SIGUSR1 and SIGUSR2 set the machine's clock, as this
    process sees it, two hours back and an hour forward.
    """
    if rate == 1:
        signal.signal(signal.SIGUSR1, lambda *_: jump(-2))
        signal.signal(signal.SIGUSR2, lambda *_: jump(1))
        return clocks.WallClock()
    if haste.startswith("from "):
        held = clocks.FastClock(datetime.fromisoformat(haste.removeprefix("from ")), rate, held=True)
        signal.signal(signal.SIGUSR1, lambda *_: held.go())
        return held
    now = zero = datetime.now(UTC)
    if haste not in ("decisions", "all"):
        zero = datetime.fromisoformat(haste)
    clock = clocks.FastClock(zero + (now - zero) * rate, rate)
    if haste == "all":
        clocks.real_now = clock.now
    return clock


def arm(point: str, *, hang: bool = False) -> None:
    """At the N-th call of a function the process dies as by the machine, or its thread stops for ever (``hang``).

    ``point``: NAME, NAME<CALLER, each with @N where it is not the first call.
    """
    what, _, nth = point.partition("@")
    name, _, caller = what.partition("<")
    left = int(nth or "1")

    def seen(frame: FrameType, event: str, called: Any) -> None:
        nonlocal left
        inside = event == "call"
        if not inside and event != "c_call":
            return
        by = frame.f_back if inside else frame
        is_called = frame.f_code.co_name if inside else getattr(called, "__name__", "")
        if is_called != name or (caller and (by is None or by.f_code.co_name != caller)):
            return
        left -= 1
        if left == 0 and hang:
            threading.Event().wait()
        elif left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    threading.setprofile(seen)
    sys.setprofile(seen)


def jump(hours: int) -> None:
    """Set the clock of the machine, as this process sees it."""
    time_machine.travel(datetime.now(UTC) + timedelta(hours=hours), tick=True).start()

"""Failpoints: named places where a test kills the process, to prove that nothing is lost there.

``STORYWATCH_FAILPOINT=NAME[@N]`` kills the process (SIGKILL) when the point NAME is reached for the N-th time.
Names: start:store-open; poll:fetched; ingest: and wake: (a batch without polls) begun, items-written, alerts-written,
before-commit, committed; timer: (as one of the kind begins) wait, digest, together and so on; deliver:begun,
claimed, composed, sent, recorded.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable


def from_environment() -> Callable[[str], None]:
    """The function to call at each named point; does nothing where the variable is not set."""
    name, _, nth = os.environ.get("STORYWATCH_FAILPOINT", "").partition("@")
    if not name:
        return lambda _: None
    left = int(nth or "1")

    def reached(point: str) -> None:
        nonlocal left
        if point == name:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return reached

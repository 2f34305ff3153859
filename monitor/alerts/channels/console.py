"""Console: standard output of the process. Colours only on a terminal that wants them (https://no-color.org)."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from typing import TextIO

from monitor.model.delivery import Message, Retry, SendOutcome, Sent

_COLOURS = {"DENIED": 31, "CORRECTED": 31, "STAGE": 35, "FIGURE": 33, "OPENED": 32, "NOTICE": 31}
_PLAIN = 36
_FIRST = re.compile(r"^(?P<when>\S.*?)  (?P<reason>[^\W\d_a-z]+)  (?P<rest>.*)$", re.MULTILINE)


class ConsoleSender:
    """Writes the compact form of a message."""

    def __init__(self, stream: TextIO | None = None) -> None:
        """Write to ``stream``; by default to what standard output is when a message is sent."""
        self._stream = stream

    async def send(self, message: Message, *, done: tuple[str, ...] = ()) -> SendOutcome:  # noqa: ARG002
        """Write ``message``; a reader that has gone away is a Retry."""
        stream = self._stream or sys.stdout
        if _closed(stream):
            return Retry("standard output is closed")
        text = coloured(message.console) if wants_colour(stream) else message.console
        try:
            await asyncio.to_thread(_write, stream, text)
        except (OSError, ValueError) as error:
            return Retry(f"standard output: {error}")
        return Sent()

    async def probe(self) -> SendOutcome:
        """Whether there is a standard output."""
        return Retry("standard output is closed") if _closed(self._stream or sys.stdout) else Sent()

    async def aclose(self) -> None:
        """Standard output belongs to the process."""


def wants_colour(stream: TextIO) -> bool:
    """Whether ``stream`` is a terminal whose user did not say no to colours."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text: str) -> str:
    """``text`` with the Reason of each line in its colour and the headline in bold."""
    return _FIRST.sub(_paint, text)


def _paint(line: re.Match[str]) -> str:
    colour = _COLOURS.get(line["reason"], _PLAIN)
    return f"\x1b[2m{line['when']}\x1b[0m  \x1b[{colour};1m{line['reason']}\x1b[0m  \x1b[1m{line['rest']}\x1b[0m"


def _closed(stream: TextIO | None) -> bool:
    return stream is None or stream.closed


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()

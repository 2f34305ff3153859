"""Heads: the commonest question and the commonest answer written and read without h11's machinery.

Most polls are a GET that is answered 304, both a few plain lines. What is in any way unusual is None here, and h11
then does it or says what is wrong; where this module answers, it answers as h11 would (RFC 9112, sections 2 to 6).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

Raw = list[tuple[bytes, bytes]]

_TOKEN = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
_TEXT = rb"[!-~](?:[ -~]*[!-~])?"  # neither begins nor ends with a space
_NAME, _VALUE, _TARGET = re.compile(_TOKEN), re.compile(_TEXT), re.compile(rb"[!-~]+")
_LINE = _TOKEN + rb":[ \t]*+(?:" + _TEXT + rb"[ \t]*+)?\r\n"
_ANSWER = re.compile(rb"HTTP/1\.1 304(?: [ -~]*)?\r\n(?:" + _LINE + rb")*+\r\n")
_FRAMING = re.compile(rb"\n(?:content-length|transfer-encoding):", re.IGNORECASE)  # h11 judges what they say
_LONG = 8_192
NOT_MODIFIED = 304


def question(target: bytes, headers: Raw) -> bytes | None:
    """Return the head of a GET without a body; None where h11 has to write it."""
    if not _TARGET.fullmatch(target) or not all(_plain(name, value) for name, value in headers):
        return None
    lines = b"\r\n".join([b"%b: %b" % header for header in headers])
    head = b"GET %b HTTP/1.1\r\n%b\r\n\r\n" % (target, lines)
    return head if _host_first(headers) and not _FRAMING.search(head) else None


def unchanged(data: bytes) -> Raw | None:
    """Return the headers of an answer that begins ``data`` whole and is 304; None for anything else."""
    if not data.startswith(b"HTTP/1.1 304"):
        return None
    end = data.find(b"\r\n\r\n", 0, _LONG) + 4
    if end < 4 or not _ANSWER.fullmatch(data, 0, end) or _FRAMING.search(data, 0, end):
        return None
    return list(_split(data[:end].splitlines()[1:-1]))


def _split(lines: Iterable[bytes]) -> Iterable[tuple[bytes, bytes]]:
    for line in lines:
        name, _, value = line.partition(b":")
        yield name, value.strip(b" \t")


def _plain(name: bytes, value: bytes) -> bool:
    return _NAME.fullmatch(name) is not None and _VALUE.fullmatch(value) is not None


def _host_first(headers: Raw) -> bool:
    return [n for n, (name, _) in enumerate(headers) if name.lower() == b"host"] == [0]

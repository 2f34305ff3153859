"""Inflate: a response body put together under caps, before and after decompression.

HTTP libraries unpack first and let the caller look afterwards: a few kilobytes then become
gigabytes, and a torn archive passes for a short one. Here each byte is counted before it is kept.
"""

from __future__ import annotations

import zlib

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP, _RAW_DEFLATE, _ZLIB = 31, -15, 15  # zlib's wbits
ACCEPTED = "gzip, deflate"


class BodyRefusedError(Exception):
    """A body that is too large, torn or wrongly encoded; ``kind`` as in FetchFailed."""

    def __init__(self, kind: str, detail: str) -> None:
        """Keep ``kind`` and the one-line ``detail``."""
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def encoding_of(header: str) -> str:
    """Return the one coding named by a Content-Encoding header: "", "gzip" or "deflate".

    More than one coding is refused: that is how bombs are nested, and no feed needs it.
    """
    codings = [c for c in (part.strip().lower() for part in header.split(",")) if c not in ("", "identity")]
    if len(codings) > 1:
        raise BodyRefusedError("encoding", f"{len(codings)} content encodings, one inside the other")
    coding = codings[0].removeprefix("x-") if codings else ""
    if coding not in ("", "gzip", "deflate"):
        raise BodyRefusedError("encoding", "an unknown content encoding, which was not asked for")
    return coding


class Body:
    """Collects a body chunk by chunk; ``max_bytes`` bounds it as sent and as unpacked, each."""

    def __init__(self, encoding: str, max_bytes: int) -> None:
        """Start an empty body in ``encoding`` ("", "gzip" or "deflate")."""
        self._encoding = encoding
        self._max = max_bytes
        self._received = 0
        self._out = bytearray()
        self._begun = False
        self._pending = b""  # bytes too few to tell what begins there
        self._unpacker: zlib._Decompress | None = None

    def add(self, chunk: bytes) -> None:
        """Take the next bytes as they came over the wire; raises BodyRefusedError."""
        self._received += len(chunk)
        if self._received > self._max:
            raise BodyRefusedError("too-large", f"more than {self._max} bytes were sent")
        if not self._encoding:
            self._out += chunk
            return
        data = self._pending + chunk
        self._pending = b""
        while data:
            data = self._unpack(data)

    def finish(self) -> bytes:
        """Return the whole body; raises BodyRefusedError when a compressed one broke off."""
        if self._unpacker is not None or self._pending.strip(b"\0"):
            raise BodyRefusedError("torn", "the compressed body broke off")
        return bytes(self._out)

    def _unpack(self, data: bytes) -> bytes:
        if self._unpacker is None:
            data = self._begin(data)
            if self._unpacker is None:
                return b""
        assert self._unpacker is not None
        try:
            self._out += self._unpacker.decompress(data, self._max - len(self._out) + 1)
        except zlib.error as error:
            raise BodyRefusedError("encoding", f"the body is not valid {self._encoding}") from error
        if len(self._out) > self._max:
            raise BodyRefusedError("too-large", f"more than {self._max} bytes after unpacking")
        if not self._unpacker.eof:
            return b""
        rest = self._unpacker.unused_data
        self._unpacker = None
        return rest

    def _begin(self, data: bytes) -> bytes:
        """Start the next gzip member (RFC 1952 allows several) or the deflate stream."""
        if self._begun:
            data = data.lstrip(b"\0")  # padding after a member
        if len(data) < len(_GZIP_MAGIC):
            self._pending = data
            return b""
        if self._encoding == "gzip":
            if not data.startswith(_GZIP_MAGIC):
                raise BodyRefusedError("encoding", "the body is not valid gzip")
            self._unpacker = zlib.decompressobj(_GZIP)
        elif self._begun:
            raise BodyRefusedError("encoding", "bytes follow the end of the deflate stream")
        else:
            # RFC 9110 says zlib format; some servers send the bare stream.
            zlib_header = data[0] & 0x0F == 8 and int.from_bytes(data[:2]) % 31 == 0
            self._unpacker = zlib.decompressobj(_ZLIB if zlib_header else _RAW_DEFLATE)
        self._begun = True
        return data

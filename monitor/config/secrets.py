"""Secrets: passwords and tokens, read from files that only we can read. Never printed, never stored.

A secret is named in storywatch.toml by a file: found in $CREDENTIALS_DIRECTORY (systemd's
LoadCredential, https://systemd.io/CREDENTIALS/), else beside the file that names it, and then it
must be readable by its owner alone.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from monitor.errors import ConfigError, Problem

LIMIT = 65_536  # bytes


@dataclass(frozen=True, slots=True)
class Secret:
    """What a secret file held, without the line end; not shown when printed."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a secret was not taken, and what to do; never holds any of the secret."""

    file: str
    message: str
    hint: str = ""


def read(name: str | Path, base: Path, environ: Mapping[str, str] | None = None) -> str:
    """Return the secret in file ``name`` (relative to ``base``); raise ConfigError when it is refused."""
    found = look(name, base, os.environ if environ is None else environ)
    if isinstance(found, Refused):
        raise ConfigError((Problem(found.file, 0, "", found.message, found.hint),))
    return found.value


def look(name: str | Path, base: Path, environ: Mapping[str, str]) -> Secret | Refused:
    """Return the secret in file ``name``, or why it is refused."""
    handed = environ.get("CREDENTIALS_DIRECTORY", "")
    credential = Path(handed) / name if handed and os.sep not in str(name) else None
    given = credential is not None and credential.is_file()
    path = credential if credential is not None and given else base / name
    # systemd guards the directory itself; there a group bit is only the mask of its access list.
    forbidden = 0o007 if given else 0o077
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "not a file name"
        return Refused(str(path), f"the secret file {path} cannot be read: {reason}", _WRITE_IT.format(path=path))
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            return Refused(str(path), f"the secret {path} is not a file")
        if status.st_mode & forbidden:
            return Refused(str(path), f"the secret file {path} can be read by others", f"chmod 600 {path}")
        return _taken(path, os.read(handle, LIMIT + 1))
    finally:
        os.close(handle)


_WRITE_IT = "write the secret into it and nothing else, then: chmod 600 {path}"


def _taken(path: Path, body: bytes) -> Secret | Refused:
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return Refused(str(path), f"the secret file {path} is not text")
    if not text or len(body) > LIMIT:
        return Refused(str(path), f"the secret file {path} is {'too large' if text else 'empty'}")
    if any(not char.isprintable() for char in text):
        return Refused(str(path), f"the secret file {path} holds more than one line or control characters")
    return Secret(text)

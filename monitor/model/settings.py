"""Settings: storywatch.toml as one frozen value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitor.model.alert import Route
from monitor.model.delivery import Channel
from monitor.model.feed import Feed
from monitor.model.storyline import AlertPolicy, Rule


@dataclass(frozen=True, slots=True)
class Polling:
    """How feeds are asked. ``every_s`` bounds the adaptive cadence; sizes in bytes, times in seconds."""

    contact: str = ""
    every_s: tuple[int, int] = (300, 21_600)
    allow_networks: tuple[str, ...] = ()
    concurrency: int = 32
    per_host: int = 2
    host_rate: int = 5  # polls of one host that are begun in a second, at most
    timeout_s: float = 30.0
    max_bytes: int = 15_000_000
    proxy: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Web:
    """The page. ``listen`` is "host:port" on loopback, "unix:/path" or "" (off); ``edit`` lets it change rules.

    ``password``: what it asks for ("" = nothing).
    """

    listen: str = ""
    edit: bool = False
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything storywatch.toml, its feed lists and its rules say, validated.

    ``feeds`` are the ones named in the file and those built from ``searches`` for the enabled rules;
    ``opml`` are the paths of lists that hold more. ``defaults`` fills what a rule's ``[alert]`` leaves out.
    ``sources`` are the files and directories that were read, for whoever watches them for changes, as are
    ``secret_files``: where each secret was looked for beside the file that names it.
    ``templates`` is the directory of the user's own message templates. ``health`` is where health and metrics are
    served, as ``Web.listen``.
    """

    path: Path
    timezone: str
    language: str
    database: Path
    keep_items: timedelta
    polling: Polling
    feeds: tuple[Feed, ...]
    channels: Mapping[str, Channel]
    routes: Mapping[str, Route]
    rules: tuple[Rule, ...]
    lexicons: Path | None = None
    opml: tuple[Path, ...] = ()
    searches: tuple[str, ...] = ()
    web: Web = field(default_factory=Web)
    defaults: AlertPolicy = field(default_factory=AlertPolicy)
    rules_directory: Path | None = None
    sources: tuple[Path, ...] = ()
    templates: Path | None = None
    health: str = ""
    secret_files: tuple[Path, ...] = ()

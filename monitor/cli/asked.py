"""Asked: what stands on the command line for every command, and the configuration it leads to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.show import Screen, count
from monitor.errors import UsageError
from monitor.lang.safe import one_line
from monitor.model.settings import Settings
from monitor.model.storyline import Rule

if TYPE_CHECKING:
    from monitor.store.database import Database

NAME = "storywatch.toml"
SYSTEM = Path("/etc/storywatch") / NAME
VARIABLE = "STORYWATCH_CONFIG"

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that every command understands. ``colour`` None: as the terminal can."""

    config: Path | None = None
    colour: bool | None = None
    level: str = "info"

    @property
    def screen(self) -> Screen:
        """Where answers go."""
        return Screen(colour=self.colour)

    def path(self) -> Path:
        """The configuration in use. Raises UsageError where there is none."""
        if self.config is not None:
            return _existing(self.config, "--config")
        named = os.environ.get(VARIABLE, "")
        if named:
            return _existing(Path(named), f"${VARIABLE}")
        for path in (Path(NAME), SYSTEM):
            if path.is_file():
                return path
        raise UsageError(
            f"there is no {NAME} here and no {SYSTEM}: write one with `storywatch init`, or name it with --config PATH"
        )

    def settings(self) -> Settings:
        """The configuration, read and checked. Raises ConfigError, UsageError."""
        from monitor.pipeline.assemble import load

        return load(self.path())

    def usable(self) -> Settings:
        """The configuration without the rules and lists that are broken, which are told on standard error.

        For commands that look at what is there: one broken rule must not hide the state of the others. Raises
        ConfigError when storywatch.toml itself is broken, UsageError.
        """
        from monitor.pipeline.assemble import load_what_holds

        loaded = load_what_holds(self.path())
        if loaded.problems:
            told = one_line(str(loaded.problems[0]), 500)
            more = f" and {count(len(loaded.problems) - 1, 'more problem')}" if len(loaded.problems) > 1 else ""
            sys.stderr.write(f"storywatch: warning: {told}{more}; see: storywatch check\n")
        return loaded.settings

    @contextmanager
    def reading(self, settings: Settings) -> Iterator[Database]:
        """The database, opened as a reader beside whoever writes. Raises StoreError."""
        from monitor.store.database import Database

        with Database.open(settings.database, writer=False) as db:
            yield db

    @contextmanager
    def writing(self, settings: Settings) -> Iterator[Database]:
        """The database, opened for short transactions beside the daemon. Raises StoreError."""
        from monitor.store.database import Database

        with Database.open(settings.database, writer=True, create=False) as db:
            yield db


def of(ctx: typer.Context) -> Asked:
    """What was asked for on this command line."""
    asked = ctx.find_root().obj
    return asked if isinstance(asked, Asked) else Asked()


def now() -> datetime:
    """The wall clock, aware UTC: commands are asked by a person, now."""
    return datetime.now(UTC)


def rule_of(settings: Settings, slug: str) -> Rule:
    """The rule named ``slug``. Raises UsageError that names the nearest one."""
    for rule in settings.rules:
        if rule.slug == slug:
            return rule
    raise UsageError(
        f'there is no rule "{slug}"{meant(slug, (r.slug for r in settings.rules))}; see: storywatch rule list'
    )


def meant(given: str, known: Iterator[str] | tuple[str, ...]) -> str:
    """``, did you mean "x"?`` for the known word most like ``given``, else ""."""
    from difflib import get_close_matches

    close = get_close_matches(given, list(known), n=1, cutoff=0.6)
    return f', did you mean "{close[0]}"?' if close else ""


def _existing(path: Path, where: str) -> Path:
    if path.is_dir():
        path /= NAME
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file (from {where}): check the path, or write one: storywatch init")
    return path

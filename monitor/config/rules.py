"""Rules: rules/*.toml and their seed documents, each file read by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path
from typing import Any

from anyascii import anyascii

from monitor.config import seeds
from monitor.config.document import Document, checked, parsed, read
from monitor.config.kinds import nearest
from monitor.config.lines import Place
from monitor.config.shapes import AlertShape, RuleShape
from monitor.errors import Problem
from monitor.model.storyline import AlertPolicy, Rule, SeedDocument, Storyline

CONSOLE = "console"  # the route and the channel that are always there
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The rules of a directory: the good ones, the slugs of the broken ones, and every problem.

    ``whole`` is False when the directory itself could not be read: then nothing is known of any rule.
    ``seeds`` are the paths of the seed documents that were named, there or not.
    """

    rules: tuple[Rule, ...] = ()
    problems: tuple[Problem, ...] = ()
    broken: frozenset[str] = frozenset()
    whole: bool = True
    seeds: tuple[Path, ...] = ()

    def in_force(self, last: Iterable[Rule] = ()) -> tuple[Rule, ...]:
        """Return the good rules, and of the broken ones the version in ``last``; sorted by slug."""
        kept = [rule for rule in last if rule.slug in self.broken or not self.whole]
        known = {rule.slug: rule for rule in (*kept, *self.rules)}
        return tuple(known[slug] for slug in sorted(known))


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One rule file as it was read: the rule, or (None) everything that is wrong with it."""

    slug: str
    rule: Rule | None
    problems: tuple[Problem, ...] = ()
    seeds: tuple[Path, ...] = ()


_OUTSIDE = "is not in the directory of the configuration: the page reads no document elsewhere"


@dataclass(frozen=True, slots=True)
class Around:
    """What a rule may refer to. None: not known here, so that it is not checked.

    ``inside``: directories in one of which its seed documents must lie, whatever links and dots lead to them; for the
    words of someone who may not read every file that we may.
    """

    defaults: AlertPolicy = field(default_factory=AlertPolicy)
    routes: Collection[str] | None = None
    feeds: Collection[str] | None = None
    inside: Collection[Path] | None = None


def load_rules(directory: Path, around: Around | None = None) -> RuleSet:
    """Return the rules in ``directory`` (``SLUG.toml`` each), or in the one file it names.

    A broken file hides no other. Hidden files, backups and directories are passed over.
    """
    if directory.is_file():
        paths = [directory]
    else:
        try:
            paths = sorted(path for path in directory.iterdir() if _is_rule(path))
        except OSError as error:
            return RuleSet(problems=(_no_directory(directory, error),), whole=False)
    found = [load_rule(path, around or Around()) for path in paths]
    return RuleSet(
        rules=tuple(file.rule for file in found if file.rule),
        problems=tuple(problem for file in found for problem in file.problems),
        broken=frozenset(file.slug for file in found if not file.rule),
        seeds=tuple(dict.fromkeys(seed for file in found for seed in file.seeds)),
    )


def _is_rule(path: Path) -> bool:
    return path.suffix == ".toml" and not path.name.startswith((".", "#")) and not path.is_dir()


def _no_directory(directory: Path, error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError):
        hint = f'make it and put a first rule in it, such as {directory}/my-story.toml: phrase = "..."'
        return Problem(str(directory), 0, "", "there is no such directory of rules", hint)
    return Problem(str(directory), 0, "", f"cannot be read: {error.strerror}")


def load_rule(path: Path, around: Around) -> RuleFile:
    """Return what the file at ``path`` says: the rule, or everything that is wrong with it."""
    return _rule_file(path, read(path), around)


def try_rule(path: Path, text: str, around: Around) -> RuleFile:
    """Return what ``text`` would say if it stood in the file at ``path``; nothing is written."""
    return _rule_file(path, parsed(path, text), around)


def _rule_file(path: Path, document: Document | Problem, around: Around) -> RuleFile:
    if isinstance(document, Problem):
        return RuleFile(path.stem, None, (document,))
    shape, problems = checked(document, RuleShape)
    documents, missing = _seeds(document, shape, around.inside)
    problems += [*_slug_problem(document), *_needs(document), *missing, *_references(document, shape, around)]
    rule = Rule(_storyline(path.stem, shape, documents), policy(shape.alert, around.defaults), shape.enabled, str(path))
    return RuleFile(
        slug=path.stem,
        rule=None if problems else replace(rule, hash=rule_hash(rule)),
        problems=tuple(sorted(problems, key=lambda problem: problem.line)),
        seeds=tuple(path.parent / name for name in shape.seeds),
    )


def policy(shape: AlertShape, base: AlertPolicy) -> AlertPolicy:
    """Return ``base`` with what ``shape`` says laid over it; who names no route is told on the console."""
    given = {name: getattr(shape, name) for name in shape.model_fields_set}
    routes = tuple(given.get("routes", base.routes)) or (CONSOLE,)
    when = frozenset(given.get("when", base.when))
    return replace(base, **{**given, "routes": routes, "when": when})


def rule_hash(rule: Rule) -> str:
    """Return 16 hex digits that name what ``rule`` says: the same for another order of keys or comments.

    It covers the storyline with its seed texts, the alert policy in force and ``enabled``; not the path.
    """
    content = replace(rule, path="", hash="")
    written = json.dumps(content, sort_keys=True, ensure_ascii=False, default=_plain)
    return sha256(written.encode("utf-8", "replace")).hexdigest()[:16]


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {part.name: getattr(value, part.name) for part in fields(value)}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"no plain form of {type(value)}")


def _storyline(slug: str, shape: RuleShape, documents: tuple[SeedDocument, ...]) -> Storyline:
    return Storyline(
        slug=slug,
        phrase=shape.phrase or "",
        about=shape.about or "",
        names=None if shape.names is None else tuple(shape.names),
        all=tuple(tuple(group) for group in shape.all),
        any=tuple(shape.any),
        none=tuple(shape.none),
        strict=shape.strict,
        fuzzy=shape.fuzzy,
        follow=shape.follow,
        languages=tuple(shape.languages),
        feeds=tuple(shape.feeds),
        since=shape.since,
        seeds=documents,
    )


def _seeds(
    document: Document, shape: RuleShape, inside: Collection[Path] | None
) -> tuple[tuple[SeedDocument, ...], list[Problem]]:
    documents: list[SeedDocument] = []
    problems: list[Problem] = []
    for name in shape.seeds:
        path = document.path.parent / name
        if inside is not None and not _lies(path, inside):
            problems.append(document.problem(place(document, ("seeds",), name), _OUTSIDE))
            continue
        found = seeds.read(path)
        if isinstance(found, SeedDocument):
            documents.append(found)
            continue
        hint = nearest(path.name, _siblings(path)) if not path.exists() else found.hint
        at = f":{found.line}" if found.line else ""
        problems.append(document.problem(place(document, ("seeds",), name), f"{path}{at}: {found.message}", hint))
    return tuple(documents), problems


def _lies(path: Path, inside: Collection[Path]) -> bool:
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):  # links in a circle, a zero byte
        return False
    return any(real.is_relative_to(directory.resolve()) for directory in inside)


def _siblings(path: Path) -> Sequence[str]:
    try:
        return [other.name for other in path.parent.iterdir()]
    except OSError:
        return []


def _slug_problem(document: Document) -> Iterable[Problem]:
    slug = document.path.stem
    if not _SLUG.fullmatch(slug):
        better = re.sub(r"[^a-z0-9]+", "-", anyascii(slug).lower()).strip("-")[:64].strip("-")
        hint = f"rename it to {better}.toml" if better else ""
        message = f'the name of a rule is of a-z, 0-9, "-" and "_", 64 at most; found "{slug}"'
        yield Problem(document.file, 0, "", message, hint)


def _needs(document: Document) -> Iterable[Problem]:
    if document.raw.keys() - RuleShape.model_fields.keys():
        return  # a misspelt key is said for itself, and may be the one that is missing
    if not any(document.raw.get(key) for key in ("phrase", "all", "seeds")):
        hint = 'the smallest rule is one line: phrase = "Trump Moscow visit"'
        yield Problem(document.file, 0, "", "says no story: phrase, all or seeds is needed", hint)


def _references(document: Document, shape: RuleShape, around: Around) -> Iterable[Problem]:
    yield from unknown_names(document, ("alert", "routes"), shape.alert.routes or (), around.routes, "route")
    if around.feeds is None:
        return
    for glob in shape.feeds:
        if not any(fnmatchcase(name, glob) for name in around.feeds):
            hint = nearest(glob, {*around.feeds, *(f"{name.rpartition('/')[0]}/*" for name in around.feeds)})
            yield document.problem(place(document, ("feeds",), glob), f'no feed is named "{glob}" or like it', hint)


def place(document: Document, path: Place, name: str) -> Place:
    """Return where ``name`` stands in the list at ``path`` of the file itself (the list, when not found)."""
    found: Any = document.raw
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else found[int(part)] if found else None
    return (*path, found.index(name)) if isinstance(found, list) and name in found else path


def unknown_names(
    document: Document, path: Place, names: Sequence[str], known: Collection[str] | None, what: str
) -> Iterable[Problem]:
    """Yield a problem for each of ``names`` (the list at ``path``) that is not in ``known`` (None: all are)."""
    for name in names:
        if known is not None and name not in known:
            allowed = ", ".join(sorted(known))
            message = f'there is no {what} "{name}"; defined in storywatch.toml: {allowed}'
            yield document.problem(place(document, path, name), message, nearest(name, known))

"""Load: storywatch.toml and everything it names, as one frozen value, or every problem at once."""

from __future__ import annotations

import os
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from importlib.resources import files
from pathlib import Path

from monitor.config import channels
from monitor.config.channels import Building
from monitor.config.document import checked, read, read_text
from monitor.config.kinds import nearest
from monitor.config.rules import CONSOLE, Around, RuleSet, load_rules, place, policy, unknown_names
from monitor.config.searches import search_feeds, search_name
from monitor.config.site import RouteShape, SiteShape, SmtpShape
from monitor.errors import ConfigError, Problem
from monitor.model.alert import Route
from monitor.model.delivery import Channel, ConsoleChannel
from monitor.model.feed import Feed
from monitor.model.settings import Polling, Settings, Web
from monitor.model.storyline import AlertPolicy, Rule

__all__ = ["Examined", "examine", "load", "load_rules"]


@dataclass(frozen=True, slots=True)
class Examined:
    """What a configuration says, and what is wrong with it.

    ``settings`` is None when storywatch.toml itself cannot be used: the last good ones stay in force. When only
    rules are broken they are left out of it, or stand there as they last were.
    """

    settings: Settings | None
    problems: tuple[Problem, ...] = ()
    rules: RuleSet = field(default_factory=RuleSet)


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """Return the settings in the file at ``path`` with its rules; raise ConfigError with every problem."""
    examined = examine(path, environ=environ)
    if examined.settings is None or examined.problems:
        raise ConfigError(examined.problems)
    return examined.settings


def examine(path: Path, last: Iterable[Rule] = (), environ: Mapping[str, str] | None = None) -> Examined:
    """Return what the file at ``path`` and its rules say, and every problem.

    For a broken rule its version in ``last`` is kept.
    ``environ`` (the process's own where not given) holds STATE_DIRECTORY and CREDENTIALS_DIRECTORY.
    """
    document = read(path)
    if isinstance(document, Problem):
        hint = f"write one with: storywatch init {path.parent}" if "no such" in document.message else ""
        return Examined(None, (replace(document, hint=document.hint or hint),))
    shape, problems = checked(document, SiteShape)
    if document.blank:  # as a file is for a moment while it is being written; it must not take all feeds away
        problems.append(Problem(document.file, 0, "", "is empty", "a comment in it is enough, if you mean it"))
    build = Building(document, os.environ if environ is None else environ, problems)
    settings = _settings(build, shape)
    own = _by_line(build.problems)
    rules = load_rules(settings.rules_directory or path, _around(build, settings, shape))
    in_force = rules.in_force(last)
    settings = replace(
        settings,
        rules=in_force,
        feeds=(*settings.feeds, *search_feeds(settings.searches, in_force)),
        sources=tuple(dict.fromkeys((*settings.sources, *(seed.parent for seed in rules.seeds)))),
    )
    return Examined(None if own else settings, (*own, *rules.problems), rules)


_TOGETHER = timedelta(minutes=1)
_CAP = (60, timedelta(hours=1))  # more messages in an hour nobody reads


def _by_line(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _around(build: Building, settings: Settings, shape: SiteShape) -> Around:
    """What rules may refer to: also what was left out because it is broken, told of elsewhere."""
    raw = build.document.raw
    routes = {*settings.routes, *_keys(raw.get("routes"))}
    names = {feed.name for feed in settings.feeds} | set(_named(raw))
    slugs = {path.stem for path in settings.rules_directory.glob("*.toml")} if settings.rules_directory else set()
    searched = {search_name(slug, number) for slug in slugs for number in range(1, len(settings.searches) + 1)}
    # The feeds of an OPML list are not known here, so neither is what a rule's patterns meet.
    return Around(settings.defaults, routes, None if shape.feeds.opml else names | searched)


def _keys(table: object) -> Iterable[str]:
    return table.keys() if isinstance(table, Mapping) else ()


def _named(raw: Mapping[str, object]) -> Iterable[str]:
    feeds = raw.get("feeds")
    blocks = feeds.get("feed") if isinstance(feeds, Mapping) else None
    for block in blocks if isinstance(blocks, list) else []:
        if isinstance(block, Mapping) and isinstance(block.get("name"), str):
            yield block["name"]


def _settings(build: Building, shape: SiteShape) -> Settings:
    base = build.base
    made = _channels(build, shape)
    rules_directory = base / shape.rules
    lexicons = _lexicons(build, shape)
    templates = _templates(build, shape)
    opml = tuple(base / name for name in shape.feeds.opml)
    for name, path in zip(shape.feeds.opml, opml, strict=True):
        if not path.is_file():
            build.wrong(place(build.document, ("feeds", "opml"), name), f"{path}: there is no such file")
    routes = _routes(build, shape, {*made, *_keys(build.document.raw.get("channels"))})
    _default_routes(build, shape, routes)
    return Settings(
        path=build.document.path,
        timezone=shape.timezone,
        language=shape.language,
        database=_database(build, shape),
        keep_items=shape.storage.keep_items,
        polling=_polling(build, shape),
        feeds=_feeds(build, shape),
        channels=made,
        routes=routes,
        rules=(),
        lexicons=lexicons,
        opml=opml,
        searches=tuple(shape.feeds.searches),
        web=Web(shape.web.listen, shape.web.edit, build.secret(shape.web.password_file, ("web", "password_file"))),
        defaults=policy(shape.defaults, AlertPolicy()),
        rules_directory=rules_directory,
        sources=(build.document.path, rules_directory, *opml, *([lexicons] if lexicons else [])),
        templates=templates,
        health=shape.health.listen,
        secret_files=tuple(dict.fromkeys(build.secret_files)),
    )


def _database(build: Building, shape: SiteShape) -> Path:
    state = build.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return (Path(state) if state else build.base) / shape.storage.database


def _polling(build: Building, shape: SiteShape) -> Polling:
    polling = shape.polling
    if polling.proxy and polling.proxy_file:
        build.wrong(("polling", "proxy_file"), "has both proxy and proxy_file; one is enough")
    return Polling(
        contact=polling.contact or "",
        every_s=channels.span_s(polling.every),
        allow_networks=tuple(polling.allow_networks),
        concurrency=polling.concurrency,
        per_host=polling.per_host,
        host_rate=polling.host_rate,
        timeout_s=polling.timeout.total_seconds(),
        max_bytes=polling.max_bytes,
        proxy=polling.proxy or build.secret_address(polling.proxy_file, ("polling", "proxy_file")),
    )


def _feeds(build: Building, shape: SiteShape) -> tuple[Feed, ...]:
    numbers = _kept_numbers(build)
    made = tuple(channels.feed(build, ("feeds", "feed", numbers.get(feed.name, 0)), feed) for feed in shape.feeds.feed)
    names = list(_named(build.document.raw))
    for name, count in Counter(names).items():
        if count > 1:
            second = [number for number, other in enumerate(names) if other == name][1]
            build.wrong(("feeds", "feed", second, "name"), f'found "{name}" for {count} feeds; each name only once')
    return made


def _kept_numbers(build: Building) -> Mapping[str, int]:
    """Where each named feed stands in the file: the shape's list lacks the broken ones."""
    feeds = build.document.raw.get("feeds")
    blocks = feeds.get("feed") if isinstance(feeds, Mapping) else None
    numbered = enumerate(blocks if isinstance(blocks, list) else [])
    return {str(block.get("name")): number for number, block in numbered if isinstance(block, Mapping)}


def _channels(build: Building, shape: SiteShape) -> dict[str, Channel]:
    made: dict[str, Channel] = {CONSOLE: ConsoleChannel(CONSOLE)}
    return made | {name: channels.channel(build, name, channel) for name, channel in shape.channels.items()}


def _routes(build: Building, shape: SiteShape, known: Iterable[str]) -> dict[str, Route]:
    routes = {CONSOLE: Route(CONSOLE, timezone=shape.timezone)}
    for name, route in shape.routes.items():
        at = ("routes", name, "channels")
        build.problems += unknown_names(build.document, at, route.channels, set(known), "channel")
        routes[name] = Route(
            name=name,
            channels=tuple(dict.fromkeys(route.channels)),
            timezone=route.timezone or shape.timezone,
            quiet_hours=route.quiet_hours,
            urgent=frozenset(route.urgent),
            digest=route.digest or "",
            at_most=_CAP if route.at_most is None else route.at_most if route.at_most[0] else None,
            together=_together(shape, route),
        )
    return routes


def _together(shape: SiteShape, route: RouteShape) -> timedelta:
    """Two mails about one matter in a minute are one too many; a program that takes webhooks can wait for nothing."""
    if route.together is not None:
        return route.together
    by_mail = any(isinstance(shape.channels.get(name), SmtpShape) for name in route.channels)
    return _TOGETHER if by_mail else timedelta(0)


def _default_routes(build: Building, shape: SiteShape, routes: Mapping[str, Route]) -> None:
    known = {*routes, *_keys(build.document.raw.get("routes"))}
    at = ("defaults", "routes")
    build.problems += unknown_names(build.document, at, shape.defaults.routes or (), known, "route")


def _templates(build: Building, shape: SiteShape) -> Path | None:
    if shape.messages.templates is None:
        return None
    directory = build.base / shape.messages.templates
    if not directory.is_dir():
        build.wrong(("messages", "templates"), f"{directory}: there is no such directory")
    return directory


def _lexicons(build: Building, shape: SiteShape) -> Path | None:
    directory = build.base / (shape.lexicons or "lexicons")
    if not directory.is_dir():
        if shape.lexicons is not None:
            build.wrong(("lexicons",), f"{directory}: there is no such directory")
        return None
    shipped = {entry.name for entry in files("monitor.lang.data").iterdir() if entry.name.endswith(".toml")}
    for path in sorted(directory.glob("*.toml")):
        build.problems += _lexicon_problems(path, shipped)
    return directory


def _lexicon_problems(path: Path, shipped: set[str]) -> Iterable[Problem]:
    text = read_text(path)
    if isinstance(text, Problem):
        yield text
        return
    if path.name not in shipped:
        hint = nearest(path.name, shipped) or f"known: {', '.join(sorted(shipped))}"
        yield Problem(str(path), 0, "", "there is no lexicon of this name", hint)
    try:
        tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        yield Problem(str(path), 0, "", f"is not TOML: {error}")

"""Rules: ``rule``: writing a rule, seeing what there is, trying one on a headline."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import linting, plain, suggest
from monitor.cli.asked import AsJson, Asked, now, of, rule_of
from monitor.cli.show import Column, Line, Screen, Span
from monitor.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from monitor.config.load import Examined
    from monitor.model.match import Match
    from monitor.model.settings import Settings
    from monitor.model.storyline import Rule
    from monitor.storylines.draft import Draft

app = typer.Typer(help="Write a rule, list them, try one on a text.", rich_markup_mode=None)
app.command()(suggest.suggest)


@app.command()
def new(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="The rule's name: a-z, 0-9, - and _; the file is rules/SLUG.toml.")],
    phrase: Annotated[str, typer.Argument(help='The storyline in a few words: "Trump Moscow visit".')] = "",
    like: Annotated[
        list[str], typer.Option("--from", metavar="FILE_OR_URL", help="An example article, to draft the rule from.")
    ] = [],  # noqa: B006 - typer's way to say "none"
    unlike: Annotated[
        list[str], typer.Option("--unlike", metavar="FILE_OR_URL", help="An article that is another story.")
    ] = [],  # noqa: B006
) -> None:
    """Write a commented rule file.

    With example articles it is drafted from them: phrase, groups with names in other languages, and what is excluded.
    A running daemon takes it into force by itself, after it has silently read the stored items.
    """
    asked = of(ctx)
    if not phrase and not like:
        raise UsageError("rule new: say what to follow: a phrase, or --from an example article")
    if Path(slug).name != slug or slug.startswith("."):
        raise UsageError(f'"{slug}" is no name for a rule: take a-z, 0-9, - and _')
    from monitor.cli import rulefile

    path = _directory(asked) / f"{slug}.toml"
    drafted = _drafted(asked, like, unlike) if like else None
    rulefile.write(path, phrase or (drafted.phrase if drafted else ""), drafted)
    asked.screen.line([Span("wrote ", "dim"), str(path)])
    asked.screen.line([Span("next: ", "head"), f'storywatch rule test {slug} "a headline you would want to hear of"'])


def _drafted(asked: Asked, like: list[str], unlike: list[str]) -> Draft:
    from monitor.cli import articles
    from monitor.storylines.draft import draft

    found = draft(articles.read(asked, like), articles.read(asked, unlike))
    if not found.phrase:
        raise UsageError(f"{', '.join(like)}: no name and no common word stands out there: give a phrase")
    return found


def _directory(asked: Asked) -> Path:
    """Where rules are, also while another rule is broken."""
    from monitor.config.load import examine

    examined = examine(asked.path())
    if examined.settings is None:
        raise ConfigError(examined.problems)
    return examined.settings.rules_directory or examined.settings.path.parent / "rules"


@app.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the rules: what they follow, who hears of it.

    Then what looks wrong in them, with figures from the stored items. Exit code 1 when one is broken.
    """
    asked = of(ctx)
    from monitor.config.load import examine

    examined = examine(asked.path())
    if examined.settings is None:
        raise ConfigError(examined.problems)
    warnings = linting.linted(asked, examined.settings)
    if as_json:
        asked.screen.json({**_list_data(examined), "warnings": {slug: list(w) for slug, w in warnings.items()}})
    else:
        _print_list(asked.screen, examined)
        linting.show(asked.screen, warnings)
    if examined.problems:
        raise typer.Exit(1)


def _print_list(screen: Screen, examined: Examined) -> None:
    assert examined.settings is not None
    columns = [Column("rule"), Column("follows", fold=True), Column("routes"), Column("state")]
    rows: list[list[Line]] = [
        [rule.slug, _follows(rule), ", ".join(rule.alert.routes) or "console", _state(rule)]
        for rule in examined.settings.rules
    ]
    rows += [[slug, "", "", Span("broken", "bad")] for slug in sorted(examined.rules.broken)]
    if rows:
        screen.table(columns, rows)
    else:
        screen.line(Span("there is no rule yet: storywatch rule new SLUG PHRASE", "warn"))
    for problem in examined.problems:
        screen.line([Span("problem: ", "bad"), str(problem)])


def _follows(rule: Rule) -> str:
    story = rule.storyline
    if story.phrase:
        return story.phrase
    if story.all:
        return " + ".join(group[0] for group in story.all)
    return ", ".join(seed.title or seed.name for seed in story.seeds)


def _state(rule: Rule) -> Line:
    return Span("follows", "good") if rule.enabled else Span("rests", "dim")


def _list_data(examined: Examined) -> dict[str, object]:
    assert examined.settings is not None
    rules = [
        {
            "rule": rule.slug,
            "follows": _follows(rule),
            "routes": list(rule.alert.routes) or ["console"],
            "enabled": rule.enabled,
            "path": rule.path,
            "hash": rule.hash,
        }
        for rule in examined.settings.rules
    ]
    return {"rules": rules, "broken": sorted(examined.rules.broken), "problems": [str(p) for p in examined.problems]}


@app.command()
def rename(
    ctx: typer.Context,
    old: Annotated[str, typer.Argument(help="The rule's name now.")],
    to: Annotated[str, typer.Argument(metavar="NEW", help="Its name from now on.")],
) -> None:
    """Give a rule another name; its story so far goes along.

    Matches, developments and what each route was told stay with it. A daemon that runs takes the new name over.
    """
    asked = of(ctx)
    settings = asked.settings()
    path = Path(rule_of(settings, old).path)
    if Path(to).name != to or to.startswith("."):
        raise UsageError(f'"{to}" is no name for a rule: take a-z, 0-9, - and _')
    target = path.with_name(f"{to}.toml")
    if target.exists():
        raise UsageError(f"{target}: there is a rule of this name already")
    from monitor.cli import rulefile

    left = rulefile.rename(path, target, settings)
    asked.screen.line([Span("renamed ", "dim"), f"{path} to {target}", "; the daemon renames the storyline" * left])


@app.command("test")
def try_(
    ctx: typer.Context,
    slug: Annotated[str, typer.Argument(help="The rule.")],
    text: Annotated[str, typer.Argument(help="A headline.")],
    summary: Annotated[str, typer.Option("--summary", help="The text below the headline.")] = "",
    lang: Annotated[str, typer.Option("--lang", help="Its language, as in en. Default: guessed.")] = "",
    as_json: AsJson = False,
) -> None:
    """Try a rule on a headline.

    Score and bar, by which way, which words met what and how, what is missing. Where there is a database, what
    the storyline has learned from its items counts, as in the daemon. Exit code 1 when the text is no match.
    """
    asked = of(ctx)
    settings = asked.usable()
    rule = rule_of(settings, slug)
    found = _probe(asked, settings, rule, (text, summary, lang))
    warnings = linting.linted(asked, settings, slug)
    if as_json:
        _print_json(asked.screen, found, warnings.get(slug, ()))
    else:
        _print_probe(asked.screen, found, text, summary)
        linting.show(asked.screen, warnings)
    if found.possible or found.evidence.veto:
        raise typer.Exit(1)


def _probe(asked: Asked, settings: Settings, rule: Rule, words: tuple[str, str, str]) -> Match:
    from monitor.pipeline.explain import learned
    from monitor.storylines.matcher import Matcher

    if not settings.database.exists():
        return Matcher([rule.storyline]).probe(rule.slug, *words)
    with asked.reading(settings) as db:
        return learned(db, [rule], now()).probe(rule.slug, *words)


def _print_probe(screen: Screen, found: Match, text: str, summary: str) -> None:
    from monitor.cli import marked
    from monitor.storylines.tuning import DEFAULT

    screen.line(marked.marked(text, found.evidence.hits, "title"))
    if summary:
        screen.line(marked.marked(summary, found.evidence.hits, "summary"))
    screen.line(marked.verdict(found, DEFAULT.bar))
    for line in marked.all_of(found):
        screen.line(line, indent=2)


def _print_json(screen: Screen, found: Match, warnings: Iterable[str]) -> None:
    from monitor.storylines.tuning import DEFAULT

    match = not found.possible and not found.evidence.veto
    screen.json({"bar": DEFAULT.bar, "match": match, **plain.data(found), "warnings": list(warnings)})

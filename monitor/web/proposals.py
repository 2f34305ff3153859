"""Proposals: what a person's word on an item ("relevant", "wrong", "repeat") would mean for the rule, with numbers.

Nothing is applied: each change is named with what it would do to this item and to the storyline's others; a person
puts it into the text of the rule, tries it, and saves it or does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from monitor.alerts.clean import text
from monitor.lang.languages import all_stop_words
from monitor.lang.tokens import tokens
from monitor.model.item import Item
from monitor.model.match import Match
from monitor.model.storyline import Rule, Sensitivity, Storyline
from monitor.pipeline.explain import barred
from monitor.store import developments as development_rows
from monitor.store import items as item_rows
from monitor.store import page, search
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.store.search import Query
from monitor.storylines.matcher import Matcher
from monitor.web.edits import Edit

SAID = ("relevant", "repeat", "wrong")
DAYS = 30
_ITEMS = 4000  # of the storyline's newest, over which words are counted
_WORDS = 6
MET = 200  # items of each kind that are met anew for one change, the newest: counts end there
_CONTEXT = 100  # items that the storyline met before one, from which it is known what it had learned
_START = 4  # letters that a word and its other forms share
_COOLDOWN = timedelta(hours=2)

Met = tuple[Item, Match]
Text = tuple[bool, str, str]  # of another item: whether it is a near miss, title, summary


@dataclass(frozen=True, slots=True)
class Proposal:
    """One change. ``lost``: other matches that would go, ``gained``: near misses that would match; None: not known.

    ``beyond``: items of the last 30 days that have the word, are not even near misses, and would match.
    ``score``: what this item would then score, None where the change does not bear on that. ``says``: what it does.
    """

    edit: Edit
    says: str
    lost: int | None = None
    gained: int | None = None
    beyond: int | None = None
    score: float | None = None


@dataclass(frozen=True, slots=True)
class Proposals:
    """What could be done about ``item``; ``matches`` and ``misses`` are the others that were looked through."""

    item: str
    title: str
    said: str
    advice: str
    changes: tuple[Proposal, ...]
    matches: int = 0
    misses: int = 0
    score: float = 0.0


def of_item(db: Database, rule: Rule, ref: str, said: str, now: datetime) -> Proposals | None:
    """Return what ``said`` (one of SAID) of the item ``ref`` would mean for ``rule``; None without such an item."""
    item = item_rows.get(db, [ref]).get(ref)
    if item is None:
        return None
    since = now - timedelta(days=DAYS)
    stored = next((m for m in storyline_rows.matches_of(db, ref) if m.storyline == rule.slug), None)
    if said == "repeat":
        return Proposals(ref, text(item.title, 200), said, _REPEAT, tuple(_fewer(db, rule, since)))
    others = page.texts_of(db, rule.slug, since, _ITEMS, but=ref)
    if said == "relevant" and stored and not stored.possible:
        found, advice = tuple(_more(rule)), _MATCHES
    elif said == "relevant":
        found = tuple(_included(db, rule, item, since, others))
        advice = _RELEVANT if found else _LOST
    else:
        found, advice = tuple(_excluded(rule, item, others)), _WRONG
    misses = sum(possible for possible, _, _ in others)
    score = stored.score if stored else 0.0
    return Proposals(ref, text(item.title, 200), said, advice, found, len(others) - misses, misses, score)


_REPEAT = "What was told again can be told less: with more that is new, by more sources, or not so soon after the last."
_MATCHES = "The rule takes it already. Where it was held back all the same, the rule can tell more of what it takes."
_RELEVANT = "A word that stands for a part of the rule which this item does not meet lets it in, and others like it."
_LOST = (
    "No single word of it would bring it nearer: it lacks too much of what the rule asks for. If it is the story, an "
    "article like it, named in seeds, teaches the rule more than a word does."
)
_WRONG = "A word in none excludes every item that has it: best one that no other match has."


def _fewer(db: Database, rule: Rule, since: datetime) -> Iterable[Proposal]:
    """Changes of the policy that tell less, with how much of the last weeks they bear on."""
    policy = rule.alert
    told = development_rows.load(db, rule.slug, since)
    if policy.sensitivity is not Sensitivity.QUIET:
        yield Proposal(Edit("alert.sensitivity", "quiet"), "asks for more that is new before it is told")
    wanted = policy.origins + 1
    few = sum(len(d.origins) < wanted for d in told)
    yield Proposal(
        Edit("alert.origins", str(wanted)),
        f"waits for {wanted} independent sources: {few} of the last {len(told)} developments had fewer",
    )
    if policy.cooldown < _COOLDOWN:
        moments = page.alerts_at(db, rule.slug, since)
        soon = sum(b - a < _COOLDOWN for a, b in pairwise(moments))
        says = f"gathers what follows within 2 hours: {soon} of the last {len(moments)} alerts did"
        yield Proposal(Edit("alert.cooldown", "2h"), says)


def _more(rule: Rule) -> Iterable[Proposal]:
    if rule.alert.sensitivity is not Sensitivity.WIDE:
        yield Proposal(Edit("alert.sensitivity", "wide"), "tells what is only a little new, too")
    if rule.alert.origins > 1:
        yield Proposal(Edit("alert.origins", "1"), "tells what one source says")


def _excluded(rule: Rule, item: Item, others: Sequence[Text]) -> Iterable[Proposal]:
    """Words for ``none``: the fewest other matches with them first, then those that near misses have too."""
    counted = _counted(_own(rule, item), others)
    ranked = sorted(counted, key=lambda w: (w[1], -w[2], not _named(w[0], item), w[0] not in item.title, -len(w[0])))
    words = [(word, matches) for word, matches, _ in ranked[:_WORDS]]
    none = rule.storyline.none
    matcher = Matcher(replace(rule.storyline, slug=word, none=(*none, word)) for word, _ in words)
    for word, matches in words:
        lost = max(matches, _vetoed(matcher, word, others))
        yield Proposal(Edit("none", word), "excludes whatever has the word", lost, 0, 0, 0.0)


def _vetoed(matcher: Matcher, word: str, others: Sequence[Text]) -> int:
    """How many other matches it excludes: those with another form of the word, too."""
    start = word[:_START].casefold()
    alike = [other for other in others if not other[0] and start in f"{other[1]} {other[2]}".casefold()][:MET]
    return sum(bool(matcher.probe(word, title, summary).evidence.veto) for _, title, summary in alike)


def _included(db: Database, rule: Rule, item: Item, since: datetime, others: Sequence[Text]) -> Iterable[Proposal]:
    """Words for the groups that the item does not meet, else for ``any``, that bring it nearer; the best first."""
    before = page.met_before(db, rule.slug, item.arrival_at, _CONTEXT)
    now = _taught([replace(rule.storyline, slug="now")], before).probe("now", item.title, item.summary, item.lang)
    met = {h.part for h in now.evidence.hits}
    unmet = [n for n in range(len(rule.storyline.all)) if f"all:{n}" not in met]
    counted = _counted(_own(rule, item), others)
    counted.sort(key=lambda w: (not _named(w[0], item), -w[1], -w[2], -len(w[0])))
    words = [word for word, _, _ in counted[:_WORDS]]
    edits = [(n, word) for n in unmet[:2] for word in words] or [(-1, word) for word in words]
    variants = [replace(_with(rule.storyline, n, word), slug=str(place)) for place, (n, word) in enumerate(edits)]
    matcher = _taught(variants, before)
    scores = [matcher.probe(v.slug, item.title, item.summary, item.lang).score for v in variants]
    order = sorted(range(len(edits)), key=lambda place: -scores[place])
    useful = [place for place in order if scores[place] > now.score + 0.005][:_WORDS]
    strange = {word: _strangers(db, rule, word, since, item) for word in {edits[place][1] for place in useful}}
    found = [_inclusion(rule, matcher, edits[place], str(place), scores[place], others, strange) for place in useful]
    return sorted(found, key=lambda one: (-(one.score or 0.0), -(one.gained or 0)))


def _inclusion(
    rule: Rule, matcher: Matcher, edit: tuple[int, str], slug: str, score: float, others: Sequence[Text],
    strange: Mapping[str, Sequence[Item]],
) -> Proposal:  # fmt: skip
    group, word = edit
    near = [o for o in others if o[0] and word.casefold() in f"{o[1]} {o[2]}".casefold()][:MET]
    gained = sum(not matcher.probe(slug, title, summary).possible for _, title, summary in near)
    beyond = sum(not matcher.probe(slug, i.title, i.summary, i.lang).possible for i in strange[word])
    key = f"all[{group + 1}]" if group >= 0 else "any"
    says = f"is as good as {rule.storyline.all[group][0]}" if group >= 0 else "raises the score of what has it"
    return Proposal(Edit(key, word), text(says, 100), 0, gained, beyond, score)


def _strangers(db: Database, rule: Rule, word: str, since: datetime, item: Item) -> list[Item]:
    """The newest items with ``word`` that the storyline may look at, and neither met nor nearly met."""
    found = [i for i in search.find(db, Query(word, since=since), MET) if i.id != item.id]
    known = page.met_of(db, rule.slug, [i.id for i in found])
    return [i for i in found if i.id not in known and not barred(rule.storyline, i)]


def _taught(variants: Sequence[Storyline], before: Sequence[Met]) -> Matcher:
    """A matcher of ``variants`` that has learned what the storyline had when the item came."""
    matcher = Matcher(variants)
    for item, match in before:
        matcher.learn(item, [replace(match, storyline=variant.slug) for variant in variants])
    return matcher


def _with(storyline: Storyline, group: int, word: str) -> Storyline:
    if group < 0:
        return replace(storyline, any=(*storyline.any, word))
    groups = [(*terms, word) if n == group else terms for n, terms in enumerate(storyline.all)]
    return replace(storyline, all=tuple(groups))


def _counted(own: dict[str, str], others: Sequence[Text]) -> list[tuple[str, int, int]]:
    """Each word of ``own`` (folded: as written) with how many other matches and how many near misses have it."""
    counts = {folded: [0, 0] for folded in own}
    for possible, title, summary in others:
        for folded in {f for _, f in _words(f"{title}. {summary}")} & counts.keys():
            counts[folded][possible] += 1
    return [(own[folded], matches, misses) for folded, (matches, misses) in counts.items()]


def _own(rule: Rule, item: Item) -> dict[str, str]:
    """The item's words that are neither in the rule nor in its outlet's name: the title's, then the summary's."""
    story = rule.storyline
    terms = (item.source, story.phrase, *story.any, *story.none, *(term for group in story.all for term in group))
    ruled = {folded for term in terms for _, folded in _words(term)}
    own = {f: w for w, f in _words(item.title) if f not in ruled}
    more = {f: w for w, f in _words(item.summary) if f not in ruled} if len(own) < _WORDS else {}
    return {f: text(w, 40) for f, w in {**more, **own}.items()}


def _named(word: str, item: Item) -> bool:
    """Whether it stands in the title with a capital."""
    return word[:1].isupper() and word in item.title


def _words(words: str) -> list[tuple[str, str]]:
    """The words of a text as written and folded, without those that every text has."""
    common = all_stop_words()
    found = ((t.text, t.folded) for t in tokens(words))
    return [(word, folded) for word, folded in found if len(folded) > 2 and folded not in common]

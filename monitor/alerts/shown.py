"""Shown: an alert turned into plain values for templates. Every string here is one clean line, not yet escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from monitor.alerts import said, words
from monitor.alerts.clean import link, text
from monitor.alerts.values import Bar, Chart, Delta, Earlier, Report, Shown, Told, View
from monitor.alerts.words import Words
from monitor.model.alert import Alert, AlertKind, LedgerEntry, LedgerState, Line
from monitor.model.development import Change
from monitor.model.item import Item

SUBJECT = 140  # what mail readers show of a subject, and a little more
_REPORTS = 5  # links under a line; one in a digest
_CHANGES = 6
_EARLIER = 6
_BLOCKS = "·▁▂▃▄▅▆▇█"
_LINES = 50
_LATE = (timedelta(minutes=30), timedelta(days=30))  # later is a replay of old news, not a late delivery


def shown(alert: Alert, view: View, say: Words, sent_at: datetime) -> Shown:
    """Return ``alert`` as its templates see it; ``sent_at`` is real time."""
    title = title_of(alert, view, say)
    rest = len(alert.lines) - _LINES
    return Shown(
        id=alert.id,
        kind=alert.kind.value,
        title=title,
        heading=_heading(alert, title, say),
        subject=_subject(alert, title, say),
        when=say.moment(alert.at, view.timezone),
        timezone=text(view.timezone),
        text="" if alert.kind is AlertKind.NOTICE else said.translated_text(text(alert.text), say),
        late=_late(alert, sent_at, say),
        lines=tuple(_told(line, alert.kind, view, say) for line in alert.lines[:_LINES]),
        left_out=say.say("left_out", n=rest) if rest > 0 else "",
        earlier=_earlier(alert, view, say),
        received=_received(alert, title, say),
        explain="" if alert.kind is AlertKind.NOTICE else f"storywatch explain alert {alert.id}",
        paragraphs=tuple(text(p, 2000) for p in alert.text.splitlines() if p.strip()),
        chart=_chart(view.days, say),
    )


def title_of(alert: Alert, view: View, say: Words) -> str:
    """The storyline's title; a digest's and a notice's own."""
    if alert.kind is AlertKind.DIGEST:
        return say.say("digest")
    if alert.kind is AlertKind.NOTICE:
        return "Storywatch"
    return text(view.storylines.get(alert.storyline) or alert.storyline, 80)


def _heading(alert: Alert, title: str, say: Words) -> str:
    if alert.kind is AlertKind.NOTICE:
        return text(alert.title, 120)
    if alert.kind is AlertKind.DIGEST:
        stories = say.count("storyline", len({line.storyline for line in alert.lines}))
        return say.say("digest_of", n=say.count("development", len(alert.lines)), stories=stories)
    return title


def _subject(alert: Alert, title: str, say: Words) -> str:
    """One line: "Trump Moscow visit: Kremlin invites Trump to 9 May parade [NEWS]"."""
    if alert.kind is AlertKind.NOTICE:
        return f"Storywatch: {text(alert.title, 120)}"
    if alert.kind is AlertKind.DIGEST:
        return f"Storywatch: {_heading(alert, title, say)}"
    first = alert.lines[0]
    about = said.translated(text(alert.title, 40), say)
    about = about.lower() if about == alert.title else about
    named = f"{title} ({about})" if about else title
    count = f"{say.count('development', len(alert.lines))}: " if len(alert.lines) > 1 else ""
    reasons = ", ".join(dict.fromkeys(say.tag(line.reason) for line in alert.lines))
    mark = f", {say.say('single')}" if first.single_source and len(alert.lines) == 1 else ""
    before, after = f"{named}: {count}", f" [{reasons}{mark}]"
    room = max(20, SUBJECT - len(before) - len(after))
    return f"{before}{text(_headline(first, say), room)}{after}"


def _headline(line: Line, say: Words) -> str:
    """A signal about a storyline as a whole says so in our words; all else is in its sources' words."""
    return text(line.headline) if line.development else said.translated(text(line.headline), say)


def _late(alert: Alert, sent_at: datetime, say: Words) -> str:
    delay = sent_at - alert.at
    return say.say("delayed", span=say.span(delay)) if _LATE[0] < delay < _LATE[1] else ""


def _received(alert: Alert, title: str, say: Words) -> str:
    route = text(alert.route, 60)
    if alert.kind is AlertKind.DIGEST:
        return say.say("digest_rule", route=route)
    if alert.kind is AlertKind.NOTICE:
        return say.say("notice_rule", route=route)
    slug = text(alert.storyline, 80)
    return say.say("rule", rule=slug if slug == title else f"{slug} ({title})", route=route)


def _told(line: Line, kind: AlertKind, view: View, say: Words) -> Told:
    items = [view.items[i] for i in line.items if i in view.items]
    most = 1 if kind is AlertKind.DIGEST else _REPORTS
    reports = _reports(items, most, view, say)
    rest = len(line.items) - len(reports)
    return Told(
        storyline=text(view.storylines.get(line.storyline) or line.storyline, 80),
        reason=text(line.reason, 40),
        tag=say.tag(text(line.reason, 40)),
        why=say.reason(line.reason),
        because=said.translated(text(line.because), say),
        headline=_headline(line, say),
        url=next((r.url for r in reports if r.url), ""),
        delta=tuple(_delta(c, say) for c in line.delta[:_CHANGES]),
        sources=", ".join(text(o, 60) for o in line.origins[:12]),
        single=_sureness(line, say),
        reports=reports,
        more=say.count("more_report", rest) if rest > 0 else "",
        corrects=_corrects(view.corrected.get((line.storyline, line.corrects)), view, say),
    )


def _corrects(told: LedgerEntry | None, view: View, say: Words) -> str:
    """What the reader was told, and when, that is now corrected."""
    if told is None:
        return ""
    if told.state is not LedgerState.TOLD:
        return text(told.line.headline)
    return f"{text(told.line.headline)} ({say.say('told_on', moment=say.moment(told.at, view.timezone))})"


def _sureness(line: Line, say: Words) -> str:
    if line.single_source:
        return say.say("single_waited")
    count = len(line.origins)
    return say.say("single") if count == 1 else f"{count} {say.say('independent')}" if count else ""


def _reports(items: Sequence[Item], most: int, view: View, say: Words) -> tuple[Report, ...]:
    """The lead first, then one item for each other source before a second one of the same."""
    firsts = {item.source: item for item in reversed(items)}
    order = [*(i for i in items if firsts[i.source] is i), *(i for i in items if firsts[i.source] is not i)]
    return tuple(
        Report(text(i.source, 60), text(i.title), link(i.url), say.moment(i.arrival_at, view.timezone))
        for i in order[:most]
    )


def _delta(part: Change, say: Words) -> Delta:
    fact = part.fact
    return Delta(
        words.change(part, say), text(part.before, 120), text(fact.value, 120), text(fact.what, 60), text(fact.sentence)
    )


def _earlier(alert: Alert, view: View, say: Words) -> tuple[Earlier, ...]:
    known = view.earlier.get(alert.storyline, ())
    own = {line.development for line in alert.lines}
    last = sorted((d for d in known if d.number not in own), key=lambda d: (d.opened_at, d.number), reverse=True)
    return tuple(
        Earlier(say.moment(d.opened_at, view.timezone), say.tag(d.reason.value), text(d.headline))
        for d in last[:_EARLIER]
    )


def _chart(days: Mapping[date, int], say: Words) -> Chart | None:
    """The days as bars; None where they hold too little to show."""
    most = max(days.values(), default=0)
    if most == 0 or len(days) < 2:
        return None
    # What is there at all is seen: at least one eighth.
    heights = {day: -(-count * 8 // most) for day, count in days.items()}
    shown_days = sorted(days)
    words_said = say.say("chart", first=say.day(shown_days[0]), last=say.day(shown_days[-1]), most=most)
    bars = tuple(Bar(say.day(day), days[day], heights[day]) for day in shown_days)
    return Chart(words_said, "".join(_BLOCKS[bar.height] for bar in bars), bars)

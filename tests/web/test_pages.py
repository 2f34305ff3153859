"""Every page shows what the store says, sends nothing elsewhere, and takes nothing from a feed at its word."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

import pytest

from monitor.model.codec import moment_text
from monitor.model.development import Regrouped, Regrouping, Signal
from monitor.store import coverage, outbox, signals
from monitor.store import developments as development_rows
from monitor.store import page as page_rows
from monitor.store import storylines as storyline_rows
from monitor.store.database import Database
from monitor.web.app import make
from monitor.web.plain import pieces
from monitor.web.searching import asked_for

SLUG = "trump-moscow-visit"
VOID = {"meta", "link", "input", "br"}
OF_STORYLINE = (
    "", "?span=day", "?span=week", "?span=month&at=2025-03-20", "?span=all", "?before=5", "/1", "/near",
    "/near?days=90", "/rule", "/rule?item=1&say=wrong", "/rule?item=1&say=repeat",
)  # fmt: skip
STATIC = [
    "/", "/?state=quiet", "/?q=moscow", *(f"/storyline/{SLUG}{rest}" for rest in OF_STORYLINE), "/storyline/still",
    "/search", "/search?q=moscow", "/search?q=trump&lang=ru&source=a&since=2025-02-01&until=2025-06-01", "/feeds",
    "/messages", "/messages?status=sent", "/new", "/new?phrase=<b>x</b>",
]  # fmt: skip


class Seen(HTMLParser):
    """A page taken apart: it is well-formed, and this is what it refers to and says."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.text += data


def looked_at(page: Any, path: str) -> Seen:
    return Seen(page.get(path))


def every_path(page: Any) -> list[str]:
    with page.db() as db:
        items = [row[0] for row in db.rows("SELECT id FROM items WHERE feed = 'hostile'")]
        held = db.row("SELECT item FROM decisions WHERE verdict = 'held' LIMIT 1")
    return [*STATIC, *(f"/item/{i}" for i in items), f"/item/{held[0]}", f"/item/{held[0]}?storyline=still"]


def test_every_page_is_sound_small_and_refers_to_nothing_elsewhere(page):
    for path in every_path(page):
        answer = page.client.get(path)
        assert answer.status_code == 200, path
        assert len(answer.content) < 100_000, path
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        seen = Seen(answer.text)
        for tag, attrs in seen.tags:
            for name in ("src", "action", "formaction", "data", "poster", "srcset", "xlink:href"):
                assert attrs.get(name) is None or attrs[name].startswith("/"), (path, tag, attrs)
            if tag in ("link", "use", "image"):
                assert (attrs.get("href") or "/").startswith(("/", "#")), (path, tag, attrs)
            assert not any(name.startswith("on") or name == "style" for name in attrs), (path, tag, attrs)
            href = attrs.get("href") or ""
            if tag == "a" and not href.startswith(("/", "#", "?")):
                assert urlsplit(href).scheme in ("http", "https"), (path, href)
                assert "noopener" in (attrs.get("rel") or ""), (path, href)
        assert [tag for tag, _ in seen.tags].count("script") == 1, path
        assert "style" not in {tag for tag, _ in seen.tags}


def test_every_link_within_leads_somewhere(page):
    wanted = {href for path in every_path(page) for tag, attrs in looked_at(page, path).tags if tag in ("a", "link")
              for href in [attrs.get("href") or ""] if href.startswith("/")}  # fmt: skip
    assert len(wanted) > 100
    shapes = defaultdict(list)  # of each kind of address some
    for href in sorted(wanted):
        shapes[re.sub(r"\d+|=[^&]*", "#", href)].append(href)
    for found in shapes.values():
        for href in found[:: max(1, len(found) // 4)][:4]:
            assert page.client.get(href).status_code == 200, href


def test_hostile_titles_stay_text(page):
    with page.db() as db:
        ids = [row[0] for row in db.rows("SELECT id FROM items WHERE feed = 'hostile' ORDER BY id")]
    shown = [looked_at(page, f"/item/{i}") for i in ids]
    assert "<script>alert(1)</script> Trump" in shown[0].text
    assert "<svg onload=alert(1)>" in shown[1].text
    assert "{{ 7 * 7 }}" in shown[2].text
    assert not any(c in shown[2].text for c in "\u202e\x00\x1b")
    lists = (f"/storyline/{SLUG}", "/search?q=visit", "/feeds", "/messages")
    for seen in (*shown, *(looked_at(page, path) for path in lists)):
        links = {attrs.get("href") or "" for tag, attrs in seen.tags if tag == "a"}
        assert not any(link.lower().startswith(("javascript", "data")) or "secret@" in link for link in links)
        assert "b" not in [tag for tag, attrs in seen.tags if attrs.get("onclick")]
    assert "https://fine.example/?a=1&b=%3Cx%3E" in {a.get("href") for t, a in shown[3].tags if t == "a"}
    assert "<i>no such host</i>" in looked_at(page, "/feeds").text


def test_the_overview_says_what_the_store_says(page):
    seen = looked_at(page, "/").text
    with page.db() as db:
        last = development_rows.load(db, SLUG, limit=1)[0]
        alerts = page_rows.alerts_sent(db, [SLUG])[SLUG]
    assert last.headline[:60] in " ".join(seen.split())
    assert f"development {last.number}" in seen
    assert f"{alerts} alert" in seen
    assert "developing" in seen
    assert "1 failing" not in seen  # one failed poll is no failing feed
    assert "Nobody writes of Zxqvw" in seen


def test_the_timeline_tells_every_development_once_over_its_pages(page):
    with page.db() as db:
        stored = {d.number: d for d in development_rows.load(db, SLUG)}
    numbers: list[int] = []
    path = f"/storyline/{SLUG}"
    while path:
        html = page.get(path)
        numbers += [int(n) for n in re.findall(r'id="d(\d+)"', html)]
        more = re.search(r'href="([^"]*\?before=\d+)"', html)
        path = more.group(1) if more else ""
    assert numbers == sorted(stored, reverse=True)


def test_a_development_has_its_permalink_with_delta_sources_and_sendings(page):
    with page.db() as db:
        found = development_rows.load(db, SLUG)
    changed = next(d for d in found if any(c.before for c in d.delta))
    seen = looked_at(page, f"/storyline/{SLUG}/{changed.number}")
    change = next(c for c in changed.delta if c.before)
    shown = pieces([change])[0]  # "under way" for underway
    assert f"{shown.before} → {shown.value}" in " ".join(seen.text.split())
    assert {"del", "ins"} <= {tag for tag, _ in seen.tags}
    several = next(d for d in found if len(d.origins) > 1)
    assert f"{len(several.origins)} independent sources" in looked_at(page, f"/storyline/{SLUG}/{several.number}").text
    with page.db() as db:
        told = outbox.list(db, storyline=SLUG)[0][1].lines[0].development
    assert "console sent" in " ".join(looked_at(page, f"/storyline/{SLUG}/{told}").text.split())


def test_a_merged_development_says_what_it_is_part_of_by_now(open_page):
    page = open_page()
    with Database.open(page.settings.database, writer=True) as db, db.transaction():
        two = development_rows.one(db, SLUG, 2)
        why = Regrouping(Regrouped.MERGED, 1, two.last_at, "alike 0.72 and 0.69 to both: <b>Evil</b>", two.lead)
        development_rows.save(db, [replace(two, regrouped=(why,))])
    html = page.get(f"/storyline/{SLUG}/2")
    assert f'Merged into <a href="/storyline/{SLUG}/1">#1</a>: alike 0.72 and 0.69 to both: &lt;b&gt;Evil' in html
    assert "Merged into" in page.get(f"/storyline/{SLUG}?before=4")


def test_why_marks_the_words_and_names_what_it_was_compared_with(page):
    with page.db() as db:
        row = db.row("SELECT item, because, nearest FROM decisions WHERE verdict = 'held' AND nearest > 0 LIMIT 1")
        match = next(m for m in storyline_rows.matches_of(db, str(row[0])) if m.storyline == SLUG)
    seen = looked_at(page, f"/item/{row[0]}")
    assert row[1] in seen.text
    assert f"/storyline/{SLUG}/{row[2]}" in {attrs.get("href") for _, attrs in seen.tags}
    assert "mark" in {tag for tag, _ in seen.tags}
    assert all(hit.term in seen.text for hit in match.evidence.hits)
    assert f"{match.score:.2f}" in seen.text


def test_near_misses_and_held_items_are_told_with_why(page):
    text = looked_at(page, f"/storyline/{SLUG}/near?days=120").text
    with page.db() as db:
        near = db.rows(
            "SELECT i.title FROM matches m JOIN items i ON i.id = m.item WHERE m.possible AND m.storyline = ? "
            "ORDER BY score DESC, m.at DESC LIMIT 5",
            (SLUG,),
        )
        held = db.rows(
            "SELECT because FROM decisions WHERE verdict = 'held' AND storyline = ? ORDER BY id DESC LIMIT 5", (SLUG,)
        )
    assert near
    for row in (*near, *held):
        assert " ".join(row[0].split())[:40] in text


def test_the_chart_counts_every_item(page):
    with page.db() as db:
        matched, _ = coverage.matched(db, SLUG)
    html = page.get(f"/storyline/{SLUG}?span=all")
    assert sum(int(n) for n in re.findall(r": (\d+) items?</title>", html)) == matched
    day = re.search(r'href="(\?span=day&amp;at=[\d-]+)"><title>[^<]*: (\d+) item', html)
    zoomed = page.get(f"/storyline/{SLUG}{day.group(1).replace('&amp;', '&')}")
    assert sum(int(n) for n in re.findall(r": (\d+) items?</title>", zoomed)) == int(day.group(2))


def test_signals_are_marked_on_the_chart_and_told_on_the_timeline(page):
    with page.db() as db:
        found = signals.raised(db, SLUG, page.desk.now() - timedelta(days=365), page.desk.now())
    assert {one.signal.value for one in found} == {"CORROBORATED", "SURGED", "REVIVED", "QUIET"}
    html = page.get(f"/storyline/{SLUG}?span=all")
    marks = re.findall(r'class="([A-Z]+)"><title>([^<]*)</title><use', html)
    assert all(name in label for name, label in marks)
    assert sum(len(re.findall("[A-Z]{5,}", label)) for _, label in marks) == len(found)
    for one in found:
        with page.db() as db:
            told = storyline_rows.development(db, SLUG, one.development)
        entry = page.get(f"/storyline/{SLUG}/{one.development}") if told else html
        at_once = one.signal is Signal.CORROBORATED and told and told.opened_at == one.at
        assert f"<b>{one.signal.value}</b>" in entry or at_once
        assert not at_once or "independent sources" in entry
    assert re.search(r'class="meanwhile">\s*<ul[^>]*>\s*<li class="QUIET">.*nothing has developed.*told desk', html)


def test_a_storyline_is_surging_for_a_day_whatever_its_rule_tells(page):
    assert all("SURGED" not in rule.alert.when for rule in page.settings.rules)
    with page.db() as db:
        found = signals.raised(db, SLUG, page.desk.now() - timedelta(days=365), page.desk.now())
    at = next(one.at for one in found if one.signal.value == "SURGED")
    for hours, state in ((1, "surging"), (25, "developing")):
        then = make(replace(page.desk, now=lambda at=at + timedelta(hours=hours): at))
        for path in (f"/storyline/{SLUG}", "/"):
            assert f'class="state {state}"' in replace(page.client, app=then).get(path).text


def test_a_bar_of_an_hour_leads_to_its_items(page):
    html = page.get(f"/storyline/{SLUG}?span=week&at=2025-03-16").replace("&amp;", "&")
    bars = re.findall(r'href="(/search\?storyline=[^"]*&hour=[^"]*)"><title>[^<]*: (\d+) item', html)
    assert bars
    for link, count in bars:
        with page.db() as db:
            query = asked_for(dict(parse_qsl(urlsplit(link).query)), ZoneInfo(page.settings.timezone))
            row = db.row(
                "SELECT count(*) FROM matches WHERE NOT possible AND at >= ? AND at < ? AND storyline = ?",
                (moment_text(query.since), moment_text(query.until), SLUG),
            )
        assert row[0] == int(count)
        assert len(re.findall(r'<h2><a href="/item/', page.get(link))) >= int(count)


def test_search_narrows_and_turns_pages(page):
    html = page.get("/search?q=trump")
    first = re.findall(r'<h2><a href="/item/(\d+)"', html)
    more = re.search(r'href="(/search\?[^"]*before=\d+[^"]*)"', html).group(1).replace("&amp;", "&")
    second = re.findall(r'<h2><a href="/item/(\d+)"', page.get(more))
    assert len(first) == 40
    assert second
    assert set(first).isdisjoint(second)
    assert "Nothing was found" in page.get("/search?q=zzzzqqqq")
    assert "Nothing was found" in page.get("/search?q=%22%00*%27--")


def test_what_is_not_there_is_said(page):
    nowhere = ("/nothing", "/item/99999999", "/static/nothing.css", "/static/..%2fapp.py", f"/storyline/{SLUG}/9999")
    of_none = [f"/storyline/none{rest}" for rest in ("", "/rule", "/near", "/feed.atom")]
    for path in (*nowhere, *of_none):
        answer = page.client.get(path)
        assert answer.status_code == 404, path
        assert "Content-Security-Policy" in answer.headers
    assert page.client.get("/api/items/99999999").json()["status"] == 404


def test_a_page_of_a_daemon_long_gone_is_shown_as_of_then(look):
    page = look()
    later = page.desk.now() + timedelta(days=400)
    html = replace(page.client, app=make(replace(page.desk, now=lambda: later))).get("/").text
    assert "No feed has been polled since" in html
    assert "developing" in html
    assert "No feed has been polled since" not in page.get("/")


@pytest.mark.parametrize("state", ["surging", "developing", "stirring", "quiet"])
def test_the_overview_can_be_narrowed_to_a_state(page, state):
    shown = re.findall(r'<li class="card (\w+)">', page.get(f"/?state={state}"))
    assert set(shown) <= {state}

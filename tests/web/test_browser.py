"""In a real browser: every page shows what the store says, leads on, changes what it may, and asks nobody else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor.alerts.clean import text as cleaned
from monitor.store import coverage, mutes, outbox, signals
from monitor.store import developments as development_rows
from monitor.store import feeds as feed_rows
from monitor.store import page as page_rows
from monitor.store.database import Database
from tests.web.axe import axe
from tests.web.browser import PROGRAM, Browser, browser
from tests.web.conftest import HOSTILE, SLUG, Page, copied
from tests.web.serving import served

pytestmark = pytest.mark.skipif(PROGRAM is None, reason="no chromium here: the page is not looked at in a browser")

STORY = f"/storyline/{SLUG}"
PAGES = (
    "/", STORY, f"{STORY}?span=week&at=2025-03-16", f"{STORY}/9", f"{STORY}/near?days=90", f"{STORY}/rule",
    f"{STORY}/rule?item=60&say=relevant", "/item/60", "/search?q=putin", "/feeds", "/messages", "/new", "/nothing",
)  # fmt: skip
NAME = "document.getElementById('volume-name').textContent"
LIST = "[...document.querySelectorAll({!r})].map((e) => e.textContent.trim())"


@dataclass(frozen=True)
class Visit:
    """A browser at the page."""

    seen: Browser
    address: str
    page: Page

    def open(self, path: str) -> Browser:
        self.seen.open(self.address + path)
        return self.seen

    def list(self, selector: str) -> list[str]:
        return [" ".join(said.split()) for said in self.seen.ask(LIST.format(selector))]


@pytest.fixture(scope="module")
def site(recorded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    folder = tmp_path_factory.mktemp("browser")
    page = copied(recorded, folder / "desk", edit=True)
    with served(page) as address, browser(folder) as seen:
        yield Visit(seen, address, page)
    page.desk.read.close()


@pytest.fixture
def visit(site: Visit) -> Iterator[Visit]:
    """The browser as it is at first; what it asked for and complained of is looked at when the test is over."""
    site.seen.size(1200)
    site.seen.media()
    yield site
    complaints = [c for c in site.seen.complaints if "status of 404" not in c]  # asked for on purpose
    assert site.seen.hosts <= {site.address.removeprefix("http://"), ""}
    assert complaints == []


def test_the_overview_shows_what_the_store_says(visit):
    visit.open("/")
    with visit.page.db() as db:
        slugs = [glance.slug for glance in page_rows.glances(db)]
        last = page_rows.followed(db, [SLUG])[SLUG]
        alerts = page_rows.alerts_sent(db, [SLUG])[SLUG]
        waiting = page_rows.queue(db).waiting
        feeds = len(feed_rows.states(db))
    assert len(visit.list(".card")) == len(slugs)
    card = visit.seen.text(".card")
    assert visit.seen.text(".card .state") == "developing"
    for said in (last.reason, cleaned(last.headline), f"development {last.number}", f"{alerts} alerts", "next digest"):
        assert said in card
    strip = visit.seen.text(".strip")
    assert f"{feeds} feeds" in strip
    assert f"{waiting} waiting" in strip
    assert visit.seen.ask("document.querySelector('.spark polyline').points.length") == 28


def test_the_storyline_shows_what_the_store_says(visit):
    visit.open(f"{STORY}?span=all")
    with visit.page.db() as db:
        stored = development_rows.load(db, SLUG)[::-1]
        matched, _ = coverage.matched(db, SLUG)
        outlets, languages = coverage.voices(db, SLUG)
        raised = signals.raised(db, SLUG, stored[-1].opened_at, visit.page.desk.now())
        sent = {a.lines[0].development for d, a in outbox.list(db, storyline=SLUG) if d.status.value == "sent"}
    shown = stored[: len(visit.list(".story > .dev"))]
    assert len(shown) == 20
    assert visit.list(".dev h3") == [cleaned(d.headline) for d in shown]
    assert visit.list(".dev .reason") == [d.reason.value for d in shown]
    sources = [f"{len(d.origins)} independent sources" if len(d.origins) > 1 else "One source" for d in shown]
    assert visit.list(".dev .by > b") == sources
    assert visit.seen.text(".figures li:nth-child(3)") == f"{matched} items"
    assert len(visit.list("#volume circle")) == len(stored)
    marks = visit.list("#volume a:has(use) title, #volume g title")
    assert sum(len(re.findall("[A-Z]{5,}", said)) for said in marks) == len(raised)
    assert visit.list(".side section:nth-child(1) td:last-child") == [str(count) for _, count in outlets[:10]]
    assert visit.list(".side section:nth-child(2) td:last-child") == [str(count) for _, count in languages[:8]]
    assert {d.number for d in shown if d.number in sent} == {
        int(i[1:]) for i in visit.seen.ask("[...document.querySelectorAll('.dev:has(.told .sent)')].map((e) => e.id)")
    }


def test_feeds_and_messages_are_those_of_the_store(visit):
    visit.open("/feeds")
    with visit.page.db() as db:
        names = sorted(state.feed for state in feed_rows.states(db))
        told = [alert.lines[0].headline for _, alert in outbox.list(db, limit=50) if alert.lines]
    assert sorted(visit.list(".list td:first-child > :first-child")) == names
    visit.open("/messages?status=sent")
    rows = visit.list(".list tr:has(td)")
    assert len(rows) == len(told)
    assert all(cleaned(head) in row for head, row in zip(told, rows, strict=True))


def test_one_is_led_on_from_the_overview_to_a_rule_that_is_tried_and_saved(visit):
    seen = visit.open("/")
    seen.click(".card h2 a")
    assert seen.text("h1") == "Trump Moscow visit"
    number = seen.ask("document.querySelectorAll('.story > .dev')[1].id.slice(1)")  # the first is a hostile one
    seen.click(f"#d{number} .when a")
    assert seen.ask("location.pathname") == f"{STORY}/{number}"
    assert "independent source" in seen.text(".by") or "One source" in seen.text(".by")
    seen.click(".reports a[href^='/item/']")
    assert seen.ask("document.querySelectorAll('mark').length") > 0
    seen.click(".say a[href$='say=wrong']")
    assert seen.text("#proposed").endswith("is wrong")
    file = visit.page.folder / "rules" / f"{SLUG}.toml"
    before = file.read_text(encoding="utf-8")
    seen.click("button[name=change]")
    assert "What it would do" in visit.list("h2")
    assert seen.ask("document.getElementById('trial').getBoundingClientRect().top < innerHeight")  # led to the answer
    changed = seen.ask("document.getElementById('rule').value")
    assert changed != before == file.read_text(encoding="utf-8")
    seen.ask("document.querySelector('button[data-copy]').click()")
    seen.until(
        "document.querySelector('button[data-copy]').textContent === 'Copied' || getSelection().type === 'Range'"
    )
    seen.click("button[formaction]")
    assert seen.text(".said").startswith("Saved.")
    assert file.read_text(encoding="utf-8") == changed


def test_a_storyline_is_muted_and_told_again(visit):
    seen = visit.open(STORY)
    seen.click(".pause button")
    assert seen.text(".said").startswith("Muted on every route until")
    with visit.page.db() as db:
        assert [m.storyline for m in mutes.active(db, visit.page.desk.now())] == [SLUG]
    seen.click("form[action$='/unmute'] button")
    assert seen.ask("document.querySelector('.said')") is None


def test_the_chart_zooms_in_place_and_back(visit):
    seen = visit.open(STORY)
    whole = seen.ask(NAME)
    seen.ask("void (document.querySelector('details').open = true)")
    seen.ask("[...document.querySelectorAll('a[data-swap]')].find((a) => a.textContent === 'Month').click()")
    seen.until(f"{NAME} !== {whole!r} && location.search === '?span=month'")
    assert seen.ask("document.querySelector('details').open")
    click = "new MouseEvent('click', {bubbles: true, cancelable: true})"
    seen.ask(f"document.querySelector('#volume svg a[data-swap]').dispatchEvent({click})")
    seen.until("location.search.startsWith('?span=day&at=')")
    seen.ask("history.back()")
    seen.until("location.search === '?span=month'")


def test_it_works_without_javascript(visit):
    seen = visit.seen
    seen.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        visit.open(STORY)
        seen.click("#volume .tabs li:nth-child(2) a")
        assert seen.ask("location.search") == "?span=week"
        assert "by hour" in seen.ask(NAME)
        seen.click("#volume svg a[href^='/search']")
        assert seen.ask("document.querySelectorAll('.hits > li').length") > 0
    finally:
        seen.send("Emulation.setScriptExecutionDisabled", value=False)


def test_it_brings_itself_up_to_date(visit):
    seen = visit.open(STORY)
    fresh = "document.querySelector('#main h1').textContent !== 'old'"
    seen.ask("void (document.querySelector('#main h1').textContent = 'old')")
    for year in range(2030, 2930):  # again, until the stream is open and the page has heard of it
        with Database.open(visit.page.settings.database, writer=True) as db, db.transaction():
            db.execute("UPDATE ledger SET at = ? WHERE rowid = 1", (f"{year}-01-01T00:00:00.000000Z",))
        if seen.ask(f"new Promise((done) => setTimeout(() => done({fresh}), 100))"):
            break
    seen.until(fresh)


def test_hostile_titles_stay_text(visit):
    with visit.page.db() as db:
        ids = [row[0] for row in db.rows("SELECT id FROM items WHERE feed = 'hostile' ORDER BY id")]
    assert len(ids) == len(HOSTILE)
    strange = "#main svg[onload], #main [onclick], #main script, #main [style]"
    for path in (*(f"/item/{n}" for n in ids), "/search?q=trump", f"{STORY}/rule?item={ids[1]}&say=wrong", "/", STORY):
        seen = visit.open(path)
        assert seen.ask("document.querySelectorAll('script').length") == 1
        assert seen.ask(f"document.querySelectorAll({strange!r}).length") == 0
        assert seen.ask("document.documentElement.scrollWidth <= innerWidth"), path
    assert "<script>alert(1)</script>" in visit.open(f"/item/{ids[0]}").text("h1")


def test_every_page_fits_a_phone_and_paper(visit):
    visit.seen.size(360, 700)
    for path in PAGES:
        seen = visit.open(path)
        wide = "[...document.querySelectorAll('#main *')].filter((e) => e.getBoundingClientRect().right > 361"
        wide += " && !e.closest('.scroll, .sr, svg, select')).map((e) => e.outerHTML.slice(0, 90))"
        assert seen.ask(wide) == [], path
    visit.open(STORY)
    visit.seen.media("print")
    for selector in (".top nav", ".subnav", ".tabs", ".judge", "footer"):
        assert visit.seen.ask(f"getComputedStyle(document.querySelector({selector!r})).display") == "none"
    assert visit.seen.ask("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_the_keyboard_reaches_everything_and_shows_where_it_is(visit):
    seen = visit.open("/")
    seen.press("Tab", 9)
    assert seen.text(":focus") == "Skip to the content"
    assert seen.ask("document.activeElement.getBoundingClientRect().width") > 50
    seen.press("/", 191, "/")
    assert seen.ask("document.activeElement.id") == "search"
    visit.open(STORY)
    reached: list[str] = []
    for _ in range(14):
        seen.press("Tab", 9)
        outline = "getComputedStyle(document.activeElement).outlineStyle !== 'none'"
        assert seen.ask(f"document.activeElement.matches('.skip') || {outline}")
        reached.append(seen.ask("document.activeElement.textContent.trim()"))
    assert {"Search", "Feeds", "Timeline", "Rule", "Atom"} <= set(reached)


AXED = ("/", STORY, f"{STORY}/9", f"{STORY}/rule?item=60&say=wrong", "/item/60", "/search?q=xi", "/feeds")


@pytest.mark.parametrize(("scheme", "paths"), [("light", AXED), ("dark", (STORY,))])
def test_axe_finds_nothing_wrong(visit, scheme, paths):
    rules = axe()
    visit.seen.media("", scheme)
    only = "{type: 'rule', values: ['color-contrast']}" if scheme == "dark" else "null"
    run = f"axe.run({{resultTypes: ['violations'], ...({only} && {{runOnly: {only}}})}})"
    run += ".then((r) => r.violations.map((v) => [v.id, v.nodes[0].html]))"
    for path in paths:
        seen = visit.open(path)
        seen.ask(rules + "; 0")
        assert seen.ask(run) == [], path

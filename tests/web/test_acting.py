"""Muting from the page: only where it is switched on, only by a form of ours, and everybody sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from monitor.model.alert import Mute
from monitor.store import mutes

SLUG = "trump-moscow-visit"
STORY = f"/storyline/{SLUG}"


def send(page, path, **fields):
    return page.client.post(f"{STORY}/{path}", data={"token": page.desk.token, **fields})


def active(page):
    with page.db() as db:
        return mutes.active(db, page.desk.now())


def test_a_storyline_is_muted_and_told_again(open_page):
    page = open_page(edit=True)
    answer = send(page, "mute", **{"for": "8 hours"})
    assert (answer.status_code, answer.headers["location"]) == (303, STORY)
    assert active(page) == [Mute("", SLUG, page.desk.now() + timedelta(hours=8))]
    assert "Muted" in page.get(STORY)
    assert "Muted" in page.get(f"{STORY}/near")
    assert "muted until" in page.get("/")
    assert page.client.get(f"/api{STORY.replace('storyline', 'storylines')}").json()["heading"]["muted"]
    assert "Tell it again" in page.get(STORY)
    assert send(page, "unmute").status_code == 303
    assert active(page) == []
    assert "Muted" not in page.get(STORY)


def test_one_route_alone_can_be_muted(open_page):
    page = open_page(edit=True)
    assert send(page, "mute", **{"for": "1 hour"}, route="desk").status_code == 303
    assert [m.route for m in active(page)] == ["desk"]
    assert "on the route desk" in page.get(STORY)
    assert "muted until" not in page.get("/")
    assert send(page, "unmute", route="desk").status_code == 303
    assert active(page) == []


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 422), ({"for": "for ever"}, 422), ({"for": "1 hour", "route": "nobody"}, 422),
        ({"for": "1 hour", "token": ""}, 403), ({"for": "1 hour", "token": "wrong"}, 403),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(look, fields, status):
    page = look(edit=True)
    assert send(page, "mute", **fields).status_code == status
    assert active(page) == []


def test_it_needs_to_be_switched_on(page):
    assert send(page, "mute", **{"for": "1 hour"}).status_code == 403
    assert send(page, "unmute").status_code == 403
    assert active(page) == []
    assert "/mute" not in page.get(STORY)


def test_looking_changes_nothing(look):
    page = look(edit=True)
    for path in (f"{STORY}/mute?for=1+hour", f"{STORY}/unmute", "/new/save?name=x&text=phrase"):
        assert page.client.get(path).status_code == 405
    assert active(page) == []


def test_another_site_cannot_mute(look):
    page = look(edit=True)
    fields = {"token": page.desk.token, "for": "1 hour"}
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        assert page.client.post(f"{STORY}/mute", data=fields, headers=headers).status_code == 403
    assert active(page) == []


def test_who_only_looks_sees_what_the_command_line_muted(open_page):
    from monitor.store.database import Database

    page = open_page()
    with Database.open(page.settings.database, writer=True) as db, db.transaction():
        mutes.add(db, Mute("", "", page.desk.now() + timedelta(days=1)))
    assert "as everything is" in page.get(STORY)
    assert "muted until" in page.get("/")

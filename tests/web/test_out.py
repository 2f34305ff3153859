"""What other programs read: Atom, JSON Feed, the API and its document, and the stream of news."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import datetime

import feedparser
import pytest

from monitor.store import developments as development_rows
from monitor.web import api

SLUG = "trump-moscow-visit"
ATOM = "{http://www.w3.org/2005/Atom}"


def newest(page, limit=50):
    with page.db() as db:
        return development_rows.load(db, SLUG, limit=limit)[::-1]


def test_the_atom_feed_tells_the_newest_developments(page):
    body = page.client.get(f"/storyline/{SLUG}/feed.atom").content
    root = ET.fromstring(body)
    found = newest(page)
    assert [e.find(f"{ATOM}title").text for e in root.findall(f"{ATOM}entry")][:3] == [
        f"[{d.reason}] {' '.join(d.headline.split())}"[:310] for d in found[:3]
    ]
    ids = [e.text for e in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == len(found) + 1
    assert all(datetime.fromisoformat(e.text).tzinfo for e in root.iter(f"{ATOM}updated"))


def test_a_feed_reader_understands_it(page):
    from io import BytesIO

    read = feedparser.parse(BytesIO(page.client.get(f"/storyline/{SLUG}/feed.atom").content))
    assert not read.bozo
    assert read.version == "atom10"
    assert read.entries[0].link.startswith("http://127.0.0.1:8710/storyline/")


def test_the_json_feed_tells_the_same(page):
    answer = page.client.get(f"/storyline/{SLUG}/feed.json")
    assert answer.headers["content-type"] == "application/feed+json"
    feed = answer.json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert [i["url"].rpartition("/")[2] for i in feed["items"]] == [str(d.number) for d in newest(page)]
    assert all(i["id"] and i["content_text"] for i in feed["items"])


@pytest.mark.parametrize(
    "path",
    [
        "/api/status", "/api/storylines", f"/api/storylines/{SLUG}", f"/api/storylines/{SLUG}/developments/1",
        f"/api/storylines/{SLUG}/rule", f"/api/storylines/{SLUG}/items/60/wrong",
        f"/api/storylines/{SLUG}/items/60/repeat", f"/api/storylines/{SLUG}/near",
        "/api/items/1", "/api/search?q=moscow", "/api/feeds", "/api/messages", "/api/token",
    ],
)  # fmt: skip
def test_the_api_answers_as_its_document_says(page, path):
    document = page.client.get("/api/openapi.json").json()
    answer = page.client.get(path)
    assert answer.status_code == 200
    template = next(p for p in document["paths"] if fits(p, path.partition("?")[0]))
    schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    check(answer.json(), schema, document)


@pytest.mark.parametrize("path", ["none/rule", f"{SLUG}/items/9999999/wrong", f"{SLUG}/items/60/nonsense"])
def test_the_api_says_what_is_not_there(page, path):
    answer = page.client.get(f"/api/storylines/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def fits(template, path):
    parts, given = template.split("/"), path.split("/")
    return len(parts) == len(given) and all(a == b or a.startswith("{") for a, b in zip(parts, given, strict=True))


def check(value, schema, document):  # noqa: C901 - one clause for each keyword
    """As much of JSON Schema as the document uses."""
    if "$ref" in schema:
        return check(value, document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], document)
    if "anyOf" in schema:
        return any(matches(value, one, document) for one in schema["anyOf"]) or pytest.fail(f"{value!r} fits none")
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": (int, float), "boolean": bool}
    if "type" in schema and schema["type"] != "null":
        assert isinstance(value, kinds[schema["type"]]), (value, schema)
    if schema.get("type") == "null":
        assert value is None
    for name in schema.get("required", ()):
        assert name in value
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            check(value[name], inner, document)
    for one in value if isinstance(schema.get("items"), dict) else ():
        check(one, schema["items"], document)
    return None


def matches(value, schema, document):
    try:
        check(value, schema, document)
    except AssertionError:
        return False
    return True


TRIAL = f"/api/storylines/{SLUG}/trial"


def test_a_trial_answers_as_its_document_says(page):
    document = api.document()
    sent = {"token": page.client.get("/api/token").json()["token"], "text": 'phrase = "Kremlin"\n'}
    for path, options in ((TRIAL, {"json": sent}), ("/api/trial", {"data": sent})):
        found = page.client.post(path, **options)
        assert found.status_code == 200, found.text
        operation = document["paths"]["/api/trial" if path == "/api/trial" else "/api/storylines/{slug}/trial"]["post"]
        check(found.json(), operation["responses"]["200"]["content"]["application/json"]["schema"], document)
        check(sent, operation["requestBody"]["content"]["application/json"]["schema"], document)
        assert found.json()["beside"] == (path == TRIAL)
        assert found.json()["matches"][0] > 0


@pytest.mark.parametrize("path", [TRIAL, "/api/trial"])
@pytest.mark.parametrize(
    ("body", "headers", "status", "said"),
    [
        ({"text": "phrase = 'x y'"}, {}, 403, "out of date"),
        ({"token": "wrong", "text": "phrase = 'x y'"}, {}, 403, "out of date"),
        ({"token": "TOKEN", "text": "phrase = 'x y'"}, {"origin": "https://evil.example"}, 403, "another site"),
        ({"token": "TOKEN", "text": "phrse = 'x y'"}, {}, 422, "did you mean"),
        ({"token": "TOKEN", "text": "phrase = 'a b'\nfuzzy = 900"}, {}, 422, "line 2: fuzzy"),
        ({"token": "TOKEN", "text": 'seeds = ["/etc/passwd"]'}, {}, 422, "line 1: seeds[0] is not in the directory"),
        ({"token": "TOKEN", "text": 'seeds = ["../../../../etc/pwd"]'}, {}, 422, "reads no document elsewhere"),
        ({"token": "TOKEN", "text": 'seeds = ["a\\u0000b"]'}, {}, 422, "control characters"),
        ({"token": "TOKEN"}, {}, 422, "no story"),
        ({"token": "TOKEN", "text": 5}, {}, 422, "no story"),
        ("[" * 50_000, {"content-type": "application/json"}, 400, "cannot be read"),
        ("{", {"content-type": "application/json"}, 400, "cannot be read"),
        ('["token"]', {"content-type": "application/json; charset=utf-8"}, 403, "out of date"),
        ("x" * 300_000, {"content-type": "application/json"}, 413, "too long"),
    ],
)
def test_a_trial_is_refused_with_why(page, path, body, headers, status, said):
    if isinstance(body, dict):
        body = {k: page.desk.token if v == "TOKEN" else v for k, v in body.items()}
    answer = page.client.post(path, headers=headers, **{"content" if isinstance(body, str) else "json": body})
    assert (answer.status_code, said in answer.text) == (status, True), answer.text


def test_a_trial_of_no_rule_is_refused(page):
    answer = page.client.post("/api/storylines/none/trial", json={"token": page.desk.token, "text": "phrase = 'a b'"})
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert page.client.get(TRIAL).status_code == 405


def test_the_document_names_every_address_and_its_parts():
    document = api.document()
    operations = [(path, found) for path, item in document["paths"].items() for found in item.values()]
    assert len(operations) == len(api.ENDPOINTS) + len(api.POSTINGS)
    for path, found in operations:
        named = {p["name"] for p in found["parameters"] if p["in"] == "path"}
        assert named == {part.strip("{}") for part in path.split("/") if part.startswith("{")}


@pytest.mark.anyio
async def test_the_stream_says_when_there_is_something_new(open_page):
    from monitor.store.database import Database

    page = open_page()
    events = page.desk.live.events()
    first = await anext(events)
    assert first.startswith("data: ")
    with Database.open(page.settings.database, writer=True) as db, db.transaction():
        db.execute("UPDATE ledger SET at = '2099-01-01T00:00:00.000000Z' WHERE rowid = 1")
    assert await anext(events) != first
    page.desk.live.stopping.set()
    assert [event async for event in events] == []
    assert page.desk.live.streams == 0

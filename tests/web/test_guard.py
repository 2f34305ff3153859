"""The page answers its own address only, changes nothing by itself, and says so in every header."""

from __future__ import annotations

from base64 import b64encode

import pytest

from monitor.web.guard import hosts_of

RULE = "/storyline/trump-moscow-visit/rule"
OTHERS = ["evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:8710.evil.example", "", "a@127.0.0.1:8710"]
PATHS = ["/", "/nothing", "/static/page.css", "/api/storylines", "/storyline/trump-moscow-visit/feed.json", RULE]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_policy(page, path):
    headers = page.client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


@pytest.mark.parametrize("host", OTHERS)
def test_another_host_is_refused(page, host):
    answer = page.client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "Trump" not in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("host", ["127.0.0.1:8710", "localhost:8710", "LOCALHOST:8710", "[::1]:8710"])
def test_our_own_names_are_answered(page, host):
    assert page.client.get("/", headers={"host": host}).status_code == 200


def test_hosts_depend_on_where_it_listens():
    assert "localhost" in hosts_of("127.0.0.1:80")
    assert hosts_of("unix:/run/page") is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(page, method):
    assert page.client.request(method, "/").status_code == 405


@pytest.mark.parametrize("path", ["/", "/storyline/trump-moscow-visit", "/api/storylines", "/feeds"])
def test_pages_take_no_forms(page, path):
    assert page.client.post(path, data={"token": page.desk.token}).status_code == 405


@pytest.mark.parametrize("path", [RULE, f"{RULE}/save"])
@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({}, {}),
        ({"token": "wrong"}, {}),
        ({"token": "TOKEN"}, {"origin": "https://evil.example"}),
        ({"token": "TOKEN"}, {"origin": "null"}),
        ({"token": "TOKEN"}, {"sec-fetch-site": "cross-site"}),
        ({"token": "TOKEN"}, {"sec-fetch-site": "same-site"}),
    ],
)
def test_a_form_that_is_not_ours_is_refused(look, path, data, headers):
    page = look(edit=True)
    before = (page.folder / "rules" / "trump-moscow-visit.toml").read_text()
    fields = {k: v.replace("TOKEN", page.desk.token) for k, v in data.items()}
    fields |= {"text": 'phrase = "x y"', "was": before}
    assert page.client.post(path, data=fields, headers=headers).status_code == 403
    assert (page.folder / "rules" / "trump-moscow-visit.toml").read_text() == before


def test_a_form_that_is_too_long_is_refused(page):
    assert page.client.post(RULE, data={"token": page.desk.token, "text": "x" * 300_000}).status_code == 413


def test_saving_is_not_done_by_looking(look):
    page = look(edit=True)
    assert page.client.get(f"{RULE}/save").status_code == 405


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ("", 401), ("Bearer wrong", 401), ("Bearer", 401), ("Basic !!!", 401), ("Digest geheim", 401),
        ("Basic " + b64encode(b"desk:wrong").decode(), 401),
        ("Basic " + b64encode("desk:geheim:ß".encode()).decode(), 200),
        ("basic " + b64encode(":geheim:ß".encode()).decode(), 200),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/", "/api/storylines", "/static/page.css"])
def test_a_password_is_asked_for_where_one_is_set(look, path, given, status):
    page = look(password="geheim:ß")
    answer = page.client.get(path, headers={"authorization": given} if given else {})
    assert answer.status_code == status
    assert ("www-authenticate" in answer.headers) == (status == 401)
    assert "Trump" not in answer.text or status == 200


def test_a_bearer_token_opens_it(look):
    page = look(password="token-1")
    assert page.client.get("/", headers={"authorization": "Bearer token-1"}).status_code == 200

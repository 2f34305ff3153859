"""A user's own templates and words: they count at once, and what fails gives way to ours."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from tests.alerts.composing import FIGURE, alert, composed


def test_a_users_template_replaces_ours_and_their_words_too(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("{{ a.lines[0].headline }} / {{ say.reason('FIGURE') }}\n")
    (tmp_path / "words.toml").write_text('[en.reasons]\nFIGURE = "numbers moved"\n')
    message = composed(alert(FIGURE), templates=tmp_path)
    assert message.text == "Toll rises to 44, says governor / numbers moved\n"
    assert "Why now" in message.html


def test_changed_words_and_templates_count_at_once(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    for number, said in enumerate(("numbers moved", "figures move", "[en.reasons", "numbers again")):
        file.write_text(f'[en.reasons]\nFIGURE = "{said}"\n' if said[0] != "[" else said)
        os.utime(file, ns=(number * 10**9, number * 10**9))  # two edits within a clock's tick are two
        expected = said if said[0] != "[" else "a figure changed"
        assert f"Why now: {expected}" in composed(alert(FIGURE), templates=tmp_path).text
    file.unlink()
    assert "Why now: a figure changed" in composed(alert(FIGURE), templates=tmp_path).text


@pytest.mark.parametrize(
    "template",
    [
        "{{ nonsense }}",
        "{% if %}",
        "{{ a.lines[99].headline }}",
        "{{ 1 / 0 }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ a.__init__.__globals__ }}",
        "{{ say.say.__globals__['tomllib'] }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../../../etc/passwd' %}",
        "{% for x in range(10 ** 9) %}{% endfor %}",
        "{% for x in range(99999) %}{{ a.text or 'no end of text, but it is ended' }}{% endfor %}",
        "{% extends 'mail.txt' %}",
        "{% include 'mail.txt' %}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ a | attr('__class__') }}",
        "{{ '{0.__class__}'.format(a) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ say.phrases.update({'new': 'x'}) }}",
    ],
)
def test_a_users_broken_or_wicked_template_gives_way_to_ours(tmp_path: Path, template: str) -> None:
    (tmp_path / "mail.txt").write_text(template)
    message = composed(alert(FIGURE), templates=tmp_path)
    assert "[FIGURE] Toll rises to 44" in message.text
    assert "A template of yours failed" in message.text


def test_a_users_template_can_go_round_ours(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("For the desk:\n{% include 'ours/mail.txt' %}")
    (tmp_path / "mail.html").write_text("<i>{{ a.subject }}</i>{% include 'ours/mail.html' %}")
    message = composed(alert(replace(FIGURE, headline="A <b> in a headline")), templates=tmp_path)
    assert message.text.startswith("For the desk:\nTrump Moscow visit\n====")
    assert message.html.count("A &lt;b&gt; in a headline") >= 2
    assert "<b> in" not in message.html


@pytest.mark.parametrize("spoilt", ["[en", '[en]\ndays = ["Mon"]', "[en]\nreasons = 3", "[en]\ndays = 3"])
def test_a_users_broken_words_give_way_to_ours(tmp_path: Path, spoilt: str) -> None:
    (tmp_path / "words.toml").write_text(spoilt)
    message = composed(alert(FIGURE), templates=tmp_path)
    assert "[FIGURE] Toll rises to 44" in message.text
    assert "A template of yours failed" in message.text


def test_a_channels_own_template_goes_before_the_general_one(tmp_path: Path) -> None:
    (tmp_path / "mail.txt").write_text("general {{ a.title }}")
    (tmp_path / "pager").mkdir()
    (tmp_path / "pager" / "mail.txt").write_text("pager {{ a.title }}")
    assert composed(alert(FIGURE), templates=tmp_path, channel="pager").text.startswith("pager ")
    assert composed(alert(FIGURE), templates=tmp_path, channel="mail").text.startswith("general ")
    assert "general" not in composed(alert(FIGURE), templates=tmp_path, channel="pager").html

"""Plain text out of HTML: the quick way for simple markup says what the parser of HTML says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.lang import markup
from monitor.lang.markup import plain_text

MARKUP = """<p> </p> <br> <br/> </br> <a/> <li> <ul> <h1> </h1> <b> </b> <td>x </td> <em> <math> <svg> <title> <pre>
<script> </script> <style> <!-- --> <table> <textarea> <select> <plaintext> <P> </P> < > & " ' a
&amp; &lt; &amp;lt; &#8217; &nbsp; &copy &#x41; &hellip; &#150; &notit; &#0; \u200b \x01 é"""
PIECES = (
    *MARKUP.split(),
    *('<a href="x y">', "<a href=x>", "<img src='a' alt=\"b &gt; c\"/>", '<p x="1"y="2">', '<div class="x" >'),
    f'<p class="{"y" * 210}">', "<span\nstyle='a'>", "</span>", "x y ",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_what_is_read_quickly_reads_as_the_parser_reads_it(html: str) -> None:
    spaced = markup._BLOCK.sub(" ", markup._CONTROL.sub(" ", html))
    quick = markup._quick(spaced)
    assert quick is None or quick.split() == markup._thorough(spaced).split()


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<p class="x">One<br/>two</p><figure><img src="a.jpg" alt="b"/></figure> <a href="/c?d=1&amp;e">three</a>',
         "One two three"),
        ("Fire &amp; <b>smo</b>ke &#8211; now", "Fire & smoke – now"),
        ("a &amp;lt;b&amp;gt; <i>c</i>", "a &lt;b&gt; c"),
    ],
)  # fmt: skip
def test_the_markup_that_most_feeds_write_is_read_quickly(html: str, text: str) -> None:
    assert markup._quick(html) is not None
    assert plain_text(html) == text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a<script>b()</script>c</p>", "a c"),
        ("a<!-- b -->c", "ac"),
        ("1 < 2 <b>c</b>", "1 < 2 c"),
        ("<b title=x>a</b>", "a"),
    ],
)
def test_other_markup_is_left_to_the_parser(html: str, text: str) -> None:
    assert markup._quick(html) is None
    assert plain_text(html).replace(" ", "") == text.replace(" ", "")

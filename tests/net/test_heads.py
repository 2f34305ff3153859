"""What is written and read without h11 is what h11 would write and read."""

from __future__ import annotations

import h11
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.net import heads

HOST = (b"Host", b"wire.example")
NAMES = st.sampled_from(
    [b"ETag", b"X-A", b"Connection", b"Content-Length", b"Transfer-Encoding", b"host", b"a b", b"", b"A:", b"X\r\nY"]
)
TEXT = st.text(st.sampled_from('ab0,:;"/ \t\r\n\0\x7fé'), max_size=8).map(str.encode)
VALUES = st.sampled_from([b"5", b"chunked", b"close", b'"1-0"', b"text/xml, a/b;q=0.1"]) | TEXT
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=5)


def by_h11(target: bytes, headers: heads.Raw) -> bytes | None:
    speaker = h11.Connection(our_role=h11.CLIENT)
    try:
        head = speaker.send(h11.Request(method="GET", target=target, headers=headers))
        return (head or b"") + (speaker.send(h11.EndOfMessage()) or b"")
    except h11.LocalProtocolError:
        return None


def read_by_h11(data: bytes) -> heads.Raw | None:
    speaker = h11.Connection(our_role=h11.CLIENT)
    speaker.send(h11.Request(method="GET", target="/", headers=[HOST]))
    speaker.send(h11.EndOfMessage())
    speaker.receive_data(data)
    try:
        event = speaker.next_event()
    except h11.RemoteProtocolError:
        return None
    return event.headers.raw_items() if isinstance(event, h11.Response) and event.status_code == 304 else None


@given(st.sampled_from([b"/feed", b"/a?b=%20c", b"/ b", b"", b"/\r\nX: y", "/é".encode()]), HEADERS)
@example(b"/feed", [(b"X-A", b"1\r\nX-B: 2")])
@example(b"/feed", [(b"X-A: 1\r\nX-B", b"2")])
def test_a_question_is_written_as_h11_writes_it_or_left_to_it(target: bytes, headers: heads.Raw) -> None:
    for given_headers in ([HOST, *headers], headers, [*headers, HOST]):
        ours = heads.question(target, given_headers)
        assert ours is None or ours == by_h11(target, given_headers)


def test_the_questions_of_a_poll_need_no_h11() -> None:
    asked = [HOST, (b"Accept", b"text/xml;q=0.8, */*"), (b"If-None-Match", b'W/"1"'), (b"Connection", b"close")]
    assert heads.question(b"/feed?x=1", asked) == by_h11(b"/feed?x=1", asked) != None  # noqa: E711 - it is written


FIRST = st.sampled_from(
    [b"HTTP/1.1 304 Not Modified", b"HTTP/1.1 304", b"HTTP/1.1 3040", b"HTTP/1.0 304 x", b"HTTP/1.1 200 OK", b"304"]
)
LINE = st.tuples(NAMES, st.sampled_from([b": ", b":", b" : ", b":\t", b""]), VALUES).map(b"".join)
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r\n "])


@given(FIRST, st.lists(LINE, max_size=4), ENDS, st.sampled_from([b"\r\n", b"", b"\r\n<rss/>", b"\n"]))
@example(b"HTTP/1.1 304", [b"A: 1", b"A: 2", b"Set-Cookie:"], b"\r\n", b"\r\n")
def test_an_answer_is_read_as_h11_reads_it_or_left_to_it(
    first: bytes, lines: list[bytes], end: bytes, last: bytes
) -> None:
    data = end.join([first, *lines, b""]) + last
    ours = heads.unchanged(data)
    assert ours is None or ours == read_by_h11(data)


def test_the_usual_304_needs_no_h11() -> None:
    data = b'HTTP/1.1 304 Not Modified\r\nServer: nginx\r\nETag: "a:b"  \r\nCache-Control:max-age=60\r\n\r\n'
    assert heads.unchanged(data) == read_by_h11(data) != None  # noqa: E711 - it is read
    assert heads.unchanged(data[:-1]) is None

"""Inflating: every byte counted, every archive whole, one coding at most."""

from __future__ import annotations

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.inflate import Body, BodyRefusedError, encoding_of

PLAIN = b"<rss>" + bytes(range(256)) * 40


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKED = {"": bytes, "gzip": gzip.compress, "deflate": zlib.compress, "deflate, bare": raw_deflate}


def unpacked(encoding: str, data: bytes, step: int = 65_536, most: int = 1_000_000) -> bytes:
    body = Body(encoding.partition(",")[0], most)
    for at in range(0, len(data), step):
        body.add(data[at : at + step])
    return body.finish()


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("step", [1, 2, 7, 1_000, 65_536])
def test_a_body_comes_out_as_it_went_in_whatever_the_pieces(encoding: str, step: int) -> None:
    assert unpacked(encoding, PACKED[encoding](PLAIN), step) == PLAIN


@given(st.binary(max_size=2_000), st.binary(max_size=300), st.integers(1, 500))
def test_gzip_in_several_members_is_read_to_its_end(one: bytes, two: bytes, step: int) -> None:
    data = gzip.compress(one) + gzip.compress(two) + b"\0" * 7
    assert unpacked("gzip", data, step) == one + two


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "deflate, bare"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.99])
def test_a_compressed_body_that_breaks_off_is_torn(encoding: str, part: float) -> None:
    data = PACKED[encoding](PLAIN)
    with pytest.raises(BodyRefusedError) as error:
        unpacked(encoding, data[: int(len(data) * part)])
    assert error.value.kind == "torn"


@pytest.mark.parametrize(
    ("encoding", "data", "kind"),
    [
        ("gzip", PLAIN, "encoding"),
        ("gzip", gzip.compress(PLAIN) + b"junk", "encoding"),
        ("gzip", gzip.compress(PLAIN) + b"\x1f", "torn"),
        ("gzip", b"\x1f\x8b\x07" + b"\xff" * 50, "encoding"),
        ("deflate", zlib.compress(PLAIN) + b"junk", "encoding"),
        ("deflate", b"\x00\xff\xff\xff junk", "encoding"),
    ],
)
def test_what_is_not_the_announced_coding_is_refused(encoding: str, data: bytes, kind: str) -> None:
    with pytest.raises(BodyRefusedError) as error:
        unpacked(encoding, data)
    assert error.value.kind == kind


@pytest.mark.parametrize("encoding", PACKED)
def test_the_cap_counts_what_was_sent_and_what_it_unpacks_to(encoding: str) -> None:
    data = PACKED[encoding](b"\0" * 100_000)
    assert len(unpacked(encoding, data, most=100_000)) == 100_000
    with pytest.raises(BodyRefusedError) as error:
        unpacked(encoding, data, most=99_999)
    assert error.value.kind == "too-large"


def test_a_bomb_is_stopped_at_the_cap_not_after_it() -> None:
    import tracemalloc

    bomb = gzip.compress(b"\0" * 30_000_000)
    tracemalloc.start()
    with pytest.raises(BodyRefusedError):
        unpacked("gzip", bomb, most=1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6_000_000


@pytest.mark.parametrize(
    ("header", "coding"),
    [("", ""), ("identity", ""), ("GZIP", "gzip"), (" x-gzip ", "gzip"), ("deflate,identity", "deflate")],
)
def test_one_coding_is_understood(header: str, coding: str) -> None:
    assert encoding_of(header) == coding


@pytest.mark.parametrize("header", ["gzip, gzip", "gzip,deflate", "br", "zstd", "x" * 5_000])
def test_more_codings_or_others_are_refused(header: str) -> None:
    with pytest.raises(BodyRefusedError) as error:
        encoding_of(header)
    assert error.value.kind == "encoding"

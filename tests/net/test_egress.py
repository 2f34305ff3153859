"""The egress guard: no address behind the front door, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.net.egress import Egress

PRIVATE = (
    "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.127.255.254 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1 "
    "172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 "
    "239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:10.0.0.1 "
    "64:ff9b::10.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::a00:1 100::1 2001::1 2001:db8::1 2002:7f00:1:: 2002:808:808::1 "
    "fc00::1 fd12:3456::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff0e::1 localhost 0x7f.1 127.1 2130706433 wire.example"
)
PUBLIC = "8.8.8.8 93.184.215.14 100.63.255.255 100.128.0.1 172.32.0.1 192.167.255.255 2606:4700:4700::1111 2a00:1450::1"


@pytest.mark.parametrize("address", [*PRIVATE.split(), ""])
def test_what_is_private_reserved_or_no_address_is_refused(address: str) -> None:
    assert not Egress().allows(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses_are_allowed(address: str) -> None:
    assert Egress().allows(address)


@pytest.mark.parametrize(
    ("allow", "address", "allowed"),
    [
        ("127.0.0.0/8", "127.0.0.1", True),
        ("127.0.0.0/8", "::ffff:127.0.0.1", True),
        ("127.0.0.0/8", "::1", False),
        ("10.1.0.0/16", "10.1.2.3", True),
        ("10.1.0.0/16", "10.2.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("fd00::/8", "fd12::1", True),
        ("64:ff9b::/96", "64:ff9b::8.8.8.8", True),
        ("64:ff9b::/96", "64:ff9b::10.0.0.1", False),
        ("::/0", "::ffff:10.0.0.1", False),
    ],
)
def test_a_listed_network_is_reachable_and_nothing_through_it(allow: str, address: str, allowed: bool) -> None:
    assert Egress((allow,)).allows(address) is allowed


def test_what_is_no_network_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="intranet"):
        Egress(("intranet",))


@given(st.ip_addresses(v=4))
def test_an_address_is_no_safer_in_the_clothes_of_ipv6(address: object) -> None:
    for clothes in ("::ffff:{}", "64:ff9b::{}", "::{}"):
        assert not Egress().allows(clothes.format(address))


@given(st.text(max_size=40))
def test_no_text_is_an_error(text: str) -> None:
    assert Egress(("127.0.0.0/8",)).allows(text) in (True, False)

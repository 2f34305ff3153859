"""Egress: which addresses Storywatch may connect to.

A feed, a redirect or a webhook may name any host, and its DNS answer may change between two
look-ups. So the guard judges the numeric address that is about to be dialled, after the look-up.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_Address = IPv4Address | IPv6Address
_Network = IPv4Network | IPv6Network

# Blocks that reach other hosts than they seem to name, or that Python's tables leave out.
# RFC 6052 and 8215 (NAT64), 3056 (6to4), 4380 (Teredo), 4291 (mapped, compatible), 3879 (site-local),
# 6598 (carrier-grade NAT), 7526 (6to4 relays), 6890 (special purpose).
_REFUSED = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2002::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
    )
)
_NAT64 = ip_network("64:ff9b::/96")


class Egress:
    """The guard. ``allow`` holds networks ("127.0.0.0/8", "fd00::/8") that are reachable nevertheless."""

    def __init__(self, allow: Iterable[str] = ()) -> None:
        """Read the networks; raises ValueError for one that is none."""
        self._allowed: tuple[_Network, ...] = tuple(ip_network(block, strict=False) for block in allow)

    def allows(self, address: str) -> bool:
        """Whether the numeric ``address`` may be connected to. What is no address never is."""
        try:
            ip = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        inner = _embedded(ip)
        if inner is not None and not (self._public(inner) or self._listed(inner)):
            return False
        mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
        return self._listed(ip) or (mapped is not None and self._listed(mapped)) or self._public(ip)

    def _listed(self, ip: _Address) -> bool:
        return any(ip in network for network in self._allowed)

    @staticmethod
    def _public(ip: _Address) -> bool:
        return ip.is_global and not ip.is_multicast and not any(ip in block for block in _REFUSED)


def _embedded(ip: _Address) -> IPv4Address | None:
    """Return the IPv4 address that a mapped, NAT64, 6to4 or Teredo address leads to."""
    if isinstance(ip, IPv4Address):
        return None
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)

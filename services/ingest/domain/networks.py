"""Which addresses of the network may be connected to: public ones alone, in whatever form they come."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

REFUSED = tuple(
    ip_network(each)
    for each in (
        # The special-purpose registries of IANA (RFC 6890 and after), as Python's own lists differ from release to release.
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
        "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        # What leads elsewhere by a tunnel (Teredo, 6to4), is for documentation, or is not handed out.
        "2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
    )
)  # fmt: skip
GLOBAL = IPv6Network("2000::/3")
"""All that is handed out of IPv6; loopback, local, multicast and embedding forms lie outside."""
MAPPED, NAT64 = IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")
"""Forms of an IPv4 address that really lead to it: what holds for that one holds for them."""


def is_public(address: str) -> bool:
    """Whether anybody may connect to it. What is no address, or one of a zone of its own (`fe80::1%eth0`), is not."""
    try:
        it = ip_address(address)
    except ValueError:
        return False
    if isinstance(it, IPv6Address):
        if it.scope_id:
            return False
        if it in MAPPED or it in NAT64:
            it = IPv4Address(int(it) & 0xFFFF_FFFF)
        elif it not in GLOBAL:
            return False
    return it.is_global and not any(it in network for network in REFUSED if network.version == it.version)

"""Whatever form an address comes in, it is let through only if it leads to the public internet."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.errors import NotAPage
from services.ingest.domain.networks import is_public
from services.ingest.domain.weburl import web_url

PRIVATE = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32",
)  # fmt: skip
LOCAL6 = (
    "::/128",
    "::1/128",
    "fe80::/10",
    "fec0::/10",
    "fc00::/7",
    "ff00::/8",
    "2002::/16",
    "2001::/32",
    "2001:db8::/32",
    "64:ff9b:1::/48",
)


def within(networks: tuple[str, ...], version: int) -> st.SearchStrategy[int]:
    def of(text: str) -> st.SearchStrategy[int]:
        network = ipaddress.ip_network(text)
        assert network.version == version
        return st.integers(int(network.network_address), int(network.broadcast_address))

    return st.one_of(*map(of, networks))


def forms_of(address: int) -> list[str]:
    """In which an IPv4 address can stand in IPv6: mapped, compatible, translated, 6to4, Teredo's server, NAT64 and its local prefix."""
    bases = (0xFFFF << 32, 0, 0xFFFF << 48, 0x64_FF9B << 96, 0x64_FF9B_0001 << 80)
    made = [str(ipaddress.IPv6Address(base + address)) for base in bases]
    return [
        *made,
        str(ipaddress.IPv6Address((0x2002 << 112) + (address << 80))),
        str(ipaddress.IPv6Address((0x20010000 << 96) + (address << 64))),
    ]


@given(within(PRIVATE, 4))
def test_what_is_not_public_is_refused_in_every_form(address: int) -> None:
    assert not is_public(str(ipaddress.IPv4Address(address)))
    assert not any(map(is_public, forms_of(address)))


@given(within(LOCAL6, 6))
def test_so_it_is_in_ipv6(address: int) -> None:
    it = ipaddress.IPv6Address(address)
    assert not is_public(str(it))
    assert not is_public(f"{it}%eth0")


@given(st.integers(0, 2**128 - 1))
def test_of_ipv6_nothing_is_taken_that_is_not_handed_out_or_maps_to_what_is(address: int) -> None:
    it = ipaddress.IPv6Address(address)
    if is_public(str(it)):
        assert it in ipaddress.ip_network("2000::/3") or is_public(str(ipaddress.IPv4Address(address & 0xFFFF_FFFF)))
        assert not it.is_multicast


@given(st.sampled_from(["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]))
def test_what_is_public_is_let_through(address: str) -> None:
    assert is_public(address)


@given(st.text(max_size=60))
def test_what_is_no_address_is_never_public(text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        assert not is_public(text)


@given(st.one_of(st.text(max_size=80), st.from_regex(r"https?://[a-z.@:/\\\[\]%0-9?#]{0,30}", fullmatch=True)))
def test_a_web_address_is_refused_or_has_one_form_that_is_its_own(text: str) -> None:
    try:
        url = web_url(text)
    except NotAPage:
        return
    assert web_url(str(url)) == url
    assert str(url).isascii()
    assert url.scheme in {"http", "https"}
    assert "@" not in url.origin
    assert not set(str(url)) & set(" \r\n\t\\")

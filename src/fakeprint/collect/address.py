"""Which addresses may be asked at all: every URL and every hop of a redirect passes here (specs: reliability 7, REL-9)."""

from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
URL_CHARS = 8192
_LOCAL_NAMES = ("localhost", "local", "internal", "localdomain", "home.arpa", "onion")
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
_CLOSED = (IPv6Network("64:ff9b:1::/48"), IPv6Network("fec0::/10"), IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))

IP = IPv4Address | IPv6Address


class RefusedAddress(Exception):
    """The address may not be asked; the message says why, in words for the ledger."""


@dataclass(frozen=True)
class Address:
    """One address, taken apart and checked as far as that needs no name look-up.

    ``host`` is lower case and ASCII (or an IP literal without brackets), ``target`` what stands in the request line.  ``literal`` is
    set where the host is an IP address.  ``exempt`` says that the user named ``host:port`` as allowed.
    """

    url: str
    scheme: str
    host: str
    port: int
    target: str
    literal: IP | None
    exempt: bool

    @property
    def endpoint(self) -> tuple[str, str, int]:
        """What a kept connection belongs to."""
        return self.scheme, self.host, self.port

    @property
    def authority(self) -> str:
        """Return the host as the request names it: with the port unless it is the scheme's own, IPv6 in brackets."""
        name = f"[{self.host}]" if isinstance(self.literal, IPv6Address) else self.host
        return name if DEFAULT_PORTS[self.scheme] == self.port else f"{name}:{self.port}"


def parse_address(url: str, allowed: frozenset[str] = frozenset()) -> Address:
    """Take an address apart and refuse what must never be asked.

    ``allowed`` holds ``host:port`` texts that the user named explicitly; they may lead to loopback and private addresses.

    Raises:
        RefusedAddress: not http or https, no host, credentials, control characters or backslashes, a host that spells an IP address
            in an unusual way, a local name, a private address, a port below 1024 other than 80 and 443.

    >>> parse_address("HTTP://Example.org/a b?q=1#part").target
    '/a%20b?q=1'
    """
    if len(url) > URL_CHARS:
        raise RefusedAddress("the address is too long")
    if any(char < " " or char == "\x7f" or char == "\\" for char in url):
        raise RefusedAddress("the address holds control characters or a backslash")
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise RefusedAddress(f"not an address: {error}") from error
    if parts.scheme not in DEFAULT_PORTS:
        raise RefusedAddress(f"only http and https are fetched, not {parts.scheme[:20] or 'a bare name'}")
    if not host:
        raise RefusedAddress("the address names no host")
    if "@" in parts.netloc:
        raise RefusedAddress("addresses with a user name are not fetched")
    port = DEFAULT_PORTS[parts.scheme] if port is None else port
    name, literal = _host(host)
    exempt = f"{name}:{port}" in allowed
    if not exempt:
        _check_port(port)
        if literal is None:
            _check_name(name)
        else:
            check_public(literal)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~")
    query = "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~?") if parts.query else ""
    return Address(url, parts.scheme, name, port, path + query, literal, exempt)


@lru_cache(maxsize=4096)
def _host(host: str) -> tuple[str, IP | None]:
    """Return the host in ASCII, and the IP address where it is one; lists name few hosts many times."""
    literal = _literal(host)
    return (_ascii_name(host) if literal is None else host), literal


def check_public(ip: IP) -> None:
    """Refuse an IP address that does not lie in the public Internet, embedded IPv4 addresses included.

    Raises:
        RefusedAddress: loopback, private, link-local, shared, multicast, reserved or translated to one of these.
    """
    for one in (ip, *_embedded(ip)):
        closed = any(one in network for network in _CLOSED if network.version == one.version)
        odd = one.is_multicast or one.is_reserved or one.is_unspecified or one.is_loopback or one.is_link_local or one.is_private
        translated = isinstance(one, IPv6Address) and bool(_embedded(one))
        if closed or ((odd or not one.is_global) and not translated):
            raise RefusedAddress("the address does not lie in the public Internet")


def _embedded(ip: IP) -> tuple[IPv4Address, ...]:
    """Return the IPv4 addresses that an IPv6 address carries."""
    if isinstance(ip, IPv4Address):
        return ()
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if any(ip in network for network in _TRANSLATED) and int(ip) > 1:
        found.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return tuple(one for one in found if one is not None)


def _literal(host: str) -> IP | None:
    if "%" in host:
        raise RefusedAddress("addresses with a zone are not fetched")
    try:
        return ip_address(host)
    except ValueError:
        pass
    last = host.rstrip(".").rpartition(".")[2]
    if ":" in host or last.isdigit() or last.startswith("0x") or (host.endswith(".") and last.isdigit()):
        raise RefusedAddress("the host spells an IP address in an unusual way")
    return None


def _ascii_name(host: str) -> str:
    try:
        name = host.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise RefusedAddress("the host name is malformed") from error
    if not name or len(name) > 253 or not all(char.isalnum() or char in "-._" for char in name):
        raise RefusedAddress("the host name is malformed")
    _literal(name)  # full-width digits become plain ones
    return name


def _check_name(name: str) -> None:
    if "." not in name or any(name == local or name.endswith(f".{local}") for local in _LOCAL_NAMES):
        raise RefusedAddress("the host is a local name")


def _check_port(port: int) -> None:
    if port < 1024 and port not in DEFAULT_PORTS.values():
        raise RefusedAddress(f"port {port} belongs to another service")

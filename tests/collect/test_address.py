import asyncio
from ipaddress import ip_address
from pathlib import Path
from types import ModuleType

import pytest

from fakeprint.collect.address import RefusedAddress, check_public, parse_address
from fakeprint.collect.download import download
from fakeprint.collect.ledger import read_ledger
from fakeprint.collect.outcome import Refusal, Status
from fakeprint.collect.rules import DownloadConfig
from fakeprint.collect.transport import Timeouts, Transport
from fakeprint.collect.wanted import Wanted

REFUSED = [
    "http://127.0.0.1/",
    "http://[::1]/",
    "http://0.0.0.0/",
    "http://169.254.169.254/latest/meta-data/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://0x7f.0.0.1/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://172.16.0.1/",
    "http://100.64.0.1/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[fe80::1]/",
    "http://[fd00::1]/",
    "http://[fe80::1%25eth0]/",
    "http://localhost/",
    "http://localhost./",
    "http://x.localhost/",
    "http://metadata.google.internal/",
    "http://printer/",
    "http://public.example@127.0.0.1/",
    "http://user:secret@example.org/",
    "http://example.org\\@127.0.0.1/",
    "http://127.0.0.1#@example.org/",
    "http://①②⑦.0.0.1/",
    "http://１２７.０.０.１/",
    "file:///etc/passwd",
    "ftp://example.org/x.jpg",
    "gopher://example.org:70/_x",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)",
    "//example.org/x",
    "example.org/x.jpg",
    "http:///x.jpg",
    "http://example.org:22/x",
    "http://example.org:99999/x",
    "http://exa mple.org/",
    "http://example.org/\r\nHost: evil",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::]/",
    "http://[::127.0.0.1]/",
    "http://192.0.0.8/",
    "http://198.18.0.1/",
    "http://" + "a" * 9000,
]


@pytest.mark.parametrize("url", REFUSED)
def test_refused_before_any_look_up(url: str) -> None:
    with pytest.raises(RefusedAddress):
        parse_address(url)


@pytest.mark.parametrize(
    "url", ["http://example.org/a.jpg", "https://8.8.8.8/x", "http://[2606:4700::1111]:8080/", "https://bücher.example/ü?q=ä"]
)
def test_public_addresses_pass(url: str) -> None:
    address = parse_address(url)
    assert address.target.isascii()
    assert address.host.isascii()


def test_only_the_named_host_and_port_are_exempt() -> None:
    allowed = frozenset({"127.0.0.1:8080"})
    assert parse_address("http://127.0.0.1:8080/x", allowed).exempt
    for url in ("http://127.0.0.1:8081/x", "http://127.0.0.2:8080/x", "http://localhost:8080/x", "http://a@127.0.0.1:8080/x"):
        with pytest.raises(RefusedAddress):
            parse_address(url, allowed)


@pytest.mark.parametrize("text", ["1.1.1.1", "2606:4700:4700::1111", "64:ff9b::101:101"])
def test_public_ips(text: str) -> None:
    check_public(ip_address(text))


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::1"], ["64:ff9b::a00:1"]])
def test_names_that_lead_to_private_addresses(answers: list[str]) -> None:
    async def resolver(_host: str, _port: int) -> tuple[object, ...]:
        return tuple(ip_address(one) for one in answers)

    async def ask() -> None:
        async with Transport("x", Timeouts(), resolver=resolver) as transport:
            await transport.get(parse_address("http://inside.example/x"), lambda _: None)

    with pytest.raises(Refusal) as caught:
        asyncio.run(ask())
    assert caught.value.status is Status.REFUSED_ADDRESS


@pytest.mark.network
def test_a_name_that_changes_its_mind_is_asked_once(server, make: ModuleType, config: DownloadConfig, tmp_path: Path) -> None:
    """DNS rebinding: the connection goes to the address that was checked, and no second answer is fetched."""
    asked: list[str] = []

    async def resolver(host: str, _port: int) -> tuple[object, ...]:
        asked.append(host)
        return (ip_address("127.0.0.1" if len(asked) == 1 else "10.0.0.1"),)

    exempt = config.model_copy(update={"allowed": frozenset({f"good.example:{server.port}"})})
    wanted = [Wanted(f"{n}", f"http://good.example:{server.port}/p/{n}.jpg") for n in range(5)]
    wanted.append(Wanted("rebound", f"http://evil.example:{server.port}/p/9.jpg"))
    download(wanted, tmp_path, exempt, resolver=resolver)
    rows = {row.key: row.status for row in read_ledger(tmp_path)}
    assert rows.pop("rebound") is Status.REFUSED_ADDRESS
    assert set(rows.values()) == {Status.OK}
    assert sorted(asked) == ["evil.example", "good.example"]
    assert server.requests["/p/9.jpg"] == 0

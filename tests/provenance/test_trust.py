import base64
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from fakeprint.core.errors import UsageError
from fakeprint.provenance import trust
from fakeprint.provenance.trust import ListKind, StoredList, TrustSource, certificates_of, default_folder, from_text, joined, load


def _certificate(name: str) -> bytes:
    """Return a self-signed certificate as PEM."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=1))
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def two() -> bytes:
    return b"# a list\n" + _certificate("One") + b"\nbetween\r\n" + _certificate("Two")


@pytest.fixture
def data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("os.name", "posix")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = tmp_path / "fakeprint" / "trust"
    folder.mkdir(parents=True)
    return folder


def _block(der: bytes, label: str = "CERTIFICATE") -> bytes:
    return b"-----BEGIN %s-----\n%s-----END %s-----\n" % (label.encode(), base64.encodebytes(der), label.encode())


def test_a_file_overrides(tmp_path: Path, two: bytes) -> None:
    (tmp_path / "mine.pem").write_bytes(two)
    found = load(tmp_path / "mine.pem")
    assert found is not None
    assert (found.name, found.date, found.certificates) == ("mine.pem", None, 2)
    assert found.sha256 == sha256(two).hexdigest()
    info = found.info()
    assert (info.name, info.certificates, info.sha256) == ("mine.pem", 2, found.sha256)
    assert found.sources[0].kind is ListKind.SIGNERS


def test_certificates_survive_the_clean_up(two: bytes) -> None:
    from cryptography import x509

    clean = certificates_of(two).encode()
    assert x509.load_pem_x509_certificates(clean) == x509.load_pem_x509_certificates(two)
    assert b"between" not in clean


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no certificates"),
        (b"text", "no certificates"),
        (b"-----BEGIN CERTIFICATE-----\nabc", "no certificates"),
        (_block(b"\x30\x00", "PRIVATE KEY"), "only certificates"),
        (b"-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----", "not base64"),
        (_block(b""), "not an X.509"),
        (_block(b"\x30\x00"), "not an X.509"),
        (_block(b"\x30\x07\x30\x00\x30\x00\x03\x01\x00\x00"), "not an X.509"),
        (_block(b"\x30\x08\x30\x00\x30\x00\x03\x01\x00"), "not an X.509"),
        (_block(b"\x30\x84\xff\xff\xff\xff\x30\x00"), "not an X.509"),
        (_block(b"\x30\x80\x30\x00\x30\x00\x03\x01\x00\x00\x00"), "not an X.509"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    (tmp_path / "x.pem").write_bytes(data)
    with pytest.raises(UsageError, match=words):
        load(tmp_path / "x.pem")


def test_a_damaged_block_among_good_ones_is_refused(two: bytes) -> None:
    with pytest.raises(UsageError):
        certificates_of(two + b"-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n")


def test_missing_and_large_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, two: bytes) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "nowhere.pem")
    (tmp_path / "x.pem").write_bytes(two)
    monkeypatch.setattr(trust, "MAX_BYTES", 100)
    with pytest.raises(UsageError, match="larger than"):
        load(tmp_path / "x.pem")


def _store(folder: Path, name: str, kind: ListKind, data: bytes, digest: str | None = None) -> None:
    (folder / f"{name}.pem").write_bytes(data)
    record = StoredList(
        name=name, kind=kind, url="https://x.invalid/", date="2026-08-21", sha256=digest or sha256(data).hexdigest(), certificates=2
    )
    (folder / f"{name}.json").write_text(record.model_dump_json())


def test_stored_lists_are_joined_signers_first(data_home: Path, two: bytes) -> None:
    _store(data_home, "a stamps", ListKind.TIME_STAMPS, two)
    _store(data_home, "b frozen", ListKind.FROZEN_SIGNERS, two + b"\n")
    _store(data_home, "c signers", ListKind.SIGNERS, two + b"\n\n")
    found = load()
    assert found is not None
    assert found.name == "c signers + b frozen + a stamps"
    assert (found.date, found.certificates) == ("2026-08-21", 6)
    frozen = found.of(ListKind.FROZEN_SIGNERS)
    assert frozen is not None
    assert (frozen.name, frozen.sources) == ("b frozen", found.sources[1:2])
    assert frozen.of(ListKind.SIGNERS) is None
    assert from_text(found.pem) == found


def test_an_altered_stored_list_is_refused(data_home: Path, two: bytes) -> None:
    _store(data_home, "a", ListKind.SIGNERS, two, digest="0" * 64)
    with pytest.raises(UsageError, match="differs from what was fetched"):
        load()
    (data_home / "a.json").write_text("{}")
    with pytest.raises(UsageError, match="not its record"):
        load()


def test_nothing_stored(data_home: Path) -> None:
    assert load() is None
    data_home.rmdir()
    assert load() is None


def test_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert default_folder() == tmp_path / ".local" / "share" / "fakeprint" / "trust"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_folder() == tmp_path / ".local" / "share" / "fakeprint" / "trust"
    monkeypatch.delenv("HOME")
    assert default_folder() is None
    assert load() is None


def test_a_single_list_keeps_its_own_digest() -> None:
    one = TrustSource("n", ListKind.SIGNERS, None, "a" * 64, 1, "pem\n")
    whole = joined((one,))
    assert whole is not None
    assert (whole.sha256, whole.date) == ("a" * 64, None)
    assert from_text(whole.pem) == whole
    assert joined(()) is None


@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 255))
def test_any_bytes_are_accepted_or_refused(noise: bytes, place: int, value: int) -> None:
    der = bytearray(b"\x30\x09\x30\x00\x30\x00\x03\x03\x00\x01\x02" + noise)
    der[place % len(der)] = value
    try:
        clean = certificates_of(_block(bytes(der)))
    except UsageError:
        return
    assert clean.count("-----BEGIN CERTIFICATE-----") == 1

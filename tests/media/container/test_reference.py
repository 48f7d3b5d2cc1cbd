"""The walker against what independent libraries write and read back."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from runpy import run_path
from types import SimpleNamespace

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from fakeprint.core.limits import Limits
from fakeprint.media.container.model import Container, PartKind
from fakeprint.media.container.walk import walk

make = SimpleNamespace(**run_path(str(Path(__file__).with_name("make.py"))))
RNG = np.random.default_rng(5)
PIXELS = RNG.integers(0, 256, (48, 64, 3), dtype=np.uint8)
IMAGE = Image.fromarray(PIXELS)
EXIF = Image.Exif()
EXIF[0x0131] = "reference"
PACKET = make.xmp_packet()


def walked(data: bytes) -> Container:
    return walk(BytesIO(data), Limits())


def pillow(format_: str, **options: object) -> bytes:
    buffer = BytesIO()
    IMAGE.save(buffer, format_, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_exif_and_xmp_written_by_pillow(format_: str) -> None:
    options: dict[str, object] = {"exif": EXIF.tobytes()}
    if format_ == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", PACKET.decode(), zip=True)
        options["pnginfo"] = info
    elif format_ == "TIFF":
        options = {"tiffinfo": {0x0131: "reference", 0x02BC: PACKET}}
    else:
        options["xmp"] = PACKET
    container = walked(pillow(format_, **options))
    assert container.complete
    assert container.trailing is None
    assert [part.data for part in container.of_kind(PartKind.XMP)] == [PACKET]
    (exif,) = container.of_kind(PartKind.EXIF)
    assert exif.data is not None
    assert b"reference\0" in exif.data


@pytest.mark.parametrize(
    ("format_", "options", "lossless"),
    [
        ("JPEG", {"quality": 80, "progressive": True}, False),
        ("WEBP", {"lossless": True}, True),
        ("WEBP", {"quality": 70}, False),
        ("TIFF", {"compression": "tiff_lzw"}, True),
        ("TIFF", {"compression": "tiff_adobe_deflate"}, True),
        ("TIFF", {"compression": "jpeg"}, False),
        ("GIF", {}, True),
        ("BMP", {}, True),
        ("PNG", {}, True),
        ("AVIF", {}, False),
    ],
)
def test_files_of_pillow_end_where_they_end(format_: str, options: dict[str, object], lossless: bool) -> None:
    data = pillow(format_, **options)
    container = walked(data)
    assert (container.complete, container.trailing, container.lossless) == (True, None, lossless)
    assert container.of_kind(PartKind.SCAN)
    if format_ != "TIFF":
        after = walked(data + b"<html>").trailing
        assert after is not None
        assert (after.offset, after.sniffed) == (len(data), "html")


def test_animations_of_pillow() -> None:
    frames = [Image.fromarray(np.roll(PIXELS, shift, axis=0)) for shift in range(5)]
    for format_, options in (("GIF", {}), ("PNG", {}), ("WEBP", {"lossless": True}), ("TIFF", {})):
        buffer = BytesIO()
        frames[0].save(buffer, format_, save_all=True, append_images=frames[1:], **options)
        container = walked(buffer.getvalue())
        assert (container.complete, container.trailing, container.lossless) == (True, None, True), format_


def test_quantisation_tables_as_pillow_reads_them() -> None:
    data = pillow("JPEG", quality=73)
    tables = Image.open(BytesIO(data)).quantization
    parts = walked(data).of_kind(PartKind.QUANTISATION)
    assert [sorted(part.data[1:]) for part in parts if part.data] == [sorted(table) for table in tables.values()]


def video(suffix: str, codec: str, tags: dict[str, str], **options: str) -> bytes:
    buffer = BytesIO()
    with av.open(buffer, "w", format=suffix, options=options) as container:
        container.metadata.update(tags)
        stream = container.add_stream(codec, rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for _ in range(5):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(PIXELS, format="rgb24")))
        container.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("suffix", "codec", "options", "format_", "key"),
    [
        ("mp4", "mpeg4", {}, "mp4", "©cmt"),
        ("mp4", "mpeg4", {"movflags": "use_metadata_tags"}, "mp4", "comment"),
        ("mp4", "mpeg4", {"movflags": "frag_keyframe+empty_moov"}, "mp4", "©cmt"),
        ("mov", "mpeg4", {}, "mov", "©cmt"),
        ("mov", "mpeg4", {"movflags": "use_metadata_tags"}, "mov", "comment"),
        ("matroska", "mpeg4", {}, "matroska", "COMMENT"),
        ("webm", "libvpx", {}, "webm", "COMMENT"),
        ("webm", "libvpx", {"live": "1"}, "webm", "COMMENT"),
        ("avi", "mpeg4", {}, "avi", "ICMT"),
        ("flv", "flv1", {}, "flv", "comment"),
    ],
)
def test_comments_of_videos_written_by_ffmpeg(suffix: str, codec: str, options: dict[str, str], format_: str, key: str) -> None:
    container = walked(video(suffix, codec, {"comment": '{"Label": "1"}'}, **options))
    assert (container.format, container.complete, container.trailing) == (format_, True, None)
    texts = {part.key: part.data for part in container.of_kind(PartKind.TEXT)}
    assert (texts[key] or b"").rstrip(b"\0") == b'{"Label": "1"}'


def test_transport_stream_of_ffmpeg() -> None:
    assert walked(video("mpegts", "mpeg2video", {})).format == "mpegts"


@pytest.fixture(scope="module")
def signer() -> object:
    c2pa = pytest.importorskip("c2pa")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    def certificate(name: str, issuer: str, key: ec.EllipticCurvePrivateKey, by: ec.EllipticCurvePrivateKey, leaf: bool) -> bytes:
        start = datetime.now(UTC) - timedelta(days=1)
        usage = dict.fromkeys(
            ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
        )
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")]))
            .issuer_name(
                x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")])
            )
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=not leaf, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(digital_signature=leaf, key_cert_sign=not leaf, crl_sign=not leaf, **usage), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
        )
        if leaf:
            builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        return builder.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    root, leaf = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    chain = certificate("leaf", "root", leaf, root, True) + certificate("root", "root", root, root, False)
    pem = leaf.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return c2pa.Signer.from_info(c2pa.C2paSignerInfo(b"es256", chain, pem, None))


def sound() -> bytes:
    return bytes(make.id3([(b"TIT2", b"\x03title")]))


@pytest.mark.parametrize(
    ("mime", "data"),
    [
        ("image/jpeg", pillow("JPEG")),
        ("image/png", pillow("PNG")),
        ("image/webp", pillow("WEBP")),
        ("image/gif", pillow("GIF")),
        ("image/tiff", pillow("TIFF")),
        ("image/avif", pillow("AVIF")),
        ("video/mp4", video("mp4", "mpeg4", {})),
        ("video/quicktime", video("mov", "mpeg4", {})),
        ("video/x-msvideo", video("avi", "mpeg4", {})),
        ("audio/wav", make.wav()),
        ("audio/mpeg", sound()),
        ("image/svg+xml", make.svg("<rect width='1' height='1'/>")),
        ("image/jxl", make.jxl()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_stores_written_by_the_reference_library(mime: str, data: bytes, signer: object) -> None:
    """The store that the walker cuts out is whole: the library reads it alone and finds the same active manifest."""
    import c2pa

    action = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}
    manifest = {
        "claim_generator_info": [{"name": "test", "version": "1"}],
        "format": mime,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}, {"label": "test.pad", "data": {"pad": "x" * 70_000}}],
    }
    settings = {
        "builder": {"thumbnail": {"enabled": False}},
        "verify": {"verify_after_sign": False, "remote_manifest_fetch": False, "ocsp_fetch": False},
    }
    context = c2pa.Context.from_dict(settings)
    target = BytesIO()
    c2pa.Builder(json.dumps(manifest), context).sign(signer, mime, BytesIO(data), target)
    container = walked(target.getvalue())
    (part,) = container.of_kind(PartKind.C2PA)
    assert part.problem is None
    assert part.data is not None
    assert len(part.data) > 70_000
    assert container.complete
    assert container.trailing is None
    with c2pa.Reader(mime, BytesIO(target.getvalue()), context=context) as whole:
        expected = json.loads(whole.json())["active_manifest"]
    with c2pa.Reader("application/c2pa", BytesIO(part.data), context=context) as alone:
        assert json.loads(alone.json())["active_manifest"] == expected

"""Write small pictures with C2PA credentials of a throw-away authority: whole, edited, damaged, expired, remote.

Nothing here is trusted by anyone: the authority is made anew in memory, so that its signatures can be tried with and without its own
certificate as the trust list.  Needs ``c2pa-python`` and ``cryptography`` (extra ``dev``).

    python examples/signed_media.py FOLDER
"""

import io
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

DIGITAL_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
FORMATS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "gif": "image/gif", "tiff": "image/tiff", "avif": "image/avif"}
SIGNER, ORGANISATION = "Example Signer", "Fakeprint Examples"
GENERATOR = "Example Generator"
REMOTE_URL = "https://credentials.example.invalid/one.c2pa"

Action = dict[str, object]
Assertion = dict[str, object]


@dataclass(frozen=True)
class Authority:
    """A certificate authority with one signing certificate, all in memory.  ``root_pem`` is what a trust list would hold."""

    root_pem: bytes
    chain_pem: bytes
    key_pem: bytes
    expires: datetime

    @staticmethod
    def make(seconds: float = 86_400.0) -> "Authority":
        """Make an authority whose signing certificate is valid from now for so many seconds."""
        now = datetime.now(UTC)
        root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root_name = _name("Example Root", "Fakeprint Example Authority")
        root = (
            _certificate(root_name, root_name, root_key.public_key(), now - timedelta(days=1), now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_key_usage(signing=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
            .sign(root_key, hashes.SHA256())
        )
        expires = now + timedelta(seconds=seconds)
        leaf = (
            _certificate(_name(SIGNER, ORGANISATION), root_name, leaf_key.public_key(), now - timedelta(minutes=1), expires)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signing=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(leaf_key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .sign(root_key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        return Authority(
            root_pem=root.public_bytes(pem),
            chain_pem=leaf.public_bytes(pem) + root.public_bytes(pem),
            key_pem=leaf_key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
            expires=expires,
        )


def _name(common: str, organisation: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation), x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(end)


def _key_usage(*, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signing,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=not signing,
        crl_sign=not signing,
        encipher_only=False,
        decipher_only=False,
    )


def picture(suffix: str, size: int = 96, shade: int = 0) -> bytes:
    """Return the bytes of a small unsigned picture in the format of ``suffix`` (a key of :data:`FORMATS`)."""
    image = Image.merge("RGB", [Image.linear_gradient("L").rotate(90 * turn).resize((size, size)) for turn in range(3)])
    image = image.point(lambda value: (value + shade) % 256)
    buffer = io.BytesIO()
    image.save(buffer, {"jpg": "JPEG", "tiff": "TIFF"}.get(suffix, suffix.upper()))
    return buffer.getvalue()


def created(source_type: str, agent: str | Action | None = None) -> Action:
    """Return an inception action with a digital source type (a value of the IPTC vocabulary, or a whole URI)."""
    uri = source_type if ":" in source_type else DIGITAL_SOURCE + source_type
    return {"action": "c2pa.created", "digitalSourceType": uri, **({"softwareAgent": agent} if agent else {})}


def sign(
    data: bytes,
    mime: str,
    authority: Authority,
    actions: list[Action],
    *,
    generator: str = GENERATOR,
    assertions: tuple[Assertion, ...] = (),
    ingredient: bytes | None = None,
    component: bytes | None = None,
    remote_url: str | None = None,
) -> bytes:
    """Return ``data`` with credentials.

    With an ``ingredient`` (bytes of the same format) the first action must be ``c2pa.opened``; it is linked to the ingredient.  A
    ``component`` is another file of the same format that was placed into this one.  With a ``remote_url`` the store is not embedded, and
    the file names that URL alone.
    """
    if ingredient is not None:
        actions = [{**actions[0], "parameters": {"ingredientIds": ["xmp:iid:parent"]}}, *actions[1:]]
    if component is not None:
        actions = [*actions, {"action": "c2pa.placed", "parameters": {"ingredientIds": ["xmp:iid:part"]}}]
    manifest = {
        "claim_generator_info": [{"name": generator, "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}, *assertions],
    }
    settings = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    info = c2pa.C2paSignerInfo(b"es256", authority.chain_pem, authority.key_pem, None)
    target = io.BytesIO()
    with c2pa.Context.from_dict(settings) as context, c2pa.Builder(json.dumps(manifest), context) as builder:
        for kind, name, content in (("parentOf", "parent", ingredient), ("componentOf", "part", component)):
            if content is not None:
                entry = {"title": name, "relationship": kind, "instance_id": f"xmp:iid:{name}"}
                builder.add_ingredient(json.dumps(entry), mime, io.BytesIO(content))
        if remote_url is not None:
            builder.set_remote_url(remote_url)
            builder.set_no_embed()
        with c2pa.Signer.from_info(info) as signer:
            builder.sign(signer, mime, io.BytesIO(data), target)
    return target.getvalue()


def flip(data: bytes, position: int) -> bytes:
    """Return ``data`` with the lowest bit of one byte turned over."""
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def picture_position(plain: bytes, signed: bytes) -> int:
    """Return a position inside the compressed picture of the signed file: where a piece of the unsigned file's last third lies."""
    start = len(plain) * 7 // 10
    position = signed.find(plain[start : start + 12])
    assert position > 0
    return position + 6


def flip_text(data: bytes, text: str) -> bytes:
    """Return ``data`` with one bit changed in the first place where ``text`` stands."""
    return flip(data, data.index(text.encode()) + 2)


def variants(authority: Authority) -> dict[str, bytes]:
    """Return named files: whole, changed after signing, with a damaged credential, edited, captured, remote, unsigned."""
    generated = [created("trainedAlgorithmicMedia", {"name": "Image Model", "version": "2"})]
    found: dict[str, bytes] = {}
    for suffix, mime in FORMATS.items():
        plain = picture(suffix)
        signed = sign(plain, mime, authority, generated)
        found[f"signed.{suffix}"] = signed
        found[f"picture-changed.{suffix}"] = flip(signed, picture_position(plain, signed))
    for suffix in ("png", "jpg", "webp"):
        found[f"bytes-appended.{suffix}"] = found[f"signed.{suffix}"] + b"PK\x03\x04 more"
    png, jpg = found["signed.png"], found["signed.jpg"]
    mime = FORMATS["jpg"]
    edited: list[Action] = [{"action": "c2pa.opened"}, {"action": "c2pa.edited", "softwareAgent": "Example Editor"}]
    found["claim-changed.png"] = flip_text(png, GENERATOR)
    found["assertion-changed.png"] = flip_text(png, "trainedAlgorithmicMedia")
    found["captured.jpg"] = sign(picture("jpg"), mime, authority, [created("digitalCapture")])
    found["two-generations.jpg"] = sign(jpg, mime, authority, edited, ingredient=jpg)
    found["collage.jpg"] = sign(picture("jpg", shade=9), mime, authority, [created("digitalCreation")], component=jpg)
    found["remote.jpg"] = sign(picture("jpg"), mime, authority, generated, remote_url=REMOTE_URL)
    found["unsigned.jpg"] = picture("jpg")
    found["jpeg-named.png"] = jpg
    return found


def write_variants(folder: Path, authority: Authority) -> dict[str, Path]:
    """Write :func:`variants` and the authority's certificate, a trust list of one, to ``folder``; return the paths by name."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {**variants(authority), "trust-list.pem": authority.root_pem}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in contents}


if __name__ == "__main__":
    for path in write_variants(Path(sys.argv[1]), Authority.make()).values():
        print(path)

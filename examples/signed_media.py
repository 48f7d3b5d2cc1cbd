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
SIGNER = "Fakeprint Example Signer"
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
        root_name = _name("Fakeprint Example Root")
        root = (
            _certificate(root_name, root_name, root_key.public_key(), now - timedelta(days=1), now + timedelta(days=3650))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_key_usage(signing=False), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(root_key.public_key()), critical=False)
            .sign(root_key, hashes.SHA256())
        )
        expires = now + timedelta(seconds=seconds)
        leaf = (
            _certificate(_name(SIGNER), root_name, leaf_key.public_key(), now - timedelta(minutes=1), expires)
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


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Fakeprint Examples"), x509.NameAttribute(NameOID.COMMON_NAME, common)])


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
    assertions: tuple[Assertion, ...] = (),
    ingredient: bytes | None = None,
    remote_url: str | None = None,
) -> bytes:
    """Return ``data`` with credentials.

    With an ``ingredient`` (bytes of the same format) the first action must be ``c2pa.opened``; it is linked to the ingredient.  With a
    ``remote_url`` the store is not embedded, and the file names that URL alone.
    """
    if ingredient is not None:
        actions = [{**actions[0], "parameters": {"ingredientIds": ["xmp:iid:parent"]}}, *actions[1:]]
    manifest = {
        "claim_generator_info": [{"name": "Fakeprint example", "version": "1"}],
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}, *assertions],
    }
    settings = {"builder": {"thumbnail": {"enabled": False}}, "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    info = c2pa.C2paSignerInfo(b"es256", authority.chain_pem, authority.key_pem, None)
    target = io.BytesIO()
    with c2pa.Context.from_dict(settings) as context, c2pa.Builder(json.dumps(manifest), context) as builder:
        if ingredient is not None:
            parent = {"title": "parent", "relationship": "parentOf", "instance_id": "xmp:iid:parent"}
            builder.add_ingredient(json.dumps(parent), mime, io.BytesIO(ingredient))
        if remote_url is not None:
            builder.set_remote_url(remote_url)
            builder.set_no_embed()
        with c2pa.Signer.from_info(info) as signer:
            builder.sign(signer, mime, io.BytesIO(data), target)
    return target.getvalue()

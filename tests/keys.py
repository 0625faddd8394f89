"""Key pairs and certificates made for one test run."""

from datetime import timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID

from app.core import clock


@cache
def key_pair(name: str) -> rsa.RSAPrivateKey:
    """A key of this run; the same name gives the same key."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def private_pem(name: str) -> bytes:
    """The key as PKCS#8 PEM, like apiclient_key.pem."""
    return key_pair(name).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem(name: str) -> bytes:
    """Its public half, like pub_key.pem."""
    return key_pair(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def certificate_pem(name: str, *, days: int = 1) -> bytes:
    """A self-signed certificate of the key of this name that ends in so many days."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key_pair(name).public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(days=9))
        .not_valid_after(clock.now() + timedelta(days=days))
    )
    return builder.sign(key_pair(name), SHA256()).public_bytes(Encoding.PEM)


def write_keys(folder: Path) -> None:
    """merchant.pem (ours) and wechatpay_public.pem (theirs)."""
    (folder / "merchant.pem").write_bytes(private_pem("merchant"))
    (folder / "merchant_public.pem").write_bytes(public_pem("merchant"))
    (folder / "wechatpay_public.pem").write_bytes(public_pem("wechatpay"))

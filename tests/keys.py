"""Key pairs made for one test run."""

from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)


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


def write_keys(folder: Path) -> None:
    """merchant.pem (ours) and wechatpay_public.pem (theirs)."""
    (folder / "merchant.pem").write_bytes(private_pem("merchant"))
    (folder / "merchant_public.pem").write_bytes(public_pem("merchant"))
    (folder / "wechatpay_public.pem").write_bytes(public_pem("wechatpay"))

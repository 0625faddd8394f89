"""APIv3's cryptography, without network and clock: sign, verify, decrypt.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012365342 (2026-11-21)
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from app.core.errors import SignatureInvalid

SCHEME = "WECHATPAY2-SHA256-RSA2048"
MAX_AGE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class SignedHeaders:
    """The headers that prove an answer or a notification."""

    timestamp: str
    nonce: str
    serial: str
    signature: str

    @classmethod
    def read(cls, headers: Mapping[str, str]) -> "SignedHeaders":
        """Take them from headers in any case. Raises: SignatureInvalid when one is missing or strange."""
        found = {name.lower(): value for name, value in headers.items()}
        kind = found.get("wechatpay-signature-type", "")
        if kind != SCHEME:
            raise SignatureInvalid(f"signature type {kind[:40]!r} is not known")
        values = [
            found.get(f"wechatpay-{name}", "") for name in ("timestamp", "nonce", "serial", "signature")
        ]
        if not all(values):
            raise SignatureInvalid("a Wechatpay header is missing")
        return cls(*values)


def sign(private_key: RSAPrivateKey, *lines: str | bytes) -> str:
    """Base64 signature over the lines, each ended by a line feed."""
    return base64.b64encode(private_key.sign(message_of(*lines), PKCS1v15(), SHA256())).decode()


def message_of(*lines: str | bytes) -> bytes:
    """The bytes that are signed: every line, the last one too, ends with a line feed."""
    return b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in lines)


def verify(keys: Mapping[str, RSAPublicKey], headers: SignedHeaders, body: bytes, *, now: float) -> None:
    """Prove that WeChat Pay signed exactly these bytes within the last five minutes (`now`: UNIX seconds).

    Raises: SignatureInvalid naming the part that is wrong.
    """
    if not headers.timestamp.isascii() or not headers.timestamp.isdigit() or len(headers.timestamp) > 12:
        raise SignatureInvalid("the timestamp is no number")
    if abs(now - int(headers.timestamp)) >= MAX_AGE_SECONDS:
        raise SignatureInvalid("the timestamp is more than five minutes away from our clock")
    key = keys.get(headers.serial)
    if key is None:
        raise SignatureInvalid(f"no key for serial {headers.serial[:64]!r}")
    try:
        signature = base64.b64decode(headers.signature, validate=True)
        key.verify(signature, message_of(headers.timestamp, headers.nonce, body), PKCS1v15(), SHA256())
    except (binascii.Error, ValueError, InvalidSignature) as error:
        raise SignatureInvalid("the signature does not fit the body") from error


def decrypt(apiv3_keys: tuple[str, ...], *, nonce: str, associated_data: str, ciphertext: str) -> bytes:
    """Open an AEAD_AES_256_GCM resource with the first key that fits: the present one, then the one before it.

    Raises: SignatureInvalid when it was closed with none of them.
    """
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
        for key in apiv3_keys:
            with suppress(InvalidTag):
                return AESGCM(key.encode()).decrypt(nonce.encode(), sealed, associated_data.encode())
    except (binascii.Error, ValueError) as error:
        raise SignatureInvalid("the resource cannot be read") from error
    raise SignatureInvalid("the resource cannot be decrypted with our APIv3 key")


def encrypt_field(key: RSAPublicKey, text: str) -> str:
    """Close a field that only WeChat Pay may read: a card's number, a name."""
    sha1 = SHA1()  # noqa: S303 - the protocol's choice, for a mask and not for a signature
    return base64.b64encode(
        key.encrypt(text.encode(), OAEP(mgf=MGF1(sha1), algorithm=sha1, label=None))
    ).decode()


def decrypt_field(private_keys: Sequence[RSAPrivateKey], ciphertext: str) -> str:
    """Open a single field that WeChat closed for us with the key of our own certificate (RSA-OAEP).

    The first key that fits opens it: the present one, then those before it.
    Raises: SignatureInvalid when it was closed for another key.
    """
    padding = OAEP(mgf=MGF1(SHA1()), algorithm=SHA1(), label=None)  # noqa: S303 - the protocol's choice
    try:
        sealed = base64.b64decode(ciphertext, validate=True)
    except binascii.Error as error:
        raise SignatureInvalid("the field cannot be read") from error
    for private_key in private_keys:
        with suppress(ValueError):
            return private_key.decrypt(sealed, padding).decode()
    raise SignatureInvalid("the field cannot be decrypted with the merchant's key")


def open_resource(apiv3_keys: tuple[str, ...], resource: Mapping[str, Any]) -> bytes:
    """What is inside a notification's resource.

    Raises: SignatureInvalid when it cannot be opened; KeyError, TypeError when it is no resource.
    """
    if resource["algorithm"] != "AEAD_AES_256_GCM":
        raise SignatureInvalid("the resource is encrypted in an unknown way")
    return decrypt(
        apiv3_keys,
        nonce=resource["nonce"],
        associated_data=resource.get("associated_data") or "",
        ciphertext=resource["ciphertext"],
    )


@cache
def load_private_key(path: str) -> RSAPrivateKey:
    """The merchant's key from its PEM file, read once in a process: checking it takes a while.

    Raises: ValueError with the path, never with its content.
    """
    key = load_pem_private_key(_read(path), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path} holds no RSA key")
    return key


def load_public_key(path: str) -> RSAPublicKey:
    """WeChat Pay's public key from its PEM file."""
    key = load_pem_public_key(_read(path))
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{path} holds no RSA key")
    return key


@dataclass(frozen=True, slots=True)
class PlatformCertificate:
    """What we need of one."""

    key: RSAPublicKey
    ends_at: datetime


def read_certificate(pem: bytes) -> PlatformCertificate:
    """A platform certificate of WeChat Pay's. Raises: ValueError."""
    certificate = load_pem_x509_certificate(pem)
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise ValueError("the certificate holds no RSA key")
    return PlatformCertificate(key, certificate.not_valid_after_utc)


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()

"""RSA2, Alipay's signature: SHA256withRSA over sorted `name=value` pairs, or over an answer as it stands on the wire.

Source: https://opendocs.alipay.com/common/02mse7 (2026-11-30)
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

from app.core.errors import SignatureInvalid

SIGN_TYPE = "RSA2"
_DECODER = json.JSONDecoder()


def content_of(fields: Mapping[str, str]) -> bytes:
    """What is signed of a request or a notification: all that is not empty, sorted, as it is before URL encoding."""
    return "&".join(f"{name}={value}" for name, value in sorted(fields.items()) if value).encode()


def sign(key: RSAPrivateKey, content: bytes) -> str:
    """The signature as base64."""
    return base64.b64encode(key.sign(content, PKCS1v15(), SHA256())).decode()


def verify(key: RSAPublicKey, content: bytes, signature: str) -> None:
    """Raises: SignatureInvalid unless the owner of the key signed this content."""
    try:
        key.verify(base64.b64decode(signature, validate=True), content, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError) as error:
        raise SignatureInvalid("the signature does not fit") from error


def verify_any(keys: Sequence[RSAPublicKey], content: bytes, signature: str) -> None:
    """With several keys while one takes the other's place. Raises: SignatureInvalid unless one of them fits."""
    for key in keys[:-1]:
        try:
            return verify(key, content, signature)
        except SignatureInvalid:
            continue
    return verify(keys[-1], content, signature)


def split_answer(text: str) -> dict[str, tuple[str, Any]]:
    """Each member of an answer: its value exactly as it was written, which is what is signed, and as it is read.

    Raises: ValueError for what is no JSON object, or names a member twice.
    """
    members: dict[str, tuple[str, Any]] = {}
    at = _skip(text, 0, "{")
    while not text[at:].startswith("}"):
        if members:
            at = _skip(text, at, ",")
        name, at = _DECODER.raw_decode(text, at)
        if not isinstance(name, str) or name in members:
            raise ValueError("a member without a name of its own")
        start = _skip(text, at, ":")
        value, at = _DECODER.raw_decode(text, start)
        members[name] = text[start:at], value
        at = _blank(text, at)
    if text[at + 1 :].strip():
        raise ValueError("something stands behind the answer")
    return members


@cache
def load_private_key(path: str) -> RSAPrivateKey:
    """Ours, from a PEM file or from the bare base64 that Alipay's key tool writes (PKCS#1 or PKCS#8).

    Raises: ValueError with the path, never with its content.
    """
    data = Path(path).read_bytes()
    try:
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        key = load_pem_private_key(data, None) if is_pem else load_der_private_key(_der(data), None)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{path} holds no private key") from error
    if not isinstance(key, RSAPrivateKey):
        raise ValueError(f"{path} holds no RSA key")
    return key


@cache
def load_public_key(path: str) -> RSAPublicKey:
    """Alipay's, from a PEM file or from the bare base64 that its console shows. Raises: ValueError with the path."""
    data = Path(path).read_bytes()
    try:
        is_pem = data.lstrip().startswith(b"-----BEGIN")
        key = load_pem_public_key(data) if is_pem else load_der_public_key(_der(data))
    except ValueError as error:
        raise ValueError(f"{path} holds no public key") from error
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{path} holds no RSA key")
    return key


def public_text(key: RSAPublicKey) -> str:
    """As Alipay's console takes it: base64 in one line, without the lines of a PEM."""
    return base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _der(data: bytes) -> bytes:
    return base64.b64decode(b"".join(data.split()), validate=True)


def _skip(text: str, at: int, sign: str) -> int:
    at = _blank(text, at)
    if not text.startswith(sign, at):
        raise ValueError(f"no {sign} where there should be one")
    return _blank(text, at + 1)


def _blank(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at

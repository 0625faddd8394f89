"""APIv3 primitives: RSA-SHA256 signatures, AES-256-GCM resources, OAEP fields (https://pay.weixin.qq.com/doc/v3/merchant/4012365342)."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SCHEME = "WECHATPAY2-SHA256-RSA2048"


def lines(*parts: str | bytes) -> bytes:
    """Each part on its own line, the last one ended too: the form of every APIv3 text to sign."""
    return b"".join((part if isinstance(part, bytes) else part.encode()) + b"\n" for part in parts)


def sign(message: bytes, key: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(signature: str, message: bytes, key: rsa.RSAPublicKey) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def encrypt_resource(
    text: str, *, key: str, associated_data: str, nonce: str | None = None
) -> dict[str, str]:
    """The algorithm, nonce, associated_data and ciphertext of a notification or a certificate."""
    nonce = nonce or secrets.token_hex(6)
    sealed = AESGCM(key.encode()).encrypt(nonce.encode(), text.encode(), associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def decrypt_resource(resource: dict[str, Any], key: str) -> str:
    sealed = base64.b64decode(resource["ciphertext"])
    aad = str(resource.get("associated_data") or "").encode()
    return AESGCM(key.encode()).decrypt(str(resource["nonce"]).encode(), sealed, aad).decode()


def encrypt_field(text: str, key: rsa.RSAPublicKey) -> str:
    return base64.b64encode(key.encrypt(text.encode(), _oaep())).decode()


def decrypt_field(ciphertext: str, key: rsa.RSAPrivateKey) -> str:
    return key.decrypt(base64.b64decode(ciphertext), _oaep()).decode()


def nonce() -> str:
    return os.urandom(16).hex()


def _oaep() -> padding.OAEP:
    sha1 = hashes.SHA1()  # noqa: S303  (the protocol's choice)
    return padding.OAEP(mgf=padding.MGF1(sha1), algorithm=sha1, label=None)

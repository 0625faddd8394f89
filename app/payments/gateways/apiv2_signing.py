"""APIv2's signatures and sealed refund news, without network and clock.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011985891 (2026-11-30)
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from enum import StrEnum

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ECB
from cryptography.hazmat.primitives.padding import PKCS7

from app.core.errors import SignatureInvalid


class SignType(StrEnum):
    """How a merchant and WeChat sign to each other."""

    MD5 = "MD5"
    HMAC = "HMAC-SHA256"


_LENGTHS = {32: SignType.MD5, 64: SignType.HMAC}


def sign(fields: Mapping[str, str], key: str, kind: SignType) -> str:
    """The signature over every field that is not empty, but `sign` itself; upper-case hex."""
    pairs = [f"{name}={fields[name]}" for name in sorted(fields) if fields[name] and name != "sign"]
    content = "&".join([*pairs, f"key={key}"]).encode()
    if kind is SignType.MD5:
        return hashlib.md5(content, usedforsecurity=False).hexdigest().upper()
    return hmac.new(key.encode(), content, hashlib.sha256).hexdigest().upper()


def verify(fields: Mapping[str, str], keys: Sequence[str], kind: SignType | None = None) -> None:
    """Raises: SignatureInvalid unless these fields are signed with one of our keys.

    `kind` is what an answer has to be signed by. None takes what the signature itself is: an order may be older than
    the setting, and what WeChat pushes about it is signed as it was ordered. Both need the key.
    """
    given = fields.get("sign", "")
    found = kind or _LENGTHS.get(len(given))
    if found is None or not keys:
        raise SignatureInvalid("there is no signature, or one of an unknown kind")
    named = fields.get("sign_type")
    if kind is None and named is not None and named != found:
        raise SignatureInvalid("the signature is of another kind than it says")
    if not any(hmac.compare_digest(given.encode(), sign(fields, key, found).encode()) for key in keys):
        raise SignatureInvalid("the signature does not fit")


def open_sealed(sealed: str, keys: Sequence[str]) -> bytes:
    """What stands in a refund notification's `req_info`. Raises: SignatureInvalid when none of our keys opens it.

    The cipher proves next to nothing: blocks of one message can be put into another. Whoever reads it asks again.
    """
    try:
        content = base64.b64decode(sealed, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureInvalid("req_info is not base64") from error
    for key in keys:
        opener = Cipher(AES256(_cipher_key(key)), ECB()).decryptor()  # noqa: S305 (WeChat's choice)
        remover = PKCS7(128).unpadder()
        try:
            plain = opener.update(content) + opener.finalize()
            opened = remover.update(plain) + remover.finalize()
        except ValueError:
            continue
        if opened.lstrip().startswith(b"<root>"):
            return opened
    raise SignatureInvalid("req_info cannot be opened")


def _cipher_key(key: str) -> bytes:
    return hashlib.md5(key.encode(), usedforsecurity=False).hexdigest().encode()

"""Signatures and encryption of the message callback (https://developers.weixin.qq.com/doc/service/guide/dev/push/)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK = 32


class MessageCryptoError(ValueError):
    """An encrypted body that cannot be read; the text says which step failed."""


def sign(*parts: str) -> str:
    """The platform's sha1 over the sorted parts: three of them for `signature`, four for `msg_signature`."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    return hmac.compare_digest(signature.encode(), sign(*parts).encode())


class MessageCrypto:
    def __init__(self, aes_key: str, appid: str) -> None:
        self._key = base64.b64decode(aes_key + "=")
        if len(self._key) != 32:
            raise ValueError("an EncodingAESKey has 43 characters")
        self._appid = appid.encode()

    def encrypt(self, text: str, random: bytes | None = None) -> str:
        body = text.encode()
        plain = (random or os.urandom(16)) + struct.pack(">I", len(body)) + body + self._appid
        pad = BLOCK - len(plain) % BLOCK
        encryptor = self._cipher().encryptor()
        return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()

    def decrypt(self, encrypted: str) -> str:
        """Raises: MessageCryptoError with the step that failed."""
        plain = self._decrypt_blocks(encrypted)
        pad = plain[-1]
        plain = plain[:-pad] if 1 <= pad <= BLOCK else plain
        length = struct.unpack(">I", plain[16:20])[0] if len(plain) >= 20 else -1
        if length < 0 or len(plain) < 20 + length:
            raise MessageCryptoError("the length field does not fit the decrypted bytes")
        if plain[20 + length :] != self._appid:
            raise MessageCryptoError("the appid behind the message is not this account's")
        try:
            return plain[20 : 20 + length].decode()
        except UnicodeDecodeError as error:
            raise MessageCryptoError("the decrypted message is not UTF-8") from error

    def _decrypt_blocks(self, encrypted: str) -> bytes:
        try:
            data = base64.b64decode("".join(encrypted.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise MessageCryptoError("Encrypt is not base64") from error
        if not data or len(data) % 16:
            raise MessageCryptoError("Encrypt is not a whole number of AES blocks")
        decryptor = self._cipher().decryptor()
        return decryptor.update(data) + decryptor.finalize()

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

"""The callback's signatures and message encryption.

Source: https://developers.weixin.qq.com/doc/service/guide/dev/push/encryption.html
"""

import base64
import binascii
import hashlib
import hmac
import os
import struct
from collections.abc import Sequence

from app.wechat.callback.block_chain import BLOCK, BlockChain

PADDING_BLOCK = 32  # not AES's 16: WeChat pads to 32 bytes
HEAD = 16 + 4  # random bytes, then the length of the message


class DecryptionFailed(ValueError):
    """The ciphertext was not made with this key for this account."""


def compute_signature(*parts: str) -> str:
    """SHA-1 over the sorted parts: token, timestamp, nonce, and in encrypted pushes the ciphertext."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def is_signature(given: str, *parts: str) -> bool:
    """Whether `given` is the signature of the parts, compared in constant time."""
    return hmac.compare_digest(given.encode(), compute_signature(*parts).encode())


class MessageCipher:
    """Encrypts and decrypts with one EncodingAESKey (43 characters) for one account."""

    def __init__(self, encoding_aes_key: str, appid: str) -> None:
        key = base64.b64decode(encoding_aes_key + "=")
        self._chain = BlockChain(key, key[:16])
        self._appid = appid.encode()

    def encrypt(self, message: str, *, random: bytes | None = None) -> str:
        """The ciphertext in base64. `random`: the 16 leading bytes, for test vectors."""
        text = message.encode()
        head = (random or os.urandom(16)) + struct.pack(">I", len(text))
        plain = head + text + self._appid
        missing = PADDING_BLOCK - len(plain) % PADDING_BLOCK
        encrypted = self._chain.encrypt(plain + bytes([missing]) * missing)
        return base64.b64encode(encrypted).decode("ascii")

    def decrypt(self, encrypted: str) -> bytes:
        """The message inside, once the padding, the length and the account's id are all as they must be.

        Raises: DecryptionFailed, which never says at which of them it failed.
        """
        plain = self._decrypt_blocks(encrypted)
        padding = plain[-1]
        if not 1 <= padding <= PADDING_BLOCK or plain[-padding:] != bytes([padding]) * padding:
            raise DecryptionFailed("cannot be decrypted")
        content = plain[:-padding]
        if len(content) < HEAD:
            raise DecryptionFailed("cannot be decrypted")
        end = HEAD + struct.unpack(">I", content[16:HEAD])[0]
        if end > len(content) or not hmac.compare_digest(content[end:], self._appid):
            raise DecryptionFailed("cannot be decrypted")
        return content[HEAD:end]

    def _decrypt_blocks(self, encrypted: str) -> bytes:
        try:
            blocks = base64.b64decode(encrypted, validate=True)
        except (binascii.Error, ValueError) as error:
            raise DecryptionFailed("cannot be decrypted") from error
        if not blocks or len(blocks) % BLOCK:
            raise DecryptionFailed("cannot be decrypted")
        return self._chain.decrypt(blocks)


def find_cipher(ciphers: Sequence[MessageCipher], encrypted: str) -> tuple[MessageCipher, bytes]:
    """The first cipher that opens it, and what was inside: the present key, then the one before it.

    Raises: DecryptionFailed when none does.
    """
    for cipher in ciphers:
        try:
            return cipher, cipher.decrypt(encrypted)
        except DecryptionFailed:
            continue
    raise DecryptionFailed("no key opens it")

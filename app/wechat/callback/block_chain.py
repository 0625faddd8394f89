"""AES-256-CBC with one key and one initialisation vector, as WeChat has it for every message.

Making a context of OpenSSL's takes several times as long as a short message takes in it, so each thread keeps one
for each direction. A context goes on chaining where the last message ended; XORed with that place and with the
vector, the first block is what a fresh context would have made of it. A property test holds it to that.
"""

import threading

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 16


class BlockChain:
    """Encrypts and decrypts whole blocks; safe for any number of threads."""

    def __init__(self, key: bytes, vector: bytes) -> None:
        self._cipher, self._vector = Cipher(AES256(key), CBC(vector)), vector
        self._here = threading.local()

    def encrypt(self, plain: bytes) -> bytes:
        """`plain`: one or more whole blocks."""
        context, chained = self._take("encryptor")
        encrypted = context.update(self._shift(plain, chained))
        self._here.encryptor = context, encrypted[-BLOCK:]
        return encrypted

    def decrypt(self, encrypted: bytes) -> bytes:
        """`encrypted`: one or more whole blocks."""
        context, chained = self._take("decryptor")
        shifted = context.update(encrypted)
        self._here.decryptor = context, encrypted[-BLOCK:]
        return self._shift(shifted, chained)

    def _take(self, direction: str) -> tuple[CipherContext, bytes]:
        """This thread's context and the block it goes on from; away until it is put back, should it fail."""
        kept: tuple[CipherContext, bytes] | None = self._here.__dict__.pop(direction, None)
        return kept or (getattr(self._cipher, direction)(), self._vector)

    def _shift(self, blocks: bytes, chained: bytes) -> bytes:
        number = int.from_bytes(blocks[:BLOCK]) ^ int.from_bytes(chained) ^ int.from_bytes(self._vector)
        return number.to_bytes(BLOCK) + blocks[BLOCK:]

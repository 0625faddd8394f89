"""One kept context makes of every message what a fresh one makes of it."""

from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st

from app.wechat.callback.block_chain import BLOCK, BlockChain

KEY = bytes(range(32))
messages = st.integers(1, 6).flatmap(
    lambda blocks: st.binary(min_size=blocks * BLOCK, max_size=blocks * BLOCK)
)


def encrypt_afresh(plain: bytes) -> bytes:
    encryptor = Cipher(AES256(KEY), CBC(KEY[:BLOCK])).encryptor()
    return encryptor.update(plain) + encryptor.finalize()


@given(st.lists(messages, min_size=1, max_size=5))
def test_any_row_of_messages_is_as_from_fresh_contexts(row: list[bytes]) -> None:
    chain = BlockChain(KEY, KEY[:BLOCK])

    encrypted = [chain.encrypt(plain) for plain in row]

    assert encrypted == [encrypt_afresh(plain) for plain in row]
    assert [chain.decrypt(each) for each in reversed(encrypted)] == row[::-1]


def test_threads_do_not_disturb_each_other() -> None:
    chain = BlockChain(KEY, KEY[:BLOCK])
    row = [bytes([number]) * BLOCK * (number % 5 + 1) for number in range(200)]

    with ThreadPoolExecutor(8) as pool:
        encrypted = list(pool.map(chain.encrypt, row))
        decrypted = list(pool.map(chain.decrypt, encrypted))

    assert encrypted == [encrypt_afresh(plain) for plain in row]
    assert decrypted == row

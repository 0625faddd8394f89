"""Signatures and message encryption, held to published vectors and to wechatpy."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import PrpCrypto, WeChatCrypto

from app.wechat.callback.crypto import (
    DecryptionFailed,
    MessageCipher,
    compute_signature,
    find_cipher,
    is_signature,
)
from tests.pushes import AES_KEY, APPID, NONCE, TIMESTAMP, TOKEN

MESSAGE = (
    "<xml><ToUserName><![CDATA[gh_1a2b3c4d5e6f]]></ToUserName>"
    "<FromUserName><![CDATA[oTeaShop_0000000000000000001]]></FromUserName>"
    "<CreateTime>1795219200</CreateTime><MsgType><![CDATA[text]]></MsgType>"
    "<Content><![CDATA[你好]]></Content><MsgId>25140096871234567</MsgId></xml>"
)
ENCRYPTED = (
    "4j/AuRx71kQlxVlzbpsMWHFMAsfhXznmO5TH0Yo/UB02y9sGLkxjkjDWP5a+Of+dQQv0n+jGKMy3JEUy1EgJhrqUcwj7ZoHqxpC7hX2Y1C7m"
    "sw4v1U3V541ZAKoGdEzeSuGv39Z7XumUNarYCdbHbCGDM2YFU610Eon8Kcq2w5Jvx6l8jTXmFs8B0L+12UlrivinUu2xfZMEtxPBv3hUFBkl"
    "w21iNwfS1k7/4lQVjTEnoxxT7LAUnNJct50/kkpiD4xvEBayp/O7l/cT5w4Mpb2ous/JrMS+56lnyxsl/4iHu9K4atCYVS+S2wmUaun+RLe7"
    "OZrRz6Zh/87kfAhch1XVr+Ww0nWDhTySk4DgbnIV8Ul/Oip7MTgu9UJHfkMoLZSAgJL5pzyxVFf77z6pTtEeXp1Mm3ElV77IQdjRwqQ="
)
OTHER_KEY = base64.b64encode(bytes(range(100, 132))).decode().rstrip("=")


@pytest.fixture
def cipher() -> MessageCipher:
    return MessageCipher(AES_KEY, APPID)


def test_the_plain_signature_is_the_published_one() -> None:
    assert compute_signature(TOKEN, TIMESTAMP, NONCE) == "1a3e7a1c86167b2aa188edd2065a399bb414618d"


def test_the_message_signature_is_the_published_one() -> None:
    signature = "81a59ab28b7c53145b21a3f337217bce9e51f650"

    assert is_signature(signature, TOKEN, TIMESTAMP, NONCE, ENCRYPTED)


@pytest.mark.parametrize("given_signature", ["", "1a3e", "é", "1A3E7A1C86167B2AA188EDD2065A399BB414618D"])
def test_another_text_is_no_signature(given_signature: str) -> None:
    assert not is_signature(given_signature, TOKEN, TIMESTAMP, NONCE)


def test_a_message_is_encrypted_to_the_published_text(cipher: MessageCipher) -> None:
    assert cipher.encrypt(MESSAGE, random=b"0123456789abcdef") == ENCRYPTED


def test_the_published_text_is_decrypted_to_its_message(cipher: MessageCipher) -> None:
    assert cipher.decrypt(ENCRYPTED).decode() == MESSAGE


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400))
def test_whatever_we_encrypt_wechatpy_reads_and_the_other_way_round(text: str) -> None:
    ours, theirs = MessageCipher(AES_KEY, APPID), PrpCrypto(base64.b64decode(AES_KEY + "="))

    assert theirs.decrypt(ours.encrypt(text), APPID) == text
    assert ours.decrypt(theirs.encrypt(text, APPID).decode()).decode() == text


def test_a_message_for_another_account_is_refused(cipher: MessageCipher) -> None:
    encrypted = MessageCipher(AES_KEY, "wx0000000000000000").encrypt(MESSAGE)

    with pytest.raises(DecryptionFailed):
        cipher.decrypt(encrypted)


def test_the_key_before_is_tried_second() -> None:
    old = MessageCipher(OTHER_KEY, APPID)

    found, message = find_cipher((MessageCipher(AES_KEY, APPID), old), old.encrypt("旧"))

    assert found is old
    assert message.decode() == "旧"


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(blocks: bytes) -> None:
    with pytest.raises(DecryptionFailed):
        MessageCipher(AES_KEY, APPID).decrypt(base64.b64encode(blocks).decode())


@pytest.mark.parametrize("text", ["", "!", "Zg", "é" * 8, "A" * 43 + "=", "\x00" * 16])
def test_what_is_not_base64_of_whole_blocks_is_refused(cipher: MessageCipher, text: str) -> None:
    with pytest.raises(DecryptionFailed):
        cipher.decrypt(text)


@pytest.mark.parametrize(
    "plain",
    [
        b"\x00" * 32,
        b"r" * 16 + b"\xff\xff\xff\xff" + APPID.encode() + bytes([32 - 54 % 32]) * (32 - 54 % 32),
        b"short" + bytes([27]) * 27,
        b"x" * 63 + b"\x21",
        bytes([32]) * 32,
    ],
    ids=["zero padding", "absurd length", "no head", "padding beyond 32", "nothing but padding"],
)
def test_a_broken_inside_is_refused(cipher: MessageCipher, plain: bytes) -> None:
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(AES256(key), CBC(key[:16])).encryptor()
    encrypted = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()

    with pytest.raises(DecryptionFailed):
        cipher.decrypt(encrypted)


def test_padding_is_to_blocks_of_32_bytes(cipher: MessageCipher) -> None:
    lengths = {len(base64.b64decode(cipher.encrypt("x" * size))) for size in range(70)}

    assert all(length % 32 == 0 for length in lengths)


def test_wechatpy_reads_a_whole_sealed_message() -> None:
    crypto = WeChatCrypto(TOKEN, AES_KEY, APPID)
    encrypted = MessageCipher(AES_KEY, APPID).encrypt(MESSAGE)
    envelope = f"<xml><Encrypt>{encrypted}</Encrypt></xml>"
    signature = compute_signature(TOKEN, TIMESTAMP, NONCE, encrypted)

    assert crypto.decrypt_message(envelope, signature, TIMESTAMP, NONCE) == MESSAGE

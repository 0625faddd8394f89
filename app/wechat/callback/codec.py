"""From the raw bytes of a push to its type and back to the bytes of the answer, in all three modes."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

from app.core import clock
from app.wechat.callback.crypto import (
    DecryptionFailed,
    MessageCipher,
    compute_signature,
    find_cipher,
    is_signature,
)
from app.wechat.callback.flat_xml import Fields, XmlRefused, parse
from app.wechat.callback.messages import Push
from app.wechat.callback.reading import PushRefused, read_push

SUCCESS = "success"  # handled, and nothing to say


class Mode(IntEnum):
    """How a push is protected, weakest first."""

    PLAIN = 0
    COMPATIBLE = 1
    SAFE = 2


class Forbidden(Exception):
    """Whoever sent this has not shown that he is WeChat."""


class Malformed(Exception):
    """WeChat would not send this."""


@dataclass(frozen=True, slots=True)
class Received:
    """A push that was verified, decrypted and read. `cipher` is the key the answer is encrypted with."""

    push: Push
    body: str  # the message's XML, decrypted
    mode: Mode
    cipher: MessageCipher | None


class CallbackCodec:
    """The callback's protocol for one account."""

    def __init__(self, *, appid: str, token: str, aes_keys: tuple[str, ...], weakest: Mode) -> None:
        self._token, self._weakest = token, weakest
        self._ciphers = tuple(MessageCipher(key, appid) for key in aes_keys)

    def check_query(self, query: Mapping[str, str]) -> None:
        """Check the plain signature, which every request of WeChat's carries.

        Raises: Forbidden.
        """
        given = query.get("signature", "")
        if not given or not is_signature(given, self._token, *_moment(query)):
            raise Forbidden("signature")

    def open(self, query: Mapping[str, str], body: bytes) -> Received:
        """Verify, decrypt and read a POST.

        Raises: Forbidden, Malformed.
        """
        self.check_query(query)
        outer = _parse(body)
        mode = _recognise(query, outer)
        if mode < self._weakest:
            raise Forbidden(f"mode {mode.name} is weaker than {self._weakest.name}")
        if mode is Mode.PLAIN:
            return Received(_read(outer), body.decode(), mode, None)
        cipher, inner = self._decrypt(query, outer)
        return Received(_read(_parse(inner)), inner.decode(), mode, cipher)

    def seal(self, answer: str, cipher: MessageCipher | None) -> str:
        """The answer as it goes over the wire; `success` and an empty answer are never encrypted."""
        if cipher is None or answer in ("", SUCCESS):
            return answer
        encrypted = cipher.encrypt(answer)
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(8)
        signature = compute_signature(self._token, timestamp, nonce, encrypted)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def _decrypt(self, query: Mapping[str, str], outer: Fields) -> tuple[MessageCipher, bytes]:
        encrypted = _single(outer, "Encrypt").strip()
        given = query.get("msg_signature", "")
        if not given or not is_signature(given, self._token, *_moment(query), encrypted):
            raise Forbidden("msg_signature")
        try:
            return find_cipher(self._ciphers, encrypted)
        except DecryptionFailed as error:
            raise Forbidden("decryption") from error


def _moment(query: Mapping[str, str]) -> tuple[str, str]:
    timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not timestamp or not nonce:
        raise Forbidden("timestamp or nonce missing")
    return timestamp, nonce


def _recognise(query: Mapping[str, str], outer: Fields) -> Mode:
    """The mode follows from what was sent; a push that says it is encrypted and is not, is refused."""
    if "Encrypt" in outer:
        return Mode.COMPATIBLE if "MsgType" in outer else Mode.SAFE
    if query.get("encrypt_type") == "aes" or "msg_signature" in query:
        raise Forbidden("encrypted without ciphertext")
    return Mode.PLAIN


def _parse(body: bytes) -> Fields:
    try:
        return parse(body)
    except XmlRefused as error:
        raise Malformed(str(error)) from error


def _read(fields: Fields) -> Push:
    try:
        return read_push(fields)
    except PushRefused as error:
        raise Malformed(str(error)) from error


def _single(fields: Fields, name: str) -> str:
    texts = fields.get(name, ())
    if len(texts) != 1:
        raise Malformed(f"{name} is there {len(texts)} times")
    return texts[0]

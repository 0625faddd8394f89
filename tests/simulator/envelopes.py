"""Opening a push and sealing a reply, as a shop in safe mode does."""

from __future__ import annotations

from typing import Any

from simulator.crypto.messages import MessageCrypto, is_signed, sign
from simulator.platform import xml
from tests.simulator.box import Box
from tests.simulator.fake_shop import Received


def told(box: Box, received: Received) -> dict[str, Any]:
    """The fields of an encrypted push, its signatures checked."""
    account, query = box.settings.account, received.query
    encrypted = xml.read(received.body.decode())["Encrypt"]
    assert is_signed(query["signature"], account.token, query["timestamp"], query["nonce"])
    assert is_signed(query["msg_signature"], account.token, query["timestamp"], query["nonce"], encrypted)
    return xml.read(MessageCrypto(account.aes_key, account.appid).decrypt(encrypted))


def reply(box: Box, received: Received, **fields: Any) -> dict[str, Any]:
    message = told(box, received)
    head = {"ToUserName": message["FromUserName"], "FromUserName": message["ToUserName"], "CreateTime": 1}
    return {**head, **fields}


def sealed(box: Box, fields: dict[str, Any], **changes: Any) -> str:
    account = box.settings.account
    encrypted = MessageCrypto(account.aes_key, account.appid).encrypt(xml.write(fields))
    envelope = {
        "Encrypt": encrypted,
        "MsgSignature": sign(account.token, "1795219201", "n0nce", encrypted),
        "TimeStamp": 1795219201,
        "Nonce": "n0nce",
    }
    return xml.write({**envelope, **changes})

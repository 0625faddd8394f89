"""What a careful shop does with a notification, and waiting for what must happen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from simulator.crypto import keys, payments
from tests.simulator.box import Box
from tests.simulator.fake_shop import Received

NOTIFY = "/pay/notify"


def verify(box: Box, received: Received) -> dict[str, Any]:
    """What a careful shop does with a notification; raises AssertionError or an error of the cipher."""
    headers = received.headers
    assert headers["Wechatpay-Signature-Type"] == payments.SCHEME
    assert abs(int(headers["Wechatpay-Timestamp"]) - time.time()) < 300
    assert headers["Wechatpay-Serial"] == box.settings.wechatpay.public_key_id
    message = payments.lines(headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], received.body)
    key = keys.read_public_key(box.settings.wechatpay.public_key_file)
    assert payments.is_signed(headers["Wechatpay-Signature"], message, key)
    envelope = json.loads(received.body)
    resource = envelope.pop("resource")
    plain = json.loads(payments.decrypt_resource(resource, box.settings.merchant.apiv3_key))
    return {**envelope, "resource": plain}


def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)

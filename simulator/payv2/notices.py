"""Building one APIv2 notification, genuine or spoilt, and reading the shop's answer to it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from simulator.outbound import Answer
from simulator.pay.notifications import UNSAFE_SPOILS, Event, Notification
from simulator.payv2 import wire
from simulator.payv2.facts import paid_members, refund_news
from simulator.platform import xml
from simulator.wirelog import Verdicts

if TYPE_CHECKING:
    from simulator.engine import Engine

TEXT = {"Content-Type": "text/xml", "User-Agent": "Mozilla/4.0"}


def payment_event(order: dict[str, Any]) -> Event:
    """A payment, told as its order was made."""
    plain = {"return_code": "SUCCESS", "result_code": "SUCCESS", "mch_id": order["mchid"]}
    return Event("TRANSACTION.SUCCESS", "支付成功", "transaction", plain | paid_members(order), order["api"])


def refund_event(engine: Engine, refund: dict[str, Any]) -> Event:
    """How a refund ended."""
    plain = refund_news(refund, engine.clock.now())
    return Event(f"REFUND.{refund['status']}", "退款", "refund", plain, refund["api"])


def build(engine: Engine, event: Event, spoils: set[str]) -> Notification:
    assert event.api is not None  # noqa: S101  (who calls this has looked)
    plain = _spoilt(event.plain, spoils)
    key = secrets.token_hex(16) if spoils & UNSAFE_SPOILS else engine.settings.merchant.apiv2_key
    fields = {"nonce_str": secrets.token_hex(16)}
    if event.original_type == "refund":
        mchid = "1999999999" if "wrong_mchid" in spoils else engine.settings.merchant.mchid
        root = xml.write(plain).replace("<xml>", "<root>").replace("</xml>", "</root>")
        fields |= {"return_code": "SUCCESS", "appid": engine.settings.account.appid, "mch_id": mchid}
        fields["req_info"] = wire.seal(root, key)
    else:
        fields |= plain | {"sign_type": event.api["sign_type"]}
        fields = {name: value for name, value in fields.items() if value}
        fields["sign"] = wire.sign(fields, key, event.api["sign_type"])
    shown = "\n".join(f"{name}: {value}" for name, value in plain.items())
    return Notification(xml.write(fields).encode(), dict(TEXT), shown)


def judge(answer: Answer, verdicts: Verdicts) -> None:
    """Only XML with `return_code` SUCCESS is a yes."""
    try:
        said = xml.read(answer.text).get("return_code")
    except xml.XmlError:
        said = None
    verdicts.add("XML 应答 SUCCESS", said == "SUCCESS", f"{answer.status} {said or answer.text[:60]}")


def _spoilt(plain: dict[str, Any], spoils: set[str]) -> dict[str, Any]:
    spoilt = dict(plain)
    if "wrong_amount" in spoils:
        for name in ("total_fee", "cash_fee", "refund_fee"):
            if name in spoilt:
                spoilt[name] = str(int(spoilt[name]) + 1)
    if "wrong_mchid" in spoils and "mch_id" in spoilt:
        spoilt["mch_id"] = "1999999999"
    if "wrong_appid" in spoils:
        spoilt["appid"] = "wx0000000000000000"
    if "wrong_openid" in spoils:
        spoilt["openid"] = "oStranger_000000000000000001"
    return spoilt

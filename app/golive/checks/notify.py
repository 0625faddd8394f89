"""The address of payment notifications: tried from here, and by a signed test of WeChat Pay's own.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012365342
"""

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core import clock, ids
from app.core.db import db, leave_database
from app.core.errors import GatewayError
from app.golive.checks.callback import NO_ANSWER
from app.golive.checks.contract import Check, Copy, Details, Finding, Group, Surroundings, fail, ok, unknown
from app.golive.checks.own_address import Answer, NoAnswer, post_own
from app.payments.gateways import wechat_name
from app.payments.models import PaymentNotification, Verdict
from app.payments.self_test import write_self_test

PROOF_LIVES = timedelta(hours=24)
PATIENCE_SECONDS = 6.0
LOOK_EVERY_SECONDS = 0.3


def _path(around: Surroundings) -> str:
    return f"/pay/notify/{around.gateway.name}"


def _look_from_here(around: Surroundings) -> Finding:
    test = write_self_test(str(around.config["SECRET_KEY"]))
    try:
        answer = post_own(around, _path(around), test.body, test.headers)
    except NoAnswer as nothing:
        return nothing.finding
    return _judge(answer, test.receipt)


def _judge(answer: Answer, receipt: str) -> Finding:
    if answer.location:
        return fail("redirected", location=answer.location)
    try:
        said = json.loads(answer.body)
        is_ours, dropped = said["receipt"] == receipt, said["dropped"]
    except (ValueError, KeyError, TypeError):
        return fail("not_us", status=answer.status)
    if not is_ours:
        return fail("not_us", status=answer.status)
    if dropped:
        return fail("dropped", names=", ".join(map(str, dropped)))
    return ok("arrived", ms=answer.took_ms)


def _look_from_wechat(around: Surroundings) -> Finding:
    if (last := find_last_genuine(clock.now() - PROOF_LIVES)) is not None:
        return ok("received", when=last.isoformat())
    began = clock.now()
    try:
        around.gateway.self_test(f"doctor{ids.new_code(10)}")
    except GatewayError as error:
        return unknown("no_test", code=str(error.details.get("their_code", error.code))[:40])
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up_at:
        if (came := find_last_genuine(began)) is not None:
            return ok("received", when=came.isoformat())
        leave_database()
        time.sleep(LOOK_EVERY_SECONDS)
    return fail("lost")


def find_last_genuine(since: datetime) -> datetime | None:
    """When a notification last came that WeChat Pay has signed, of whatever kind."""
    genuine = PaymentNotification.verdict.not_in((Verdict.REFUSED, Verdict.RECEIVED))
    query = select(PaymentNotification.received_at).where(PaymentNotification.received_at >= since, genuine)
    return db.session.scalar(query.order_by(PaymentNotification.received_at.desc()).limit(1))


def _copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    return (Copy(_l("支付通知地址"), f"{config['BASE_URL']}/pay/notify/{wechat_name(config)}"),)


PLACE = _l("反向代理和防火墙；通知地址由本店下单时带上，商户平台里不用填")

CHECKS = (
    Check(
        name="notify_address",
        group=Group.PAY,
        title=_l("支付通知地址"),
        meaning=_l("付款结果由微信支付送到这里。本店给自己寄了一封带签名的测试通知，认得出，也不会记账。"),
        place=PLACE,
        says={
            **NO_ANSWER,
            "arrived": _l("测试通知原样送到（%(ms)s 毫秒）"),
            "redirected": _l("地址被转到 %(location)s：微信支付不跟随跳转"),
            "not_us": _l(
                "应答的不是这家店（HTTP %(status)s）：检查反向代理，以及有没有登录、跨站校验之类挡在前面"
            ),
            "dropped": _l("中间的代理丢掉了 %(names)s：没有它们就验不了签名"),
        },
        look=_look_from_here,
        copies=_copies,
    ),
    Check(
        name="notify_from_wechat",
        group=Group.PAY,
        title=_l("微信支付送得到通知"),
        meaning=_l("请微信支付发一封自检通知，从它那边走一遍：地址、APIv3 密钥、公钥都会用到。"),
        place=PLACE,
        says={
            "received": _l("收到过验签通过的通知（%(when)s）"),
            "no_test": _l("微信支付没有替我们发自检通知（%(code)s），要等第一笔付款才知道"),
            "lost": _l(
                "微信支付答应了发自检通知，几秒内没有收到：检查防火墙是否放行微信支付，以及 APIv3 密钥对不对"
            ),
        },
        look=_look_from_wechat,
    ),
)

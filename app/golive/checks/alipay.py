"""Alipay, where the shop has an account there: that both keys are the right ones, and what to write into its console.

Source: https://opendocs.alipay.com/common/02kipk (2026-11-30)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import ids
from app.core.errors import GatewayRefused, GatewayUnreachable
from app.golive.checks.contract import Check, Copy, Details, Finding, Group, Surroundings, fail, ok, unknown
from app.payments.gateways import find_alipay
from app.payments.gateways.alipay_signing import load_private_key, load_public_key, public_text
from app.payments.gateways.alipay_transport import AnswerUnproven

_SAYS = {
    "isv.invalid-signature": "our_signature",
    "isv.invalid-app-id": "no_app",
    "isv.insufficient-isv-permissions": "no_product",
    "aop.invalid-app-id": "no_app",
}


def _look(around: Surroundings) -> Finding:
    """Ask about a number that nobody has: a signed question and a signed answer, and nothing is changed."""
    gateway = find_alipay()
    if gateway is None:
        return ok("unused")
    ours = load_private_key(around.config["ALIPAY_PRIVATE_KEY_FILE"]).public_key()
    if load_public_key(around.config["ALIPAY_PUBLIC_KEY_FILE"]) == ours:
        return fail("own_public_key")
    try:
        gateway.query(ids.new_out_trade_no())
    except GatewayRefused as error:
        return _explain(error.their_code)
    except AnswerUnproven as error:
        return fail(_SAYS.get(error.said, "answer_unproven"))
    except GatewayUnreachable:
        return unknown("silent")
    return ok("changing") if around.config["ALIPAY_PUBLIC_KEY_FILE_OLD"] else ok("right")


def _explain(code: str) -> Finding:
    says = _SAYS.get(code)
    return fail(says) if says else fail("refused_pay", code=code[:40])


def _copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    if not config["ALIPAY_APP_ID"]:
        return ()
    public = public_text(load_private_key(config["ALIPAY_PRIVATE_KEY_FILE"]).public_key())
    return (Copy(_l("应用公钥"), public), Copy(_l("APPID"), str(config["ALIPAY_APP_ID"])))


CHECKS = (
    Check(
        name="alipay",
        group=Group.PAY,
        title=_l("支付宝密钥"),
        meaning=_l(
            "只有收支付宝的店需要。本店签名问支付宝一个不存在的单号：它认得我们的签名，我们也验得出它的签名，才算通。"
        ),
        place=_l("支付宝开放平台 → 应用 → 开发设置 → 接口加签方式（公钥模式）"),
        says={
            "unused": _l("没有设置 ALIPAY_APP_ID，用不到"),
            "right": _l("双方的签名都对"),
            "changing": _l(
                "双方的签名都对；换钥匙时的旧公钥还留着，过两天可以清空 ALIPAY_PUBLIC_KEY_FILE_OLD"
            ),
            "silent": _l("支付宝没有应答，稍后再查一次"),
            "own_public_key": _l(
                "ALIPAY_PUBLIC_KEY_FILE 是应用自己的公钥：要换成设置应用公钥以后，支付宝给出的“支付宝公钥”"
            ),
            "our_signature": _l(
                "支付宝说签名不对：ALIPAY_PRIVATE_KEY_FILE 和开放平台上的应用公钥不是一对，把下面的应用公钥填到那里"
            ),
            "answer_unproven": _l(
                "支付宝应答的签名验不出：核对 ALIPAY_PUBLIC_KEY_FILE 是不是现在的支付宝公钥"
            ),
            "no_app": _l("支付宝说没有这个应用：核对 ALIPAY_APP_ID"),
            "no_product": _l("这个应用没有签约收款产品：在开放平台给它加上电脑网站支付和手机网站支付"),
            "refused_pay": _l("支付宝拒绝了（%(code)s）"),
        },
        look=_look,
        copies=_copies,
    ),
)

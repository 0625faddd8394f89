"""The merchant's side: keys, binding, pay directory, certificates, and the address of notifications.

Source: https://pay.weixin.qq.com/doc/v3/merchant/4012062524
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.core import clock, ids
from app.core.db import db
from app.core.errors import GatewayError, GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.followers.models import Follower
from app.golive.checks.contract import (
    Check,
    Copy,
    Details,
    Finding,
    Group,
    Surroundings,
    fail,
    host_of,
    ok,
    unknown,
)
from app.payments.gateways.contract import PaymentRequest
from app.payments.models import PaymentAttempt

PAY_PATH = "/shop/pay/"
PROOF_LIVES = timedelta(days=30)
PROBE_LIVES = timedelta(minutes=10)
API_SECURITY = _l("商户平台 → 账户中心 → API 安全")


def _look_at_keys(around: Surroundings) -> Finding:
    """Ask about a number that nobody has: a signed question and a signed answer, and nothing is changed."""
    try:
        around.gateway.query(ids.new_out_trade_no())
    except GatewayRefused as error:
        return explain(error)
    except GatewayUnreachable as error:
        is_forged = isinstance(error.__cause__, SignatureInvalid)
        return fail("answer_unproven") if is_forged else unknown("silent")
    return ok("right")


def explain(error: GatewayRefused) -> Finding:
    """What WeChat Pay's own word for no means for the settings."""
    says = {
        "SIGN_ERROR": "our_signature",
        "MCH_NOT_EXISTS": "no_merchant",
        "APPID_MCHID_NOT_MATCH": "not_bound",
        "NO_AUTH": "no_product",
    }.get(error.their_code)
    return fail(says) if says else fail("refused_pay", code=error.their_code[:40])


def _look_at_binding(around: Surroundings) -> Finding:
    """Proven by any payment that WeChat took; else by ordering one fen for a follower and closing it at once."""
    newest = db.session.scalar(
        select(func.max(PaymentAttempt.prepay_at)).where(PaymentAttempt.gateway == around.gateway.name)
    )
    if newest is not None and newest > clock.now() - PROOF_LIVES:
        return ok("proven", when=newest.isoformat())
    openid = db.session.scalar(
        select(Follower.openid).where(Follower.is_subscribed).order_by(Follower.last_seen_at.desc()).limit(1)
    )
    if openid is None:
        return unknown("nobody")
    number = ids.new_out_trade_no()
    request = PaymentRequest(number, "小铺自检，不收款", 1, clock.now() + PROBE_LIVES, openid=openid)
    try:
        around.gateway.create(request)
        around.gateway.close(number)
    except GatewayRefused as error:
        # the binding is judged before the follower; the parameters are our own and right
        return unknown("stranger") if error.their_code == "INVALID_REQUEST" else explain(error)
    except GatewayError:
        return unknown("silent")
    return ok("tried")


def _look_at_directory(_around: Surroundings) -> Finding:
    newest = db.session.scalar(select(func.max(PaymentAttempt.paid_at)))
    if newest is not None and newest > clock.now() - PROOF_LIVES:
        return ok("proven", when=newest.isoformat())
    return unknown("ask")


def _directory_copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    return (
        Copy(_l("JSAPI 支付授权目录"), f"{config['BASE_URL']}/"),
        Copy(_l("或只登记付款页的目录"), f"{config['BASE_URL']}{PAY_PATH}"),
    )


def _binding_copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    return (Copy(_l("商户号"), str(config["WXPAY_MCHID"])), Copy(_l("AppID"), str(config["WECHAT_APPID"])))


NO_TRUST = {
    "silent": _l("微信支付没有应答，稍后再查一次"),
    "our_signature": _l(
        "微信支付说签名不对：核对商户号、证书序列号 WXPAY_CERT_SERIAL 和 apiclient_key.pem 是不是同一套，再看服务器时间"
    ),
    "no_merchant": _l("微信支付说没有这个商户号：核对 WXPAY_MCHID"),
    "not_bound": _l("商户号和公众号还没有绑定：在商户平台关联 AppID，再到公众平台点同意"),
    "no_product": _l("商户号没有开通 JSAPI 支付，或没有权限：在商户平台的产品中心开通"),
    "refused_pay": _l("微信支付拒绝了（%(code)s）"),
}

CHECKS = (
    Check(
        name="pay_keys",
        group=Group.PAY,
        title=_l("商户号与密钥"),
        meaning=_l("本店签名问微信支付一个不存在的单号：它认得我们的签名，我们也验得出它的签名，才算通。"),
        place=API_SECURITY,
        says={
            **NO_TRUST,
            "right": _l("双方的签名都对"),
            "answer_unproven": _l(
                "微信支付应答的签名验不出：核对微信支付公钥 ID、pub_key.pem（或平台证书），再看服务器时间"
            ),
        },
        look=_look_at_keys,
        copies=lambda config, _details: (Copy(_l("商户号"), str(config["WXPAY_MCHID"])),),
    ),
    Check(
        name="binding",
        group=Group.PAY,
        title=_l("商户号与公众号的绑定"),
        meaning=_l("没有绑定，下单时微信支付会说 AppID 和商户号不匹配。"),
        place=_l("商户平台 → 产品中心 → AppID 账号管理，再到公众平台确认"),
        says={
            **NO_TRUST,
            "proven": _l("微信支付收下过本店的订单（%(when)s）"),
            "tried": _l("试着下了一笔一分钱的单，微信支付收下了，随即关闭，没有人会付到"),
            "stranger": _l(
                "用来试的粉丝不是这个公众号的，试不出来：请用自己的微信关注公众号、进店逛一下再查"
            ),
            "nobody": _l("还没有粉丝，试不了：请先用自己的微信关注公众号"),
        },
        look=_look_at_binding,
        copies=_binding_copies,
    ),
    Check(
        name="pay_directory",
        group=Group.PAY,
        title=_l("支付授权目录"),
        meaning=_l(
            "付款页不在登记的目录里，付款时会说“当前页面的URL未注册”。要以 / 结尾，大小写也要一样，约五分钟生效。"
        ),
        place=_l("商户平台 → 产品中心 → 开发配置（要超级管理员）"),
        says={
            "proven": _l("最近有人付款成功（%(when)s），说明登记对了"),
            "ask": _l("接口查不到。登记后请名单里的人付一笔试试，付成功这里会自己变绿"),
        },
        look=_look_at_directory,
        copies=_directory_copies,
        asks=_l("已在商户平台登记"),
        about=lambda config: f"{config['WXPAY_MCHID']} {host_of(config)}",
    ),
)

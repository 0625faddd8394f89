"""APIv2, where the merchant still has it: key, certificate, and the callback link of native mode 1.

Source: https://pay.weixin.qq.com/doc/v2/merchant/4011937109
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from app.core import ids
from app.core.errors import GatewayRefused, GatewayUnreachable, SignatureInvalid
from app.golive.checks.certificates import read_certificates
from app.golive.checks.contract import Check, Copy, Details, Finding, Group, Surroundings, fail, ok, unknown
from app.golive.checks.pay import API_SECURITY, NO_TRUST, explain
from app.payments.gateways import find_apiv2
from app.payments.gateways.apiv3_crypto import load_private_key

SCAN_PATH = "/pay/scan"


def _look(around: Surroundings) -> Finding:
    gateway = find_apiv2()
    if gateway is None:
        return ok("unused")
    found = read_certificates([Path(around.config["WXPAY_CERT_FILE"])])
    key = load_private_key(around.config["WXPAY_PRIVATE_KEY_FILE"]).public_key()
    if not found or found[0].public_key() != key:
        return fail("no_pair")
    try:
        gateway.query(ids.new_out_trade_no())
    except GatewayRefused as error:
        return explain(error)
    except GatewayUnreachable as error:
        is_forged = isinstance(error.__cause__, SignatureInvalid)
        return fail("answer_unproven") if is_forged else unknown("silent")
    return ok("right")


def _copies(config: Mapping[str, Any], _details: Details) -> Sequence[Copy]:
    if not config["WXPAY_SCAN_CODES"]:
        return ()
    return (Copy(_l("扫码支付回调链接"), f"{config['BASE_URL']}{SCAN_PATH}"),)


CHECKS = (
    Check(
        name="apiv2",
        group=Group.PAY,
        title=_l("APIv2 密钥与退款证书"),
        meaning=_l(
            "只有还在用 APIv2，或开通了扫码支付模式一的商户需要。回调链接填在商户平台 → 产品中心 → 开发配置。"
        ),
        place=API_SECURITY,
        says={
            **NO_TRUST,
            "unused": _l("没有设置 WXPAY_APIV2_KEY，用不到"),
            "right": _l("双方的签名都对，退款用的证书和私钥是一对"),
            "no_pair": _l("WXPAY_CERT_FILE 里没有证书，或和 WXPAY_PRIVATE_KEY_FILE 不是一对：退款会被拒绝"),
            "our_signature": _l("微信支付说签名不对：核对 WXPAY_APIV2_KEY 是不是商户平台上的 APIv2 密钥"),
            "answer_unproven": _l("微信支付应答的签名验不出：核对 WXPAY_APIV2_KEY"),
        },
        look=_look,
        copies=_copies,
    ),
)

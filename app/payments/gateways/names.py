"""What a gateway is called where people read of it: pages, messages, alerts, errors. The one place for it."""

from flask_babel import gettext as _

from app.payments.gateways import alipay

SEEDED = "seed"  # no gateway at all: invented money, of which no bill will ever tell


def name_gateway(name: str) -> str:
    """`alipay` → 支付宝; every other gateway of this shop is WeChat Pay's."""
    names = {alipay.NAME: _("支付宝"), SEEDED: _("示例数据")}
    return str(names.get(name) or _("微信支付"))


def name_console(name: str) -> str:
    """Where a merchant manages his account with it."""
    return str(_("支付宝商家平台") if name == alipay.NAME else _("微信商户平台"))

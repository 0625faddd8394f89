"""What offers are called on the console."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.money import format_yuan
from app.pricing.offers import CouponKind
from app.promotions.models import Coupon
from console.frame.labels import Labels

PHASE_COLOURS = {"on": "green", "soon": "azure", "off": "secondary", "over": "secondary"}

phase_label = Labels({"on": _l("进行中"), "soon": _l("未开始"), "off": _l("已停用"), "over": _l("已结束")})
kind_label = Labels({CouponKind.FIXED: _l("减固定金额"), CouponKind.PERCENT: _l("打折")})


def tell_worth(coupon: Coupon) -> str:
    """`满 ¥100.00 减 ¥20.00`, `8.5 折，最多减 ¥50.00`."""
    if coupon.kind == CouponKind.FIXED:
        off = format_yuan(coupon.value)
        if coupon.threshold_fen:
            return _("满 ¥%(from)s 减 ¥%(off)s", **{"from": format_yuan(coupon.threshold_fen), "off": off})
        return _("无门槛减 ¥%(off)s", off=off)
    words = _("%(tenths)s 折", tenths=tenths(coupon.value))
    if coupon.threshold_fen:
        threshold = format_yuan(coupon.threshold_fen)
        words = _("满 ¥%(from)s 打 %(tenths)s 折", **{"from": threshold, "tenths": tenths(coupon.value)})
    if coupon.most_fen:
        words += "，" + _("最多减 ¥%(most)s", most=format_yuan(coupon.most_fen))
    return words


def tenths(hundredths_off: int) -> str:
    """What is left to pay, in tenths: 15 → `8.5`."""
    whole, rest = divmod(100 - hundredths_off, 10)
    return f"{whole}.{rest}" if rest else str(whole)

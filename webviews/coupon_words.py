"""What a coupon is worth and asks for, in the buyer's words."""

from flask_babel import gettext as _

from app.core.money import format_yuan
from app.pricing.offers import CouponKind
from app.promotions.models import Coupon


def coupon_value(coupon: Coupon) -> str:
    """`¥20`, or `8.5 折`."""
    if coupon.kind == CouponKind.FIXED:
        return "¥" + format_yuan(coupon.value).removesuffix(".00")
    tenths, rest = divmod(100 - coupon.value, 10)
    return _("%(tenths)s 折", tenths=f"{tenths}.{rest}" if rest else str(tenths))


def coupon_terms(coupon: Coupon) -> str:
    """`满 ¥100.00 可用，最多减 ¥50.00`."""
    if coupon.threshold_fen:
        words = _("满 ¥%(from)s 可用", **{"from": format_yuan(coupon.threshold_fen)})
    else:
        words = _("无门槛")
    if coupon.kind == CouponKind.PERCENT and coupon.most_fen:
        words += "，" + _("最多减 ¥%(most)s", most=format_yuan(coupon.most_fen))
    return words

"""Marketing: coupons, full reductions, flash sales."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, Right, RightGroup
from console.offers import coupons, flash, reductions

BLUEPRINTS = (coupons.blueprint, reductions.blueprint, flash.blueprint)
RIGHTS = RightGroup(
    _l("营销"),
    Right(
        _l("查看优惠券、满减和秒杀"),
        "console.coupons.index",
        "console.reductions.index",
        "console.flash_sales.index",
        roles=(OPERATOR, FINANCE),
    ),
    Right(
        _l("设置优惠券"),
        "console.coupons.new",
        "console.coupons.add",
        "console.coupons.detail",
        "console.coupons.change",
        "console.coupons.switch",
        roles=(OPERATOR,),
    ),
    Right(
        _l("设置满减"),
        "console.reductions.new",
        "console.reductions.add",
        "console.reductions.detail",
        "console.reductions.change",
        "console.reductions.switch",
        roles=(OPERATOR,),
    ),
    Right(
        _l("设置秒杀"),
        "console.flash_sales.new",
        "console.flash_sales.add",
        "console.flash_sales.detail",
        "console.flash_sales.change",
        "console.flash_sales.stop",
        roles=(OPERATOR,),
    ),
)

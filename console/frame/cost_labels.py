"""What the lines of a cost list are called in the console and in its files."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.pricing.explained import CostKind, CostLine
from console.frame.labels import Labels

cost_kind_label = Labels(
    {
        CostKind.GOODS: _l("商品金额"),
        CostKind.REDUCTION: _l("满减"),
        CostKind.COUPON: _l("优惠券"),
        CostKind.ADJUSTMENT: _l("店主改价"),
        CostKind.SHIPPING: _l("运费"),
    }
)


def cost_label(line: CostLine) -> str:
    """A line's kind, with the shop's own name for it where it has one."""
    kind = cost_kind_label(line.kind)
    return _("%(kind)s · %(name)s", kind=kind, name=line.label) if line.label else kind

"""How goods reach the buyer: freight templates, pick-up points, and the check of a pick-up code."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, SERVICE, Right, RightGroup
from console.delivery import freight, pickup, points

BLUEPRINTS = (freight.blueprint, points.blueprint, pickup.blueprint)
RIGHTS = RightGroup(
    _l("配送"),
    Right(
        _l("查看运费和自提点"),
        "console.freight.index",
        "console.pickup_points.index",
        roles=(OPERATOR, SERVICE, FINANCE),
    ),
    Right(
        _l("设置运费"),
        "console.freight.new",
        "console.freight.add",
        "console.freight.detail",
        "console.freight.change",
        "console.freight.delete",
        roles=(OPERATOR,),
    ),
    Right(
        _l("设置自提点"),
        "console.pickup_points.new",
        "console.pickup_points.add",
        "console.pickup_points.detail",
        "console.pickup_points.change",
        roles=(OPERATOR,),
    ),
    Right(_l("核销提货码"), "console.pickup.show", "console.pickup.confirm", roles=(OPERATOR, SERVICE)),
)

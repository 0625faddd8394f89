"""Figures of the shop: today beside the same weekday, days, hours, products, buyers, entrances."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, Right, RightGroup
from console.figures import pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("数据"),
    Right(
        _l("查看和导出经营数据"),
        "console.figures.index",
        "console.figures.export",
        roles=(OPERATOR, FINANCE),
    ),
)

"""Goods."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, SERVICE, Right, RightGroup
from console.products import pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("商品"),
    Right(_l("查看商品"), "console.products.index", roles=(OPERATOR, SERVICE, FINANCE)),
)

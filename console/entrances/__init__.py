"""Where followers come from: what each entrance brought, scene codes, product codes and posters."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, Right, RightGroup
from console.entrances import codes, pages, pay_codes, posters

BLUEPRINTS = (codes.blueprint, pages.blueprint, pay_codes.blueprint, posters.blueprint)
RIGHTS = RightGroup(
    _l("来源"),
    Right(
        _l("查看和导出来源数据"),
        "console.entrances.index",
        "console.entrances.detail",
        "console.entrances.export",
        roles=(OPERATOR, FINANCE),
    ),
    Right(
        _l("做商品码和海报"),
        "console.posters.index",
        "console.posters.product_page",
        "console.posters.add",
        "console.posters.remove",
        "console.posters.picture",
        "console.posters.poster",
        "console.posters.print_some",
        "console.pay_codes.picture",
        "console.pay_codes.poster",
        "console.pay_codes.print_one",
        roles=(OPERATOR,),
    ),
    Right(
        _l("管理渠道码"),
        "console.codes.index",
        "console.codes.new",
        "console.codes.add",
        "console.codes.edit",
        "console.codes.change",
        "console.codes.check",
        "console.codes.detail",
        "console.codes.fetch",
        "console.codes.switch",
        "console.codes.picture",
        "console.codes.poster",
        "console.codes.print_one",
        "console.reply_preview.show",
        roles=(OPERATOR,),
    ),
)

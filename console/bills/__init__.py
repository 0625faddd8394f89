"""Bills beside our books: a calendar with a mark for each day, a day's two sums, what differs, the journal."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, Right, RightGroup
from console.bills import days, differences, export, pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("账单"),
    Right(
        _l("查看账单对账"),
        "console.bills.index",
        "console.bills.day",
        "console.bills.open_differences",
        "console.bills.difference",
        roles=(OPERATOR, FINANCE),
    ),
    Right(
        _l("下载账单、查询和处理差异"),
        "console.bills.fetch",
        "console.bills.ask",
        "console.bills.accept",
        roles=(FINANCE,),
    ),
    Right(
        _l("导出收款明细和账单原件"),
        "console.bills.export_journal",
        "console.bills.original",
        roles=(FINANCE,),
    ),
)

__all__ = ["BLUEPRINTS", "RIGHTS", "days", "differences", "export"]

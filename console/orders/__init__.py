"""Orders: the ledger and its export, one order with its history, shipping."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, SERVICE, Right, RightGroup
from console.orders import collecting, detail, notes, pages, parcels, printing, ship_many, talk, unpaid

BLUEPRINTS = (pages.blueprint, ship_many.blueprint, talk.blueprint)
RIGHTS = RightGroup(
    _l("订单"),
    Right(
        _l("查看全部订单"),
        "console.orders.index",
        "console.orders.detail",
        roles=(OPERATOR, SERVICE, FINANCE),
    ),
    Right(_l("给未付款的订单改价"), "console.orders.change_price", roles=(OPERATOR,)),
    Right(_l("关闭未付款的订单"), "console.orders.close", roles=(OPERATOR, SERVICE)),
    Right(
        _l("给未付款的订单出收款码"),
        "console.orders.collect",
        "console.orders.tell_collected",
        roles=(OPERATOR, SERVICE),
    ),
    Right(_l("写订单备注"), "console.orders.add_note", roles=(OPERATOR, SERVICE, FINANCE)),
    Right(_l("打印发货单（有完整收货信息）"), "console.orders.print_sheets", roles=(OPERATOR,)),
    Right(_l("导出订单流水"), "console.orders.export", roles=(OPERATOR, FINANCE)),
    Right(_l("查看收货人的完整信息"), "console.orders.show_address", roles=(OPERATOR, SERVICE)),
    Right(
        _l("给订单发货"),
        "console.orders.mark_shipped",
        "console.orders.correct_parcel",
        *(f"console.ship_many.{each}" for each in ("form", "template", "upload", "look", "confirm")),
        roles=(OPERATOR,),
    ),
)

__all__ = ["BLUEPRINTS", "RIGHTS", "collecting", "detail", "notes", "parcels", "printing", "unpaid"]

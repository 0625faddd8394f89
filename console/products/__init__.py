"""Goods: the list, the editor, categories, stock."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import FINANCE, OPERATOR, SERVICE, Right, RightGroup
from console.products import categories, editor, pages, part, sheet_export, sheet_import, stock

PAGES = (
    editor,
    pages,
    sheet_export,
    sheet_import,
    stock,
)  # importing them has put their pages on the blueprint
BLUEPRINTS = (part.blueprint, categories.blueprint)
RIGHTS = RightGroup(
    _l("商品"),
    Right(_l("查看商品"), "console.products.index", roles=(OPERATOR, SERVICE, FINANCE)),
    Right(
        _l("编辑商品、价格和库存"),
        "console.products.edit",
        "console.products.new",
        "console.products.add",
        "console.products.change",
        "console.products.upload",
        "console.products.change_stock",
        "console.products.import_form",
        "console.products.import_template",
        "console.products.import_upload",
        "console.products.import_look",
        "console.products.import_confirm",
        "console.products.export",
        roles=(OPERATOR,),
    ),
    Right(_l("上架和下架商品"), "console.products.move", roles=(OPERATOR,)),
    Right(_l("查看库存记录"), "console.products.show_stock", roles=(OPERATOR, SERVICE, FINANCE)),
    Right(
        _l("管理商品分类"),
        "console.categories.index",
        "console.categories.add",
        "console.categories.rename",
        "console.categories.move",
        "console.categories.remove",
        roles=(OPERATOR,),
    ),
)

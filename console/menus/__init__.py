"""The account's menus: editor, publishing, history, personalised ones, trial."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, Right, RightGroup
from console.menus import pages

BLUEPRINTS = (pages.blueprint,)
RIGHTS = RightGroup(
    _l("公众号菜单"),
    Right(
        _l("编辑菜单草稿"),
        "console.menus.index",
        "console.menus.edit",
        "console.menus.change",
        "console.menus.discard",
        "console.menus.shown",
        "console.menus.take_over_shown",
        "console.menus.history",
        "console.menus.version",
        "console.menus.personal",
        "console.menus.add",
        "console.menus.change_audience",
        "console.menus.trial",
        roles=(OPERATOR,),
    ),
    Right(
        _l("发布和删除菜单"),
        "console.menus.confirm",
        "console.menus.publish",
        "console.menus.restore",
        "console.menus.put_on_top",
        "console.menus.remove",
        "console.menus.delete_stranger",
        "console.menus.ask_take_down",
        "console.menus.take_down",
        roles=(OPERATOR,),
    ),
)

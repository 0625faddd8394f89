"""Who may do what: roles and their rights."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import Right, RightGroup
from console.people import roles

BLUEPRINTS = (roles.blueprint,)
RIGHTS = RightGroup(
    _l("团队"),
    Right(_l("查看角色与权限"), "console.roles.index"),
    Right(
        _l("建立和修改角色"),
        "console.roles.new",
        "console.roles.add",
        "console.roles.edit",
        "console.roles.change",
        "console.roles.remove",
        "console.roles.set_limit",
    ),
)

"""Who works here and may do what: people, roles and their rights."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import Right, RightGroup
from console.people import audit_log, members, roles

BLUEPRINTS = (members.blueprint, roles.blueprint, audit_log.blueprint)
RIGHTS = RightGroup(
    _l("团队"),
    Right(_l("查看成员和登录记录"), "console.members.index", "console.members.show"),
    Right(
        _l("添加和管理成员"),
        "console.members.new",
        "console.members.add",
        "console.members.give_role",
        "console.members.reset_password",
        "console.members.end_sessions",
        "console.members.remove_second_factor",
        "console.members.switch_off",
        "console.members.switch_on",
    ),
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
    Right(_l("查看和导出操作记录"), "console.audit_log.index", "console.audit_log.export"),
)

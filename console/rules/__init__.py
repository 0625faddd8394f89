"""Answers without a person: keyword rules, standing replies, the lab, what nobody answered."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, SERVICE, Right, RightGroup
from console.rules import lab, pages, standing, unanswered

BLUEPRINTS = (lab.blueprint, pages.blueprint, standing.blueprint, unanswered.blueprint)
RIGHTS = RightGroup(
    _l("自动回复"),
    Right(
        _l("编辑关键词规则"),
        "console.rules.index",
        "console.rules.new",
        "console.rules.add",
        "console.rules.edit",
        "console.rules.change",
        "console.rules.check_new",
        "console.rules.check",
        "console.rules.switch",
        "console.rules.remove",
        "console.reply_preview.show",
        roles=(OPERATOR,),
    ),
    Right(
        _l("编辑固定回复"),
        "console.standing.index",
        "console.standing.edit",
        "console.standing.change",
        "console.standing.change_cool_down",
        "console.reply_preview.show",
        roles=(OPERATOR,),
    ),
    Right(
        _l("查看没答上的话"),
        "console.unanswered.index",
        "console.unanswered.dismiss_one",
        "console.unanswered.restore",
        roles=(OPERATOR, SERVICE),
    ),
    Right(_l("使用关键词实验室"), "console.lab.show", "console.lab.keep", roles=(OPERATOR, SERVICE)),
)

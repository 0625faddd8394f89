"""Product messages to many (群发): written, aimed, confirmed, followed, looked at afterwards."""

from flask_babel import lazy_gettext as _l

from app.staff.rights import OPERATOR, Right, RightGroup
from console.broadcasts import (
    afterwards,
    allowances,
    automatic,
    composer,
    confirm,
    notice_templates,
    pages,
    planned,
    saved,
    trying,
)

BLUEPRINTS = (
    afterwards.blueprint,
    allowances.blueprint,
    automatic.blueprint,
    composer.blueprint,
    confirm.blueprint,
    notice_templates.blueprint,
    pages.blueprint,
    planned.blueprint,
    saved.blueprint,
    trying.blueprint,
)
_LOOK = (
    "console.broadcasts.index",
    "console.broadcasts.show",
    "console.broadcasts.fragment",
    "console.broadcast_calendar.show",
    "console.broadcast_quotas.show",
    "console.broadcast_quotas.ask",
    "console.broadcast_results.index",
    "console.broadcast_results.fragment",
    "console.automatic_messages.show",
    "console.notice_templates.show",
)
RIGHTS = RightGroup(
    _l("群发"),
    Right(
        _l("查看和编写群发"),
        *_LOOK,
        "console.broadcasts.recipients",
        "console.broadcasts.copy",
        "console.broadcasts.discard",
        "console.broadcast_composer.new",
        "console.broadcast_composer.add",
        "console.broadcast_composer.edit",
        "console.broadcast_composer.change",
        "console.broadcast_composer.check",
        "console.broadcast_segments.index",
        "console.broadcast_segments.edit",
        "console.broadcast_segments.change",
        "console.broadcast_segments.check",
        "console.broadcast_segments.rename",
        "console.broadcast_segments.remove",
        roles=(OPERATOR,),
    ),
    Right(
        _l("确认发送、暂停和停止群发"),
        "console.broadcast_confirm.ask",
        "console.broadcast_confirm.confirm",
        "console.automatic_messages.change",
        "console.notice_templates.ask",
        "console.notice_templates.change",
        "console.notice_templates.take_off",
        "console.automatic_messages.change_limits",
        "console.broadcasts.pause",
        "console.broadcasts.resume",
        "console.broadcasts.stop",
        "console.broadcasts.take_back",
        "console.broadcast_results.delete",
        "console.broadcast_trying.send",
        *_LOOK,
        roles=(OPERATOR,),
    ),
)

"""Whether alerts reach somebody who is not looking at the console."""

from flask_babel import lazy_gettext as _l

from app.alerts.channels import set_up_channels
from app.alerts.telling import last_tries
from app.golive.checks.contract import Check, Finding, Group, Surroundings, fail, ok, warn


def _look(around: Surroundings) -> Finding:
    names, tries = set_up_channels(around.config), last_tries()
    if not names:
        return warn("none")
    if any(tries[name].problem for name in names if name in tries):
        return fail("failed")
    if any(name not in tries for name in names):
        return warn("untried")
    return ok("told", when=min(tries[name].tried_at for name in names).isoformat())


CHECKS = (
    Check(
        name="telling",
        group=Group.MACHINE,
        title=_l("告警送达"),
        meaning=_l("钱对不上、通知发不出时要马上有人知道，不能等到打开后台。"),
        place=_l("服务器：运行 make configure 设置群机器人或邮箱；然后到“营业设置”试发一条"),
        says={
            "none": _l("没有设置群机器人或邮箱，告警只在后台里"),
            "failed": _l("最近一次没有送到，原因见“营业设置”"),
            "untried": _l("设置了，还没有试过：到“营业设置”试发一条"),
            "told": _l("送得到，最近一次在 %(when)s"),
        },
        look=_look,
    ),
)

"""What an order told its buyer by itself: as a text or by template, and whether it arrived."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.conversations.window import SHUT_OUT
from app.core import clock
from app.notices.models import Notice
from app.notices.service import list_notices
from app.orders.models import Order
from app.wechat.template_messages import EVENT_WITHIN, REPEATABLE_FOR
from console.frame.labels import Labels
from console.frame.purpose_labels import purpose_label
from console.frame.speaking import say_refusal
from console.orders.timeline.line import Line

NOT_ARRIVED = ("refused", "blocked", "failed")
SILENT, PUT_OFF = "silent", "put off"
_how_far = Labels(
    {
        "sending": _l("正在发送"),
        PUT_OFF: _l("还没有发出"),
        "handed": _l("微信已接收"),
        SILENT: _l("微信已接收，没有回执"),
        "sent": _l("已送达"),
        **dict.fromkeys(NOT_ARRIVED, _l("没有送达")),
        "unclear": _l("可能已送达"),
    }
)


def tell_notices(order: Order) -> Iterator[Line]:
    """Of its own accord the shop told him; or could not."""
    parcels = {parcel.id: parcel.tracking_no for parcel in order.shipments}
    for notice in list_notices(order.id):
        what = purpose_label(notice.kind)
        if notice.is_template:
            what = _("%(what)s（模板消息）", what=what)
        words = _("%(what)s：%(how)s", what=what, how=_how_far(_find_end(notice)))
        details = [(_("运单号"), parcels[notice.parcel_id])] if notice.parcel_id in parcels else []
        tone = "red" if notice.state in NOT_ARRIVED else "secondary"
        yield Line(notice.created_at, words, _("系统"), "bell", tone, (*details, *_why(notice)))


def _find_end(notice: Notice) -> str:
    """How far it came, with what the time says: an event that stayed away does not come."""
    if notice.asked_at is None:
        is_put_off = notice.is_template and notice.state == "sending" and notice.errcode not in SHUT_OUT
        return PUT_OFF if is_put_off else notice.state
    age = clock.now() - notice.asked_at
    if notice.state == "handed" and age > EVENT_WITHIN:
        return SILENT
    return "unclear" if notice.state == "sending" and age > REPEATABLE_FOR else notice.state


def _why(notice: Notice) -> list[tuple[str, str]]:
    if notice.state == "blocked":
        remedy = _("只能等对方打开；有订单的话可以打电话。")
        return [(_("原因"), _("对方关了公众号的通知")), (_("可以怎么办"), remedy)]
    if notice.state == "failed":
        remedy = _("有订单的话可以打电话。")
        return [(_("原因"), _("微信没有送到，没有说明原因")), (_("可以怎么办"), remedy)]
    reason, remedy = say_refusal(notice.errcode or 0)
    is_shut_out = notice.errcode in SHUT_OUT
    if _find_end(notice) in ("refused", PUT_OFF):
        if is_shut_out:
            remedy += _("在“通知模板”里给它选一个模板，48 小时之外也能通知到关注着的买家。")
        return [(_("原因"), reason), (_("可以怎么办"), remedy)]
    return [(_("为什么不是客服消息"), reason)] if notice.is_template and is_shut_out else []

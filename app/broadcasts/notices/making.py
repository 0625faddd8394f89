"""One notification of a broadcast, ready to be sent."""

from flask_babel import gettext as _

from app.broadcasts.states import RecipientState
from app.broadcasts.told import Told
from app.conversations.window import NOTICE
from app.notice_templates.filling import make_notice
from app.notice_templates.models import NoticeTemplate
from app.notice_templates.purposes import KIND_OF, NoticeKind, Purpose
from app.notice_templates.values import Facts
from app.wechat.client import AccountClient
from app.wechat.template_messages import SubscriptionSender, TemplateSender


def usual_words(purpose: Purpose) -> str:
    """What stands where the merchant wrote nothing."""
    return {
        Purpose.BACK_IN_STOCK: _("您关心的商品又有货了"),
        Purpose.OPENING: _("您等的商品开售了"),
        Purpose.DELAY: _("您的订单会晚些发出，请谅解"),
        Purpose.RECALL: _("请先停止使用，点开看处理办法"),
    }[purpose]


def make_told(
    client: AccountClient, template: NoticeTemplate, facts: Facts, *, url: str, client_msg_id: str
) -> Told:
    """Ready to be sent. `client_msg_id`: of one message to one person."""
    notice, shown = make_notice(template, facts, url=url)
    if KIND_OF[template.purpose] is NoticeKind.TEMPLATE:
        sender: TemplateSender | SubscriptionSender = TemplateSender(client, notice, client_msg_id)
    else:
        sender = SubscriptionSender(client, notice)
    return Told(shown, sender, NOTICE, RecipientState.HANDED)

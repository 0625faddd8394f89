"""One notification: its template filled in, as WeChat takes it and as the log shows it."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.broadcasts.notices.assigned import find_template
from app.broadcasts.notices.models import NoticeTemplate
from app.broadcasts.notices.purposes import KIND_OF, NoticeKind, Purpose
from app.broadcasts.notices.values import Facts, fill, read_keywords
from app.broadcasts.states import RecipientState
from app.broadcasts.told import Told
from app.conversations.window import NOTICE
from app.core.errors import InputInvalid
from app.wechat.client import AccountClient
from app.wechat.replies import Article, NewsReply
from app.wechat.template_messages import Notice, SubscriptionSender, TemplateSender


class NoTemplate(InputInvalid):
    """The merchant has chosen no template for this purpose."""


@dataclass(frozen=True, slots=True)
class Filled:
    """As the phone shows it: a title, and label and value of each line."""

    title: str
    rows: Sequence[tuple[str, str]]


def get_template(purpose: Purpose | None) -> NoticeTemplate:
    """Raises: NoTemplate."""
    row = find_template(purpose) if purpose else None
    if row is None:
        raise NoTemplate(_("这种通知还没有模板，先到“通知模板”选一个"))
    return row


def usual_words(purpose: Purpose) -> str:
    """What stands where the merchant wrote nothing."""
    return {
        Purpose.BACK_IN_STOCK: _("您关心的商品又有货了"),
        Purpose.OPENING: _("您等的商品开售了"),
        Purpose.DELAY: _("您的订单会晚些发出，请谅解"),
        Purpose.RECALL: _("请先停止使用，点开看处理办法"),
    }[purpose]


def fill_in(template: NoticeTemplate, facts: Facts) -> Filled:
    """As it would be shown."""
    return _fill_in(template, facts)[0]


def make_told(
    client: AccountClient, template: NoticeTemplate, facts: Facts, *, url: str, client_msg_id: str
) -> Told:
    """Ready to be sent. `client_msg_id`: of one message to one person."""
    filled, data = _fill_in(template, facts)
    notice = Notice(template.template_id, data, url)
    words = "\n".join(f"{label}：{value}" for label, value in filled.rows)
    shown = NewsReply((Article(filled.title, words, "", url),))
    if KIND_OF[template.purpose] is NoticeKind.TEMPLATE:
        sender: TemplateSender | SubscriptionSender = TemplateSender(client, notice, client_msg_id)
    else:
        sender = SubscriptionSender(client, notice)
    return Told(shown, sender, NOTICE, RecipientState.HANDED)


def _fill_in(template: NoticeTemplate, facts: Facts) -> tuple[Filled, dict[str, str]]:
    """As it is shown, and its values by keyword."""
    keywords = read_keywords(template.content)
    data = fill(keywords, template.fields, facts)
    return Filled(template.title, [(keyword.label, data[keyword.key]) for keyword in keywords]), data

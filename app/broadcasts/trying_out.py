"""A broadcast on one person's phone before everybody has it."""

import logging

from flask_babel import gettext as _

from app.broadcasts.articles import add_draft, make_articles
from app.broadcasts.composing import get_broadcast
from app.broadcasts.content import find_cards, make_news, read_content
from app.broadcasts.models import Broadcast
from app.broadcasts.notices.making import make_told
from app.broadcasts.notices.telling import SAMPLE_ORDER, facts_of
from app.broadcasts.states import Way
from app.conversations.sending import queue_reply
from app.core import ids
from app.core.errors import InputInvalid, PlatformError
from app.entrances.models import EntranceKind
from app.entrances.service import code_for
from app.followers.service import get_by_id
from app.notice_templates.filling import get_template
from app.wechat.client import AccountClient

logger = logging.getLogger(__name__)


def try_out(
    client: AccountClient, broadcast_id: int, follower_id: int, *, base_url: str, author: str, actor: str
) -> None:
    """Send it to this follower alone. A mass message goes as WeChat's preview, of which it allows 100 a day; a card as
    the customer-service message it will be, a notification as itself: it uses up one that he agreed to.

    Calls the network: never inside a transaction.
    Raises: NotFound; InputInvalid when it cannot be made; PlatformError with WeChat's reason.
    """
    row, follower = get_broadcast(broadcast_id), get_by_id(follower_id)
    if not follower.is_subscribed:
        raise InputInvalid(_("这位粉丝没有关注公众号，收不到"))
    openid = follower.openid
    if row.way is Way.NOTICE:
        _try_notice(client, row, openid, base_url=base_url)
        return
    if row.way is Way.CARD:
        code = code_for(EntranceKind.BROADCAST, str(row.id), row.name)
        news = make_news(read_content(row.content, row.way), base_url=base_url, entrance_code=code)
        queue_reply(openid, news, by=actor)
        return
    media_id = add_draft(client, make_articles(client, row, base_url=base_url, author=author))
    body = {"touser": openid, "mpnews": {"media_id": media_id}, "msgtype": "mpnews"}
    try:
        client.post("message/mass/preview", data=body)
    finally:
        _throw_away(client, media_id)


def _try_notice(client: AccountClient, row: Broadcast, openid: str, *, base_url: str) -> None:
    """What a template message says of his order is shown with a number that stands for one."""
    template = get_template(row.purpose)
    content = read_content(row.content, row.way)
    pairs = [(item, card) for item, card in find_cards(content, purpose=row.purpose) if card]
    if not pairs:
        raise InputInvalid(_("先选商品"))
    item, card = pairs[0]
    url = card.link(base_url, code_for(EntranceKind.BROADCAST, str(row.id), row.name))
    facts = facts_of(template.purpose, item, card, order_no=SAMPLE_ORDER)
    number = f"t{row.id}-{ids.new_code(12)}"
    make_told(client, template, facts, url=url, client_msg_id=number).sender.send(openid, client.access_token)


def _throw_away(client: AccountClient, media_id: str) -> None:
    """A preview uses up no draft; the box is not to fill with them."""
    try:
        client.post("draft/delete", data={"media_id": media_id})
    except PlatformError as error:
        logger.warning("draft stays in the box", extra={"errcode": error.errcode})

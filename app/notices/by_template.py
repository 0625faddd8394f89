"""The same notice as a template message, where the merchant has chosen one and no text could be sent. See ADR 20.

It may be asked for again: with the same client_msg_id WeChat sends it once in ten minutes. After a killed worker or a
lost answer its job does so while that is safe; what came of it, WeChat's event tells (`receipts.py`).
"""

import logging
from dataclasses import dataclass

from sqlalchemy import delete, update

from app.conversations.models import Message, Sending
from app.conversations.sending import record_elsewhere
from app.conversations.window import NOTICE
from app.core import clock
from app.core.db import db, lock, transaction
from app.core.errors import PlatformError, PlatformUnreachable
from app.notice_templates.assigned import find_template
from app.notice_templates.filling import make_notice
from app.notice_templates.purposes import Purpose
from app.notices.facts import facts_of
from app.notices.models import Notice
from app.orders.models import Order
from app.wechat import template_messages as wechat
from app.wechat.client import AccountClient
from app.wechat.messages_out import UNDELIVERABLE

logger = logging.getLogger(__name__)

NO_RIGHT = 48001  # the account may send none
FINAL = (*UNDELIVERABLE, wechat.REFUSED, *wechat.NOT_PERSONAL, NO_RIGHT)
_SENDING = {"handed": Sending.SENT, "sent": Sending.SENT, "unclear": Sending.SENDING}


@dataclass(frozen=True, slots=True)
class _Asking:
    openid: str
    notice: wechat.Notice
    is_first: bool  # WeChat was not asked before, or did not take it then


def turn_to_template(notice_id: int, errcode: int) -> bool:
    """No text reaches him, for WeChat's reason `errcode`: from now on it goes by template, if there is one.

    Opens a transaction.
    """
    with transaction() as session:
        notice = session.get_one(Notice, notice_id)
        notice.is_template = find_template(Purpose(notice.kind)) is not None
        notice.errcode = errcode
        return notice.is_template


def send_by_template(client: AccountClient, notice_id: int, *, base_url: str) -> None:
    """Opens transactions. Raises: PlatformError for what may go better later, or has to be asked for again."""
    _ = client.access_token  # fails before anything may have been sent
    asking = _begin(notice_id, base_url)
    if asking is None:
        return
    try:
        sender = wechat.TemplateSender(client, asking.notice, f"n{notice_id}")
        msg_id = sender.send(asking.openid)
    except PlatformUnreachable:
        raise  # its job asks again, for the same message
    except PlatformError as error:
        if error.errcode not in FINAL:
            _put_off(notice_id, asking, error.errcode)
            raise
        _finish(notice_id, "refused", errcode=error.errcode)
        logger.info("notice refused as template", extra={"notice_id": notice_id, "errcode": error.errcode})
    else:
        _finish(notice_id, "handed", msg_id=msg_id)


def note_end(notice: Notice, state: str, errcode: int | None = None) -> None:
    """What became of it, here and in the log of messages. Joins the open transaction."""
    notice.state, notice.errcode = state, errcode or notice.errcode
    values = {"sending": _SENDING.get(state, Sending.REFUSED), "errcode": errcode}
    db.session.execute(update(Message).where(Message.dedupe_key == _log_key(notice.id)).values(values))


def _log_key(notice_id: int) -> str:
    """What keeps it one line of the log of messages."""
    return f"notice:{notice_id}"


def _begin(notice_id: int, base_url: str) -> _Asking | None:
    """What to ask for, in the log from now on; None where nothing is to be asked any more."""
    with transaction() as session:
        notice = session.get_one(Notice, notice_id)
        lock(notice)
        now, template = clock.now(), find_template(Purpose(notice.kind))
        if notice.state != "sending":
            return None  # its event was quicker
        if notice.asked_at and notice.asked_at < now - wechat.REPEATABLE_FOR:
            note_end(notice, "unclear")  # WeChat has forgotten the number: it would come twice
            return None
        if template is None:  # taken away meanwhile
            note_end(notice, "unclear" if notice.asked_at else "refused")
            return None
        order = session.get_one(Order, notice.order_id)
        openid, facts = order.follower.openid, facts_of(order, notice.kind, notice.parcel_id)
        made, shown = make_notice(template, facts, url=f"{base_url}/shop/orders/{order.order_no}")
        asking = _Asking(openid, made, is_first=notice.asked_at is None)
        notice.asked_at = notice.asked_at or now
        key, by = _log_key(notice.id), f"notice:{notice.kind}"
        record_elsewhere(openid, shown, by=by, sending=Sending.SENDING, kind=NOTICE, dedupe_key=key)
        return asking


def _put_off(notice_id: int, asking: _Asking, errcode: int) -> None:
    """WeChat did not take it now; what it was asked for before may have been sent all the same."""
    with transaction() as session:
        notice = session.get_one(Notice, notice_id)
        notice.errcode = errcode
        if asking.is_first:
            notice.asked_at = None
            session.execute(delete(Message).where(Message.dedupe_key == _log_key(notice_id)))


def _finish(notice_id: int, state: str, *, errcode: int | None = None, msg_id: int | None = None) -> None:
    with transaction() as session:
        notice = session.get_one(Notice, notice_id)
        lock(notice)
        notice.msg_id = notice.msg_id or msg_id
        if notice.state == "sending":  # or its event has told already
            note_end(notice, state, errcode)

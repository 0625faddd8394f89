"""Sending a notice: once, inside WeChat's window as a text, outside by template where one was chosen, or not at all."""

import logging
from collections.abc import Sequence
from html import escape
from pathlib import Path

from sqlalchemy import select

from app.conversations.models import Sending
from app.conversations.sending import record_elsewhere
from app.conversations.window import SHUT_OUT
from app.core import clock
from app.core.db import db, transaction
from app.core.errors import PlatformError, PlatformUnreachable
from app.core.money import format_yuan
from app.notices.by_template import send_by_template, turn_to_template
from app.notices.facts import USUAL_ACCOUNT, find_parcel, find_refund
from app.notices.models import Notice
from app.orders.models import Order
from app.wechat.client import AccountClient
from app.wechat.messages_out import UNDELIVERABLE, send_text
from app.wechat.replies import TextReply

logger = logging.getLogger(__name__)

TEXTS = Path(__file__).parent / "texts"
_STATES = {Sending.SENT: "sent", Sending.REFUSED: "refused", Sending.SENDING: "unclear"}


def send_notice(
    client: AccountClient, *, order_id: int, kind: str, base_url: str, parcel_id: int = 0
) -> None:
    """Tell the buyer; `kind` names a file in texts/. Repeating it sends nothing twice, of each parcel or refund.

    A worker that dies between WeChat's yes and our commit leaves the row at `sending`: such a text is not repeated,
    because a person minds two messages more than none. A template message is, while WeChat knows it by its number.
    Raises: PlatformError for what may go better later.
    """
    claim = _claim(order_id, kind, parcel_id)
    if claim is None:
        return
    notice_id, is_template = claim
    if is_template or _send_text(client, notice_id, order_id, kind, base_url, parcel_id):
        send_by_template(client, notice_id, base_url=base_url)


def list_notices(order_id: int) -> Sequence[Notice]:
    """What the buyer of an order was told, or should have been, the oldest first."""
    return db.session.scalars(select(Notice).where(Notice.order_id == order_id).order_by(Notice.id)).all()


def _send_text(
    client: AccountClient, notice_id: int, order_id: int, kind: str, base_url: str, parcel_id: int
) -> bool:
    """Whether it has to go by template now, because the window is shut."""
    order = db.session.get_one(Order, order_id)
    text, openid = write(order, kind, base_url=base_url, parcel_id=parcel_id), order.follower.openid
    try:
        send_text(client, openid, text)
    except PlatformUnreachable as error:
        _finish(notice_id, text, Sending.SENDING, error.errcode)
    except PlatformError as error:
        if error.errcode not in UNDELIVERABLE:
            _release(notice_id)
            raise
        if error.errcode in SHUT_OUT and turn_to_template(notice_id, error.errcode):
            return True
        _finish(notice_id, text, Sending.REFUSED, error.errcode)
        logger.info("notice not deliverable", extra={"order_id": order_id, "errcode": error.errcode})
    else:
        _finish(notice_id, text, Sending.SENT)
    return False


def write(order: Order, kind: str, *, base_url: str, parcel_id: int = 0) -> str:
    """The words of a notice about this order, or this parcel or refund of it."""
    refund, parcel = find_refund(kind, parcel_id), find_parcel(order, parcel_id)
    template = (TEXTS / f"{kind}.txt").read_text(encoding="utf-8").strip()
    return template.format(
        order_no=order.order_no,
        total=format_yuan(order.total_fen),
        link=f"{base_url}/shop/orders/{order.order_no}",
        carrier=escape(parcel.carrier) if parcel else "",
        tracking_no=escape(parcel.tracking_no) if parcel else "",
        refund=format_yuan(refund.amount_fen) if refund else "",
        reason=escape(refund.reason) if refund else "",
        account=escape(refund.received_account) or USUAL_ACCOUNT if refund else "",
    )


def _claim(order_id: int, kind: str, parcel_id: int) -> tuple[int, bool] | None:
    """The notice that is ours to send, and whether it goes by template; None when there is nothing to send."""
    with transaction() as session:
        query = select(Notice).where(
            Notice.order_id == order_id, Notice.kind == kind, Notice.parcel_id == parcel_id
        )
        notice = session.scalars(query).first()
        if notice is not None:
            return (notice.id, True) if notice.is_template and notice.state == "sending" else None
        notice = Notice(order_id=order_id, kind=kind, parcel_id=parcel_id, created_at=clock.now())
        session.add(notice)
        session.flush()
        return notice.id, False


def _finish(notice_id: int, text: str, sending: Sending, errcode: int | None = None) -> None:
    """Note what became of it, here and in the log of messages: it uses up one of those WeChat allows."""
    with transaction() as session:
        notice = session.get_one(Notice, notice_id)
        notice.state, notice.errcode = _STATES[sending], errcode
        openid = session.get_one(Order, notice.order_id).follower.openid
        by = f"notice:{notice.kind}"
        record_elsewhere(openid, TextReply(text), by=by, sending=sending, errcode=errcode)


def _release(notice_id: int) -> None:
    with transaction() as session:
        session.delete(session.get_one(Notice, notice_id))
